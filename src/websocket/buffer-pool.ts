import * as limits from "../base/limits.ts";
import { type ByteStore, byteStore } from "./unmask.ts";

const SMALLEST_SHIFT = 8;
const SPARE_BYTES = 4 * 1024 * 1024;

/**
 * Buffers for messages that are not whole yet, in sizes of powers of two, at most limits.heldMessageBytes in use over all
 * connections. A few are kept to be used again.
 */
export class BufferPool {
  private readonly maximum: number;
  private readonly spare: ByteStore[][] = [];
  private spareBytes = 0;
  private usedBytes = 0;

  get bytesInUse(): number {
    return this.usedBytes;
  }

  constructor(maximum: number = limits.heldMessageBytes) {
    this.maximum = maximum;
  }

  /** A buffer of at least so many bytes, contents undefined; null when there is no room left. */
  take(lengthBytes: number): ByteStore | null {
    const shift = Math.max(SMALLEST_SHIFT, 32 - Math.clz32(lengthBytes - 1));
    const size = 2 ** shift;
    if (this.usedBytes + size > this.maximum) return null;
    this.usedBytes += size;
    const spare = this.spare[shift]?.pop();
    if (spare === undefined) return byteStore(size);
    this.spareBytes -= size;
    return spare;
  }

  give(store: ByteStore): void {
    const size = store.bytes.length;
    this.usedBytes -= size;
    if (this.spareBytes + size > SPARE_BYTES) return;
    this.spareBytes += size;
    const shift = 31 - Math.clz32(size);
    let list = this.spare[shift];
    if (list === undefined) {
      list = [];
      this.spare[shift] = list;
    }
    list.push(store);
  }

  /** A larger buffer with the first `used` bytes of `store`, which goes back; null (and `store` stays) without room. */
  grow(store: ByteStore, used: number, lengthBytes: number): ByteStore | null {
    // The old one is on its way out: only what comes on top must fit.
    this.usedBytes -= store.bytes.length;
    const larger = this.take(lengthBytes);
    this.usedBytes += store.bytes.length;
    if (larger === null) return null;
    larger.bytes.set(store.bytes.subarray(0, used));
    this.give(store);
    return larger;
  }
}
