import type { LivedMoment } from "../base/captured-time.ts";
import type { Finding } from "./types.ts";

/** When it was seen, with a packet of the capture that shows it. */
export const momentOf = ({ timestampNs, evidence }: Finding): LivedMoment => ({
  packet: (evidence.find((item) => item.timestampNs === timestampNs) ?? evidence[0])?.packet ?? 0,
  timestampNs,
});
