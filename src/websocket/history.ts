import type { ByteStore } from "./unmask.ts";

/** The farthest that DEFLATE refers back (RFC 1951 §2). */
export const WINDOW_BYTES = 32_768;
export const RING_MASK = WINDOW_BYTES - 1;

/** So much at a time do copies read and write, needed or not: room behind the last ring of a store, and behind `out`. */
export const COPY_SLACK = 8;

/** Up to so many bytes a loop over words beats a native copy and `isUtf8`. */
export const FEW_BYTES = 512;

/**
 * The last ≤ 32 KiB of one direction's inflated bytes: what back references may reach (RFC 1951 §2). A ring of
 * WINDOW_BYTES from `start` on in a store that it shares with others: with hundreds of connections in turn each object of
 * its own would cost a fetch from memory for each message.
 */
export interface History {
  readonly store: ByteStore;
  readonly start: number;
  /** Bytes known, ending at `next` of the ring. */
  have: number;
  next: number;
}

/** `out[o … end)` from `distance` bytes back, running into what is written (RFC 1951 §2). */
export function copyNear(out: Uint8Array, o: number, distance: number, end: number): void {
  for (let i = o; i < end; i++) out[i] = out[i - distance] as number;
}

/**
 * To `out[o … end)` from at least COPY_SLACK bytes away. Eight bytes at a time: branches cost more than bytes written in
 * vain, and more than eight would fetch another line of memory too often.
 */
export function copyFar(source: DataView, from: number, out: DataView, start: number, end: number): void {
  for (let o = start, f = from; o < end; o += 8, f += 8) {
    out.setInt32(o, source.getInt32(f, true), true);
    out.setInt32(o + 4, source.getInt32(f + 4, true), true);
  }
}

/** Adds a message's bytes to what later messages may refer to (RFC 7692 §7.2.2). */
export function remember(history: History, bytes: Uint8Array, length: number): void {
  if (length === 0) return;
  const { store, start, next } = history;
  const from = Math.max(0, length - WINDOW_BYTES);
  const first = Math.min(length - from, WINDOW_BYTES - next);
  store.bytes.set(bytes.subarray(from, from + first), start + next);
  if (from + first < length) store.bytes.set(bytes.subarray(from + first, length), start);
  history.next = (next + length - from) & RING_MASK;
  history.have = Math.min(WINDOW_BYTES, history.have + length);
}

/** The same for a few bytes: a loop beats the calls. Answers 0 only when all of them are ASCII. */
export function rememberFew(history: History, message: ByteStore, length: number): number {
  const { store, start } = history;
  const source = message.view;
  const target = store.view;
  let { next } = history;
  let seen = 0;
  for (let i = 0; i < length; ) {
    let o = start + next;
    const end = i + Math.min(length - i, WINDOW_BYTES - next);
    for (; i + 4 <= end; i += 4, o += 4) {
      const word = source.getInt32(i, true);
      seen |= word;
      target.setInt32(o, word, true);
    }
    for (; i < end; i++, o++) {
      const byte = source.getUint8(i);
      seen |= byte;
      target.setUint8(o, byte);
    }
    next = (o - start) & RING_MASK;
  }
  history.next = next;
  history.have = Math.min(WINDOW_BYTES, history.have + length);
  return seen & 0x80808080;
}

/** 0 only when the first `length` bytes are all ASCII. */
export function nonAsciiOf({ bytes, view }: ByteStore, length: number): number {
  const words = length & ~3;
  let seen = 0;
  let i = 0;
  for (; i < words; i += 4) seen |= view.getInt32(i, true);
  for (; i < length; i++) seen |= bytes[i] as number;
  return seen & 0x80808080;
}

/** The ring laid out flat, oldest byte first. */
export function flat(history: History): Uint8Array {
  const { store, start, have, next } = history;
  const ring = store.bytes.subarray(start, start + WINDOW_BYTES);
  if (have <= next) return ring.subarray(next - have, next);
  const dictionary = new Uint8Array(have);
  dictionary.set(ring.subarray(WINDOW_BYTES - (have - next)));
  dictionary.set(ring.subarray(0, next), have - next);
  return dictionary;
}
