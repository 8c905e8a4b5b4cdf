import { i32be } from "../base/bytes.ts";
import type { PacketView } from "../base/packet-view.ts";
import { sackBlocksStart } from "../wire/tcp-options.ts";
import { type SegmentView, SYN } from "../wire/types.ts";
import { momentOf, NEVER, type TcpConnection, type TcpHalf } from "./connection.ts";
import { noteEvent, noteTaken } from "./events.ts";

/** No host delays an acknowledgment by more than 500 ms (RFC 9293 §3.8.6.3): the rest is the path's. */
export const SLOW_NS = 750e6;

/**
 * What an acknowledgment tells (RFC 9293 §3.10.7.4): the peer's bytes that have arrived, round trips, windows, the end of
 * the handshake. `half` sent it, `peer` is acknowledged. True when it acknowledges more than before.
 */
export function onAcknowledgment(
  connection: TcpConnection,
  half: TcpHalf,
  peer: TcpHalf,
  segment: SegmentView,
  packet: PacketView,
): boolean {
  const acknowledged = segment.acknowledgmentNumber;
  let advanced = false;
  if (!half.acknowledgedKnown) {
    half.acknowledgedKnown = true;
    half.acknowledged = acknowledged;
    half.firstAcknowledged = acknowledged;
    noteEstablished(connection, half, packet);
    noteFinAcknowledged(half, peer, packet);
    advanced = peer.hold !== null || peer.anchored;
  } else if (((acknowledged - half.acknowledged) | 0) > 0) {
    half.acknowledged = acknowledged;
    advanced = true;
  }
  if (advanced) noteAdvance(connection, half, peer, packet);
  else if (peer.unackedRetransmissions > 0) noteLater(half, peer, segment);
  if ((segment.flags & SYN) === 0) noteWindow(connection, half, segment.window, packet);
  return advanced;
}

function noteAdvance(connection: TcpConnection, half: TcpHalf, peer: TcpHalf, packet: PacketView): void {
  if (connection.established === null) noteEstablished(connection, half, packet);
  noteProgress(half, peer, packet);
  noteFinAcknowledged(half, peer, packet);
}

/** Its newest block holds bytes that were sent later than what it still lacks was sent again (RFC 2018 §4). */
function noteLater(half: TcpHalf, peer: TcpHalf, segment: SegmentView): void {
  const block = sackBlocksStart(segment);
  if (block < 0) return;
  const end = i32be(segment.bytes, block + 4);
  if (((end - half.acknowledged) | 0) > 0 && ((end - peer.sentByRepeat) | 0) > 0) peer.laterArrived = true;
}

/** `half` acknowledges more than before: round trip, slowness, and what of the peer's is still out. */
function noteProgress(half: TcpHalf, peer: TcpHalf, packet: PacketView): void {
  const now = packet.timestampNs as number;
  if (peer.oldestUnackedNs !== NEVER && now - peer.oldestUnackedNs >= SLOW_NS) noteSlow(half, peer, now);
  peer.lastAdvanceNumber = packet.packetNumber;
  peer.lastAdvanceNs = now;
  peer.unackedRetransmissions = 0;
  if (peer.repeated !== null) noteTaken(peer, now);
  const { acknowledged } = half;
  if (peer.timedNs !== NEVER && ((acknowledged - peer.timedSequence) | 0) >= 0) {
    const roundTrip = now - peer.timedNs;
    if (roundTrip >= 0 && roundTrip < peer.leastRoundTripNs) peer.leastRoundTripNs = roundTrip;
    peer.timedNs = NEVER;
  }
  const since = peer.oldestUnackedNs;
  if (since === NEVER) return;
  if (((acknowledged - peer.maxSequence) | 0) >= 0 && peer.sequenceKnown) peer.oldestUnackedNs = NEVER;
  else {
    // Some is still out; its first transmission is not known exactly, the last progress bounds it.
    peer.oldestUnackedNs = now;
    peer.oldestUnackedNumber = packet.packetNumber;
  }
}

/**
 * Its oldest byte waited long. An acknowledgment that the capture missed looks the same: then the next one covers newer
 * bytes too, and comes at once after them.
 */
function noteSlow(half: TcpHalf, peer: TcpHalf, now: number): void {
  const since = peer.oldestUnackedNs;
  const isRepeated = peer.unackedRetransmissions > 0;
  const ahead = (half.acknowledged - peer.maxSequence) | 0;
  const newestNs = Math.max(peer.lastDataNs, peer.fin?.timestampNs ?? NEVER);
  if (!isRepeated && (ahead > 0 || (ahead === 0 && now - newestNs < SLOW_NS))) return;
  // Nothing else was acknowledged since the last slow one.
  const goesOn = peer.slowAckSinceNs !== NEVER && peer.lastAdvanceNs <= peer.slowAckSinceNs + peer.slowAckNs;
  peer.slowAcksInRow = goesOn ? peer.slowAcksInRow + 1 : 1;
  peer.slowAckIsRepeated = isRepeated;
  peer.slowAckNs = now - since;
  peer.slowAckSinceNs = since;
}

/** A window of 0 says that this side has stopped reading (RFC 9293 §3.8.6.1); a SYN's window is not scaled. */
function noteWindow(connection: TcpConnection, half: TcpHalf, window: number, packet: PacketView): void {
  half.lastWindow = window;
  const index = half.index;
  if (window === 0) {
    if (half.zeroWindowSince !== null) return;
    half.zeroWindowSince = momentOf(packet);
    half.zeroWindows++;
    noteEvent(connection, "zero-window", index, half.streamOffset, 0, packet);
  } else if (half.zeroWindowSince !== null) {
    const lasted = packet.timestampNs - half.zeroWindowSince.timestampNs;
    half.zeroWindowNs += lasted;
    if (lasted > half.longestZeroWindowNs) half.longestZeroWindowNs = lasted;
    half.zeroWindowSince = null;
    noteEvent(connection, "window-open", index, half.streamOffset, lasted, packet);
  }
}

function noteEstablished(connection: TcpConnection, half: TcpHalf, packet: PacketView): void {
  if (connection.established !== null || !connection.synAckSeen) return;
  const index = half.index;
  const peer = connection.peerOf(half);
  if (index !== connection.clientIndex || !peer.synSeen) return;
  if (((half.acknowledged - peer.initialSequence) | 0) < 1) return;
  connection.established = momentOf(packet);
  if (connection.syns.length === 1 && connection.synAcks.length === 1) {
    connection.handshakeRoundTripNs = packet.timestampNs - connection.synNs;
  }
}

function noteFinAcknowledged(half: TcpHalf, peer: TcpHalf, packet: PacketView): void {
  if (peer.fin === null || peer.finAcknowledged !== null) return;
  if (((half.acknowledged - peer.finSequence) | 0) > 0) peer.finAcknowledged = momentOf(packet);
}
