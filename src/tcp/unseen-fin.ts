import type { PacketNumber, RelativeNs } from "../base/brand.ts";
import type { Position } from "../base/packet-view.ts";
import type { Moment, TcpConnection, TcpHalf } from "./connection.ts";
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

/** The packet of the peer that acknowledged last what this side sent. */
export const lastAdvanceOf = (half: TcpHalf): Position => ({
  packetNumber: half.lastAdvanceNumber as PacketNumber,
  timestampNs: half.lastAdvanceNs as RelativeNs,
});

/** A FIN of this number that comes now had been acknowledged already. */
export const isAcknowledgedBefore = (connection: TcpConnection, half: TcpHalf, sequence: number): boolean =>
  half.fin === null && half.nextSequence === sequence && isUnseenFin(connection, half);

/** What another packet overtook on its way to the recorder comes this soon; what is sent again comes later (RFC 6298 §2). */
const OVERTAKEN_NS = 50e6;

/** It is not the first transmission: that one is not in the capture. */
export const isRepeat = (half: TcpHalf, { timestampNs }: Position): boolean =>
  timestampNs - half.lastAdvanceNs > OVERTAKEN_NS;

/**
 * Though the other side's FIN was seen before, this one had been sent before that: it acknowledged this one, or this side had
 * counted its own already in a segment without payload (RFC 9293 §3.10.7.4). By when; null: it was not.
 */
export function sentBeforeNs(half: TcpHalf, sequence: number, isAcknowledged: boolean, other: Moment): number | null {
  if (isAcknowledged) return half.lastAdvanceNumber <= other.packetNumber ? half.lastAdvanceNs : null;
  const isCounted = half.bareNumber > 0 && half.bareSequence === ((sequence + 1) | 0);
  return isCounted && half.bareNumber < other.packetNumber ? half.bareNs : null;
}

/** This side's FIN is the one that closed, at that time. */
export function putFirst(connection: TcpConnection, half: TcpHalf, sentNs: number): void {
  connection.finFirst = half.fin;
  connection.finFirstFrom = half.index;
  const lastDataNs = Math.max(connection.low.lastDataNs, connection.high.lastDataNs);
  connection.idleBeforeFinNs = Math.max(0, sentNs - lastDataNs);
}

/** The FIN is known by the packet that acknowledges it: it came before that. */
export function onUnseenFin(connection: TcpConnection, half: TcpHalf): void {
  const at = lastAdvanceOf(half);
  half.fin = at;
  half.finIsUnseen = true;
  half.finAcknowledged = half.fin;
  half.finSequence = half.nextSequence;
  half.maxSequence = (half.finSequence + 1) | 0;
  noteEvent(connection, "fin", half.index, half.streamOffset, 0, at);
  // The answer to a FIN acknowledges it, in the same packet or before.
  if (connection.finFirst !== null && connection.finFirst.packetNumber < at.packetNumber) return;
  putFirst(connection, half, at.timestampNs);
}
