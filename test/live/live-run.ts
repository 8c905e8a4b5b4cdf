// Runs `wscap live` in a network namespace of its own, with real peers beside it.
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { eventSchema, jsonSchemaOf } from "../../src/report/model/schema.ts";
import { findTool } from "../../src/source/live/find-tool.ts";
import { compileSchema } from "../support/json-schema.ts";
import { NamespaceSet, namespacesUnavailable } from "../support/namespace.ts";
import { NotInTime } from "../support/not-in-time.ts";
import { program } from "../support/run-cli.ts";

/** Whatever a live test makes wscap print is held against the published schema. */
const isEvent = compileSchema(jsonSchemaOf(eventSchema));

const SCRATCH = "/var/tmp";
const peerProgram = fileURLToPath(new URL("../support/live-peer.mjs", import.meta.url));

/** Why live tests cannot run here; null: they can. With WSCAP_REQUIRE_ALL=1 they must. */
export function liveUnavailable(tool: string): string | null {
  const why = namespacesUnavailable(["tcpdump"]) ?? (findTool(tool) === null ? `${tool} is not installed` : null);
  return process.env["WSCAP_REQUIRE_ALL"] === "1" ? null : why;
}

export interface LiveEvent {
  readonly event: string;
  readonly time: string;
  /** When it arrived here, epoch milliseconds. */
  readonly arrivedMs: number;
  readonly [field: string]: unknown;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  readonly events: readonly LiveEvent[];
}

/** A namespace with what runs in it; `close` ends everything. */
export class Stage {
  readonly namespace: string;
  private readonly set = new NamespaceSet();
  private readonly children: ChildProcess[] = [];

  constructor() {
    this.namespace = this.set.add("live");
  }

  /** Resolves when its server listens; `done` when it has played to its end. */
  async peer(
    what: string,
    port = 8080,
    ...more: readonly string[]
  ): Promise<{ done: Promise<void>; leave: () => void }> {
    const child = this.inside(process.execPath, [peerProgram, what, String(port), ...more]);
    let said = "";
    const waiting: [string, () => void][] = [];
    child.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      for (const [word, resolve] of waiting) if (said.includes(word)) resolve();
    });
    const hears = (word: string): Promise<void> => new Promise((resolve) => waiting.push([word, resolve]));
    const done = hears("done");
    await hears("listening");
    return { done, leave: () => child.stdin?.end() };
  }

  wscap(args: readonly string[], environment: Readonly<Record<string, string>> = {}): LiveRun {
    return new LiveRun(this.inside(process.execPath, [program, ...args], environment));
  }

  /** Runs wscap to its end; words before its own arguments are a program that starts it. */
  output(...words: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const at = words.indexOf("doctor") < 0 ? words.indexOf("probe") : words.indexOf("doctor");
    const [command = process.execPath, ...args] = [
      ...words.slice(0, at),
      process.execPath,
      program,
      ...words.slice(at),
    ];
    const child = this.inside(command, args);
    const [out, err]: [string[], string[]] = [[], []];
    child.stdout?.on("data", (chunk: Buffer) => out.push(chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => err.push(chunk.toString()));
    return new Promise((resolve) => {
      child.once("close", (code) => resolve({ code, stdout: out.join(""), stderr: err.join("") }));
    });
  }

  /** A program that goes on until it is stopped. */
  start(command: string, ...args: string[]): { says(word: string): Promise<void>; stop(): Promise<void> } {
    const child = this.inside(command, args);
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        said += chunk.toString();
      });
    }
    const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
    return {
      says: async (word) => {
        for (let tries = 0; !said.includes(word); tries++) {
          if (tries > 200 || child.exitCode !== null)
            throw new NotInTime(`${command} says "${word}"; it said: ${said}`);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      },
      stop: () => {
        child.kill("SIGINT");
        return ended;
      },
    };
  }

  /** To its end; what it said. */
  run(command: string, ...args: string[]): Promise<string> {
    const child = this.inside(command, args);
    const said: string[] = [];
    child.stdout?.on("data", (chunk: Buffer) => said.push(chunk.toString()));
    return new Promise((resolve) => child.once("close", () => resolve(said.join(""))));
  }

  close(): void {
    for (const child of this.children) child.kill("SIGKILL");
    // What a wscap could not remove because we killed it.
    const ours = new Set(this.children.map(({ pid }) => String(pid)));
    for (const name of readdirSync(SCRATCH)) {
      const pid = /^wscap-live-(\d+)-/.exec(name)?.[1];
      if (pid !== undefined && ours.has(pid)) rmSync(join(SCRATCH, name), { recursive: true, force: true });
    }
    this.set.close();
  }

  private inside(command: string, args: readonly string[], environment = {}): ChildProcess {
    const child = spawn("ip", ["netns", "exec", this.namespace, command, ...args], {
      stdio: "pipe",
      env: { ...process.env, LC_ALL: "C.UTF-8", NO_COLOR: "1", ...environment },
    });
    child.stdin?.on("error", () => undefined);
    this.children.push(child);
    return child;
  }
}

export class LiveRun {
  readonly events: LiveEvent[] = [];
  readonly ended: Promise<Ended>;
  /** `ip netns exec` becomes the program itself. */
  readonly pid: number;
  stderr = "";
  private readonly child: ChildProcess;
  private waiting: { test: (event: LiveEvent) => boolean; resolve: (event: LiveEvent) => void }[] = [];
  private rest = "";

  constructor(child: ChildProcess) {
    this.child = child;
    this.pid = child.pid ?? 0;
    child.stderr?.on("data", (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
    child.stdout?.on("data", (chunk: Buffer) => this.hear(chunk.toString()));
    this.ended = new Promise((resolve) => {
      child.once("close", (code, signal) => resolve({ code, signal, stderr: this.stderr, events: this.events }));
    });
  }

  /** Packets are being captured: it says so. */
  async capturing(): Promise<void> {
    for (let tries = 0; !this.stderr.includes("Capturing on"); tries++) {
      if (tries > 200 || this.child.exitCode !== null) throw new NotInTime(`a capture; it said: ${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** The first event, already there or still to come, for which `test` is true. */
  event(test: (event: LiveEvent) => boolean, withinMs = 15_000): Promise<LiveEvent> {
    const known = this.events.find(test);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`no such event; there were: ${this.events.map(({ event }) => event).join(" ")}`));
      }, withinMs);
      this.waiting.push({
        test,
        resolve: (event) => {
          clearTimeout(timer);
          resolve(event);
        },
      });
    });
  }

  stop(signal: NodeJS.Signals = "SIGINT"): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }

  private hear(text: string): void {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    for (const line of lines) {
      const told = JSON.parse(line) as LiveEvent;
      // Nobody awaits this: the test runner reports it, and fails.
      if (!isEvent(told)) throw new Error(`${line}\nis no event: ${JSON.stringify(isEvent.errors, null, 2)}`);
      const event: LiveEvent = { ...told, arrivedMs: Date.now() };
      this.events.push(event);
      this.waiting = this.waiting.filter(({ test, resolve }) => {
        if (!test(event)) return true;
        resolve(event);
        return false;
      });
    }
  }
}

export const isFinding =
  (rule: string) =>
  (event: LiveEvent): boolean =>
    event.event === "finding" && event["rule"] === rule && event["withdrawn"] === false;
