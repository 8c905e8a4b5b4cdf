import * as limits from "../../base/limits.ts";
import { OpenPackets, packetKey } from "./packet-key.ts";
import { RecordWalk } from "./record-walk.ts";
import { Rush } from "./rush.ts";

const NS_PER_MS = 1e6;
/** The part of the prompt one's ring that may fill up before it is believed no more. */
const RING_SHARE = 0.75;
/** Calm again: not busy for so long. */
const CALM_NS = 1000 * NS_PER_MS;
/** Of one packet the two stamps differ by less, and packets may lie in the two rings in orders that differ by so much. */
const BLUR_NS = 20 * NS_PER_MS;
/** The patient one's batches come at most so late; what it has not told by then it does not have. */
const LATEST_NS = 3000 * NS_PER_MS;
/** Longer than the kernel holds packets back from the patient one. */
const SILENT_MS = 1300;
const PAUSE_MS = 300;

type Ear = "prompt" | "patient";

interface Held {
  readonly key: number;
  readonly stamp: number;
  readonly record: Buffer;
}

/**
 * One stream of packets made of two that tell the same ones: a prompt one that loses packets when many come at once, and a
 * patient one that has all of them, up to a second late. The prompt one is followed as long as it cannot have lost any;
 * then the patient one, from the packet after the last; and the prompt one again when it is calm and both tell the same.
 * Packets are matched one by one, by what is in them: their time stamps are made for each capture anew. Sans I/O.
 */
export class TwoEars {
  following: Ear = "prompt";
  /** The file header, then whole records in order. Whoever takes them empties it. */
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
  private readonly rush: Readonly<Record<Ear, Rush>>;
  private busyAt = Number.NEGATIVE_INFINITY;
  private overrun = false;
  /** Handed out as the followed one told them, and not told by the other one yet. */
  private readonly open = new OpenPackets();
  /** Told by the one that is not followed, and not by the other one yet. */
  private held: Held[] = [];
  private promptLast = Number.NEGATIVE_INFINITY;
  private patientLast = Number.NEGATIVE_INFINITY;
  /** Since the prompt one is read again: from which packet on, and how many it told as the patient one did. */
  private awakeFrom = 0;
  private matched = 0;
  private heardPatientMs = 0;
  private readingSinceMs = 0;

  /** `promptSlots`: packets that the prompt one's ring holds at least. `most`: no more packets than these are wanted. */
  constructor(promptSlots: number, baseSeconds: number, most: number | null) {
    this.walks = { prompt: new RecordWalk(baseSeconds), patient: new RecordWalk(baseSeconds) };
    const packets = Math.max(1, Math.floor(promptSlots * RING_SHARE));
    this.rush = { prompt: new Rush(packets), patient: new Rush(packets) };
    this.most = most ?? Number.POSITIVE_INFINITY;
  }

  get complete(): boolean {
    return this.given >= this.most;
  }

  /** Chunks must stay as they are. */
  onPrompt(chunk: Uint8Array, nowMs: number): void {
    this.take("prompt", chunk, this.wantsPrompt);
    if (this.overrun) this.followPatient(nowMs);
    else if (this.following === "prompt") this.review(nowMs);
    else if (this.held.length > limits.heldBackPackets) this.rest();
    else if (!this.promptRests) this.compare();
  }

  onPatient(chunk: Uint8Array, nowMs: number): void {
    this.heardPatientMs = nowMs;
    this.take("patient", chunk, this.wantsPatient);
    if (this.following === "prompt") this.review(nowMs);
    else if (this.last - this.busyAt < CALM_NS) this.rest();
    else if (this.promptRests) this.wake(nowMs);
    else this.compare();
  }

  /** To be called every now and then: silence, too, tells that the prompt one will do. */
  onTime(nowMs: number): void {
    if (this.following === "prompt" || this.ended.prompt) return;
    const silentMs = nowMs - this.heardPatientMs;
    // As long as something is open, the patient one still has it to tell.
    if (this.promptRests && silentMs > (this.open.size === 0 ? PAUSE_MS : SILENT_MS)) this.wake(nowMs);
    else if (silentMs > SILENT_MS && nowMs - this.readingSinceMs > SILENT_MS && this.held.length === 0) {
      this.followPrompt();
    }
  }

  onEnd(ear: Ear): void {
    this.ended[ear] = true;
    if (ear === "prompt") this.followPatient(this.heardPatientMs);
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
    this.promptLast = stamp;
    if (this.following === "patient") {
      // What it tells first is old: it rested.
      if (this.promptRests || stamp <= this.awakeFrom + BLUR_NS) return false;
      const key = packetKey(bytes, start, end);
      if (this.isBusy("prompt", stamp)) this.rest();
      else if (this.open.take(key)) this.matched++;
      else this.hold(key, stamp, bytes, start, end);
      return false;
    }
    if (this.overrun || this.complete || (this.ended.patient && stamp <= this.seam)) return false;
    this.overrun = this.isBusy("prompt", stamp) && !this.ended.patient;
    if (this.overrun) return false;
    const key = packetKey(bytes, start, end);
    if (!this.takeHeld(key)) this.open.add(key, stamp);
    this.last = stamp;
    this.given++;
    return true;
  };

  private readonly wantsPatient = (stamp: number, bytes: Buffer, start: number, end: number): boolean => {
    // Its own packets come in order: the clock was set back, and earlier does not mean before any more.
    if (stamp < this.patientLast - BLUR_NS) {
      this.seam = Number.NEGATIVE_INFINITY;
      this.busyAt = stamp;
    }
    this.patientLast = stamp;
    if (this.following === "prompt") {
      const key = packetKey(bytes, start, end);
      if (!this.open.take(key)) this.hold(key, stamp, bytes, start, end);
      return false;
    }
    if (this.complete || this.wasGiven(stamp, bytes, start, end)) return false;
    this.isBusy("patient", stamp);
    this.last = stamp;
    this.given++;
    return true;
  };

  /** The patient one is followed: whether the prompt one had told this before that, or had lost it. Else it is noted. */
  private wasGiven(stamp: number, bytes: Buffer, start: number, end: number): boolean {
    if (this.promptRests && this.open.size === 0 && stamp >= this.seam - BLUR_NS) return false;
    const key = packetKey(bytes, start, end);
    if (this.promptRests) {
      if (this.open.take(key)) return true;
      if (stamp > this.seam + LATEST_NS) this.open.clear();
      if (stamp >= this.seam - BLUR_NS) return false;
      this.missed++;
      return true;
    }
    if (this.takeHeld(key)) this.matched++;
    else if (stamp > this.awakeFrom) this.open.add(key, stamp);
    return false;
  }

  private isBusy(ear: Ear, stamp: number): boolean {
    const busy = this.rush[ear].add(stamp);
    if (busy && stamp > this.busyAt) this.busyAt = stamp;
    return busy;
  }

  private hold(key: number, stamp: number, bytes: Buffer, start: number, end: number): void {
    this.held.push({ key, stamp, record: Buffer.from(bytes.subarray(start, end)) });
  }

  private takeHeld(key: number): boolean {
    const { held } = this;
    // Nearly always the first one.
    const index = held[0]?.key === key ? 0 : held.findIndex((other) => other.key === key);
    if (index === 0) held.shift();
    else if (index > 0) held.splice(index, 1);
    return index >= 0;
  }

  /** The prompt one is followed: has it lost any? */
  private review(nowMs: number): void {
    // What is missing with the patient one is no concern: it came before it, or is lost there.
    this.open.forget(Math.max(this.patientLast - BLUR_NS, this.last - LATEST_NS));
    const [first] = this.held;
    if (first !== undefined && first.stamp < this.last - BLUR_NS) this.followPatient(nowMs);
  }

  /** The patient one is followed, and it is calm: has the prompt one all that it has? */
  private compare(): void {
    // What it has not told although it told later ones, it has lost.
    if (this.open.forget(this.promptLast - BLUR_NS)) this.matched = 0;
    if (this.matched > 0 && this.open.size === 0) this.followPrompt();
  }

  private followPatient(nowMs: number): void {
    this.overrun = false;
    if (this.following === "patient" || this.ended.patient) return;
    this.following = "patient";
    this.seam = this.last;
    this.busyAt = this.last;
    // From now on: it may keep silent for a second.
    this.heardPatientMs = nowMs;
    for (const { stamp, record } of this.held) {
      if (stamp < this.seam - BLUR_NS) this.missed++;
      else if (!this.complete) {
        this.out.push(record);
        this.last = stamp;
        this.given++;
      }
    }
    this.rest(false);
  }

  private followPrompt(): void {
    if (this.following === "prompt" || this.ended.prompt) return;
    this.following = "prompt";
    this.promptRests = false;
    this.seam = this.last;
    this.open.clear();
    for (const { key, stamp, record } of this.held) {
      if (this.complete) break;
      this.out.push(record);
      this.open.add(key, stamp);
      this.last = stamp;
      this.given++;
    }
    this.held = [];
  }

  private rest(forget = !this.promptRests): void {
    if (forget) this.open.clear();
    this.promptRests = true;
    this.held = [];
  }

  private wake(nowMs: number): void {
    if (this.ended.prompt) return;
    this.promptRests = false;
    this.open.clear();
    this.matched = 0;
    this.awakeFrom = this.last;
    this.readingSinceMs = nowMs;
  }
}
