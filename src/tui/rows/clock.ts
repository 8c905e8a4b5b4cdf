import { capturedNs, capturedTime, type LivedMoment } from "../../base/captured-time.ts";
import type { Snapshot } from "../../session/types.ts";

/** The first packet of all. */
export const BEGINNING: LivedMoment = { packet: 1, timestampNs: 0 };

interface RowMoment {
  readonly packet: number;
  readonly timeNs: number;
}

/** Date and time of a moment, RFC 3339 in UTC, as they stand in the file. */
export const clockAt = ({ originNs, capture }: Pick<Snapshot, "originNs" | "capture">, at: LivedMoment): string =>
  capturedTime(originNs, [capture], at);

/** Since the first packet, by the same clock. */
export const sinceBeginningNs = ({ capture }: Pick<Snapshot, "capture">, at: LivedMoment): number =>
  capturedNs([capture], at);

/** The same of a row of packets, in seconds. */
export const rowSeconds = (snapshot: Pick<Snapshot, "capture">, { packet, timeNs }: RowMoment): string =>
  (sinceBeginningNs(snapshot, { packet, timestampNs: timeNs }) / 1e9).toFixed(4);
