import { type RelativeNs, relativeNs } from "../base/brand.ts";
import type { Analysis } from "./types.ts";

/** What the capture's clock showed at a moment of the time that was lived through: as it stands in the file. */
export function capturedNs({ captures }: Pick<Analysis, "captures">, at: RelativeNs): RelativeNs {
  let ns: number = at;
  for (const { stepsForward } of captures)
    for (const step of stepsForward) if (step.at.timestampNs <= at) ns += step.ns;
  return relativeNs(ns);
}
