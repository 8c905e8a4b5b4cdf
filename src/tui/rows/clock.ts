import { capturedNs } from "../../base/captured-time.ts";
import { formatTime } from "../../base/time.ts";
import type { Snapshot } from "../../session/types.ts";

/** Date and time of a moment, RFC 3339 in UTC, as they stand in the file. */
export const clockAt = ({ originNs, capture }: Pick<Snapshot, "originNs" | "capture">, ns: number): string =>
  formatTime(originNs ?? 0n, capturedNs([capture], ns));
