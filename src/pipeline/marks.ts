import { packetNumber, relativeNs } from "../base/brand.ts";
import type { Mark } from "../base/packet-view.ts";
import { type Moment, neverSeen } from "../tcp/connection.ts";

/**
 * Facts spell out `packet` and `timestampNs` instead of spreading a mark: V8 gives each object that begins with a spread
 * of numbers a hidden class of its own, 250 bytes more.
 */
export const mark = (moment: Moment): Mark => ({
  packet: packetNumber(moment.packetNumber),
  timestampNs: relativeNs(moment.timestampNs),
});

export const markOrNull = (moment: Moment | null): Mark | null => (moment === null ? null : mark(moment));

export const markAt = (packet: number, timestampNs: number): Mark | null =>
  packet === 0 || neverSeen(timestampNs)
    ? null
    : { packet: packetNumber(packet), timestampNs: relativeNs(timestampNs) };
