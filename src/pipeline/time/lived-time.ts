import type { PacketNumber } from "../../base/brand.ts";
import type { StepForward } from "../../base/captured-time.ts";
import { markOf, type PacketView } from "../../base/packet-view.ts";
import { copyOf, setClock, type TimeOrder } from "../../pcap/time-order.ts";
import { StampClocks, type StampReading } from "./stamp-clocks.ts";
import type { FoundTimes } from "./timed-packets.ts";

/** So often, in the capture's time, are clocks looked at: what lies between two looks costs one comparison a packet. */
const LOOK_NS = 0.1e9;
/** And at so many packets after it, until one of another sender comes: whoever only answers would never be looked at. */
const MOST_LOOKS = 4;
/** Shorter silences are not questioned. */
const LEAST_GAP_NS = 2e9;
const LEAST_STEP_NS = 1e9;
/** Both ends lack the same time, but for the grain of their stamps and the way between them. */
const LEAST_TOLERANCE_NS = 0.25e9;
const TOLERANCE = 0.005;
/** Of the time since a clock was looked at: by so much may clocks that nobody sets disagree. */
const DRIFT = 0.002;
/** A recorder that only stood still stamps what has piled up too late, and what comes then rightly. */
const CONFIRMED_NS = 1e9;
const MOST_HELD = 1024;
const MOST_HELD_BYTES = 4_194_304;
const MOST_STEPS = 64;

/** A silence by the capture's clock that may have been none. */
interface Question {
  /** The packet that ended it, by its place among those held. */
  from: number;
  atNs: number;
  gapNs: number;
  /** Who spoke since, by sender and receiver. */
  readonly heard: Map<string, StampReading>;
  /** Both ends of a connection lack so much; 0: not known. */
  stepNs: number;
}

/**
 * The packets of one capture by the time that was lived through: where the capture's clock was set forward (NTP, a virtual
 * machine that was resumed), what follows is counted on without it. A silence of the whole capture is one where a single
 * host's stamps show it; it is a step where both ends of a connection lack the same time, and who answers has heard the
 * other one after it. A host that slept lacks it alone.
 */
export class LivedTime {
  readonly stepsForward: StepForward[] = [];
  private readonly inner: TimeOrder;
  private readonly clocks = new StampClocks();
  /** What comes before it is not looked at. */
  nextLookNs: number = Number.NEGATIVE_INFINITY;
  private lastNs: number = Number.NEGATIVE_INFINITY;
  private looks = 0;
  private lookedAt: string | null = null;
  private shiftNs = 0;
  /** In order; those before the one that is in question can be handed on. */
  private readonly held: PacketView[] = [];
  private heldBytes = 0;
  private question: Question | null = null;
  private isHolding = false;
  private fell = false;

  constructor(inner: TimeOrder) {
    this.inner = inner;
  }

  get ownNumber(): PacketNumber {
    return this.inner.ownNumber;
  }

  /** With what the stamps tell about it. */
  get stepBack(): FoundTimes["stepBack"] {
    const { stepBack } = this.inner;
    return stepBack === null ? null : { ...stepBack, stampsFell: this.fell };
  }

  /** By how much the capture's clock is further on at its end. */
  get steppedNs(): number {
    return this.shiftNs;
  }

  /** Nothing is held, and nothing is to be counted on otherwise than the capture says. */
  get isEmpty(): boolean {
    return !this.isHolding && this.shiftNs === 0;
  }

  /** Packets up to that time have gone another way. */
  goOnFrom(lastNs: number): void {
    this.lastNs = lastNs;
  }

  needs(): number {
    return this.inner.needs();
  }

  /** The following packet, valid until the next call; null: see `needs`. */
  next(): PacketView | null {
    if (this.isHolding) return this.nextHeld();
    const view = this.inner.next();
    if (view === null) return null;
    return this.passOn(this.shiftNs === 0 ? view : this.shifted(view));
  }

  /** Readers do not know of it: theirs stays as it is. */
  private shifted(view: PacketView): PacketView {
    const copy = copyOf(view);
    setClock(copy, -this.shiftNs);
    return copy;
  }

  private passOn(view: PacketView): PacketView | null {
    if (view.timestampNs >= this.nextLookNs) return this.look(view);
    this.lastNs = view.timestampNs;
    return view;
  }

  private look(view: PacketView): PacketView | null {
    const reading = this.clocks.read(view);
    const gapNs = view.timestampNs - this.lastNs;
    this.lastNs = view.timestampNs;
    this.lookAgain(view, reading);
    if (gapNs < LEAST_GAP_NS || !this.mayAsk(reading)) {
      this.note(reading);
      return view;
    }
    this.ask(copyOf(view), reading, gapNs);
    return this.nextHeld();
  }

  /** What has no stamp (ARP, UDP) is not the sender after whom another one is waited for. */
  private lookAgain({ timestampNs }: PacketView, reading: StampReading | null): void {
    const isOther = reading !== null && this.lookedAt !== null && reading.key !== this.lookedAt;
    this.looks++;
    if (isOther || this.looks > MOST_LOOKS) {
      this.looks = 0;
      this.lookedAt = null;
      this.nextLookNs = timestampNs + LOOK_NS;
      return;
    }
    this.lookedAt ??= reading?.key ?? null;
    this.nextLookNs = timestampNs;
  }

  private mayAsk(reading: StampReading | null): boolean {
    return !this.fell && !isAgreeing(reading) && this.clocks.areKnown && this.stepsForward.length < MOST_STEPS;
  }

  private note(reading: StampReading | null): void {
    if (reading === null) return;
    const { stepBack } = this.inner;
    if (stepBack !== null && this.clocks.fellBy(reading, stepBack.ns)) this.fell = true;
    this.clocks.note(reading);
  }

  private ask(copy: PacketView, reading: StampReading | null, gapNs: number): void {
    this.isHolding = true;
    this.question = { from: this.held.length, atNs: copy.timestampNs, gapNs, heard: new Map(), stepNs: 0 };
    this.hold(copy);
    hear(this.question, reading);
  }

  private nextHeld(): PacketView | null {
    for (;;) {
      const { question, held } = this;
      if (question === null || question.from > 0) {
        if (question !== null) question.from--;
        const first = held.shift();
        if (first === undefined) {
          this.isHolding = false;
          return this.next();
        }
        this.heldBytes -= first.capturedLength;
        return first;
      }
      const view = this.inner.next();
      if (view !== null) {
        this.consider(this.shifted(view), question);
      } else if (this.inner.needs() < 0) this.settle(question, question.stepNs);
      else return null;
    }
  }

  private consider(copy: PacketView, question: Question): void {
    const reading = this.clocks.read(copy);
    const gapNs = copy.timestampNs - (this.held.at(-1)?.timestampNs ?? question.atNs);
    if (isAgreeing(reading)) {
      this.hold(copy);
      this.settle(question, 0);
      return;
    }
    if (gapNs >= LEAST_GAP_NS && question.stepNs > 0) {
      // It ends another silence, which is a question of its own.
      this.settle(question, question.stepNs);
      setClock(copy, -question.stepNs);
      this.lookHeld(copy, gapNs);
      return;
    }
    // Nothing was heard of any clock since: the longest silence is the one in question.
    if (question.heard.size === 0 && gapNs > question.gapNs)
      Object.assign(question, { from: this.held.length, atNs: copy.timestampNs, gapNs });
    this.hold(copy);
    hear(question, reading);
    const isFull = this.held.length >= MOST_HELD || this.heldBytes > MOST_HELD_BYTES;
    const isConfirmed = question.stepNs > 0 && copy.timestampNs - question.atNs >= CONFIRMED_NS;
    if (isFull || isConfirmed) this.settle(question, question.stepNs);
  }

  private lookHeld(copy: PacketView, gapNs: number): void {
    const reading = this.clocks.read(copy);
    if (this.mayAsk(reading)) this.ask(copy, reading, gapNs);
    else {
      this.note(reading);
      this.hold(copy);
    }
    this.lastNs = copy.timestampNs;
    this.nextLookNs = copy.timestampNs;
  }

  private hold(copy: PacketView): void {
    this.held.push(copy);
    this.heldBytes += copy.capturedLength;
  }

  /** What is held since the question goes on by this much earlier, and so does all that follows. */
  private settle({ from, gapNs }: Question, stepNs: number): void {
    this.question = null;
    const ns = Math.min(stepNs, gapNs);
    this.shiftNs += ns;
    for (let place = from; place < this.held.length; place++) {
      const packet = this.held[place] as PacketView;
      setClock(packet, -ns);
      if (ns > 0 && place === from) this.stepsForward.push({ at: markOf(packet), ns });
      this.note(this.clocks.read(packet));
      this.lastNs = packet.timestampNs;
      this.nextLookNs = packet.timestampNs;
    }
  }
}

/** Its sender lived through the silence. */
const isAgreeing = (reading: StampReading | null): boolean =>
  reading !== null && reading.lackNs !== null && Math.abs(reading.lackNs) < LEAST_STEP_NS;

/** Whoever answers somebody heard since the silence, and lacks what that one lacks, tells how long there was none. */
function hear(question: Question, reading: StampReading | null): void {
  if (reading === null || reading.lackNs === null) return;
  const { key, peerKey, lackNs, sinceNs, echoed } = reading;
  if (lackNs < LEAST_STEP_NS || lackNs < DRIFT * sinceNs) return;
  if (!question.heard.has(key)) question.heard.set(key, reading);
  const other = question.heard.get(peerKey);
  if (question.stepNs > 0 || other === undefined || other.lackNs === null) return;
  if (((echoed - other.value) | 0) < 0) return;
  const stepNs = Math.min(lackNs, other.lackNs);
  const tolerance = LEAST_TOLERANCE_NS + TOLERANCE * stepNs;
  if (Math.abs(lackNs - other.lackNs) > tolerance || stepNs > question.gapNs + tolerance) return;
  question.stepNs = stepNs;
}
