import type { PacketNumber, RelativeNs } from "../base/brand.ts";
import { momentOf, type TcpConnection, type TcpHalf } from "./connection.ts";
import { noteEvent } from "./events.ts";

/**
 * The peer acknowledges one byte that the capture does not hold, and nothing came behind it. A FIN takes one (RFC 9293
 * §3.4); no WebSocket frame or TLS record is so short.
 */
export function isUnseenFin(connection: TcpConnection, half: TcpHalf): boolean {
  const peer = connection.peerOf(half);
  return (
    half.fin === null &&
    half.anchored &&
    peer.acknowledgedKnown &&
    peer.acknowledged === ((half.nextSequence + 1) | 0) &&
    half.maxSequence === half.nextSequence &&
    (half.hold === null || half.hold.segments.length === 0)
  );
}

/** The FIN is known by the packet that acknowledges it: it came before that. */
export function onUnseenFin(connection: TcpConnection, half: TcpHalf): void {
  const at = { packetNumber: half.lastAdvanceNumber as PacketNumber, timestampNs: half.lastAdvanceNs as RelativeNs };
  half.fin = momentOf(at);
  half.finIsUnseen = true;
  half.finAcknowledged = half.fin;
  half.finSequence = half.nextSequence;
  half.maxSequence = (half.finSequence + 1) | 0;
  noteEvent(connection, "fin", half.index, half.streamOffset, 0, at);
  // The answer to a FIN acknowledges it, in the same packet or before.
  if (connection.finFirst !== null && connection.finFirst.packetNumber < at.packetNumber) return;
  connection.finFirst = half.fin;
  connection.finFirstFrom = half.index;
  const lastDataNs = Math.max(connection.low.lastDataNs, connection.high.lastDataNs);
  connection.idleBeforeFinNs = Math.max(0, at.timestampNs - lastDataNs);
}
