import { capturedTime } from "../../base/captured-time.ts";
import type { Snapshot } from "../../session/types.ts";

/** Date and time of a moment, RFC 3339 in UTC, as they stand in the file. */
export const clockAt = ({ originNs, capture }: Pick<Snapshot, "originNs" | "capture">, ns: number): string =>
  capturedTime(originNs, [capture], ns);
