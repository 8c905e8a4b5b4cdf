import { type RelativeNs, relativeNs } from "./brand.ts";
import type { Mark } from "./packet-view.ts";
import { formatTime } from "./time.ts";

/** From `at` on the capture's clock is so much further on than the time that both ends lived through; below 0: it was set back. */
export interface StepForward {
  readonly at: Mark;
  readonly ns: number;
  /** Of several captures: whether a packet was stamped by that clock. */
  readonly holds?: (packet: number) => boolean;
}

/** A packet whose time has nothing to do with those around it. */
export interface OddTime {
  readonly at: Mark;
  /** After the packet before it; below 0: before it. */
  readonly ns: number;
}

/** `packet` tells of which capture the moment is, where there are several. */
export interface LivedMoment {
  readonly packet: number;
  readonly timestampNs: number;
}

/** A moment of one capture alone, where no packet need tell which. */
export const loneMoment = (timestampNs: RelativeNs): LivedMoment => ({ packet: 0, timestampNs });

export interface SteppedClock {
  readonly stepsForward?: readonly StepForward[];
}

/** What the capture's clock showed at a moment of the time that was lived through: as it stands in the file. */
export function capturedNs(captures: readonly SteppedClock[], { packet, timestampNs }: LivedMoment): RelativeNs {
  let ns = timestampNs;
  for (const { stepsForward = [] } of captures)
    for (const step of stepsForward)
      if (step.at.timestampNs <= timestampNs && (step.holds?.(packet) ?? true)) ns += step.ns;
  return relativeNs(ns);
}

/** Date and time of such a moment, RFC 3339 in UTC, as they stand in the file. `originNs`: null without any packet. */
export const capturedTime = (originNs: bigint | null, captures: readonly SteppedClock[], at: LivedMoment): string =>
  formatTime(originNs ?? 0n, capturedNs(captures, at));
