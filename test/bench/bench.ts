// Prints how fast wscap is, as ratios against others that read the same file in the same run: whole process against
// whole process. `npm run bench -- --quick` makes files a tenth as large; `-- --only PART` runs one part of PARTS.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endurance } from "./endurance.ts";
import { live } from "./live.ts";
import { makeCapture, type Recipe } from "./make-capture.ts";
import { best, fastest, type Measured, measure, medianSeconds, repeated } from "./measure.ts";
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
  /** What the project wants to reach against tshark; null: measured only. */
  readonly wantedRatio: number | null;
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
  {
    name: "many connections",
    recipe: { ...plain, connections: 15_000 * scale, messages: 30_000 * scale, messageBytes: 120, pingEvery: 0 },
    wantedRatio: null,
    pcapParser: false,
  },
];

const bareRead = `const f=require("fs"),h=f.openSync(process.argv[1]),b=Buffer.allocUnsafe(4194304);let n;while((n=f.readSync(h,b,0,b.length))>0);`;
const parserRead = `const p=require("pcap-parser").parse(process.argv[1]);let n=0;p.on("packet",()=>n++);p.on("end",()=>process.exit(0));`;

const cell = (value: string, width: number): string => value.padStart(width);
const row = (name: string, { seconds, peakMegabytes }: Measured, own: number, note: string): string =>
  `  ${name.padEnd(22)}${cell(seconds.toFixed(3), 9)} s${cell((seconds / own).toFixed(1), 8)}×${cell(peakMegabytes.toFixed(0), 7)} MB  ${note}`;

/** wscap is measured before and after the others: a busy minute is not its alone. */
async function offline(folder: string): Promise<void> {
  for (const { name, recipe, wantedRatio, pcapParser } of cases) {
    const path = join(folder, "bench.pcap");
    const { packets, bytes } = makeCapture(path, recipe);
    await measure(process.execPath, ["-e", bareRead, path]); // the page cache is warm for everybody
    const report = (): Promise<Measured[]> => repeated(runs, process.execPath, [main, "report", path]);
    const before = await report();
    const others: [name: string, measured: Measured, note: string][] = [];
    others.push(["bare read (node)", fastest(await repeated(runs, process.execPath, ["-e", bareRead, path])), ""]);
    if (pcapParser)
      others.push(["pcap-parser, reading", await measure(process.execPath, ["-e", parserRead, path]), ""]);
    others.push(...(await tsharks(path, quick || wantedRatio === null ? "" : `wanted ≥ ${wantedRatio}×`)));

    const all = [...before, ...(await report())];
    const own = fastest(all);
    const rate = `${(packets / own.seconds / 1e6).toFixed(2)} M packets/s, ${(bytes / own.seconds / 1e6).toFixed(0)} MB/s`;
    const note = `${rate}, exit ${own.status}, median ${medianSeconds(all).toFixed(3)} s`;
    console.log(`${name}: ${packets} packets, ${(bytes / 1e6).toFixed(0)} MB`);
    console.log(row("wscap report", own, own.seconds, note));
    for (const [other, measured, wanted] of others) console.log(row(other, measured, own.seconds, wanted));
    if (others.every(([other]) => !other.startsWith("tshark"))) console.log("  tshark is not installed");
  }
}

/**
 * tshark twice: its expert summary, for which it builds no protocol tree and looks at little of each frame; and the
 * fields of each WebSocket frame, which is what wscap reads too. None where it is not installed.
 */
async function tsharks(path: string, wanted: string): Promise<[name: string, measured: Measured, note: string][]> {
  const fields = ["frame.number", "websocket.opcode", "websocket.payload_length"].flatMap((field) => ["-e", field]);
  const summary = ["-n", "-q", "-z", "expert", "-r", path];
  const frames = ["-n", "-Y", "websocket", "-T", "fields", ...fields, "-r", path];
  try {
    return [
      ["tshark -q -z expert", await measure("tshark", summary), ""],
      ["tshark -Y websocket", await measure("tshark", frames), wanted],
    ];
  } catch {
    return [];
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
