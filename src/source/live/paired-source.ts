import type { UserError } from "../../base/user-error.ts";
import type { LiveSource } from "./live-source.ts";
import { isAfter, RecordWalk, type Stamp } from "./record-walk.ts";
import type { BackendCounters, CaptureSource } from "./types.ts";

/** From this rate on, packets come in batches soon enough by themselves. */
const BUSY_PACKETS = 200;
const BUSY_WINDOW_SECONDS = 0.1;

const NEVER: Stamp = { seconds: 0, ns: 0 };

interface Later {
  readonly bytes: Buffer;
  readonly time: Stamp;
}

/**
 * Two ears on one wire. Linux hands packets over at once and loses some when it is busy, or in batches up to a second
 * late and loses none; it cannot do both. So one capture listens each way: the prompt one is followed as long as few
 * packets come and it has all that the patient one has; then the patient one takes over, from exactly the packet after
 * the last. The kernel stamps a packet once, for both.
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
  private readonly promptWalk = new RecordWalk();
  private readonly patientWalk = new RecordWalk();
  private following: "prompt" | "patient" = "prompt";
  private headerGiven = false;
  /** Of the last packet handed out. */
  private last: Stamp = { ...NEVER };
  private given = 0;
  /** What the patient one has and the prompt one has not handed out yet. */
  private later: Later[] = [];
  private overtaken = 0;
  private out: Buffer[] = [];
  private wake = (): void => undefined;
  private running = 2;
  private windowBegan = 0;
  private windowPackets = 0;

  constructor(prompt: LiveSource, patient: LiveSource) {
    this.label = prompt.label;
    this.prompt = prompt;
    this.patient = patient;
  }

  get backend(): LiveSource["backend"] {
    return this.patient.backend;
  }

  get failure(): UserError | null {
    return this.patient.failure ?? (this.following === "prompt" ? this.prompt.failure : null);
  }

  /** What was lost of that which was followed. */
  get counters(): BackendCounters {
    const [prompt, patient] = [this.prompt.counters, this.patient.counters];
    if (this.following === "prompt") return prompt;
    const sum = (a: number | null, b: number | null): number | null => (b === null ? a : (a ?? 0) + b);
    return {
      received: patient.received,
      droppedByKernel: sum(prompt.droppedByKernel, patient.droppedByKernel),
      droppedByInterface: patient.droppedByInterface,
    };
  }

  askCounters(): void {
    this.prompt.askCounters();
    this.patient.askCounters();
  }

  interfaceState(): ReturnType<LiveSource["interfaceState"]> {
    return this.patient.interfaceState();
  }

  stop(): void {
    this.prompt.stop();
    this.patient.stop(this.following === "prompt");
  }

  async *chunks(signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const readers = [
      this.read(this.prompt, signal, (chunk) => this.onPrompt(chunk)),
      this.read(this.patient, signal, (chunk) => this.onPatient(chunk)),
    ];
    try {
      for (;;) {
        if (this.out.length > 0) {
          const chunk = this.out.length === 1 ? (this.out[0] as Buffer) : Buffer.concat(this.out);
          this.out = [];
          this.readBytes += chunk.length;
          yield chunk;
        } else if (this.running === 0) break;
        else await new Promise<void>((resolve) => (this.wake = resolve));
      }
    } finally {
      this.stop();
      await Promise.all(readers);
    }
  }

  private async read(source: LiveSource, signal: AbortSignal | undefined, take: (chunk: Uint8Array) => void) {
    for await (const chunk of source.chunks(signal)) {
      take(chunk);
      this.wake();
    }
    this.running--;
    // The prompt one has ended: what only the other one has is due now.
    if (source === this.prompt || this.running === 0) this.takeOver();
    this.wake();
  }

  private onPrompt(chunk: Uint8Array): void {
    if (this.following === "patient") return;
    const before = this.given;
    const whole = this.promptWalk.push(chunk, (_bytes, _start, _end, time) => {
      this.given++;
      if (isAfter(time, this.last)) Object.assign(this.last, time);
      return true;
    });
    this.give(this.promptWalk, whole);
    while (this.later.length > 0 && !isAfter((this.later[0] as Later).time, this.last)) {
      this.later.shift();
      this.overtaken++;
    }
    this.compare();
    if (this.isBusy(this.given - before)) this.takeOver();
  }

  private onPatient(chunk: Uint8Array): void {
    const whole = this.patientWalk.push(chunk, (bytes, start, end, time) => {
      const isNew = isAfter(time, this.last);
      if (this.following === "patient") return isNew;
      if (isNew) this.later.push({ bytes: Buffer.from(bytes.subarray(start, end)), time: { ...time } });
      else this.overtaken++;
      return false;
    });
    if (this.following === "patient") this.give(this.patientWalk, whole);
    else this.compare();
  }

  /** The patient one has packets, no newer than the last, that the prompt one has missed. */
  private compare(): void {
    if (this.overtaken > this.given) this.takeOver();
  }

  private takeOver(): void {
    if (this.following === "patient") return;
    this.following = "patient";
    this.give(this.patientWalk, Buffer.concat(this.later.map(({ bytes }) => bytes)));
    this.later = [];
    this.prompt.stop();
  }

  /** Bytes that stay as they are. */
  private give(walk: RecordWalk, records: Buffer): void {
    if (!this.headerGiven && walk.header !== null) {
      this.headerGiven = true;
      this.out.push(walk.header);
    }
    if (records.length > 0) this.out.push(records);
  }

  private isBusy(packets: number): boolean {
    const now = process.uptime();
    if (now - this.windowBegan > BUSY_WINDOW_SECONDS) {
      this.windowBegan = now;
      this.windowPackets = 0;
    }
    this.windowPackets += packets;
    return this.windowPackets > BUSY_PACKETS;
  }
}
