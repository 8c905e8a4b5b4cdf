import type { UserError } from "../../base/user-error.ts";
import type { LiveSource } from "./live-source.ts";
import { TwoEars } from "./two-ears.ts";
import type { BackendCounters, CaptureSource } from "./types.ts";

const TICK_MS = 200;
/** libpcap's slot of TPACKET_V2 has a header before the packet. */
const SLOT_HEADER_BYTES = 128;
/** Loopback packets come to a ring twice; libpcap hands out one of the two. */
const COPIES_ON_LOOPBACK = 2;

/**
 * Two captures of one interface, since Linux hands packets over at once and loses some when it is busy, or in batches up to
 * a second late and loses none; it cannot do both. `TwoEars` makes one stream of them.
 */
export class PairedSource implements CaptureSource {
  readonly label: string;
  readonly live = true;
  readonly compression = "none" as const;
  readonly sizeBytes = null;
  readonly endedEarly = null;
  readBytes = 0;
  private readonly prompt: LiveSource;
  private readonly patient: LiveSource;
  private readonly ears: TwoEars;
  private counted: { of: BackendCounters; sum: BackendCounters & { missed: number } };
  private wake = (): void => undefined;
  private readPrompt = (): void => undefined;
  private running = 2;
  private stopping = false;

  constructor(prompt: LiveSource, patient: LiveSource) {
    const { snapLengthBytes, bufferBytes, interfaceName, packetCount } = prompt.request;
    const copies = interfaceName === "any" || interfaceName === "lo" ? COPIES_ON_LOOPBACK : 1;
    const slots = Math.floor(bufferBytes / (snapLengthBytes + SLOT_HEADER_BYTES) / copies);
    this.label = prompt.label;
    this.prompt = prompt;
    this.patient = patient;
    this.counted = { of: patient.counters, sum: { ...patient.counters, missed: 0 } };
    this.ears = new TwoEars(slots, Math.floor(Date.now() / 1000), packetCount);
  }

  get backend(): LiveSource["backend"] {
    return this.patient.backend;
  }

  get lagMs(): number {
    return this.ears.following === "prompt" ? this.prompt.lagMs : this.patient.lagMs;
  }

  get failure(): UserError | null {
    return this.patient.failure ?? (this.ears.following === "prompt" ? this.prompt.failure : null);
  }

  /** What the patient one lost, and what the prompt one lost while it was followed: that is known to the packet. */
  get counters(): BackendCounters {
    const { missed } = this.ears;
    const { counters } = this.patient;
    const { of, sum } = this.counted;
    if (of === counters && sum.missed === missed) return sum;
    const droppedByKernel = missed === 0 ? counters.droppedByKernel : (counters.droppedByKernel ?? 0) + missed;
    // The same object as long as it says the same: that is how a reader sees news.
    this.counted = { of: counters, sum: { ...counters, droppedByKernel, missed } };
    return this.counted.sum;
  }

  askCounters(): void {
    this.patient.askCounters();
  }

  interfaceState(): ReturnType<LiveSource["interfaceState"]> {
    return this.patient.interfaceState();
  }

  stop(): void {
    if (this.stopping) return;
    this.stopping = true;
    this.prompt.stop();
    this.patient.stop(this.ears.following === "prompt");
    this.readPrompt();
  }

  async *chunks(signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const { ears } = this;
    const stop = (): void => this.stop();
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
    const ticks = setInterval(() => this.heard(() => ears.onTime(performance.now())), TICK_MS);
    const readers = [this.readAllPrompt(), this.readAllPatient()];
    try {
      for (;;) {
        if (ears.out.length > 0) yield this.takeOut();
        else if (this.running === 0) break;
        else await new Promise<void>((resolve) => (this.wake = resolve));
      }
    } finally {
      clearInterval(ticks);
      signal?.removeEventListener("abort", stop);
      this.stop();
      await Promise.all(readers);
    }
  }

  private takeOut(): Buffer {
    const { out } = this.ears;
    const chunk = out.length === 1 ? (out[0] as Buffer) : Buffer.concat(out);
    this.ears.out = [];
    this.readBytes += chunk.length;
    return chunk;
  }

  private async readAllPrompt(): Promise<void> {
    for await (const chunk of this.prompt.chunks()) {
      this.heard(() => this.ears.onPrompt(chunk, performance.now()));
      // Unread, its pipe fills up, and it sleeps: that costs nothing, and ends when we do.
      while (this.ears.promptRests && !this.stopping) await new Promise<void>((resolve) => (this.readPrompt = resolve));
    }
    this.running--;
    this.heard(() => this.ears.onEnd("prompt"));
  }

  private async readAllPatient(): Promise<void> {
    for await (const chunk of this.patient.chunks()) this.heard(() => this.ears.onPatient(chunk, performance.now()));
    this.running--;
    this.heard(() => this.ears.onEnd("patient"));
  }

  private heard(act: () => void): void {
    act();
    if (!this.ears.promptRests) this.readPrompt();
    if (this.ears.complete) this.stop();
    if (this.ears.out.length > 0 || this.running === 0) this.wake();
  }
}
