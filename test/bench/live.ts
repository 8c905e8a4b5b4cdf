// How much of a paced stream on loopback each backend loses, next to tcpdump writing to nowhere; how long a packet takes
// to its event; what it costs. Runs in a network namespace: needs root, python3 and tcpdump. On two cores the sender,
// the kernel, the backend and wscap share them: read ratios, not absolutes.
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { NamespaceSet, namespacesUnavailable } from "../support/namespace.ts";

const senderProgram = fileURLToPath(new URL("send-packets.py", import.meta.url));
const RATES = [10_000, 50_000, 100_000];
const quick = process.argv.includes("--quick");
const SECONDS = quick ? 2 : 4;
const RUNS = quick ? 1 : 3;
const DELAY_RATES = [10, 1000, 3000, 10_000];
/** The reference and the default. */
const QUICK_CONTENDERS = 2;
const FILTER = "tcp port 8080";

interface Contender {
  readonly name: string;
  readonly command: readonly string[];
  /** Packets that it says it captured. */
  readonly captured: (stdout: string, stderr: string) => number;
}

const wscapArguments = (main: string, ...more: string[]): string[] => [
  process.execPath,
  main,
  "live",
  "-i",
  "lo",
  ...more,
];
const reportedPackets = (stdout: string): number =>
  Number(/([\d,]+) packets,/.exec(stdout)?.[1]?.replaceAll(",", "") ?? 0);
const tcpdumpPackets = (_: string, stderr: string): number => Number(/(\d+) packets? captured/.exec(stderr)?.[1] ?? 0);

/** Without frames as events: what a terminal view costs. */
const contenders = (main: string): Contender[] => [
  {
    name: "tcpdump -w (reference)",
    command: ["tcpdump", "-i", "lo", "-n", "-B", "65536", "-w", "-", FILTER],
    captured: tcpdumpPackets,
  },
  ...[
    ["wscap (tcpdump)", []],
    ["wscap --high-rate", ["--high-rate"]],
    ["wscap (dumpcap)", ["--backend", "dumpcap"]],
    ["wscap (cap)", ["--backend", "cap", "--buffer", "256"]],
  ].map(
    ([name, more]): Contender => ({
      name: name as string,
      command: wscapArguments(main, ...(more as string[]), "--format", "text"),
      captured: reportedPackets,
    }),
  ),
];

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

class Track {
  readonly namespace: string;
  private readonly set = new NamespaceSet();

  constructor() {
    this.namespace = this.set.add("bench");
  }

  start(command: readonly string[], output: "keep-last" | "lines", onLine?: (line: string) => void): Running {
    const child = spawn("ip", ["netns", "exec", this.namespace, ...command], { stdio: ["ignore", "pipe", "pipe"] });
    return new Running(child, output, onLine);
  }

  async send(rate: number, seconds: number): Promise<number> {
    const sender = this.start(["python3", senderProgram, "lo", String(rate), String(seconds)], "keep-last");
    await sender.ended;
    return Number(sender.stdout.trim());
  }

  close(): void {
    this.set.close();
  }
}

const STDOUT_KEPT = 64 * 1024;

class Running {
  stdout = "";
  stderr = "";
  readonly ended: Promise<void>;
  private readonly child: ChildProcess;
  private rest = "";

  constructor(child: ChildProcess, output: "keep-last" | "lines", onLine?: (line: string) => void) {
    this.child = child;
    child.stdout?.on("data", (chunk: Buffer) => {
      if (output === "keep-last") this.stdout = (this.stdout + chunk.toString("latin1")).slice(-STDOUT_KEPT);
      else {
        const lines = (this.rest + chunk.toString()).split("\n");
        this.rest = lines.pop() ?? "";
        for (const line of lines) onLine?.(line);
      }
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
    this.ended = new Promise((resolve) => child.once("close", () => resolve()));
  }

  async ready(): Promise<void> {
    while (!/Capturing on|listening on/.test(this.stderr)) {
      if (this.child.exitCode !== null) throw new Error(this.stderr);
      await sleep(20);
    }
    await sleep(300);
  }

  async stop(): Promise<void> {
    this.child.kill("SIGINT");
    await this.ended;
  }

  /** Seconds of processor time of it and its children so far. */
  processorSeconds(): number {
    const own = this.child.pid ?? 0;
    return [own, ...childrenOf(own)].reduce((sum, pid) => sum + ticksOf(pid), 0) / TICKS_PER_SECOND;
  }
}

const TICKS_PER_SECOND = 100;

function ticksOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]?.split(" ") ?? [];
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return 0;
  }
}

function childrenOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim();
    return children === "" ? [] : children.split(" ").map(Number);
  } catch {
    return [];
  }
}

const cell = (text: string, width = 18): string => text.padStart(width);

async function loss(track: Track, { command, captured }: Contender, rate: number): Promise<string> {
  const losses: number[] = [];
  let processor = 0;
  for (let run = 0; run < RUNS; run++) {
    const running = track.start(command, "keep-last");
    await running.ready();
    const before = running.processorSeconds();
    const sent = await track.send(rate, SECONDS);
    processor += (running.processorSeconds() - before) / SECONDS / RUNS;
    await sleep(1500);
    await running.stop();
    losses.push(100 * (1 - captured(running.stdout, running.stderr) / sent));
  }
  const [least, most] = [Math.min(...losses), Math.max(...losses)];
  return `${least.toFixed(2)}–${most.toFixed(2)} % ${(processor * 100).toFixed(0)} % CPU`;
}

async function delay(track: Track, main: string, rate: number, more: readonly string[]): Promise<string> {
  const delays: number[] = [];
  const running = track.start(wscapArguments(main, "--format", "ndjson", ...more), "lines", (line) => {
    const text = line.startsWith('{"event":"frame"') ? /"text":"(\d{20})x/.exec(line)?.[1] : undefined;
    if (text !== undefined) delays.push(Date.now() - Number(text) / 1e6);
  });
  await running.ready();
  const seconds = rate < 100 ? 8 : SECONDS;
  await track.send(rate, seconds);
  await sleep(2000);
  await running.stop();
  delays.sort((a, b) => a - b);
  const at = (share: number): string => (delays[Math.floor(delays.length * share)] ?? Number.NaN).toFixed(1);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms (${delays.length} events)`;
}

export async function live(main: string): Promise<void> {
  const unavailable = namespacesUnavailable(["tcpdump", "python3"]);
  if (unavailable !== null) {
    console.log(`live: left out, ${unavailable}`);
    return;
  }
  statSync(main);
  const track = new Track();
  try {
    console.log(`live, packets lost of 200-byte packets on lo, ${RUNS} runs of ${SECONDS} s, wanted: none at 50,000/s`);
    console.log(`  ${"".padEnd(24)}${RATES.map((rate) => cell(`${rate}/s`, 28)).join("")}`);
    for (const contender of contenders(main).slice(0, quick ? QUICK_CONTENDERS : undefined)) {
      const cells: string[] = [];
      for (const rate of RATES) cells.push(cell(await loss(track, contender, rate), 28));
      console.log(`  ${contender.name.padEnd(24)}${cells.join("")}`);
    }
    console.log("live, from packet to frame event, wanted: p99 < 250 ms");
    for (const rate of DELAY_RATES) {
      console.log(`  ${cell(`${rate}/s`, 10)}  default      ${await delay(track, main, rate, [])}`);
    }
    console.log(`  ${cell("1000/s", 10)}  --high-rate  ${await delay(track, main, 1000, ["--high-rate"])}`);
  } finally {
    track.close();
  }
}
