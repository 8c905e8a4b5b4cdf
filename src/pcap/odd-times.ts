import type { PacketNumber } from "../base/brand.ts";
import type { OddTime } from "../base/captured-time.ts";
import { markOf, type PacketView } from "../base/packet-view.ts";
import type { PacketsRead } from "./packets-of.ts";
import { copyOf, setClock } from "./time-order.ts";

/** No queue holds a packet back so long, and no clock is set for one packet. */
const FAR_NS = 1e9;
/** Nobody waits so long for the last packet of a capture. */
const FAR_AT_END_NS = 366 * 86_400e9;
/** So much nearer than it is the packet after it to the one before: a clock that was set, after a silence, seldom looks so. */
const NEARER = 16;
/** More are no accident: their times are left as they are. */
const MOST_ODD = 8;

/**
 * One packet far from those around it, which go on as if it were not there: a bit of its time has flipped, or the
 * machine wrote what no clock showed. It is counted at the time of the packet before. Whatever lies far from the packet
 * before waits for the next one, so this is for files.
 */
export class OddTimes implements PacketsRead {
  readonly odd: OddTime[] = [];
  private readonly inner: PacketsRead;
  private lastNs = Number.NaN;
  /** Far from the one before, until the next one is read. */
  private held: PacketView | null = null;
  /** That next one, where `held` had to go first. */
  private following: PacketView | null = null;

  constructor(inner: PacketsRead) {
    this.inner = inner;
  }

  get ownNumber(): PacketNumber {
    return this.inner.ownNumber;
  }

  get isEmpty(): boolean {
    return this.held === null && this.following === null;
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
    for (;;) {
      const view = this.following ?? this.inner.next();
      this.following = null;
      if (this.held !== null) {
        if (view === null && this.inner.needs() >= 0) return null;
        return this.release(this.held, view);
      }
      if (view === null) return null;
      const farNs = Math.abs(view.timestampNs - this.lastNs);
      if (farNs >= FAR_NS && this.odd.length < MOST_ODD) {
        this.held = copyOf(view);
        continue;
      }
      this.lastNs = view.timestampNs;
      return view;
    }
  }

  private release(held: PacketView, next: PacketView | null): PacketView {
    this.held = null;
    this.following = next;
    const ns = held.timestampNs - this.lastNs;
    const isOdd =
      next === null ? Math.abs(ns) >= FAR_AT_END_NS : Math.abs(next.timestampNs - this.lastNs) < Math.abs(ns) / NEARER;
    if (isOdd) {
      setClock(held, -ns);
      this.odd.push({ at: markOf(held), ns });
    }
    this.lastNs = held.timestampNs;
    return held;
  }
}
