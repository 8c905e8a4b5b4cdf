import { type RelativeNs, relativeNs } from "../base/brand.ts";
import type { StepForward } from "../base/captured-time.ts";
import { markOf, type PacketView } from "../base/packet-view.ts";
import type { CaptureOrigin } from "../pcap/types.ts";
import type { CaptureStepBack } from "../store/types.ts";
import type { Clock } from "./types.ts";

/** NTP corrects less than this bit by bit. */
const LEAST_STEP_NS = 2e9;
/** Whoever is stopped between asking one clock and the other (Ctrl-Z) cannot compare them. */
const SAME_MOMENT_NS = 0.5e9;
/** A packet from further in the future than this was stamped by a clock that has been set since. */
const FUTURE_NS = 0.5e9;

/**
 * Time as this machine lives through it while its clock may be set (a device without a battery at its first NTP): the
 * clock is compared with the time since the machine was started, which goes on through sleep and which nobody sets.
 * Packets are stamped by the clock; those from behind a step are counted on without it. A silence of an hour would be
 * seen otherwise, and everything that waits for its time would wait for an hour when the clock is set back.
 */
export class MachineTime {
  /** As `CaptureFacts.stepsForward`; also those back. */
  readonly steps: StepForward[] = [];
  private readonly clock: Clock;
  private readonly origin: CaptureOrigin;
  /** The clock was further on than the machine by so much. */
  private aheadNs: bigint | null = null;
  /** All steps that were seen, and those that packets have passed. */
  private seenNs = 0;
  private passedNs = 0;
  /** `seenNs` when the first packet came: its stamp is the origin. */
  private atOriginNs: number | null = null;
  private pending: number[] = [];

  constructor(clock: Clock, origin: CaptureOrigin) {
    this.clock = clock;
    this.origin = origin;
    origin.stepsForward = this.steps;
  }

  get stepBack(): CaptureStepBack | null {
    const step = this.steps.find(({ ns }) => ns < 0);
    return step === undefined ? null : { at: step.at, ns: -step.ns, isMended: true, stampsFell: false };
  }

  /** Epoch nanoseconds of a clock that nobody has set since the beginning. */
  nowNs(): bigint {
    const before = this.clock.uptimeNs();
    const now = this.clock.nowNs();
    const after = this.clock.uptimeNs();
    if (Number(after - before) < SAME_MOMENT_NS) this.compare(now - after);
    return now - BigInt(this.seenNs);
  }

  private compare(aheadNs: bigint): void {
    const stepNs = Number(aheadNs - (this.aheadNs ?? aheadNs));
    this.aheadNs = aheadNs;
    if (Math.abs(stepNs) < LEAST_STEP_NS) return;
    this.seenNs += stepNs;
    this.pending.push(stepNs);
  }

  /** As packets are counted; 0 before the first one. */
  relativeOf(nowNs: bigint): RelativeNs {
    const { ns } = this.origin;
    return relativeNs(ns === null ? 0 : Number(nowNs - ns) + (this.atOriginNs ?? this.seenNs));
  }

  /** Of what the clock said a moment ago. */
  relativeOfClock(clockNs: bigint): RelativeNs {
    return this.relativeOf(clockNs - BigInt(this.seenNs));
  }

  /** Counts a packet on as it was lived through; `nowNs`: when it came. */
  place(packet: PacketView, nowNs: bigint): void {
    if (this.atOriginNs === null) {
      this.atOriginNs = this.seenNs;
      this.pending = [];
    }
    for (let step = this.pending[0]; step !== undefined; step = this.pending[0]) {
      const ageNs = this.relativeOf(nowNs) - (packet.timestampNs - this.passedNs);
      if (step > 0 ? ageNs >= -FUTURE_NS : ageNs + step < -FUTURE_NS) break;
      this.pending.shift();
      this.passedNs += step;
      const timestampNs = relativeNs(packet.timestampNs - this.passedNs);
      this.steps.push({ at: { ...markOf(packet), timestampNs }, ns: step });
    }
    packet.clockAheadNs = this.passedNs;
    packet.timestampNs = relativeNs(packet.timestampNs - this.passedNs);
  }
}
