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
  key: 0,
  /** The payload starts like text, which eight random bytes do once in a thousand times. */
  looksLikeText: false,
  /** Says so little that any zero byte would do. */
  weak: false,
  /** How surprising it is where there is no header: bytes of other kinds look like this once in 2^bits times. */
  bits: 0,
};

/** The six first bytes that a whole message or a control frame may have, of 256; small numbers stand in data of any kind. */
const FINAL_BITS = 5;
/** One value of the second byte instead of any; zeros are common where nothing is masked. */
const EMPTY_BITS = 3;
const LENGTH_16_BITS = 7;
/** And four bytes or more that must be zero. */
const LENGTH_64_BITS = 30;
const CLOSE_CODE_BITS = 5;
/** What is not masked may be the middle of a larger text. */
const PLAIN_TEXT_BITS = 3;

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
  tested.key = key;
  tested.bits = headerBits(form, masked);
  if (tested.opcode === CLOSE && !closeLooksRight(bytes, at + size, end, length, key)) return IMPLAUSIBLE;
  if (first === 0x80 + TEXT || first === TEXT) return textLooksRight(bytes, at + size, end, length, key);
  return PLAUSIBLE;
}

function headerBits(form: number, masked: boolean): number {
  if (!tested.fin || tested.weak) return 0;
  if (form === 0 && !masked) return EMPTY_BITS;
  return FINAL_BITS + (form === 127 ? LENGTH_64_BITS : form === 126 ? LENGTH_16_BITS : 0);
}

const unmasked = (bytes: Uint8Array, at: number, key: number, index: number): number =>
  ((bytes[at + index] as number) ^ (key >>> (24 - 8 * (index & 3)))) & 0xff;

function closeLooksRight(bytes: Uint8Array, at: number, end: number, length: number, key: number): boolean {
  if (length === 1) return false;
  if (length === 0 || at + 2 > end) return true;
  tested.bits += CLOSE_CODE_BITS;
  return isSendableCloseCode((unmasked(bytes, at, key, 0) << 8) | unmasked(bytes, at, key, 1));
}

/** Bytes that follow this one in a character (RFC 3629 §3); -1: none begins like this. */
const followers = (lead: number): number =>
  lead < 0x80 ? 0 : lead < 0xc2 || lead > 0xf4 ? -1 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;

const isControl = (byte: number): boolean =>
  (byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09 && byte !== 0x1e) || byte === 0x7f;

/** Its first bytes are UTF-8, with no controls but white space. */
function textLooksRight(bytes: Uint8Array, at: number, end: number, length: number, key: number): 0 | 1 {
  const count = Math.min(length, TEXT_BYTES_TESTED, end - at);
  let missing = 0;
  for (let i = 0; i < count; i++) {
    const byte = unmasked(bytes, at, key, i);
    if (missing > 0) {
      if ((byte & 0xc0) !== 0x80) return IMPLAUSIBLE;
      missing--;
      continue;
    }
    missing = followers(byte);
    if (missing < 0 || isControl(byte)) return IMPLAUSIBLE;
  }
  tested.looksLikeText = count >= 8 || (count === length && count > 2);
  // A wrong key leaves a byte of text with one chance in two or three.
  tested.bits += tested.key !== 0 ? count : tested.looksLikeText ? PLAIN_TEXT_BITS : 0;
  return PLAUSIBLE;
}
