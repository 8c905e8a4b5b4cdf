import type { PacketView } from "../base/packet-view.ts";
import { ACK, FIN, RST, type SegmentView, SYN, URG } from "../wire/types.ts";
import { noteProgress } from "./acknowledgment.ts";
import { countActivity } from "./activity.ts";
import type { TcpConnection, TcpHalf } from "./connection.ts";
import { isDamaged } from "./damage.ts";
import { CHECKSUMS } from "./doubts.ts";
import { noteNewData } from "./notes.ts";

const UNUSUAL = FIN | SYN | RST | URG;

/**
 * Most segments of most connections: nothing unusual is going on, and they go on exactly where the last one ended. For
 * those a few comparisons replace the whole path (header prediction, as TCP implementations have done since 4.3BSD Reno).
 * Steadiness is judged after each segment that went the whole way; `goesOn` keeps it.
 */
export function judgeSteadiness(connection: TcpConnection): void {
  const { low, high } = connection;
  const open =
    connection.roleSettled &&
    connection.resets.length === 0 &&
    (connection.established !== null || !connection.synAckSeen) &&
    isCalm(low) &&
    isCalm(high);
  low.steady = open && isPlaced(low) ? 1 : 0;
  high.steady = open && isPlaced(high) ? 1 : 0;
}

/** Nothing of it waits for anything. */
const isCalm = (half: TcpHalf): boolean =>
  half.anchored &&
  half.fin === null &&
  half.doubts === null &&
  half.holePackets === 0 &&
  half.keepAlivesUnanswered === 0 &&
  half.zeroWindowSince === null &&
  !half.ended;

/** What it sends next can be told to go on. */
const isPlaced = (half: TcpHalf): boolean =>
  half.firstDataNumber !== 0 &&
  half.acknowledgedKnown &&
  half.checksums !== CHECKSUMS.unknown &&
  (half.hold === null || half.hold.segments.length === 0) &&
  half.nextSequence === half.maxSequence;

/**
 * Takes a segment that `half`, which is steady, sent: true, and its payload is next in the stream. False when anything
 * about it is unusual: then nothing was noted.
 */
export function goesOn(
  connection: TcpConnection,
  half: TcpHalf,
  peer: TcpHalf,
  segment: SegmentView,
  packet: PacketView,
): boolean {
  const { payloadLength, acknowledgmentNumber: acknowledged, window } = segment;
  const progress = (acknowledged - half.acknowledged) | 0;
  if (
    (segment.flags & (ACK | UNUSUAL)) !== ACK ||
    segment.sequenceNumber !== half.nextSequence ||
    segment.hopLimit !== half.hopLimit ||
    segment.payloadCutLength !== 0 ||
    window === 0 ||
    progress < 0 ||
    ((acknowledged - peer.nextSequence) | 0) > 0 ||
    // Without news it may be a copy of the last one.
    (payloadLength === 0 && progress === 0 && window === half.lastWindow) ||
    (half.checksums === CHECKSUMS.right && payloadLength > 0 && isDamaged(half, segment, packet))
  )
    return false;
  const now = packet.timestampNs as number;
  const number = packet.packetNumber;
  connection.lastPacketNumber = number;
  connection.lastPacketNs = now;
  countActivity(connection, now);
  half.packets++;
  half.lastPacketNumber = number;
  half.lastPacketNs = now;
  half.lastWindow = window;
  if (progress > 0) {
    half.acknowledged = acknowledged;
    noteProgress(half, peer, packet);
  }
  if (payloadLength > 0) {
    const last = (half.nextSequence + payloadLength) | 0;
    half.dataSegments++;
    if (payloadLength > half.largestSegmentBytes) half.largestSegmentBytes = payloadLength;
    noteNewData(connection, half.index, half, peer, packet, last);
    half.lastDataNumber = number;
    half.lastDataNs = now;
    half.maxSequence = last;
  }
  half.recent.add(segment, now);
  half.lastIpIdentification = segment.ipIdentification;
  half.dontFragment = segment.dontFragment;
  return true;
}
