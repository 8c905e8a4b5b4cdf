// Prints how fast wscap is, as ratios against others that read the same file in the same run: whole process against
// whole process. `npm run bench -- --quick` makes files a tenth as large; `-- --only PART` runs one part of PARTS.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endurance } from "./endurance.ts";
import { live } from "./live.ts";
import { makeCapture, type Recipe } from "./make-capture.ts";
import { best, measure } from "./measure.ts";
import { rules } from "./rules.ts";
import { tui } from "./tui.ts";
import { tuiLive } from "./tui-live.ts";

const quick = process.argv.includes("--quick");
const scale = quick ? 0.1 : 1;
const runs = 3;
const main = "dist/main.js";
if (!existsSync(main)) throw new Error("run `npm run build` first");

interface Case {
  readonly name: string;
  readonly recipe: Recipe;
  /** What the project wants to reach against tshark. */
  readonly wantedRatio: number;
  readonly pcapParser: boolean;
}

const plain = { connections: 200, segmentBytes: 1400, compressed: false, pingEvery: 20 };
const cases: readonly Case[] = [
  {
    name: "small packets",
    recipe: { ...plain, messages: 1_200_000 * scale, messageBytes: 120 },
    wantedRatio: 50,
    pcapParser: true,
  },
  {
    name: "large segments",
    recipe: {
      ...plain,
      connections: 20,
      messages: 3600 * scale,
      messageBytes: 65_536,
      segmentBytes: 16_384,
      pingEvery: 0,
    },
    wantedRatio: 8,
    pcapParser: true,
  },
  {
    name: "compressed messages",
    recipe: { ...plain, messages: 1_200_000 * scale, messageBytes: 120, compressed: true },
    wantedRatio: 15,
    pcapParser: false,
  },
];

const bareRead = `const f=require("fs"),h=f.openSync(process.argv[1]),b=Buffer.allocUnsafe(4194304);let n;while((n=f.readSync(h,b,0,b.length))>0);`;
const parserRead = `const p=require("pcap-parser").parse(process.argv[1]);let n=0;p.on("packet",()=>n++);p.on("end",()=>process.exit(0));`;

const cell = (value: string, width: number): string => value.padStart(width);
const row = (name: string, seconds: number, own: number, megabytes: number, note: string): string =>
  `  ${name.padEnd(22)}${cell(seconds.toFixed(3), 9)} s${cell((seconds / own).toFixed(1), 8)}×${cell(megabytes.toFixed(0), 7)} MB  ${note}`;

async function offline(folder: string): Promise<void> {
  for (const { name, recipe, wantedRatio, pcapParser } of cases) {
    const path = join(folder, "bench.pcap");
    const { packets, bytes } = makeCapture(path, recipe);
    await measure(process.execPath, ["-e", bareRead, path]); // the page cache is warm for everybody
    const own = await best(runs, process.execPath, [main, "report", path]);
    const rate = `${(packets / own.seconds / 1e6).toFixed(2)} M packets/s, ${(bytes / own.seconds / 1e6).toFixed(0)} MB/s`;
    console.log(`${name}: ${packets} packets, ${(bytes / 1e6).toFixed(0)} MB`);
    console.log(row("wscap report", own.seconds, own.seconds, own.peakMegabytes, `${rate}, exit ${own.status}`));
    const bare = await best(runs, process.execPath, ["-e", bareRead, path]);
    console.log(row("bare read (node)", bare.seconds, own.seconds, bare.peakMegabytes, ""));
    if (pcapParser) {
      const parser = await best(1, process.execPath, ["-e", parserRead, path]);
      console.log(row("pcap-parser, reading", parser.seconds, own.seconds, parser.peakMegabytes, ""));
    }
    await compareWithTshark(path, own.seconds, wantedRatio);
  }
}

/**
 * tshark twice: its expert summary, for which it builds no protocol tree and looks at little of each frame; and the
 * fields of each WebSocket frame, which is what wscap reads too.
 */
async function compareWithTshark(path: string, own: number, wantedRatio: number): Promise<void> {
  const fields = ["frame.number", "websocket.opcode", "websocket.payload_length"].flatMap((field) => ["-e", field]);
  const runsOf: readonly (readonly [name: string, args: readonly string[], note: string])[] = [
    ["tshark -q -z expert", ["-n", "-q", "-z", "expert", "-r", path], ""],
    [
      "tshark -Y websocket",
      ["-n", "-Y", "websocket", "-T", "fields", ...fields, "-r", path],
      `wanted ≥ ${wantedRatio}×`,
    ],
  ];
  for (const [name, args, note] of runsOf) {
    const tshark = await measure("tshark", args).catch(() => null);
    if (tshark === null) console.log("  tshark is not installed");
    else console.log(row(name, tshark.seconds, own, tshark.peakMegabytes, note));
  }
}

async function start(): Promise<void> {
  const node = await best(10, process.execPath, ["-e", "0"]);
  const help = await best(10, process.execPath, [main, "--help"]);
  console.log(
    `start: wscap --help ${(help.seconds * 1000).toFixed(0)} ms, node -e 0 ${(node.seconds * 1000).toFixed(0)} ms`,
  );
  console.log(`  ${(help.seconds / node.seconds).toFixed(2)}×, wanted < 2×`);
}

const PARTS: Readonly<Record<string, (folder: string) => Promise<void>>> = {
  start,
  offline,
  rules: async (folder) => rules(folder),
  live: () => live(main),
  tui,
  "tui-live": tuiLive,
};

/** Only when asked for: it takes a quarter of an hour. */
const LONG_PARTS: typeof PARTS = { endurance: () => endurance(main) };

const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : undefined;
const all = { ...PARTS, ...LONG_PARTS };
if (only !== undefined && all[only] === undefined) throw new Error(`--only takes ${Object.keys(all).join(", ")}`);
const folder = mkdtempSync(join(tmpdir(), "wscap-bench-"));
try {
  const parts = only === undefined ? Object.values(PARTS) : [all[only]];
  for (const run of parts) await run?.(folder);
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
