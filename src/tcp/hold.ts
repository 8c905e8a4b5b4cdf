import { firstIndex } from "../base/first-index.ts";
import * as limits from "../base/limits.ts";

/** A segment that came before its turn: a copy of its bytes and where it was seen. */
export interface HeldSegment {
  readonly sequenceNumber: number;
  readonly bytes: Uint8Array;
  /** Bytes on the wire that the capture cut off behind `bytes`. */
  readonly cutLength: number;
  readonly packetNumber: number;
  readonly timestampNs: number;
}

/** Bytes held over all connections, shared so that no capture can grow memory without bound. */
export class HoldBudget {
  bytes = 0;
}

/**
 * Out-of-order segments of one direction, in sequence order, overlaps trimmed so that the first copy of a byte wins:
 * it is the one that a receiver would have queued (RFC 9293 §3.10.7.4 leaves the choice to the implementation; Linux,
 * Windows and BSD keep the first).
 */
export class Hold {
  readonly segments: HeldSegment[] = [];
  bytes = 0;
  private readonly budget: HoldBudget;

  constructor(budget: HoldBudget) {
    this.budget = budget;
  }

  get full(): boolean {
    return (
      this.bytes > limits.heldBytesPerDirection ||
      this.segments.length > limits.heldSegmentsPerDirection ||
      this.budget.bytes > limits.heldBytesTotal
    );
  }

  /** Copies what is new of `bytes[start, end)`; tells how many bytes were already held, and whether they differed. */
  add(
    sequenceNumber: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    cutLength: number,
    packetNumber: number,
    timestampNs: number,
  ): { overlapBytes: number; conflict: boolean } {
    let overlapBytes = 0;
    let conflict = false;
    let from = sequenceNumber;
    let at = start;
    const last = (sequenceNumber + (end - start)) | 0;
    let index = this.indexFor(sequenceNumber);
    while (((last - from) | 0) > 0) {
      const next = this.segments[index];
      const gap =
        next === undefined ? (last - from) | 0 : Math.min((next.sequenceNumber - from) | 0, (last - from) | 0);
      if (gap > 0) {
        const whole = gap === ((last - from) | 0);
        const copy = bytes.slice(at, at + gap);
        const piece = {
          sequenceNumber: from,
          bytes: copy,
          cutLength: whole ? cutLength : 0,
          packetNumber,
          timestampNs,
        };
        this.segments.splice(index, 0, piece);
        this.grow(gap);
        index++;
        from = (from + gap) | 0;
        at += gap;
        continue;
      }
      if (next === undefined) break;
      const offset = (from - next.sequenceNumber) | 0;
      const shared = Math.min(next.bytes.length - offset, (last - from) | 0);
      if (shared > 0) {
        overlapBytes += shared;
        for (let i = 0; i < shared && !conflict; i++) conflict = next.bytes[offset + i] !== bytes[at + i];
        from = (from + shared) | 0;
        at += shared;
      }
      index++;
    }
    return { overlapBytes, conflict };
  }

  /** One held segment has all of it. */
  holds(sequenceNumber: number, last: number): boolean {
    const held = this.segments[this.indexFor(sequenceNumber)];
    if (held === undefined) return false;
    const { sequenceNumber: start, bytes } = held;
    return ((sequenceNumber - start) | 0) >= 0 && ((start + bytes.length - last) | 0) >= 0;
  }

  /** Removes and returns the first segment. */
  shift(): HeldSegment | undefined {
    const first = this.segments.shift();
    if (first !== undefined) this.grow(-first.bytes.length);
    return first;
  }

  clear(): void {
    this.grow(-this.bytes);
    this.segments.length = 0;
  }

  private grow(bytes: number): void {
    this.bytes += bytes;
    this.budget.bytes += bytes;
  }

  /** First held segment that ends after `sequenceNumber`; new ones nearly always belong at the back. */
  private indexFor(sequenceNumber: number): number {
    const endsBefore = ({ sequenceNumber: start, bytes }: HeldSegment): boolean =>
      ((start + bytes.length - sequenceNumber) | 0) <= 0;
    const { length } = this.segments;
    if (length === 0 || endsBefore(this.segments[length - 1] as HeldSegment)) return length;
    return firstIndex(length, (index) => !endsBefore(this.segments[index] as HeldSegment));
  }
}
