import type { Direction } from "../base/brand.ts";

const BINS = 240;
const FIRST_BIN_NS = 1e6;
const SIZES = 24;

/** How much was sent when, and how large it was: constant memory however long the capture is. */
export class Activity {
  /** Bytes by direction in equal spans of time from `startNs` on; the spans grow with the capture. */
  readonly bytes: readonly [Float64Array, Float64Array] = [new Float64Array(BINS), new Float64Array(BINS)];
  readonly frames: readonly [Float64Array, Float64Array] = [new Float64Array(BINS), new Float64Array(BINS)];
  /** Frames by size: index n counts those of 2^(n-1) to 2^n - 1 bytes, 0 the empty ones. */
  readonly sizes: readonly [Float64Array, Float64Array] = [new Float64Array(SIZES), new Float64Array(SIZES)];
  binNs = FIRST_BIN_NS;
  startNs: number | null = null;
  endNs = 0;

  add(direction: Direction, timestampNs: number, lengthBytes: number): void {
    this.startNs ??= timestampNs;
    const since = Math.max(0, timestampNs - this.startNs);
    while (since >= this.binNs * BINS) this.widen();
    const bin = Math.floor(since / this.binNs);
    this.endNs = Math.max(this.endNs, timestampNs);
    add(this.bytes[direction], bin, lengthBytes);
    add(this.frames[direction], bin, 1);
    add(this.sizes[direction], Math.min(SIZES - 1, lengthBytes === 0 ? 0 : Math.floor(Math.log2(lengthBytes)) + 1), 1);
  }

  private widen(): void {
    this.binNs *= 2;
    for (const column of [...this.bytes, ...this.frames]) {
      for (let i = 0; i < BINS / 2; i++) column[i] = (column[2 * i] ?? 0) + (column[2 * i + 1] ?? 0);
      column.fill(0, BINS / 2);
    }
  }
}

function add(column: Float64Array, index: number, value: number): void {
  column[index] = (column[index] ?? 0) + value;
}
