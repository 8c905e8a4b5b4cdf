import { ABSENT, maximumSegmentSize, sackPermitted, timestampValue, windowScale } from "../wire/tcp-options.ts";
import type { SegmentView } from "../wire/types.ts";
import type { SynOptionsRow } from "./connection.ts";

const orNull = (value: number): number | null => (value === ABSENT ? null : value);

/** The options that a SYN announces: RFC 9293 §3.2, RFC 7323 §2.2 and §3.2, RFC 2018 §2. */
export const synOptionsOf = (segment: SegmentView): SynOptionsRow => ({
  mss: orNull(maximumSegmentSize(segment)),
  windowScale: orNull(windowScale(segment)),
  sackPermitted: sackPermitted(segment),
  timestamps: timestampValue(segment) !== ABSENT,
});
