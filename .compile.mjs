// The second step of the build: runs the program as people do and keeps what V8 compiled on the way, so that no start has to
// do it again. Each run adds to what those before it left.
import { spawnSync } from "node:child_process";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";

const capture = "captures/trouble.pcapng";
const runs = [
  ["report", "captures/compressed-fragmented.pcap"],
  ["report", "captures/socketio-nginx.pcapng"],
  ["report", "--lang", "zh-CN", capture],
  ["report", "--format", "json", capture],
  ["report", capture],
  ["frames", capture],
  ["--help"],
  ["load", capture],
];

/** What is typed on the screen: a connection, its first packet, help, and out. */
const KEYS = ["\r", "\r", "?", "\u001b"];
const KEY_MS = 150;

/** A terminal that the screen can be drawn on where there is none. */
function pretendTerminal() {
  Object.assign(process.stdout, { isTTY: true, columns: 80, rows: 24, getColorDepth: () => 8 });
  const keyboard = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => keyboard, ref() {}, unref() {} });
  Object.defineProperty(process, "stdin", { value: keyboard });
  setInterval(() => keyboard.write(KEYS.shift() ?? "q"), KEY_MS).unref();
}

/** In a process of its own: the program, and when it has ended what V8 holds of each of its files. */
function run(args) {
  const main = fileURLToPath(new URL("dist/main.js", import.meta.url));
  process.argv = [process.argv[0], main, ...args];
  if (args[0] === "load") pretendTerminal();
  const { compiledFolder, scripts } = createRequire(import.meta.url)(main);
  process.once("exit", () => {
    mkdirSync(compiledFolder, { recursive: true });
    for (const [file, script] of scripts) {
      const path = join(compiledFolder, file);
      writeFileSync(`${path}.new`, script.createCachedData());
      renameSync(`${path}.new`, path);
    }
  });
}

if (process.argv.length > 2) run(process.argv.slice(2));
else {
  for (const args of runs) {
    const { status, stderr } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...args], {
      timeout: 60_000,
    });
    // What is wrong with a capture (1) is not wrong with the build; and where this fails, the program only starts slower.
    if (status === null || status > 1) console.warn(`not compiled: wscap ${args.join(" ")}: ${stderr}`);
  }
}
