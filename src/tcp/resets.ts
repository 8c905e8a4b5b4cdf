import * as limits from "../base/limits.ts";
import type { PacketView } from "../base/packet-view.ts";
import { ACK, type SegmentView } from "../wire/types.ts";
import type { Moment, ResetRow, TcpConnection, TcpHalf } from "./connection.ts";
import { noteEvent } from "./events.ts";

const LEAST_WINDOW_BYTES = 65_535;

/**
 * Keeps what a RST says and where it stands. Whether it ended the connection is judged when the facts are read: what
 * came after it counts too (RFC 5961 §3). Its payload is text for people, not stream data (RFC 9293 §3.5.2).
 */
export function onReset(connection: TcpConnection, index: 0 | 1, segment: SegmentView, packet: PacketView): void {
  const half = connection.halves[index];
  const peer = connection.halves[1 - index] as TcpHalf;
  const hasAck = (segment.flags & ACK) !== 0;
  const state = stateOf(connection);
  noteEvent(connection, "rst", index, half.streamOffset, segment.payloadLength, packet);
  if (connection.resets.length >= limits.resetsPerConnection) return;
  const outOfWindow = state !== "opening" && isOutOfWindow(half, peer, segment);
  connection.resets.push({
    packetNumber: packet.packetNumber,
    timestampNs: packet.timestampNs,
    from: index,
    state,
    afterFin: connection.finFirst !== null,
    outOfWindow,
    sentEnd: sentBefore(connection, index, segment.sequenceNumber),
    hopLimit: segment.hopLimit,
    usualHopLimit: half.hopLimit,
    ipIdentification: segment.ipIdentification,
    previousIpIdentification: half.lastIpIdentification,
    dontFragment: segment.dontFragment,
    usualDontFragment: half.dontFragment,
    payloadBytes: segment.payloadLength,
    hasAck,
    missedBytes:
      hasAck && peer.sequenceKnown ? Math.max(0, (peer.maxSequence - segment.acknowledgmentNumber) | 0) : null,
    answers: answered(peer, segment, hasAck, state),
    idleBeforeNs: packet.timestampNs - connection.lastActivityNs,
    packetsAfter: [0, 0],
    dataAfter: [0, 0],
  });
}

function stateOf(connection: TcpConnection): ResetRow["state"] {
  if (connection.resets.some((reset) => !reset.outOfWindow)) return "closed";
  if (connection.finFirst !== null) {
    return connection.halves[0].fin !== null && connection.halves[1].fin !== null ? "closed" : "closing";
  }
  const spoken = connection.halves.some((half) => half.dataSegments > 0);
  return connection.established !== null || spoken || !connection.synSeen ? "established" : "opening";
}

function isOutOfWindow(half: TcpHalf, peer: TcpHalf, segment: SegmentView): boolean {
  const sequence = segment.sequenceNumber;
  if (half.sequenceKnown && Math.abs((sequence - half.maxSequence) | 0) <= 1) return false;
  if (!peer.acknowledgedKnown && !half.sequenceKnown) return false;
  const expected = peer.acknowledgedKnown ? peer.acknowledged : half.maxSequence;
  const window = Math.max(LEAST_WINDOW_BYTES, peer.lastWindow << peer.windowScale);
  const ahead = (sequence - expected) | 0;
  return ahead < -1 || ahead > window;
}

/** A host without such a connection answers with the acknowledgment number it was sent (RFC 9293 §3.5.2). */
function answered(peer: TcpHalf, segment: SegmentView, hasAck: boolean, state: ResetRow["state"]): Moment | null {
  if (peer.packets === 0) return null;
  const fits = hasAck
    ? state === "opening" && ((segment.acknowledgmentNumber - peer.maxSequence) | 0) === 0
    : peer.acknowledgedKnown && segment.sequenceNumber === peer.acknowledged;
  return fits ? { packetNumber: peer.lastPacketNumber, timestampNs: peer.lastPacketNs } : null;
}

/** One RST says how much had been sent, those that come with it need not. */
const sentBefore = ({ resets }: TcpConnection, from: 0 | 1, sequence: number): number =>
  resets
    .filter((reset) => reset.from === from && !reset.outOfWindow)
    .reduce((end, { sentEnd }) => (((sentEnd - end) | 0) > 0 ? sentEnd : end), sequence);

/** What an RST overtakes on its way is there this soon after it. */
const OVERTAKEN_NS = 1e9;

/** One more packet behind RSTs; of who sent them only if it had not been sent before. */
export function countAfterResets(
  connection: TcpConnection,
  half: TcpHalf,
  sequence: number,
  length: number,
  nowNs: number,
): void {
  const { index, nextSequence, maxSequence } = half;
  const last = (sequence + length) | 0;
  // Not seen yet, and what had been sent behind it was: its sender's own FIN overtook it, for one.
  const fillsHole = ((sequence - nextSequence) | 0) >= 0 && ((last - maxSequence) | 0) < 0;
  for (const reset of connection.resets) {
    if (index === reset.from && !reset.outOfWindow && nowNs - reset.timestampNs < OVERTAKEN_NS) {
      const ahead = (last - reset.sentEnd) | 0;
      if (length > 0 && fillsHole && ahead > 0) reset.sentEnd = last;
      if (ahead < 0 || (length > 0 && (ahead === 0 || fillsHole))) continue;
    }
    reset.packetsAfter[index]++;
    if (length > 0) reset.dataAfter[index] += length;
  }
}
