import { type PacketNumber, relativeNs } from "../base/brand.ts";
import { DISORDER_NS, type Mark, markOf, type PacketView } from "../base/packet-view.ts";
import { newPacketView } from "./capture-state.ts";
import type { PacketsRead } from "./packets-of.ts";

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
  /** What follows is counted on from the time before the step. */
  readonly isMended: boolean;
}

const stepAt = (packet: PacketView, ns: number, isMended: boolean): StepBack => ({
  captureIndex: packet.captureIndex,
  at: markOf(packet),
  ns,
  isMended,
});

/** Made as the readers make theirs, so that who is given both stays fast. */
export function copyOf(view: PacketView): PacketView {
  const copy = newPacketView(view.captureIndex, view.bytes.slice(view.start, view.start + view.capturedLength));
  copy.packetNumber = view.packetNumber;
  copy.timestampNs = view.timestampNs;
  copy.clockAheadNs = view.clockAheadNs;
  copy.linkType = view.linkType;
  copy.capturedLength = view.capturedLength;
  copy.originalLength = view.originalLength;
  copy.interfaceIndex = view.interfaceIndex;
  copy.recordOffset = view.recordOffset;
  return copy;
}

/** Counted on by so much; what the capture says stays known. */
export function setClock(packet: PacketView, ns: number): void {
  packet.timestampNs = relativeNs(packet.timestampNs + ns);
  packet.clockAheadNs -= ns;
}

/**
 * Hands on packets in the order of their times, with the numbers that they have. The beginning is looked ahead over; behind
 * it, packets are only compared with the one before, until one runs backwards. Of several captures (`mends` is false)
 * the order is kept, since their numbers were given by it: steps are only noted.
 */
export class TimeOrder implements PacketsRead {
  stepBack: StepBack | null = null;
  private readonly inner: PacketsRead;
  private readonly mends: boolean;
  private readonly beginningPackets: number;
  /** In time order. */
  private readonly held: PacketView[] = [];
  private heldBytes = 0;
  /** Far behind all others; in the order of the capture. */
  private behind: PacketView[] = [];
  private mode: "look" | "empty" | "sort" = "look";
  /** In order so far: what is read is handed on as it is. */
  private passes: boolean;
  private isRanOut = false;
  private read = 0;
  private isDisordered = false;
  private newestNs: number = Number.NEGATIVE_INFINITY;
  private shiftNs = 0;

  constructor(inner: PacketsRead, mends: boolean, beginningPackets = BEGINNING_PACKETS) {
    this.inner = inner;
    this.beginningPackets = beginningPackets;
    this.mends = mends;
    this.passes = !mends;
  }

  get ownNumber(): PacketNumber {
    return this.inner.ownNumber;
  }

  /** All was in order so far, and nothing is held. */
  get isEmpty(): boolean {
    return this.passes && this.held.length === 0;
  }

  /** Packets up to that time have gone another way. */
  goOnFrom(lastNs: number): void {
    this.newestNs = lastNs;
  }

  needs(): number {
    return this.inner.needs();
  }

  /** The following packet, valid until the next call; null: see `needs`. */
  next(): PacketView | null {
    if (!this.passes) return this.nextSorted();
    const view = this.inner.next();
    if (view === null) return null;
    if (view.timestampNs >= this.newestNs) {
      this.newestNs = view.timestampNs;
      return view;
    }
    if (!this.mends) return this.noted(view);
    this.passes = false;
    this.mode = "sort";
    this.take(view);
    return this.nextSorted();
  }

  private noted(view: PacketView): PacketView {
    const ns = this.newestNs - view.timestampNs;
    if (ns >= LEAST_STEP_NS) this.stepBack ??= stepAt(view, ns, false);
    return view;
  }

  private nextSorted(): PacketView | null {
    if (this.mode === "empty") return this.lastHeld();
    while (!this.isDue()) {
      const view = this.inner.next();
      if (view === null) {
        if (this.inner.needs() >= 0) return null;
        this.isRanOut = true;
        this.settleBehind();
        return this.release();
      }
      this.take(view);
      if (this.mode === "look" && this.read >= this.beginningPackets && this.behind.length === 0) {
        this.mode = this.isDisordered ? "sort" : "empty";
        if (this.mode === "empty") return this.lastHeld();
      }
    }
    return this.release();
  }

  /** All was in order: behind what is held, packets are passed through. */
  private lastHeld(): PacketView | null {
    this.passes = this.held.length <= 1;
    return this.release() ?? this.next();
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
    const copy = copyOf(view);
    setClock(copy, this.shiftNs);
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
    if (isStep) {
      this.shiftNs += ns;
      for (const packet of behind) setClock(packet, ns);
      this.stepBack ??= stepAt(first, ns, true);
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
