import { type ChildProcess, execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setPriority } from "node:os";
import type { Readable } from "node:stream";
import type { UserError } from "../../base/user-error.ts";
import { countersIn, failureOf } from "./backend-words.ts";
import { pacedChunks } from "./paced-chunks.ts";
import { makeFifo } from "./stream-ends.ts";
import type { Backend, BackendCommand, BackendCounters, CaptureRequest, CaptureSource } from "./types.ts";

const STDERR_KEPT = 8192;
/** tcpdump leaves without the batch that the kernel has not handed over yet, which takes up to a second. */
const HELD_BACK_MS = 1100;
/** From capture to us: what the kernel holds back, and a busy machine. */
const LAG_MS = { immediate: 300, batched: 1500 } as const;
/** What fits into a pipe: a backend that wrote less since is not waiting for us to read. */
const PIPE_BYTES = 64 * 1024;
const CAPTURE_NICENESS = -10;
/** After being asked to end, a backend writes out what it has; longer than this it is stuck. */
const STOP_GRACE_MS = 3000;
/** Behind: a full pipe was read so short a time ago. What the kernel holds then is lost when the backend is asked to end. */
const BEHIND_MS = 300;
/** So long is it given to hand that over; whoever is in a hurry presses Ctrl-C again. */
const CATCH_UP_MS = 10_000;
const CATCH_UP_STEP_MS = 50;

/** A backend that is capturing: its pcap stream as bytes, its counters, and why it ended. */
export class LiveSource implements CaptureSource {
  readonly label: string;
  readonly live = true;
  readonly compression = "none" as const;
  readonly sizeBytes = null;
  readonly endedEarly = null;
  readonly backend: Backend;
  readonly request: CaptureRequest;
  readBytes = 0;
  counters: BackendCounters = { received: null, droppedByKernel: null, droppedByInterface: null };
  /** Set at the end when nobody had asked for it. */
  failure: UserError | null = null;
  private readonly command: BackendCommand;
  private readonly child: ChildProcess;
  private readonly stream: Readable;
  private readonly removeName: () => void;
  private stderr = "";
  private unread = "";
  private stopping = false;
  private listening = false;
  private readAtAsking = 0;
  private wasBusy = false;
  private signalsAreSafe = false;
  private fullAtMs = Number.NEGATIVE_INFINITY;
  private readonly exited: Promise<void>;

  private constructor(backend: Backend, request: CaptureRequest) {
    const fifo = backend.name === "tcpdump" ? makeFifo(request.owner) : null;
    this.removeName = fifo?.removeName ?? (() => undefined);
    this.backend = backend;
    this.request = request;
    this.label = request.interfaceName;
    try {
      this.command = backend.command(request, fifo?.path ?? "-");
    } catch (error) {
      fifo?.stream.destroy();
      this.removeName();
      throw error;
    }
    const { program, args, stopBy, output } = this.command;
    this.child = spawn(program, args, {
      stdio: [stopBy === "stdin-end" ? "pipe" : "ignore", output === "stdout" ? "pipe" : "ignore", "pipe"],
      // In a process group of its own: Ctrl-C in the terminal is for us to pass on.
      detached: true,
      env: { ...process.env, LC_ALL: "C" },
    });
    this.prefer();
    if (this.command.countersBy === "user-signal") this.askVersion();
    this.stream = fifo?.stream ?? (this.child.stdout as Readable);
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => this.hear(text));
    this.child.stdin?.on("error", () => undefined);
    this.exited = new Promise((resolve) => {
      this.child.once("error", (error) => {
        this.hear(`${error.message}\n`);
        resolve();
      });
      // "close": standard error has been read to its end.
      this.child.once("close", () => resolve());
    });
    // Whatever ends us: a backend that hears nothing would wait for its next packet before it noticed.
    const end = (): void => this.signal("SIGTERM");
    process.once("exit", end);
    void this.exited.then(() => process.off("exit", end));
  }

  get lagMs(): number {
    return this.command.holdsBack ? LAG_MS.batched : LAG_MS.immediate;
  }

  /** Resolves when packets are being captured; throws `UserError` when that cannot be. */
  static async start(backend: Backend, request: CaptureRequest): Promise<LiveSource> {
    const source = new LiveSource(backend, request);
    const opened = await source.firstBytes();
    source.removeName();
    if (!opened) {
      source.stream.destroy();
      await source.exited;
      throw source.whyEnded();
    }
    return source;
  }

  /** Until the backend has ended; asked to end by the signal, it hands over what it still has. */
  async *chunks(signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const stop = (): void => this.stop();
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
    let ended = false;
    try {
      for await (const chunk of pacedChunks(this.stream)) {
        this.readBytes += chunk.length;
        if (chunk.length >= PIPE_BYTES) this.fullAtMs = performance.now();
        yield chunk;
      }
      ended = true;
    } finally {
      signal?.removeEventListener("abort", stop);
      // Whoever stops reading stops the capture; a stream that ended by itself has its own reason.
      if (!ended) this.stop();
      await this.exited;
    }
  }

  askCounters(): void {
    if (!this.signalsAreSafe && !this.isCalmAgain()) return;
    // Before it says so, tcpdump has no handler yet and the signal would end it.
    this.listening ||= this.stderr.includes("listening on");
    if (this.stopping || !this.listening) return;
    if (this.command.countersBy === "user-signal") this.signal("SIGUSR1");
    else if (this.command.countersBy === "stdin-line") this.child.stdin?.write("\n");
  }

  interfaceState(): "up" | "down" | "gone" | "unknown" {
    if (this.label === "any" || this.backend.name === "remote") return "unknown";
    try {
      const flags = Number(readFileSync(`/sys/class/net/${this.label}/flags`, "latin1"));
      return (flags & 1) === 1 ? "up" : "down";
    } catch {
      return "gone";
    }
  }

  /** `atOnce`: nobody needs what the kernel still holds back. */
  stop(atOnce = false): void {
    if (this.stopping) return;
    this.stopping = true;
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const waitMs = this.command.holdsBack && !atOnce ? HELD_BACK_MS : 0;
    const untilMs = performance.now() + CATCH_UP_MS;
    setTimeout(() => this.end(atOnce ? 0 : untilMs), waitMs);
  }

  /** Asks the backend to end, when we have read what came until now, or at `untilMs`. */
  private end(untilMs: number): void {
    const nowMs = performance.now();
    if (nowMs < untilMs && nowMs - this.fullAtMs < BEHIND_MS) {
      setTimeout(() => this.end(untilMs), CATCH_UP_STEP_MS);
      return;
    }
    if (this.command.stopBy === "stdin-end") this.child.stdin?.end();
    else this.signal("SIGINT");
    setTimeout(() => {
      this.signal("SIGKILL");
      this.stream.destroy();
    }, STOP_GRACE_MS).unref();
  }

  /** What the kernel buffers lasts for some milliseconds only: its reader goes before all others, where we may say so. */
  private prefer(): void {
    try {
      setPriority(this.child.pid ?? 0, CAPTURE_NICENESS);
    } catch {
      // Not root: it competes like everybody.
    }
  }

  /** Much came, and now little. */
  private isCalmAgain(): boolean {
    const isBusy = this.readBytes - this.readAtAsking > PIPE_BYTES;
    const isCalmAgain = this.wasBusy && !isBusy;
    this.readAtAsking = this.readBytes;
    this.wasBusy = isBusy;
    return isCalmAgain;
  }

  /**
   * tcpdump before 4.99 does not go on with a write that a signal interrupts: asked for its counters while the pipe is
   * full, it loses a packet. It is asked after a rush only, and tells them at its end in any case.
   */
  private askVersion(): void {
    execFile(this.command.program, ["--version"], (_error, stdout, stderr) => {
      const [, major = "0", minor = "0"] = /version (\d+)\.(\d+)/.exec(`${stdout}${stderr}`) ?? [];
      this.signalsAreSafe = Number(major) > 4 || (Number(major) === 4 && Number(minor) >= 99);
    });
  }

  private signal(signal: NodeJS.Signals): void {
    try {
      this.child.kill(signal);
    } catch {
      // It belongs to somebody else by now; closing its stream ends it with its next packet.
    }
  }

  /** The file header is written when the capture is open: true; false when the backend ended before it. */
  private firstBytes(): Promise<boolean> {
    return new Promise((resolve) => {
      this.stream.once("readable", () => resolve(this.stream.readableLength > 0));
      this.stream.once("end", () => resolve(false));
      void this.exited.then(() => {
        this.noteEnd();
        // Both may be under way at once: what it wrote before it ended still counts.
        setImmediate(() => resolve(this.stream.readableLength > 0));
      });
    });
  }

  private noteEnd(): void {
    const asked = this.stopping || (this.request.packetCount !== null && this.child.exitCode === 0);
    if (!asked) this.failure = this.whyEnded();
  }

  private whyEnded(): UserError {
    const { backend, request, stderr, child } = this;
    const { exitCode: code, signalCode: signal } = child;
    return failureOf({ backend, request, stderr, began: this.readBytes > 0, code, signal });
  }

  private hear(text: string): void {
    this.stderr = (this.stderr + text).slice(-STDERR_KEPT);
    this.unread = (this.unread + text).slice(-STDERR_KEPT);
    const end = this.unread.lastIndexOf("\n") + 1;
    this.counters = countersIn(this.unread.slice(0, end), this.counters);
    this.unread = this.unread.slice(end);
  }
}
