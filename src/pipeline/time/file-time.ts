import type { PacketNumber } from "../../base/brand.ts";
import type { OddTime, StepForward } from "../../base/captured-time.ts";
import type { PacketView } from "../../base/packet-view.ts";
import { OddTimes } from "../../pcap/odd-times.ts";
import type { PacketsRead } from "../../pcap/packets-of.ts";
import { TimeOrder } from "../../pcap/time-order.ts";
import { LivedTime } from "./lived-time.ts";
import type { FoundTimes, TimedPackets } from "./timed-packets.ts";

/** The packets of a file, and one of them that was read and not taken. */
class Returnable implements PacketsRead {
  returned: PacketView | null = null;
  private readonly inner: PacketsRead;

  constructor(inner: PacketsRead) {
    this.inner = inner;
  }

  get ownNumber(): PacketNumber {
    return this.inner.ownNumber;
  }

  needs(): number {
    return this.inner.needs();
  }

  next(): PacketView | null {
    const { returned } = this;
    if (returned === null) return this.inner.next();
    this.returned = null;
    return returned;
  }
}

/**
 * The packets of one file by the time that was lived through, stage by stage: single wild times, the order, the clock. Nearly
 * all come in order and before clocks are looked at again: while no stage holds anything those pass all stages by, at
 * the cost of two comparisons, and the stages hear how far they went when one does not.
 */
export class FileTime implements TimedPackets {
  private readonly inner: PacketsRead;
  private readonly source: Returnable;
  private readonly odd: OddTimes;
  private readonly inOrder: TimeOrder;
  private readonly lived: LivedTime;
  private isCalm = false;
  private lastNs: number = Number.NEGATIVE_INFINITY;
  private untilNs: number = Number.NEGATIVE_INFINITY;

  /** `beginningPackets`: so many are looked over before the first one is told. */
  constructor(inner: PacketsRead, beginningPackets?: number) {
    this.inner = inner;
    this.source = new Returnable(inner);
    this.odd = new OddTimes(this.source);
    this.inOrder = new TimeOrder(this.odd, true, beginningPackets);
    this.lived = new LivedTime(this.inOrder);
  }

  get ownNumber(): PacketNumber {
    return this.inner.ownNumber;
  }

  get oddTimes(): readonly OddTime[] {
    return this.odd.odd;
  }

  get stepBack(): FoundTimes["stepBack"] {
    return this.lived.stepBack;
  }

  get stepsForward(): readonly StepForward[] {
    return this.lived.stepsForward;
  }

  get found(): number {
    return this.odd.odd.length + this.lived.stepsForward.length + (this.inOrder.stepBack === null ? 0 : 1);
  }

  get steppedNs(): number {
    return this.lived.steppedNs;
  }

  needs(): number {
    return this.lived.needs();
  }

  /** The following packet, valid until the next call; null: see `needs`. */
  next(): PacketView | null {
    if (!this.isCalm) return this.throughStages();
    const view = this.inner.next();
    if (view === null) return null;
    if (view.timestampNs >= this.lastNs && view.timestampNs < this.untilNs) {
      this.lastNs = view.timestampNs;
      return view;
    }
    this.source.returned = view;
    this.odd.goOnFrom(this.lastNs);
    this.inOrder.goOnFrom(this.lastNs);
    this.lived.goOnFrom(this.lastNs);
    return this.throughStages();
  }

  private throughStages(): PacketView | null {
    const view = this.lived.next();
    this.isCalm = view !== null && this.odd.isEmpty && this.inOrder.isEmpty && this.lived.isEmpty;
    if (view !== null) this.lastNs = view.timestampNs;
    this.untilNs = this.lived.nextLookNs;
    return view;
  }
}
