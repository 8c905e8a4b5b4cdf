import { firstIndex } from "../../base/first-index.ts";

/** A stretch of a stream that the capture holds, in which sequence numbers count on. */
interface Run {
  readonly offset: number;
  readonly place: number;
  length: number;
}

/**
 * Where the bytes of one direction stand in its sequence numbers. A place is a sequence number that does not wrap, from
 * the first byte on: bytes that follow one another are never 2 GiB apart (RFC 9293 §3.4).
 */
export class StreamPlaces {
  /** Bytes of the stream so far, gaps included. */
  length = 0;
  private base: number | null = null;
  private next = 0;
  private askedAt = 0;
  private readonly runs: Run[] = [];

  add(sequence: number, lengthBytes: number): void {
    this.base ??= sequence;
    const place = nearest(this.next, sequence - this.base);
    const last = this.runs.at(-1);
    if (last !== undefined && last.offset + last.length === this.length && place === this.next) {
      last.length += lengthBytes;
    } else this.runs.push({ offset: this.length, place, length: lengthBytes });
    this.length += lengthBytes;
    this.next = place + lengthBytes;
  }

  gap(lengthBytes: number): void {
    this.length += lengthBytes;
  }

  /** Of a packet that comes not far from the one that was asked for before; null: nothing was ever added. */
  placeOf(sequence: number): number | null {
    if (this.base === null) return null;
    this.askedAt = nearest(this.askedAt, sequence - this.base);
    return this.askedAt;
  }

  /** Splits a range of offsets where places jump. */
  each(from: number, to: number, call: (place: number, from: number, to: number) => void): void {
    const { runs } = this;
    const endOf = ({ offset, length }: Run): number => offset + length;
    let index = firstIndex(runs.length, (at) => endOf(runs[at] as Run) > from);
    for (let run = runs[index]; run !== undefined && run.offset < to; run = runs[++index]) {
      const first = Math.max(from, run.offset);
      const last = Math.min(to, endOf(run));
      if (first < last) call(run.place + (first - run.offset), first, last);
    }
  }
}

const nearest = (to: number, sequence: number): number => to + ((sequence - to) | 0);
