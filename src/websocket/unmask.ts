import { viewOf } from "../base/bytes.ts";

/**
 * Bytes with a `DataView` over them. V8 turns unaligned 32-bit `DataView` access into plain loads and stores, so one loop
 * serves every alignment at 4–5 GB/s; making a view costs 60 ns, so it is made once.
 */
export interface ByteStore {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export const byteStore = (lengthBytes: number): ByteStore => {
  const bytes = new Uint8Array(lengthBytes);
  return { bytes, view: new DataView(bytes.buffer) };
};

/** From here on a native copy beats the loop. */
const COPY_FROM = 512;

const reverseBytes = (word: number): number =>
  (word >>> 24) | ((word >>> 8) & 0xff00) | ((word << 8) & 0xff0000) | (word << 24);

/** The masking key (int32, first byte highest) as four bytes from payload byte `phase` on are read, lowest first. */
export function maskAt(key: number, phase: number): number {
  if (key === 0) return 0;
  const word = reverseBytes(key);
  const shift = (phase & 3) << 3;
  return shift === 0 ? word : (word >>> shift) | (word << (32 - shift));
}

/**
 * Copies `source[start … start + length)` to `target[at …)`, XORed with the masking key from payload byte `phase` on
 * (RFC 6455 §5.3; key 0 copies). Never writes into `source`. Answers 0 only when every byte written is ASCII; large
 * unmasked payload is copied without looking, since `isUtf8` reads it faster than this loop would.
 */
export function unmask(
  source: Uint8Array,
  start: number,
  length: number,
  target: ByteStore,
  at: number,
  key: number,
  phase: number,
): number {
  if (key === 0 && length > COPY_FROM) {
    target.bytes.set(source.subarray(start, start + length), at);
    return 1;
  }
  const from = viewOf(source);
  const to = target.view;
  const word = maskAt(key, phase);
  const end = start + length;
  const wordsEnd = end - 7;
  let seen = 0;
  let i = start;
  let o = at;
  for (; i < wordsEnd; i += 8, o += 8) {
    const a = from.getInt32(i, true) ^ word;
    const b = from.getInt32(i + 4, true) ^ word;
    seen |= a | b;
    to.setInt32(o, a, true);
    to.setInt32(o + 4, b, true);
  }
  if (i + 4 <= end) {
    const a = from.getInt32(i, true) ^ word;
    seen |= a;
    to.setInt32(o, a, true);
    i += 4;
    o += 4;
  }
  const bytes = target.bytes;
  for (let rest = word; i < end; i++, o++, rest >>>= 8) {
    const byte = ((source[i] as number) ^ rest) & 0xff;
    seen |= byte;
    bytes[o] = byte;
  }
  return seen & 0x80808080;
}
