import type { ByteStore } from "./unmask.ts";

/** The farthest that DEFLATE refers back (RFC 1951 §2). */
export const WINDOW_BYTES = 32_768;

/** The last ≤ 32 KiB of one direction's inflated bytes, as a ring: what back references may reach (RFC 1951 §2). */
export interface History extends ByteStore {
  /** Bytes known, ending at `next`. */
  have: number;
  next: number;
}

/** `length` ≤ `back` bytes that begin `back` bytes before the message. */
export function copyHistory(
  history: History,
  back: number,
  length: number,
  out: Uint8Array,
  view: DataView,
  start: number,
): void {
  const { bytes: ring, view: ringView } = history;
  let from = (history.next - back) & (WINDOW_BYTES - 1);
  let o = start;
  let n = length;
  if (from + n <= WINDOW_BYTES) {
    for (; n > 3; n -= 4, o += 4, from += 4) view.setInt32(o, ringView.getInt32(from, true), true);
  }
  for (; n > 0; n--, from++) out[o++] = ring[from & (WINDOW_BYTES - 1)] as number;
}

/** `length` bytes that begin `distance` bytes back and may run into what they write (RFC 1951 §2). */
export function copyEarlier(out: Uint8Array, view: DataView, start: number, distance: number, length: number): void {
  let from = start - distance;
  let o = start;
  let n = length;
  if (distance >= 4) {
    for (; n > 3; n -= 4, o += 4, from += 4) view.setInt32(o, view.getInt32(from, true), true);
  }
  for (; n > 0; n--) out[o++] = out[from++] as number;
}

/** Adds a message's bytes to what later messages may refer to (RFC 7692 §7.2.2). */
export function remember(history: History, bytes: Uint8Array, length: number): void {
  if (length === 0) return;
  const { bytes: ring, next } = history;
  const from = Math.max(0, length - WINDOW_BYTES);
  const first = Math.min(length - from, WINDOW_BYTES - next);
  ring.set(bytes.subarray(from, from + first), next);
  if (from + first < length) ring.set(bytes.subarray(from + first, length), 0);
  history.next = (next + length - from) & (WINDOW_BYTES - 1);
  history.have = Math.min(WINDOW_BYTES, history.have + length);
}

/** The ring laid out flat, oldest byte first. */
export function flat(history: History): Uint8Array {
  const { bytes, have, next } = history;
  if (have <= next) return bytes.subarray(next - have, next);
  const dictionary = new Uint8Array(have);
  dictionary.set(bytes.subarray(WINDOW_BYTES - (have - next)));
  dictionary.set(bytes.subarray(0, next), have - next);
  return dictionary;
}
