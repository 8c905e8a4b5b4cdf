import * as limits from "./limits.ts";

/** How much of a message's beginning tells what it is about. */
export const BEGINNING_BYTES = 48;
const BEGINNING_WORDS = BEGINNING_BYTES / 4;
/** `asciiBeginning` reads whole words: it looks at nothing shorter. */
export const LEAST_SCANNED_BYTES = BEGINNING_BYTES + 4;
/** No beginning: the text is not all ASCII. */
export const NOT_ASCII = 0;

const HIGHEST_BITS = 0x80808080 | 0;

// Three lanes that do not wait for each other's multiplication.
const first = (hash: number, word: number): number => Math.imul(hash ^ word, 0x9e3779b1);
const second = (hash: number, word: number): number => Math.imul(hash ^ word, 0x85ebca77);
const third = (hash: number, word: number): number => Math.imul(hash ^ word, 0xc2b2ae3d);
/** Its lowest bits are set: neither it nor a key made of it is 0. */
const joined = (a: number, b: number, c: number): number => (a ^ (a >>> 16) ^ (b ^ (b >>> 13)) ^ (c ^ (c >>> 15))) | 3;

const NOTHING = new Int32Array(0);
let viewed: Uint8Array = new Uint8Array(0);
let words: Int32Array = NOTHING;
/** Bytes of `words` before the first of `viewed`. */
let lead = 0;

/** The aligned words over `bytes`, made once for as long as the same bytes are asked for: see `viewOf`. */
function look(bytes: Uint8Array): void {
  viewed = bytes;
  lead = bytes.byteOffset & 3;
  words = new Int32Array(bytes.buffer, bytes.byteOffset - lead, (bytes.byteLength + lead) >> 2);
}

/**
 * A hash of the first BEGINNING_BYTES of a text `source[start … start + length)`, or NOT_ASCII where any of its bytes is
 * not ASCII, both as it is after unmasking: `mask` is the masking key as four payload bytes are read, lowest first.
 * `length` is at least LEAST_SCANNED_BYTES. Only reads, and only aligned words: four bytes each with one check of bounds.
 */
export function asciiBeginning(source: Uint8Array, start: number, length: number, mask: number): number {
  if (source !== viewed) look(source);
  const all = words;
  const from = lead + start;
  const end = from + length;
  const shift = (from & 3) << 3;
  let at = from >> 2;
  let a = 1;
  let b = 2;
  let c = 3;
  let some = 0;
  let every = -1;
  if (shift === 0) {
    for (const stop = at + BEGINNING_WORDS; at < stop; at += 3) {
      const x = all[at] as number;
      const y = all[at + 1] as number;
      const z = all[at + 2] as number;
      some |= x | y | z;
      every &= x & y & z;
      a = first(a, x ^ mask);
      b = second(b, y ^ mask);
      c = third(c, z ^ mask);
    }
  } else {
    const rest = 32 - shift;
    let low = all[at] as number;
    for (const stop = at + BEGINNING_WORDS; at < stop; at += 3) {
      const p = all[at + 1] as number;
      const q = all[at + 2] as number;
      const r = all[at + 3] as number;
      const x = (low >>> shift) | (p << rest);
      const y = (p >>> shift) | (q << rest);
      const z = (q >>> shift) | (r << rest);
      low = r;
      some |= x | y | z;
      every &= x & y & z;
      a = first(a, x ^ mask);
      b = second(b, y ^ mask);
      c = third(c, z ^ mask);
    }
  }
  const differs = (some & ~mask) | (~every & mask);
  // The key as aligned words see it.
  const turned = shift === 0 ? mask : (mask << shift) | (mask >>> (32 - shift));
  return ((differs | othersThan(turned, source, at, end)) & HIGHEST_BITS) === 0 ? joined(a, b, c) : NOT_ASCII;
}

/**
 * Whether all of `source[start … start + length)` is ASCII after unmasking, with the mask as the first four bytes there are
 * read: then each masked byte has the highest bit of its key byte. Takes half the time of unmasking.
 */
export function isMaskedAscii(source: Uint8Array, start: number, length: number, mask: number): boolean {
  if (source !== viewed) look(source);
  const end = lead + start + length;
  let at = lead + start;
  let key = mask;
  let differs = 0;
  for (; at < end && (at & 3) !== 0; at++, key = (key >>> 8) | (key << 24)) {
    differs |= (source[at - lead] as number) ^ key;
  }
  if (at < end) differs = (differs & 0x80) | othersThan(key, source, at >> 2, end);
  else differs &= 0x80;
  return (differs & HIGHEST_BITS) === 0;
}

/** The bits in which any byte of the words from `at` on, up to byte `end`, differs from the key. */
function othersThan(key: number, source: Uint8Array, at: number, end: number): number {
  const all = words;
  const last = end >> 2;
  let some = 0;
  let every = -1;
  for (const blocks = last - 7; at < blocks; at += 8) {
    const p = all[at] as number;
    const q = all[at + 1] as number;
    const r = all[at + 2] as number;
    const s = all[at + 3] as number;
    const t = all[at + 4] as number;
    const u = all[at + 5] as number;
    const v = all[at + 6] as number;
    const w = all[at + 7] as number;
    some |= p | q | r | s | t | u | v | w;
    every &= p & q & r & s & t & u & v & w;
  }
  for (; at < last; at++) {
    const word = all[at] as number;
    some |= word;
    every &= word;
  }
  let differs = (some & ~key) | (~every & key);
  for (let byte = last << 2, shift = 0; byte < end; byte++, shift += 8) {
    differs |= ((source[byte - lead] as number) << shift) ^ (key & (0xff << shift));
  }
  return differs;
}

/** The same hash of BEGINNING_BYTES plain bytes from `start` on, whether they are ASCII or not. */
export function beginningAt(view: DataView, start: number): number {
  let a = 1;
  let b = 2;
  let c = 3;
  for (let at = start; at < start + BEGINNING_BYTES; at += 12) {
    a = first(a, view.getInt32(at, true));
    b = second(b, view.getInt32(at + 4, true));
    c = third(c, view.getInt32(at + 8, true));
  }
  return joined(a, b, c);
}

export const beginningOf = (bytes: Uint8Array): number =>
  beginningAt(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0);

/** What holds of a long message that begins so need not hold of a short one. Never 0. */
export const beginningKey = (beginning: number, length: number): number =>
  length <= limits.heartbeatMessageBytes ? beginning : beginning & -2;

/** A text of that length with that beginning has the key of those that need not be read. */
export const isSkipped = (skippedKey: number, beginning: number, length: number): boolean =>
  length > limits.beatMessageBytes && beginningKey(beginning, length) === skippedKey;
