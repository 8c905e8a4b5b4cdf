import { viewOf } from "../base/bytes.ts";
import type { SegmentView } from "./types.ts";

const TCP = 6;
/** In ones' complement all bits set is zero: a right sum is a multiple of it, without folding (RFC 1071 §1). */
const ZERO = 0xffff;
/** More than jumbo frames hold was merged or not yet split by a network card, whose checksum says nothing about it. */
const LARGEST_ON_A_WIRE = 9216;

/** The capture holds the whole segment, and it is of a size that travels. */
export const isCheckable = (segment: SegmentView): boolean =>
  segment.payloadCutLength === 0 && segment.payloadLength <= LARGEST_ON_A_WIRE;

/** Whether the checksum of a checkable segment is right (RFC 9293 §3.1: over pseudo-header, header and payload). */
export function hasRightChecksum(segment: SegmentView): boolean {
  const view = viewOf(segment.bytes);
  const total = pseudoHeader(view, segment) + sumOf(view, segment.optionsStart - 20, endOf(segment));
  return total % ZERO === 0;
}

/**
 * Whether the checksum of an IPv4 header is right (RFC 791 §3.1); IPv6 has none. 0 is left to a network card to fill in,
 * and of a datagram put together from fragments the header is made up: neither says anything.
 */
export function hasRightHeader(segment: SegmentView, packetBytes: Uint8Array): boolean {
  const { bytes, ipVersion, sourceAddressStart } = segment;
  if (ipVersion !== 4 || bytes !== packetBytes) return true;
  const view = viewOf(bytes);
  const header = sourceAddressStart - 12;
  if (view.getUint16(header + 10) === 0) return true;
  return sumOf(view, header, header + (view.getUint8(header) & 15) * 4) % ZERO === 0;
}

/** Only the pseudo-header is summed up: a network card is to finish it, or merged several segments (offload). */
export function hasPartialChecksum(segment: SegmentView): boolean {
  const view = viewOf(segment.bytes);
  return pseudoHeader(view, segment) % ZERO === view.getUint16(segment.optionsStart - 4) % ZERO;
}

const endOf = ({ payloadStart, payloadLength }: SegmentView): number => payloadStart + payloadLength;

function pseudoHeader(view: DataView, segment: SegmentView): number {
  const addresses = segment.sourceAddressStart;
  const length = endOf(segment) - (segment.optionsStart - 20);
  // In both IP versions the destination address follows the source's.
  return sumOf(view, addresses, addresses + (segment.ipVersion === 4 ? 8 : 32)) + TCP + length;
}

/** The 16-bit words of `[at, end)` added up, a last odd byte as if a zero followed. Below 2^31 for 64 KiB. */
function sumOf(view: DataView, at: number, end: number): number {
  let total = 0;
  let next = at;
  for (; next + 4 <= end; next += 4) {
    const word = view.getInt32(next);
    total += (word >>> 16) + (word & 0xffff);
  }
  if (next + 2 <= end) {
    total += view.getUint16(next);
    next += 2;
  }
  return next < end ? total + (view.getUint8(next) << 8) : total;
}
