import type { PacketView } from "../base/packet-view.ts";
import type { SegmentView } from "../wire/types.ts";
import { askClock } from "./clock.ts";
import { type Moment, momentOf, NEVER, neverSeen, type TcpConnection, type TcpHalf } from "./connection.ts";
import { isDoubted } from "./doubts.ts";
import { noteEvent, noteLate, noteRepeated } from "./events.ts";
import { missingByBare, noteBare } from "./never-came.ts";
import { notePause } from "./pauses.ts";
import { isAcknowledgedBefore, isRepeat, lastAdvanceOf, onUnseenFin, putFirst, sentBeforeNs } from "./unseen-fin.ts";

/** A segment without payload, SYN, FIN or RST: keep-alive, or nothing to note. */
export function onBare(
  connection: TcpConnection,
  index: 0 | 1,
  half: TcpHalf,
  segment: SegmentView,
  packet: PacketView,
): void {
  if (!half.sequenceKnown) {
    half.sequenceKnown = true;
    half.maxSequence = segment.sequenceNumber;
  }
  noteBare(half, segment, packet);
  const peer = connection.peerOf(half);
  // RFC 9293 §3.8.4: a keep-alive repeats the last acknowledged sequence number.
  if (((segment.sequenceNumber - half.maxSequence) | 0) === -1 && half.fin === null) {
    noteProbe(connection, index, half, peer, packet);
  } else if (connection.resets.length > 0) noteEvent(connection, "challenge-ack", index, half.streamOffset, 0, packet);
}

export function noteProbe(
  connection: TcpConnection,
  index: 0 | 1,
  half: TcpHalf,
  peer: TcpHalf,
  packet: PacketView,
): void {
  if (peer.zeroWindowSince !== null) {
    noteEvent(connection, "window-probe", index, half.streamOffset, 0, packet);
    return;
  }
  half.keepAlives++;
  half.keepAlivesUnanswered++;
  noteEvent(connection, "keep-alive", index, half.streamOffset, half.keepAlivesUnanswered, packet);
}

export function isAcknowledged(peer: TcpHalf, last: number): boolean {
  return peer.acknowledgedKnown && ((peer.acknowledged - last) | 0) >= 0;
}

/** Shorter pauses are not kept. */
export const LEAST_SILENCE_NS = 1e9;

export function noteNewData(
  connection: TcpConnection,
  index: 0 | 1,
  half: TcpHalf,
  peer: TcpHalf,
  segment: SegmentView,
  packet: PacketView,
  last: number,
): void {
  const now = packet.timestampNs as number;
  const missingSinceNs = missingByBare(half, (last - segment.payloadLength - segment.payloadCutLength) | 0);
  if (missingSinceNs !== null) noteLate(connection, half, missingSinceNs, packet);
  notePause(half, peer, packet);
  if (peer.fin !== null) noteEvent(connection, "data-after-fin", index, half.streamOffset, 0, packet);
  if (isForFin(half, peer, (last - segment.payloadLength - segment.payloadCutLength) | 0))
    noteEvent(connection, "data-for-fin", index, half.streamOffset, 0, packet);
  if (now - connection.lastActivityNs >= LEAST_SILENCE_NS) {
    const [low, high] = connection.halves;
    const ns = now - connection.lastActivityNs;
    connection.lastSilence = {
      ...momentOf(packet),
      ns,
      segmentsBefore: [low.dataSegments, high.dataSegments],
      bytesBefore: [low.streamBytes, high.streamBytes],
    };
    askClock(connection, half, peer, segment, packet, false);
  }
  connection.lastActivityNs = now;
  if (neverSeen(half.timedNs)) {
    half.timedNs = now;
    half.timedSequence = last;
  }
  if (neverSeen(half.oldestUnackedNs) && !isAcknowledged(peer, last)) {
    half.oldestUnackedNs = now;
    half.oldestUnackedNumber = packet.packetNumber;
    half.unackedRetransmissions = 0;
  }
}

/**
 * It begins at the number of this side's FIN, or of the one byte that the peer acknowledged before it hung up: a FIN takes a
 * number (RFC 9293 §3.4), and who has sent one goes on behind it. This one was sent in its name.
 */
function isForFin(half: TcpHalf, peer: TcpHalf, sequence: number): boolean {
  if (half.fin !== null) return !half.finIsUnseen && sequence === half.finSequence;
  return (
    peer.fin !== null &&
    half.sequenceKnown &&
    sequence === half.maxSequence &&
    peer.acknowledgedKnown &&
    peer.acknowledged === ((sequence + 1) | 0)
  );
}

export function noteRetransmission(
  connection: TcpConnection,
  index: 0 | 1,
  half: TcpHalf,
  segment: SegmentView,
  packet: PacketView,
  length: number,
  sequence: number,
  last: number,
): void {
  const fillsHole = half.anchored && ((last - half.nextSequence) | 0) > 0;
  half.timedNs = NEVER;
  const doubted = fillsHole && isDoubted(half, sequence, last);
  if (fillsHole && !doubted && half.hold?.holds(sequence, last) !== true) {
    // Never seen before: it was overtaken, or its first copy was lost before the capture point.
    half.outOfOrder++;
    const sinceNs = missingByBare(half, sequence) ?? half.hold?.segments[0]?.timestampNs;
    if (sinceNs !== undefined) noteLate(connection, half, sinceNs, packet);
    return;
  }
  half.retransmissions++;
  half.retransmittedBytes += length;
  if (half.unackedRetransmissions++ === 0) {
    half.sentByRepeat = half.maxSequence;
    half.laterArrived = false;
  }
  half.lastRetransmissionNumber = packet.packetNumber;
  half.lastRetransmissionNs = packet.timestampNs;
  half.lastRetransmissionBytes = length;
  noteRepeated(connection, half, offsetOf(half, sequence), length, packet);
  if (!doubted && half.recent.contradicts(segment)) {
    half.conflicts++;
    noteEvent(connection, "conflict", index, half.streamOffset, length, packet);
  }
}

/** Where in the stream it is, though that may not have been reached. */
export const offsetOf = (half: TcpHalf, sequence: number): number =>
  half.streamOffset - ((half.nextSequence - sequence) | 0);

function noteFinAgain(peer: TcpHalf, half: TcpHalf, first: Moment, packet: PacketView): void {
  half.finRetransmissions++;
  half.finRepeat = {
    last: momentOf(packet),
    previous: half.finRepeat?.last ?? first,
    heardBefore: peer.packets === 0 ? null : { packetNumber: peer.lastPacketNumber, timestampNs: peer.lastPacketNs },
    heardAfter: null,
  };
}

export function onFin(connection: TcpConnection, index: 0 | 1, half: TcpHalf, last: number, packet: PacketView): void {
  const early = isAcknowledgedBefore(connection, half, last);
  if (early && isRepeat(half, packet)) onUnseenFin(connection, half);
  if (half.fin !== null) {
    if (last === half.finSequence) noteFinAgain(connection.peerOf(half), half, half.fin, packet);
    return;
  }
  connection.closeAcks ??= [connection.low.acknowledged, connection.high.acknowledged];
  half.fin = momentOf(packet);
  half.finSequence = last;
  half.maxSequence = (last + 1) | 0;
  noteEvent(connection, "fin", index, half.streamOffset, 0, packet);
  if (early) half.finAcknowledged = lastAdvanceOf(half);
  const first = connection.finFirst;
  if (first === null && !connection.finished) {
    connection.finFirst = half.fin;
    connection.finFirstFrom = index;
    connection.idleBeforeFinNs = packet.timestampNs - connection.lastActivityNs;
  } else if (first !== null && !connection.finished) {
    const sentNs = sentBeforeNs(half, last, early, first);
    if (sentNs !== null) putFirst(connection, half, sentNs);
  }
  connection.lastActivityNs = packet.timestampNs;
}
