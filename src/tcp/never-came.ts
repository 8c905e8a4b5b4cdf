import type { PacketView } from "../base/packet-view.ts";
import type { SegmentView } from "../wire/types.ts";
import { LARGEST_WINDOW_BYTES } from "./beginning.ts";
import type { TcpHalf } from "./connection.ts";

/** A segment without payload carries the number of the byte that its sender sends next (RFC 9293 §3.10.7.4). */
export function noteBare(half: TcpHalf, segment: SegmentView, packet: PacketView): void {
  if (((segment.sequenceNumber - half.maxSequence) | 0) > 0) {
    if (half.bareNumber === 0 || half.bareSequence !== segment.sequenceNumber) {
      half.bareNumber = packet.packetNumber;
      half.bareNs = packet.timestampNs;
    }
    half.bareSequence = segment.sequenceNumber;
  } else if (half.bareNumber > 0) half.bareNumber = 0;
}

/** Of what a bare segment says had been sent, what lies from this number on and never came. A single byte is a FIN. */
function missingFrom(half: TcpHalf, sequence: number): number {
  if (half.bareNumber === 0 || !half.anchored) return 0;
  const bytes = Math.min((half.bareSequence - sequence) | 0, (half.bareSequence - half.nextSequence) | 0);
  return bytes > 1 && bytes < LARGEST_WINDOW_BYTES ? bytes : 0;
}

/** Bytes that this side had sent, as its own later segments say, and that never came to the point of capture. */
export const neverCameBytes = (half: TcpHalf): number => missingFrom(half, half.maxSequence);

/** Since when a bare segment has said that the byte of this number, which never came, had been sent; null: none has. */
export const missingByBare = (half: TcpHalf, sequence: number): number | null =>
  missingFrom(half, sequence) > 0 ? half.bareNs : null;
