import { withOneMore } from "../base/few.ts";
import * as limits from "../base/limits.ts";
import type { PacketView } from "../base/packet-view.ts";
import { ABSENT, maximumSegmentSize, sackPermitted, timestampValue, windowScale } from "../wire/tcp-options.ts";
import { ACK, type SegmentView } from "../wire/types.ts";
import { startClock } from "./clock.ts";
import { momentOf, type SynOptionsRow, type TcpConnection, type TcpHalf } from "./connection.ts";
import { noteEvent } from "./events.ts";

const orNull = (value: number): number | null => (value === ABSENT ? null : value);

/** The options that a SYN announces: RFC 9293 §3.2, RFC 7323 §2.2 and §3.2, RFC 2018 §2. */
const synOptionsOf = (segment: SegmentView): SynOptionsRow => ({
  mss: orNull(maximumSegmentSize(segment)),
  windowScale: orNull(windowScale(segment)),
  sackPermitted: sackPermitted(segment),
  timestamps: timestampValue(segment) !== ABSENT,
});

/** A SYN says who asks, or a SYN-ACK who answers, and where the stream of its sender begins. */
export function onSyn(connection: TcpConnection, index: 0 | 1, segment: SegmentView, packet: PacketView): void {
  const half = connection.halves[index];
  const isAnswer = (segment.flags & ACK) !== 0;
  const list = isAnswer ? connection.synAcks : connection.syns;
  noteEvent(connection, isAnswer ? "syn-ack" : "syn", index, 0, list.length, packet);
  if (list.length < limits.tcpEventsPerConnection)
    connection[isAnswer ? "synAcks" : "syns"] = withOneMore(list, momentOf(packet));
  if (!connection.roleSettled) {
    connection.roleSettled = true;
    connection.clientIndex = isAnswer ? (index === 0 ? 1 : 0) : index;
    connection.clientBy = isAnswer ? "syn-ack" : "syn";
  }
  if (isAnswer) {
    connection.synAckSeen = true;
    connection.synAckNs = packet.timestampNs;
  } else if (!connection.synSeen) {
    connection.synSeen = true;
    connection.synNs = packet.timestampNs;
  }
  if (half.synSeen) half.retransmissions++;
  half.synSeen = true;
  half.initialSequence = segment.sequenceNumber;
  half.synOptions = synOptionsOf(segment);
  startClock(half, segment, packet);
  half.windowScale = half.synOptions.windowScale ?? 0;
  if (half.dataSegments === 0) anchorAtSyn(connection, half, (segment.sequenceNumber + 1) | 0);
  if (segment.payloadLength > 0) connection.fastOpenBytes += segment.payloadLength;
}

/** Nothing before the SYN belongs to the stream, not even a FIN that somebody forged (RFC 9293 §3.4). */
function anchorAtSyn(connection: TcpConnection, half: TcpHalf, sequence: number): void {
  half.anchored = true;
  half.nextSequence = sequence;
  half.sequenceKnown = true;
  half.maxSequence = sequence;
  if (half.fin === null) return;
  if (connection.finFirst === half.fin) connection.finFirst = null;
  half.fin = null;
}
