import { limits } from "../../base/limits.ts";
import { RecordWalk } from "./record-walk.ts";

const NS_PER_MS = 1e6;
/** The prompt one is believed as long as its ring cannot fill up within this time. */
const BUSY_NS = 50 * NS_PER_MS;
/** The part of its ring that may. */
const RING_SHARE = 0.75;
/** Calm again: not busy for so long. */
const CALM_NS = 1000 * NS_PER_MS;
/** Processors write to both rings at once: packets may lie in them in orders that differ by so much. */
const DISORDER_NS = 10 * NS_PER_MS;
/** The patient one's batches come at most so late; what it has not told by then it does not have. */
const LATEST_NS = 3000 * NS_PER_MS;
/** Longer than the kernel holds packets back from the patient one. */
const SILENT_MS = 1300;
const PAUSE_MS = 300;

type Ear = "prompt" | "patient";

interface Held {
  readonly stamp: number;
  readonly record: Buffer;
}

/**
 * One stream of packets made of two that tell the same ones: a prompt one that loses packets when many come at once, and a
 * patient one that has all of them, up to a second late. The prompt one is followed as long as it cannot have lost any;
 * then the patient one, from the packet after the last; and the prompt one again when it is calm and both tell the same.
 * The kernel stamps a packet once for all who capture it: by that they are matched one by one. Sans I/O.
 */
export class TwoEars {
  following: Ear = "prompt";
  /** The file header, then whole records. Whoever takes them empties it. */
  out: Buffer[] = [];
  /** Packets that the prompt one turned out to have lost while it was followed. */
  missed = 0;
  /** What the prompt one says is of no use at present: it need not be read. */
  promptRests = false;
  private readonly walks: Readonly<Record<Ear, RecordWalk>>;
  private readonly ended = { prompt: false, patient: false };
  private readonly most: number;
  private given = 0;
  private headerGiven = false;
  /** Stamp of the packet handed out last; `seam`: as it was when the followed one changed last. */
  private last = Number.NEGATIVE_INFINITY;
  private seam = Number.NEGATIVE_INFINITY;
  /** The newest stamps of the followed one: so many within BUSY_NS are too many for the prompt one. */
  private readonly newest: Float64Array;
  private newestIndex = 0;
  private busyAt = Number.NEGATIVE_INFINITY;
  private overrun = false;
  /** Handed out as the prompt one told them, not told by the patient one yet: how many of each stamp. */
  private readonly unconfirmed = new Map<number, number>();
  private patientLast = Number.NEGATIVE_INFINITY;
  /** Told by the one that is not followed, and not by the other one yet. */
  private held: Held[] = [];
  private allMatched = false;
  private heardPatientMs = 0;
  private readingSinceMs = 0;

  /** `promptSlots`: packets that the prompt one's ring holds at least. `most`: no more packets than these are wanted. */
  constructor(promptSlots: number, baseSeconds: number, most: number | null) {
    this.walks = { prompt: new RecordWalk(baseSeconds), patient: new RecordWalk(baseSeconds) };
    this.newest = new Float64Array(Math.max(1, Math.floor(promptSlots * RING_SHARE))).fill(Number.NEGATIVE_INFINITY);
    this.most = most ?? Number.POSITIVE_INFINITY;
  }

  get complete(): boolean {
    return this.given >= this.most;
  }

  /** Chunks must stay as they are. */
  onPrompt(chunk: Uint8Array): void {
    this.take("prompt", chunk, this.wantsPrompt);
    if (this.overrun) this.followPatient();
    else if (this.following === "prompt") this.review();
    else if (this.held.length > limits.heldBackPackets) this.rest();
  }

  onPatient(chunk: Uint8Array, nowMs: number): void {
    const before = this.given;
    this.heardPatientMs = nowMs;
    this.allMatched = true;
    this.take("patient", chunk, this.wantsPatient);
    if (this.following === "prompt") this.review();
    else if (this.last - this.busyAt < CALM_NS) this.rest();
    else if (this.promptRests) this.wake(nowMs);
    else if (this.allMatched && this.given > before) this.followPrompt();
  }

  /** To be called every now and then: silence, too, tells that the prompt one will do. */
  onTime(nowMs: number): void {
    if (this.following === "prompt") return;
    const silentMs = nowMs - this.heardPatientMs;
    if (this.promptRests && silentMs > PAUSE_MS) this.wake(nowMs);
    else if (silentMs > SILENT_MS && nowMs - this.readingSinceMs > PAUSE_MS && this.held.length === 0) {
      this.followPrompt();
    }
  }

  onEnd(ear: Ear): void {
    this.ended[ear] = true;
    if (ear === "prompt") this.followPatient();
    else this.followPrompt();
  }

  private take(ear: Ear, chunk: Uint8Array, wants: typeof this.wantsPrompt): void {
    const walk = this.walks[ear];
    walk.push(chunk, wants, this.give);
    if (this.headerGiven || walk.header === null) return;
    this.headerGiven = true;
    this.out.unshift(walk.header);
  }

  private readonly give = (records: Buffer): void => {
    this.out.push(records);
  };

  private readonly wantsPrompt = (stamp: number, bytes: Buffer, start: number, end: number): boolean => {
    if (this.following === "patient") {
      if (!this.promptRests && stamp > this.last) this.hold(stamp, bytes, start, end);
      return false;
    }
    // It rested until the patient one ended: what it tells first is old.
    if (this.overrun || this.complete || (this.ended.patient && stamp <= this.seam)) return false;
    this.overrun = this.isBusy(stamp) && !this.ended.patient;
    if (this.overrun) return false;
    if (!this.takeHeld(stamp)) this.unconfirmed.set(stamp, (this.unconfirmed.get(stamp) ?? 0) + 1);
    this.last = stamp;
    this.given++;
    return true;
  };

  private readonly wantsPatient = (stamp: number, bytes: Buffer, start: number, end: number): boolean => {
    // Its own packets come in order: the clock was set back, and earlier does not mean before any more.
    if (stamp < this.patientLast - DISORDER_NS) this.seam = Number.NEGATIVE_INFINITY;
    this.patientLast = stamp;
    if (this.unconfirmed.size > 0 && this.confirm(stamp)) return false;
    if (this.following === "prompt") {
      this.hold(stamp, bytes, start, end);
      return false;
    }
    if (this.complete) return false;
    if (stamp < this.seam - DISORDER_NS) {
      this.missed++;
      return false;
    }
    this.isBusy(stamp);
    if (!this.promptRests && !this.takeHeld(stamp)) this.allMatched = false;
    this.last = stamp;
    this.given++;
    return true;
  };

  /** So many packets within so short a time as the prompt one's ring might not hold. */
  private isBusy(stamp: number): boolean {
    const { newest, newestIndex } = this;
    const busy = stamp - (newest[newestIndex] as number) < BUSY_NS;
    newest[newestIndex] = stamp;
    this.newestIndex = newestIndex + 1 === newest.length ? 0 : newestIndex + 1;
    if (busy) this.busyAt = stamp;
    return busy;
  }

  private hold(stamp: number, bytes: Buffer, start: number, end: number): void {
    this.held.push({ stamp, record: Buffer.from(bytes.subarray(start, end)) });
  }

  private takeHeld(stamp: number): boolean {
    const { held } = this;
    // Nearly always the first one.
    for (let index = 0; index < held.length; index++) {
      const other = (held[index] as Held).stamp;
      if (other === stamp) {
        if (index === 0) held.shift();
        else held.splice(index, 1);
        return true;
      }
      if (other > stamp + DISORDER_NS) return false;
    }
    return false;
  }

  private confirm(stamp: number): boolean {
    const count = this.unconfirmed.get(stamp);
    if (count === undefined) return false;
    if (count > 1) this.unconfirmed.set(stamp, count - 1);
    else this.unconfirmed.delete(stamp);
    return true;
  }

  /** Has the prompt one lost any? */
  private review(): void {
    const oldest = Math.max(this.patientLast - DISORDER_NS, this.last - LATEST_NS);
    for (const stamp of this.unconfirmed.keys()) {
      if (stamp >= oldest) break;
      this.unconfirmed.delete(stamp);
    }
    const [first] = this.held;
    if (first !== undefined && first.stamp < this.last - DISORDER_NS) this.followPatient();
  }

  private followPatient(): void {
    this.overrun = false;
    if (this.following === "patient" || this.ended.patient) return;
    this.following = "patient";
    this.seam = this.last;
    this.busyAt = this.last;
    for (const { stamp, record } of this.held) {
      if (stamp < this.seam - DISORDER_NS) this.missed++;
      else if (!this.complete) {
        this.out.push(record);
        this.last = stamp;
        this.given++;
      }
    }
    this.rest();
  }

  private followPrompt(): void {
    if (this.following === "prompt" || this.ended.prompt) return;
    this.following = "prompt";
    this.promptRests = false;
    this.seam = this.last;
    for (const { stamp, record } of this.held) {
      this.out.push(record);
      this.unconfirmed.set(stamp, (this.unconfirmed.get(stamp) ?? 0) + 1);
      this.last = stamp;
      this.given++;
    }
    this.held = [];
  }

  private rest(): void {
    this.promptRests = !this.ended.prompt;
    this.held = [];
  }

  private wake(nowMs: number): void {
    this.promptRests = false;
    this.readingSinceMs = nowMs;
  }
}
