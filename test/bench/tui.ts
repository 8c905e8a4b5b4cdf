import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeCapture } from "./make-capture.ts";

const main = "dist/main.js";
const END_OF_FRAME = "\u001b[?2026l";
const KEYS = 200;
const CLOCK_TICKS_PER_SECOND = 100;
const plain = { messageBytes: 120, segmentBytes: 1400, compressed: false, pingEvery: 20 };

/** The program on a pseudo-terminal of `script` (util-linux): keys in, frames out. */
class Screen {
  private readonly child: ChildProcess;
  private seen = "";
  private waiting: { from: number; until: string; resolve: () => void } | null = null;
  readonly started = performance.now();

  constructor(rows: number, columns: number, path: string) {
    const command = `stty rows ${rows} cols ${columns}; exec ${process.execPath} ${main} load ${path}`;
    this.child = spawn("script", ["-qfec", command, "/dev/null"], {
      env: { ...process.env, TERM: "xterm-256color", CI: "false", NO_COLOR: "" },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => this.hear(text));
  }

  private hear(text: string): void {
    this.seen += text;
    const { waiting } = this;
    if (waiting === null || this.seen.indexOf(waiting.until, waiting.from) < 0) return;
    this.waiting = null;
    waiting.resolve();
  }

  /** Resolves once the text has come after everything seen so far. */
  until(text: string): Promise<void> {
    return new Promise((resolve) => {
      this.waiting = { from: this.seen.length, until: text, resolve };
    });
  }

  async open(text: string): Promise<number> {
    if (!this.seen.includes(text)) {
      await new Promise<void>((resolve) => {
        this.waiting = { from: 0, until: text, resolve };
        this.hear("");
      });
    }
    return performance.now() - this.started;
  }

  async press(key: string, expected: string = END_OF_FRAME): Promise<number> {
    this.seen = "";
    const frame = this.until(expected);
    const began = performance.now();
    this.child.stdin?.write(key);
    await frame;
    return performance.now() - began;
  }

  /** Of the program itself, under `script` and its shell. */
  get pid(): number {
    let pid = this.child.pid ?? 0;
    for (let depth = 0; depth < 3; depth++) {
      const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
      if (first === undefined || first === "") return pid;
      pid = Number(first);
    }
    return pid;
  }

  cpuMs(): number {
    const [, rest = ""] = readFileSync(`/proc/${this.pid}/stat`, "utf8").split(") ");
    const fields = rest.split(" ");
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / CLOCK_TICKS_PER_SECOND;
  }

  peakMegabytes(): number {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${this.pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.stdin?.write("q");
    await ended;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

async function keys(screen: Screen, name: string, pressed: readonly string[]): Promise<void> {
  for (let warm = 0; warm < 20; warm++) await screen.press(pressed[warm % pressed.length] ?? "j");
  const cpu = screen.cpuMs();
  const times: number[] = [];
  for (let count = 0; count < KEYS; count++) {
    times.push(await screen.press(pressed[count % pressed.length] ?? "j"));
    await pause(5);
  }
  const perKey = (screen.cpuMs() - cpu) / KEYS;
  console.log(
    `  ${name.padEnd(34)} key to frame p50 ${quantile(times, 0.5).toFixed(1)} ms, p95 ${quantile(times, 0.95).toFixed(1)} ms (wanted < 16), CPU ${perKey.toFixed(2)} ms a key`,
  );
}

/** Key to frame, CPU a key, idle CPU, start and memory of the screen. Needs util-linux and Linux's /proc. */
export async function tui(folder: string): Promise<void> {
  const many = join(folder, "many.pcap");
  const long = join(folder, "long.pcap");
  makeCapture(many, { ...plain, connections: 10_000, messages: 40_000 });
  makeCapture(long, { ...plain, connections: 1, messages: 100_000 });
  const starts: number[] = [];
  for (let run = 0; run < 5; run++) {
    const screen = new Screen(24, 80, "captures/trouble.pcapng");
    starts.push(await screen.open("missing pong"));
    await screen.close();
  }
  console.log(`screen: first screen of a small capture ${quantile(starts, 0.5).toFixed(0)} ms (wanted < 400)`);
  for (const [rows, columns] of [
    [50, 160],
    [200, 200],
  ] as const) {
    console.log(`  at ${rows} rows of ${columns} columns`);
    const list = new Screen(rows, columns, many);
    await list.open("wscap");
    await pause(8000);
    await keys(list, "list of 10,000 connections, line", ["j", "j", "j", "k"]);
    await keys(list, "list of 10,000 connections, page", ["\u001b[6~", "\u001b[6~", "\u001b[5~"]);
    const cpu = list.cpuMs();
    await pause(5000);
    console.log(`  idle: ${((list.cpuMs() - cpu) / 50).toFixed(2)} % CPU (wanted < 1)`);
    await list.close();
    const ladder = new Screen(rows, columns, long);
    await ladder.open("wscap");
    await pause(4000);
    const opened = await ladder.press("\r", "◀");
    console.log(`  ladder of 100,000 frames opened in ${opened.toFixed(0)} ms`);
    await pause(1500);
    await keys(ladder, "ladder of 100,000 frames, line", ["j", "j", "j", "k"]);
    await keys(ladder, "ladder of 100,000 frames, page", ["\u001b[6~", "\u001b[6~", "\u001b[5~"]);
    await ladder.close();
  }
  await memory(folder);
}

async function memory(folder: string): Promise<void> {
  const path = join(folder, "large.pcap");
  const { bytes } = makeCapture(path, { ...plain, connections: 200, messages: 1_200_000 });
  const screen = new Screen(50, 160, path);
  const shown = await screen.open("wscap");
  await pause(6000);
  console.log(
    `  ${(bytes / 1e6).toFixed(0)} MB capture: usable after ${shown.toFixed(0)} ms (wanted < 1000), peak ${screen.peakMegabytes().toFixed(0)} MB (wanted < 350)`,
  );
  await screen.press("\r");
  await pause(4000);
  console.log(`  with a connection of it opened: peak ${screen.peakMegabytes().toFixed(0)} MB`);
  await screen.close();
}
