import type { PacketNumber } from "../../base/brand.ts";
import type { OddTime, StepForward } from "../../base/captured-time.ts";
import type { PacketView } from "../../base/packet-view.ts";
import type { PacketsRead } from "../../pcap/packets-of.ts";
import { type StepBack, TimeOrder } from "../../pcap/time-order.ts";

/** What is found out about the clock of one capture. */
export interface FoundTimes {
  readonly stepBack: (StepBack & { readonly stampsFell: boolean }) | null;
  readonly stepsForward: readonly StepForward[];
  readonly oddTimes: readonly OddTime[];
}

/** The packets of one capture, and what their times have shown so far. */
export interface TimedPackets extends PacketsRead, FoundTimes {
  /** By how much its clock is further on at its end. */
  readonly steppedNs: number;
  /** Packets that are named in what was found. */
  readonly found: number;
}

/** What comes from a pipe may be running: no packet waits there for later ones, and what is out of order is only noted. */
export class PipeTime implements TimedPackets {
  readonly stepsForward = [];
  readonly oddTimes = [];
  readonly steppedNs = 0;
  private readonly inner: TimeOrder;

  constructor(inner: PacketsRead) {
    this.inner = new TimeOrder(inner, false);
  }

  get ownNumber(): PacketNumber {
    return this.inner.ownNumber;
  }

  get stepBack(): FoundTimes["stepBack"] {
    const { stepBack } = this.inner;
    return stepBack === null ? null : { ...stepBack, stampsFell: false };
  }

  get found(): number {
    return this.inner.stepBack === null ? 0 : 1;
  }

  needs(): number {
    return this.inner.needs();
  }

  next(): PacketView | null {
    return this.inner.next();
  }
}
