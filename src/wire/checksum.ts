import { leadOf, wordsOf } from "../base/aligned-words.ts";
import { viewOf } from "../base/bytes.ts";
import type { SegmentView } from "./types.ts";

const TCP = 6;
/** In ones' complement all bits set is zero: a right sum is a multiple of it (RFC 1071 §1). */
const ZERO = 0xffff;
/** More than jumbo frames hold was merged or not yet split by a network card, whose checksum says nothing about it. */
const LARGEST_ON_A_WIRE = 9216;

/** The capture holds the whole segment, and it is of a size that travels. */
export const isCheckable = (segment: SegmentView): boolean =>
  segment.payloadCutLength === 0 && segment.payloadLength <= LARGEST_ON_A_WIRE;

/** Whether the checksum of a checkable segment is right (RFC 9293 §3.1: over pseudo-header, header and payload). */
export function hasRightChecksum(segment: SegmentView): boolean {
  const { bytes } = segment;
  const total = pseudoHeader(segment) + sumOf(bytes, segment.optionsStart - 20, endOf(segment));
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
  return sumOf(bytes, header, header + (view.getUint8(header) & 15) * 4) % ZERO === 0;
}

/** Only the pseudo-header is summed up: a network card is to finish it, or merged several segments (offload). */
export function hasPartialChecksum(segment: SegmentView): boolean {
  const view = viewOf(segment.bytes);
  return pseudoHeader(segment) % ZERO === view.getUint16(segment.optionsStart - 4) % ZERO;
}

const endOf = ({ payloadStart, payloadLength }: SegmentView): number => payloadStart + payloadLength;

function pseudoHeader(segment: SegmentView): number {
  const addresses = segment.sourceAddressStart;
  const length = endOf(segment) - (segment.optionsStart - 20);
  // In both IP versions the destination address follows the source's.
  return sumOf(segment.bytes, addresses, addresses + (segment.ipVersion === 4 ? 8 : 32)) + TCP + length;
}

/**
 * A number that is congruent, modulo 0xffff, to the 16-bit words of `[from, end)` added up, a last odd byte as if a zero
 * followed; below 2^25 for up to 64 KiB. Words are added as they lie in memory, whatever their order of bytes: the sum of
 * words with their bytes swapped is the sum with its bytes swapped (RFC 1071 §2 B).
 */
function sumOf(bytes: Uint8Array, from: number, end: number): number {
  const words = wordsOf(bytes);
  const lead = leadOf(bytes);
  const stop = lead + end;
  const last = stop >> 2;
  let at = lead + from;
  let total = 0;
  for (; at < stop && (at & 3) !== 0; at++) total += (bytes[at - lead] as number) << ((at & 1) << 3);
  let word = at >> 2;
  for (; word + 4 <= last; word += 4) {
    const a = words[word] as number;
    const b = words[word + 1] as number;
    const c = words[word + 2] as number;
    const d = words[word + 3] as number;
    total += (a & 0xffff) + (a >>> 16) + (b & 0xffff) + (b >>> 16);
    total += (c & 0xffff) + (c >>> 16) + (d & 0xffff) + (d >>> 16);
  }
  for (; word < last; word++) {
    const one = words[word] as number;
    total += (one & 0xffff) + (one >>> 16);
  }
  for (at = Math.max(at, last << 2); at < stop; at++) total += (bytes[at - lead] as number) << ((at & 1) << 3);
  const folded = (total & 0xffff) + (total >>> 16);
  // The first byte is the higher one of its word on the wire; here it is the lower one if its address is even.
  return ((lead + from) & 1) === 0 ? folded << 8 : folded;
}
