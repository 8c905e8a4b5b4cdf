import { ACK, RST, type SegmentView, SYN } from "../wire/types.ts";
import type { TcpConnection, TcpHalf } from "./connection.ts";

/** A SYN that cannot belong to the connection known under these ports begins another one. */
export function startsAnew(connection: TcpConnection, segment: SegmentView, index: 0 | 1): boolean {
  const half = connection.halves[index];
  const peer = connection.halves[1 - index] as TcpHalf;
  if ((segment.flags & ACK) !== 0) {
    // An answer to the SYN that we know, or one more before anything was said: still this connection. Without that, a
    // connection that has ended does not come back.
    if (peer.synSeen && segment.acknowledgmentNumber === ((peer.initialSequence + 1) | 0)) return false;
    if (half.synSeen) return half.initialSequence !== segment.sequenceNumber && half.dataSegments > 0;
    return half.sequenceKnown && (half.fin !== null || connection.resets.length > 0);
  }
  if (half.synSeen) return half.initialSequence !== segment.sequenceNumber;
  // Simultaneous open (RFC 9293 §3.5): the other side's SYN waits for an answer.
  return !(peer.synSeen && !half.sequenceKnown && half.packets === 0);
}

/**
 * A host that knows nothing of a connection any more sends a SYN from its ports; the other end, which holds it open, answers
 * with its old numbers, and is answered by a RST that fits them (RFC 9293 §3.5.1, figure 9).
 */
export function discoversHalfOpen(before: TcpConnection, segment: SegmentView, index: 0 | 1): boolean {
  const half = before.halves[index];
  const peer = before.halves[1 - index] as TcpHalf;
  if ((segment.flags & RST) !== 0) return peer.acknowledgedKnown && segment.sequenceNumber === peer.acknowledged;
  const isBare = (segment.flags & (SYN | ACK)) === ACK && segment.payloadLength === 0;
  return isBare && half.sequenceKnown && segment.sequenceNumber === half.maxSequence;
}
