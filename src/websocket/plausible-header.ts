import type { Direction } from "../base/brand.ts";
import { i32be, u16be, u32be } from "../base/bytes.ts";
import { isSendableCloseCode } from "./close-frame.ts";
import { headerBytes, headerFaults } from "./frame-header.ts";
import { CLOSE, TEXT } from "./types.ts";

/** A header longer than this is not believed while looking for a boundary, though it may be legal. */
const BELIEVABLE_LENGTH = 1 << 30;
const TEXT_BYTES_TESTED = 16;

/** The last header tested; reused. */
export const tested = {
  headerLength: 0,
  length: 0,
  opcode: 0,
  fin: false,
  /** The payload starts like text, which eight random bytes do once in a thousand times. */
  looksLikeText: false,
  /** Says so little that any zero byte would do. */
  weak: false,
};

export const PLAUSIBLE = 1;
export const IMPLAUSIBLE = 0;
export const TOO_SHORT = 2;

/** Would a well-behaved sender of this direction write the frame header at `bytes[at … end)`? Fills `tested` if so. */
export function testHeader(
  bytes: Uint8Array,
  at: number,
  end: number,
  direction: Direction,
  compression: boolean,
): 0 | 1 | 2 {
  if (at >= end) return TOO_SHORT;
  const first = bytes[at] as number;
  // What the first byte alone rules out; direction and length are given so as to be right.
  if (headerFaults(direction, first, direction === 0, 0, 0, compression) !== 0) return IMPLAUSIBLE;
  if (at + 1 >= end) return TOO_SHORT;
  const second = bytes[at + 1] as number;
  const masked = second >= 0x80;
  if (masked !== (direction === 0)) return IMPLAUSIBLE;
  const size = headerBytes(second);
  if (at + size > end) return TOO_SHORT;
  const form = second & 0x7f;
  const length =
    form < 126 ? form : form === 126 ? u16be(bytes, at + 2) : u32be(bytes, at + 2) * 2 ** 32 + u32be(bytes, at + 6);
  if (length > BELIEVABLE_LENGTH) return IMPLAUSIBLE;
  if (headerFaults(direction, first, masked, form, length, compression) !== 0) return IMPLAUSIBLE;
  tested.headerLength = size;
  tested.length = length;
  tested.opcode = first & 0x0f;
  tested.fin = first >= 0x80;
  tested.looksLikeText = false;
  tested.weak = length === 0 && tested.opcode < CLOSE;
  const key = masked ? i32be(bytes, at + size - 4) : 0;
  if (tested.opcode === CLOSE && !closeLooksRight(bytes, at + size, end, length, key)) return IMPLAUSIBLE;
  if (first === 0x80 + TEXT || first === TEXT) return textLooksRight(bytes, at + size, end, length, key);
  return PLAUSIBLE;
}

const unmasked = (bytes: Uint8Array, at: number, key: number, index: number): number =>
  ((bytes[at + index] as number) ^ (key >>> (24 - 8 * (index & 3)))) & 0xff;

function closeLooksRight(bytes: Uint8Array, at: number, end: number, length: number, key: number): boolean {
  if (length === 1) return false;
  if (length === 0 || at + 2 > end) return true;
  return isSendableCloseCode((unmasked(bytes, at, key, 0) << 8) | unmasked(bytes, at, key, 1));
}

/** No controls but white space, and nothing that UTF-8 cannot start with or hold (RFC 3629 §3). */
function textLooksRight(bytes: Uint8Array, at: number, end: number, length: number, key: number): 0 | 1 {
  const count = Math.min(length, TEXT_BYTES_TESTED, end - at);
  for (let i = 0; i < count; i++) {
    const byte = unmasked(bytes, at, key, i);
    const control = byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09 && byte !== 0x1e;
    if (control || byte === 0x7f || byte === 0xc0 || byte === 0xc1 || byte >= 0xf5) return IMPLAUSIBLE;
    if (i === 0 && byte >= 0x80 && byte < 0xc0) return IMPLAUSIBLE;
  }
  tested.looksLikeText = count >= 8 || (count === length && count > 2);
  return PLAUSIBLE;
}
