import type { PacketView } from "../base/packet-view.ts";
import { hasPartialChecksum, hasRightChecksum, hasRightHeader, isCheckable } from "../wire/checksum.ts";
import type { SegmentView } from "../wire/types.ts";
import type { TcpConnection, TcpHalf } from "./connection.ts";
import { doubt, isDoubted } from "./doubts.ts";
import { noteEvent } from "./events.ts";
import { noteNewData, noteRetransmission } from "./notes.ts";

/** An IPv4 header counts where the side's have been right: a router or host drops a packet whose header is damaged. */
export const isDamaged = (half: TcpHalf, segment: SegmentView, packet: PacketView): boolean =>
  isCheckable(segment) &&
  ((!hasRightChecksum(segment) && !hasPartialChecksum(segment)) ||
    (half.headersRight === 1 && !hasRightHeader(segment, packet.bytes)));

/**
 * A wrong checksum where they had been right: the receiver drops such a segment whole (RFC 9293 §3.1, RFC 1122 §3.2.1.2),
 * and so do we.
 */
export function onDamaged(
  connection: TcpConnection,
  index: 0 | 1,
  half: TcpHalf,
  peer: TcpHalf,
  segment: SegmentView,
  packet: PacketView,
  length: number,
): void {
  half.packets++;
  half.damaged++;
  noteEvent(connection, "damaged", index, half.streamOffset, length, packet);
  const last = (segment.sequenceNumber + length) | 0;
  // Its sequence number may be what is damaged: only what continues the stream counts as sent.
  if (length > 0 && segment.sequenceNumber === half.maxSequence) {
    noteNewData(connection, index, half, peer, segment, packet, last);
    half.maxSequence = last;
    half.dataSegments++;
    half.lastDataNumber = packet.packetNumber;
    half.lastDataNs = packet.timestampNs;
    if (half.firstDataNumber === 0) {
      half.firstDataNumber = packet.packetNumber;
      half.firstDataNs = packet.timestampNs;
    }
  } else if (length > 0 && isDoubted(half, segment.sequenceNumber, last)) {
    noteRetransmission(connection, index, half, segment, packet, length, segment.sequenceNumber, last);
  }
  if (length > 0 && ((last - half.nextSequence) | 0) > 0) doubt(half, segment, packet);
  half.recent.add(segment, packet);
}
