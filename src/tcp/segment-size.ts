import type { TcpHalf } from "./connection.ts";

/** TCP options take from the MSS (RFC 6691). */
const OPTION_BYTES = 40;
const UNKNOWN_MSS_BYTES = 1460;

/** Captured segments may be several on the wire (segmentation offload): this end is sent no larger ones there. */
export const largestOnTheWire = ({ synOptions }: TcpHalf): number =>
  (synOptions?.mss ?? UNKNOWN_MSS_BYTES) - OPTION_BYTES;

/** `end`: of the segment, in stream bytes. Only what makes a difference to the wire counts as larger. */
export function noteLargest(half: TcpHalf, peer: TcpHalf, largestBytes: number, end: number): void {
  if (largestBytes < largestOnTheWire(peer)) half.largestSegmentEnd = end;
}
