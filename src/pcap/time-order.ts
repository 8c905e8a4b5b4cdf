import { type PacketNumber, relativeNs } from "../base/brand.ts";
import { DISORDER_NS, type Mark, markOf, type PacketView } from "../base/packet-view.ts";
import type { CaptureMerge } from "./merge.ts";

const MOST_HELD = 1024;
const MOST_HELD_BYTES = 4_194_304;
/** Disorder shows here, if there is any: so that not even its first packets are told in the wrong order. */
const BEGINNING_PACKETS = 1000;
/** No queue holds packets back so long: the clock was set, or pieces are put together in the wrong order. */
const LEAST_STEP_NS = 1e9;
/** That come after a step back and stay behind it. */
const STEP_PACKETS = 3;

/** From `at` on the times of a capture lie further back than those before. */
export interface StepBack {
  readonly captureIndex: number;
  readonly at: Mark;
  readonly ns: number;
  /** Back to before the first packet. */
  readonly isBeforeStart: boolean;
  /** What follows is counted on from the time before the step. */
  readonly isMended: boolean;
}

const stepAt = (packet: PacketView, ns: number, isBeforeStart: boolean, isMended: boolean): StepBack => ({
  captureIndex: packet.captureIndex,
  at: markOf(packet),
  ns,
  isBeforeStart,
  isMended,
});

/**
 * Hands on packets in the order of their times, with the numbers that they have. The beginning is looked ahead over; behind
 * it, packets are only compared with the one before, until one runs backwards. Of several captures (`mends` is false)
 * the order is kept, since their numbers were given by it: steps are only noted.
 */
export class TimeOrder {
  stepBack: StepBack | null = null;
  private readonly inner: CaptureMerge;
  private readonly mends: boolean;
  /** In time order. */
  private readonly held: PacketView[] = [];
  private heldBytes = 0;
  /** Far behind all others; in the order of the capture. */
  private behind: PacketView[] = [];
  private mode: "look" | "pass" | "sort";
  private isRanOut = false;
  private read = 0;
  private isDisordered = false;
  private newestNs: number = Number.NEGATIVE_INFINITY;
  private firstNs: number | null = null;
  private shiftNs = 0;

  constructor(inner: CaptureMerge, mends: boolean) {
    this.inner = inner;
    this.mends = mends;
    this.mode = mends ? "look" : "pass";
  }

  get ownNumber(): PacketNumber {
    return this.inner.ownNumber;
  }

  needs(): number {
    return this.inner.needs();
  }

  /** The following packet, valid until the next call; null: see `needs`. */
  next(): PacketView | null {
    if (this.mode !== "pass") return this.nextSorted();
    const waiting = this.held.length > 0 ? this.release() : null;
    if (waiting !== null) return waiting;
    const view = this.inner.next();
    if (view === null) return null;
    if (view.timestampNs >= this.newestNs) {
      this.newestNs = view.timestampNs;
      return view;
    }
    if (!this.mends) return this.noted(view);
    this.mode = "sort";
    this.take(view);
    return this.nextSorted();
  }

  private noted(view: PacketView): PacketView {
    const ns = this.newestNs - view.timestampNs;
    if (ns >= LEAST_STEP_NS) this.stepBack ??= stepAt(view, ns, false, false);
    return view;
  }

  private nextSorted(): PacketView | null {
    while (!this.isDue()) {
      const view = this.inner.next();
      if (view === null) {
        if (this.inner.needs() >= 0) return null;
        this.isRanOut = true;
        this.settleBehind();
        return this.release();
      }
      this.take(view);
      if (this.mode === "look" && this.read >= BEGINNING_PACKETS && this.behind.length === 0) {
        this.mode = this.isDisordered ? "sort" : "pass";
        if (this.mode === "pass") break;
      }
    }
    return this.release();
  }

  /** Nothing that could still come belongs before the first one that is held. */
  private isDue(): boolean {
    const first = this.held[0];
    if (first === undefined) return false;
    if (this.isRanOut || this.held.length >= MOST_HELD || this.heldBytes > MOST_HELD_BYTES) return true;
    return this.mode === "sort" && first.timestampNs + DISORDER_NS <= this.newestNs && this.behind.length === 0;
  }

  private release(): PacketView | null {
    const first = this.held.shift();
    if (first === undefined) return null;
    this.heldBytes -= first.capturedLength;
    return first;
  }

  private take(view: PacketView): void {
    this.read++;
    this.firstNs ??= view.timestampNs;
    const copy: PacketView = {
      ...view,
      bytes: view.bytes.slice(view.start, view.start + view.capturedLength),
      start: 0,
    };
    copy.timestampNs = relativeNs(copy.timestampNs + this.shiftNs);
    this.heldBytes += copy.capturedLength;
    if (copy.timestampNs < this.newestNs) this.isDisordered = true;
    const isBehind = copy.timestampNs < this.newestNs - LEAST_STEP_NS;
    if (isBehind) this.behind.push(copy);
    if (!isBehind || this.behind.length === STEP_PACKETS) this.settleBehind();
    if (!isBehind) this.hold(copy);
  }

  /** So many in a row lie behind that time itself was set back; fewer are stragglers and stay where they are. */
  private settleBehind(): void {
    const { behind } = this;
    const first = behind[0];
    if (first === undefined) return;
    this.behind = [];
    const ns = this.newestNs - first.timestampNs;
    const isStep = behind.length === STEP_PACKETS;
    const isBeforeStart = first.timestampNs - this.shiftNs < (this.firstNs ?? 0);
    if (isStep) {
      this.shiftNs += ns;
      for (const packet of behind) packet.timestampNs = relativeNs(packet.timestampNs + ns);
      this.stepBack ??= stepAt(first, ns, isBeforeStart, true);
    }
    for (const packet of behind) {
      if (isStep) this.hold(packet);
      else this.held.push(packet);
    }
  }

  private hold(packet: PacketView): void {
    const { held } = this;
    let at = held.length;
    while (at > 0 && (held[at - 1] as PacketView).timestampNs > packet.timestampNs) at--;
    if (at === held.length) held.push(packet);
    else held.splice(at, 0, packet);
    this.newestNs = Math.max(this.newestNs, packet.timestampNs);
  }
}
