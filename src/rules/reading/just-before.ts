import type { Mark } from "../../base/packet-view.ts";

/** A program that refuses says why, and then closes: this soon. */
const JUST_BEFORE_NS = 2e9;

export function isJustBefore(said: Mark, end: Mark): boolean {
  const beforeNs = end.timestampNs - said.timestampNs;
  return beforeNs >= 0 && beforeNs <= JUST_BEFORE_NS;
}
