// Memory of `wscap live` on a real interface (a veth) while connections come and go. Not part of the default run:
// `npm run bench -- --only endurance [--minutes 15]`. The first minute brings as many connections as are kept, the others
// come at a rate that leaves the machine alone. Wanted: at the end within 10 % of what it was after the first minute.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { configure, NamespaceSet, namespacesUnavailable, wire } from "../support/namespace.ts";

const local = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const peers = local("../support/endurance-peers.mjs");
const SERVER = "192.168.77.1";
const CLIENT = "192.168.77.2";
/** Connections a second: in the first minute more than limits.keptConnectionsLive come. */
const FILL_RATE = 75;
const RATE = 15;
const PORTS = ["8080", "8081", "8082"].flatMap((port) => ["-p", port]);
const SAMPLE_SECONDS = 30;
const TICKS_PER_SECOND = 100;

interface Sample {
  readonly rssBefore: number;
  readonly rss: number;
  readonly heapBefore: number;
  readonly heapTotal: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly arrayBuffers: number;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

const inside = (namespace: string, command: string, ...args: string[]): ChildProcess =>
  spawn("ip", ["netns", "exec", namespace, command, ...args], { stdio: ["ignore", "pipe", "pipe", "pipe"] });

async function until(child: ChildProcess, word: string): Promise<void> {
  let said = "";
  const hear = (chunk: Buffer): void => {
    said += chunk.toString();
  };
  child.stdout?.on("data", hear);
  child.stderr?.on("data", hear);
  for (let tries = 0; !said.includes(word); tries++) {
    if (child.exitCode !== null || tries > 600) throw new Error(`no "${word}": ${said}`);
    await sleep(50);
  }
  child.stdout?.off("data", hear);
}

/** Asks for memory, and waits for the answer. */
function samples(child: ChildProcess): () => Promise<Sample> {
  const lines = createInterface({ input: child.stdio[3] as Readable })[Symbol.asyncIterator]();
  return async () => {
    child.kill("SIGUSR2");
    return JSON.parse((await lines.next()).value as string) as Sample;
  };
}

function countEvents(child: ChildProcess): Map<string, number> {
  const counts = new Map<string, number>();
  createInterface({ input: child.stdout as Readable }).on("line", (line) => {
    const event = /^\{"event":"([a-z-]+)"/.exec(line)?.[1] ?? "other";
    counts.set(event, (counts.get(event) ?? 0) + 1);
  });
  return counts;
}

export async function endurance(main: string): Promise<void> {
  const unavailable = namespacesUnavailable(["tcpdump"]);
  if (unavailable !== null) {
    console.log(`endurance: left out, ${unavailable}`);
    return;
  }
  const at = process.argv.indexOf("--minutes");
  const minutes = at < 0 ? 15 : Number(process.argv[at + 1]);
  const set = new NamespaceSet();
  const folder = mkdtempSync(join(tmpdir(), "wscap-endurance-"));
  try {
    const [serving, asking] = [set.add("server"), set.add("client")];
    wire({ namespace: serving, interface: "wire0" }, { namespace: asking, interface: "wire0" });
    configure(serving, "wire0", `${SERVER}/24`);
    configure(asking, "wire0", `${CLIENT}/24`);
    await until(inside(serving, process.execPath, peers, "server"), "listening");
    const ring = ["-w", join(folder, "kept.pcapng"), "--ring", "4x8M"];
    const options = ["live", "-i", "wire0", ...PORTS, "--format", "ndjson", ...ring];
    const node = ["--expose-gc", "--import", local("tell-memory.mjs")];
    const wscap = inside(serving, process.execPath, ...node, main, ...options);
    await until(wscap, "Capturing on");
    const counts = countEvents(wscap);
    const client = inside(asking, process.execPath, peers, "client", SERVER, String(FILL_RATE), String(RATE));
    await watch(wscap, minutes);
    client.kill();
    const ended = new Promise((resolve) => wscap.once("close", resolve));
    wscap.kill("SIGINT");
    console.log(`  exit ${await ended}; ${[...counts].map(([event, count]) => `${event} ${count}`).join(", ")}`);
  } finally {
    set.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

async function watch(wscap: ChildProcess, minutes: number): Promise<void> {
  const sample = samples(wscap);
  const pid = wscap.pid ?? 0;
  console.log(`endurance, ${minutes} min on a veth, ${FILL_RATE} connections/s in the first minute, then ${RATE}/s`);
  let first: Sample | null = null;
  let last: Sample | null = null;
  let processor = processorSeconds(pid);
  for (let seconds = SAMPLE_SECONDS; seconds <= minutes * 60; seconds += SAMPLE_SECONDS) {
    await sleep(SAMPLE_SECONDS * 1000);
    last = await sample();
    if (seconds === 60) first = last;
    const now = processorSeconds(pid);
    const cpu = (100 * (now - processor)) / SAMPLE_SECONDS;
    processor = now;
    const { rssBefore, rss, heapBefore, heapTotal, heapUsed, external, arrayBuffers } = last;
    const figures = { rssBefore, rss, heapBefore, heapTotal, heapUsed, external, arrayBuffers };
    const text = Object.entries(figures).map(([name, value]) => `${name} ${value.toFixed(1)}`);
    console.log(`  ${String(seconds).padStart(5)} s  ${text.join("  ")} MiB  ${cpu.toFixed(1)} % CPU`);
  }
  if (first === null || last === null) return;
  const grown = (now: number, then: number): string => `${((100 * (now - then)) / then).toFixed(1)} %`;
  const resident = grown(last.rssBefore, first.rssBefore);
  console.log(`  grown since 1 min: resident ${resident}, heap ${grown(last.heapUsed, first.heapUsed)}; wanted < 10 %`);
}
