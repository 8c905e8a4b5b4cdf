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
    sequence: segment.sequenceNumber,
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
