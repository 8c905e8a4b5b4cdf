import { type RelativeNs, relativeNs } from "./brand.ts";
import type { Mark } from "./packet-view.ts";
import { formatTime } from "./time.ts";

/** From `at` on the capture's clock is so much further on than the time that both ends lived through; below 0: it was set back. */
export interface StepForward {
  readonly at: Mark;
  readonly ns: number;
}

/** A packet whose time has nothing to do with those around it. */
export interface OddTime {
  readonly at: Mark;
  /** After the packet before it; below 0: before it. */
  readonly ns: number;
}

interface SteppedClock {
  readonly stepsForward?: readonly StepForward[];
}

/** What the capture's clock showed at a moment of the time that was lived through: as it stands in the file. */
export function capturedNs(captures: readonly SteppedClock[], at: number): RelativeNs {
  let ns = at;
  for (const { stepsForward = [] } of captures)
    for (const step of stepsForward) if (step.at.timestampNs <= at) ns += step.ns;
  return relativeNs(ns);
}

/** Date and time of such a moment, RFC 3339 in UTC, as they stand in the file. `originNs`: null without any packet. */
export const capturedTime = (originNs: bigint | null, captures: readonly SteppedClock[], at: number): string =>
  formatTime(originNs ?? 0n, capturedNs(captures, at));
