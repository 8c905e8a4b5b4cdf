import type { TcpConnection, TcpHalf } from "./connection.ts";

/** As much as a window can hold (RFC 7323 §2.3): a wild number proves nothing. */
export const LARGEST_WINDOW_BYTES = 1 << 30;

/**
 * Where the stream of `half` begins though the capture lacks its SYN: its peer had acknowledged all before that when it was
 * first heard. What lies between there and the first byte seen was sent, and the capture lacks it. null: it cannot be told;
 * of a connection that is older than the capture it may as well have been sent before.
 */
export function beginningOf(connection: TcpConnection, half: TcpHalf): number | null {
  const peer = connection.peerOf(half);
  const isYoung = connection.synSeen || connection.synAckSeen || connection.clientBy === "http";
  return peer.acknowledgedKnown && isYoung && half.packets > 0 ? peer.firstAcknowledged : null;
}

/** Bytes from `from` to `to`; 0 where they are in the wrong order, or no window is so large. */
export function bytesBetween(from: number, to: number): number {
  const bytes = (to - from) | 0;
  return bytes > 0 && bytes < LARGEST_WINDOW_BYTES ? bytes : 0;
}
