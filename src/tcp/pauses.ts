import type { PacketView } from "../base/packet-view.ts";
import { momentOf, NEVER, type TcpHalf } from "./connection.ts";

/** What sends all the time is never silent for so long. */
export const LEAST_PAUSE_NS = 1e9;

/** `half` sends something new; called before that is noted. */
export function notePause(half: TcpHalf, peer: TcpHalf, packet: PacketView): void {
  if (half.lastDataNs === NEVER) return;
  const ns = packet.timestampNs - half.lastDataNs;
  if (ns < LEAST_PAUSE_NS) return;
  const { pauses } = half;
  if (pauses !== null && ns <= pauses.longestNs) pauses.nextNs = Math.max(pauses.nextNs, ns);
  else
    half.pauses = {
      until: momentOf(packet),
      longestNs: ns,
      nextNs: pauses?.longestNs ?? 0,
      // The one that ends it is counted already.
      segmentsBefore: half.dataSegments - 1,
      peerSpokeNs: peer.lastDataNs === NEVER ? 0 : Math.max(0, peer.lastDataNs - half.lastDataNs),
    };
}
