// A running scenario: its processes, their logs, its captures, and everything that has to be ended afterwards.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { run } from "../support/namespace.ts";
import type { Link } from "./link.ts";
import { makeNetwork, type Network } from "./network.ts";
import { peerBundle } from "./peer-bundle.ts";
import { sleep } from "./peer-context.ts";
import { setForward } from "./set-forward.ts";
import type { CapturePoint, Expectation, LogEntry, Place, Scenario } from "./types.ts";

const projectRoot = fileURLToPath(new URL("../..", import.meta.url));

/** A capture, and what is to be seen in it: with the keys of a file beside it where they are named. */
export interface CaptureTruth {
  readonly file: string;
  readonly keys?: string;
  readonly expect: Expectation;
}

interface Waiter {
  readonly peer: string;
  readonly event: string;
  count: number;
  readonly resolve: (entry: LogEntry) => void;
}

export class Stage {
  readonly log: LogEntry[] = [];
  readonly captures: CaptureTruth[] = [];
  readonly directory: string;
  readonly #scenario: Scenario;
  readonly #network: Network;
  readonly #peers = new Map<string, ChildProcess>();
  readonly #others: ChildProcess[] = [];
  readonly #captors: ChildProcess[] = [];
  readonly #waiters = new Set<Waiter>();
  readonly #endings: (() => void)[] = [];
  readonly #temporary: string[] = [];
  readonly #peerProgram: string;

  private constructor(scenario: Scenario, network: Network, directory: string) {
    this.#scenario = scenario;
    this.#network = network;
    this.directory = directory;
    this.#peerProgram = join(this.temporaryDirectory(), "peer.mjs");
  }

  static async open(scenario: Scenario, directory: string): Promise<Stage> {
    const program = await peerBundle();
    const stage = new Stage(scenario, await makeNetwork(scenario.network ?? "direct"), directory);
    writeFileSync(stage.#peerProgram, program);
    return stage;
  }

  get link(): Link {
    if (!this.#network.link) throw new Error("this network has no userspace link");
    return this.#network.link;
  }

  /** Starts a program in a place; it is killed when the stage closes. */
  spawn(place: Place, program: string, ...args: string[]): ChildProcess {
    const child = spawn("ip", ["netns", "exec", this.#network.namespace(place), program, ...args], {
      cwd: projectRoot,
      stdio: ["pipe", "pipe", "pipe"],
    });
    child.stdin?.on("error", () => {});
    this.#others.push(child);
    return child;
  }

  /** As `spawn`, with two more pipes, which the program finds as descriptors 3 and 4. */
  spawnPiped(place: Place, program: string, ...args: string[]): ChildProcess {
    const child = spawn("ip", ["netns", "exec", this.#network.namespace(place), program, ...args], {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    });
    this.#others.push(child);
    return child;
  }

  /** Takes a log entry of a peer that is no process of ours. */
  heard(entry: { peer: string; event: string } & Record<string, unknown>): void {
    this.#heard({ time: Date.now(), ...entry });
  }

  /** Runs a program in a place to its end; throws when it fails. */
  run(place: Place, program: string, ...args: string[]): string {
    return run("ip", "netns", "exec", this.#network.namespace(place), program, ...args);
  }

  /** Adds nftables rules, written as in an nft file, in a place. */
  nft(place: Place, rules: string): void {
    this.run(place, "nft", rules);
  }

  startPeer(name: string): void {
    const row = this.#scenario.peers[name];
    if (row === undefined) throw new Error(`no peer ${name}`);
    const child = this.spawn(row.at, process.execPath, this.#peerProgram, this.#scenario.name, name);
    this.#peers.set(name, child);
    if (child.stdout) createInterface({ input: child.stdout }).on("line", (line) => this.#heard(JSON.parse(line)));
    child.stderr?.on("data", (text) =>
      this.#heard({ time: Date.now(), peer: name, event: "stderr", text: String(text) }),
    );
    child.once("exit", (code, signal) =>
      this.#heard({ time: Date.now(), peer: name, event: "exited", ...(signal ? { signal } : { code }) }),
    );
  }

  /** Says a word to a peer that awaits it by `peer.told`. */
  tell(peer: string, word: string): void {
    this.#peers.get(peer)?.stdin?.write(`${word}\n`);
  }

  /** SIGSTOP, SIGCONT, SIGKILL … for a peer. `ip netns exec` execs the program, so the child's id is the peer's. */
  signal(peer: string, signal: NodeJS.Signals): void {
    this.#heard({ time: Date.now(), peer: "lab", event: "signal", to: peer, signal });
    this.#peers.get(peer)?.kill(signal);
  }

  /** Notes what the lab did, so that the truth file tells the whole story. */
  note(event: string, details: Record<string, unknown> = {}): void {
    this.#heard({ time: Date.now(), peer: "lab", event, ...details });
  }

  /** Resolves with the `count`th entry of this kind, also when it was logged before. */
  logged(peer: string, event: string, count = 1): Promise<LogEntry> {
    return new Promise((resolve) => {
      const waiter: Waiter = { peer, event, count, resolve };
      this.#waiters.add(waiter);
      for (const entry of this.log) this.#serve(waiter, entry);
    });
  }

  /** Starts those capture points that are (not) `late`, and returns when tcpdump listens. */
  async startCaptures(late: boolean): Promise<void> {
    const points = this.#scenario.captures ?? [{ at: "server", interface: "eth0" } satisfies CapturePoint];
    await Promise.all(points.filter((point) => (point.late ?? false) === late).map((point) => this.#capture(point)));
  }

  async #capture(point: CapturePoint): Promise<void> {
    const file = join(this.directory, `${this.#scenario.name}${point.label ? `.${point.label}` : ""}.pcap`);
    const snap = point.snapLength === undefined ? [] : ["-s", String(point.snapLength)];
    const direction = point.direction === undefined ? [] : ["-Q", point.direction];
    const options = [
      "-i",
      point.interface,
      "-n",
      "-U",
      "--immediate-mode",
      "-B",
      "16384",
      "-Z",
      "root",
      ...snap,
      ...direction,
      "-w",
      file,
    ];
    const child = this.spawn(point.at, "tcpdump", ...options);
    this.#captors.push(child);
    const { setForwardSeconds } = point;
    if (setForwardSeconds !== undefined)
      this.atEnd(() => {
        setForward(file, setForwardSeconds);
        this.note("clock set forward", { file, setForwardSeconds });
      });
    const { expect, sealed } = this.#scenario;
    const keys = sealed === undefined ? {} : { keys: join(this.directory, `${this.#scenario.name}.keys`) };
    this.captures.push({ file, ...keys, expect: point.expect ?? expect });
    if (sealed !== undefined) this.captures.push({ file, expect: sealed });
    await new Promise<void>((resolve, reject) => {
      child.stderr?.on("data", (text) => String(text).includes("listening on") && resolve());
      child.once("exit", (code) => reject(new Error(`tcpdump ended with ${code}`)));
    });
  }

  /** Lets the last packets arrive, then ends tcpdump so that it flushes what it holds. */
  async stopCaptures(): Promise<void> {
    await sleep(250);
    await Promise.all(
      this.#captors.splice(0).map((child) => {
        const ended = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGINT");
        return ended;
      }),
    );
  }

  /** A directory that is removed once everything that might write to it has been ended. */
  temporaryDirectory(): string {
    const directory = mkdtempSync(join(tmpdir(), "wscap-stage-"));
    this.#temporary.push(directory);
    return directory;
  }

  /** Runs when the scenario's traffic is over, before the truth is written. */
  atEnd(work: () => void): void {
    this.#endings.push(work);
  }

  end(): void {
    for (const work of this.#endings.splice(0)) work();
    const lines = this.log.filter(({ event }) => event === "keylog").map((entry) => String(entry["line"]));
    for (const { keys } of this.captures) if (keys !== undefined) writeFileSync(keys, lines.join(""));
  }

  close(): void {
    this.end();
    for (const child of this.#others.splice(0)) child.kill("SIGKILL");
    this.#network.close();
    for (const directory of this.#temporary) rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }

  #heard(entry: LogEntry): void {
    this.log.push(entry);
    for (const waiter of this.#waiters) this.#serve(waiter, entry);
  }

  #serve(waiter: Waiter, entry: LogEntry): void {
    if (waiter.count === 0 || entry.peer !== waiter.peer || entry.event !== waiter.event) return;
    waiter.count -= 1;
    if (waiter.count > 0) return;
    this.#waiters.delete(waiter);
    waiter.resolve(entry);
  }
}
