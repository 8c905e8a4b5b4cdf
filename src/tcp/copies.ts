import { RST, type SegmentView } from "../wire/types.ts";
import { type TcpConnection, type TcpHalf, touchHops } from "./connection.ts";
import { DUPLICATE_NS } from "./recent.ts";

/** The same packet once more: it is counted and says nothing. */
export function isCopy(connection: TcpConnection, half: TcpHalf, segment: SegmentView, nowNs: number): boolean {
  const ageNs = half.recent.copyAgeNs(segment, nowNs, connection.lateCopies?.lastNs ?? 0);
  if (ageNs < 0) return false;
  // A host that answers each of several packets by RST sends the same one again and again.
  if ((segment.flags & RST) === 0) half.duplicatePackets++;
  touchHops(half, segment.hopLimit);
  if (ageNs > DUPLICATE_NS) noteLate(connection, ageNs);
  return true;
}

function noteLate(connection: TcpConnection, ageNs: number): void {
  const { lateCopies: known } = connection;
  if (known === null) {
    connection.lateCopies = { packets: 1, lastNs: ageNs, mostNs: ageNs };
    connection.low.recent.rememberMore();
    connection.high.recent.rememberMore();
    return;
  }
  known.packets++;
  known.lastNs = ageNs;
  if (ageNs > known.mostNs) known.mostNs = ageNs;
}
