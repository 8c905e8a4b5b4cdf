import * as limits from "../base/limits.ts";
import type { Position } from "../base/packet-view.ts";

/** Bytes of one segment, or a gap (`bytes` null), in the order they came. */
export interface HeldPart {
  readonly bytes: Uint8Array | null;
  readonly lengthBytes: number;
  readonly at: Position;
}

/** What came behind an upgrade request and waits for the response to say what it is. Bounded. */
export class HeldBytes {
  #parts: HeldPart[] = [];
  #bytes = 0;

  get isFull(): boolean {
    return this.#bytes > limits.httpHeldBytes || this.#parts.length > limits.httpHeldSegments;
  }

  /** Copies unless `owned`. */
  add(bytes: Uint8Array, start: number, end: number, at: Position, owned: boolean): void {
    const kept = owned ? bytes.subarray(start, end) : bytes.slice(start, end);
    this.#bytes += kept.length;
    this.#parts.push({ bytes: kept, lengthBytes: kept.length, at: { ...at } });
  }

  addGap(lengthBytes: number, at: Position): void {
    this.#parts.push({ bytes: null, lengthBytes, at: { ...at } });
  }

  /** Everything, once. */
  take(): HeldPart[] {
    const parts = this.#parts;
    this.#parts = [];
    this.#bytes = 0;
    return parts;
  }
}
