import type { ByteStore } from "../unmask.ts";

/** The farthest that DEFLATE refers back (RFC 1951 §2). */
export const WINDOW_BYTES = 32_768;
/** Larger than any reference reaches, so that what copies write in vain is never referred to. */
export const RING_BYTES = WINDOW_BYTES + 1024;
/** A ring with room behind it, where a message may run on that begins near its end: it lies in one piece. */
export const HISTORY_BYTES = RING_BYTES + 4096;

/** So much at a time do copies read and write, needed or not. */
export const COPY_SLACK = 8;

/**
 * The last ≤ 32 KiB of one direction's inflated bytes: what back references may reach (RFC 1951 §2). HISTORY_BYTES from
 * `start` on in a store that it shares with others: with hundreds of connections in turn each object of its own would cost
 * a fetch from memory for each message. The next message is written where it is to stay, from `next` on.
 */
export interface History {
  readonly store: ByteStore;
  readonly start: number;
  /** Bytes known, ending at `next`. */
  have: number;
  /** In the store; within the ring. */
  next: number;
}

/** `out[o … end)` from `distance` bytes back, running into what is written (RFC 1951 §2). Answers all of its bits. */
export function copyNear(out: Uint8Array, o: number, distance: number, end: number): number {
  let seen = 0;
  for (let i = o; i < end; i++) {
    const byte = out[i - distance] as number;
    seen |= byte;
    out[i] = byte;
  }
  return seen;
}

/**
 * To `[start … end)` from at least COPY_SLACK bytes away. Eight bytes at a time: branches cost more than bytes written in
 * vain, and more than eight would fetch another line of memory too often. Answers all of their bits, and perhaps others.
 */
export function copyFar(view: DataView, from: number, start: number, end: number): number {
  let seen = 0;
  for (let o = start, f = from; o < end; o += COPY_SLACK, f += COPY_SLACK) {
    const low = view.getInt32(f, true);
    const high = view.getInt32(f + 4, true);
    seen |= low | high;
    view.setInt32(o, low, true);
    view.setInt32(o + 4, high, true);
  }
  return seen;
}

/** The message that was written from `next` up to `end` is what later messages may refer to (RFC 7692 §7.2.2). */
export function extend(history: History, end: number): void {
  const { store, start, next } = history;
  const ringEnd = start + RING_BYTES;
  history.have = Math.min(WINDOW_BYTES, history.have + end - next);
  history.next = end;
  if (end < ringEnd) return;
  store.bytes.copyWithin(start, ringEnd, end);
  history.next = end - RING_BYTES;
}

/** The same for a message that was inflated elsewhere. */
export function remember(history: History, bytes: Uint8Array): void {
  const { store, start, next } = history;
  const last = bytes.subarray(Math.max(0, bytes.length - WINDOW_BYTES));
  const ringEnd = start + RING_BYTES;
  const first = Math.min(last.length, ringEnd - next);
  store.bytes.set(last.subarray(0, first), next);
  store.bytes.set(last.subarray(first), start);
  const end = next + last.length;
  history.next = end < ringEnd ? end : end - RING_BYTES;
  history.have = Math.min(WINDOW_BYTES, history.have + bytes.length);
}

/** The last `length` known bytes before `next`, oldest first. */
export function flat({ store, start, next }: History, length: number): Uint8Array {
  const wrapped = length - (next - start);
  if (wrapped <= 0) return store.bytes.subarray(next - length, next);
  const ringEnd = start + RING_BYTES;
  const bytes = new Uint8Array(length);
  bytes.set(store.bytes.subarray(ringEnd - wrapped, ringEnd));
  bytes.set(store.bytes.subarray(start, next), wrapped);
  return bytes;
}
