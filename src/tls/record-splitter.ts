import type { Position } from "../base/packet-view.ts";
import { HEADER_BYTES, LONGEST_RECORD_BYTES, type Place, type RecordView, recordBytes } from "./record.ts";

export interface SplitterSink {
  /** Records wait for something: what comes now is to be offered again later. */
  readonly paused: boolean;
  onRecord(record: RecordView): void;
  /** The capture holds only the beginning of a record of `lengthBytes`; the next one's place is known. */
  onCutRecord(beginning: RecordView, lengthBytes: number, at: Position): void;
  /** What may be the first record behind `lostBytes` of which nothing is known: whether it is one. */
  onCandidate(record: RecordView, lostBytes: number): boolean;
}

/** Two records: a boundary is found in the first, or there was none. */
const SEARCH_BYTES = 2 * LONGEST_RECORD_BYTES;

/**
 * The bytes of one direction → TLS records, however they were split into segments. After a gap the next record is looked
 * for by its header, and by whether it can be opened: a false one cannot.
 */
export class RecordSplitter {
  /** Bytes of the stream so far, gaps included. */
  fedBytes = 0;
  private readonly sink: SplitterSink;
  private buffer = new Uint8Array(0);
  private have = 0;
  private places: Place[] = [];
  /** Of the record at hand; 0: its header is not whole yet. */
  private wanted = 0;
  private skip = 0;
  private searching = false;
  private lostBytes = 0;

  constructor(sink: SplitterSink) {
    this.sink = sink;
  }

  /** Bytes whose end no record has told: a gap was not got over. */
  get unplacedBytes(): number {
    return this.searching ? this.lostBytes + this.have : 0;
  }

  /** How far it came: less than `end` when it was paused. */
  feed(bytes: Uint8Array, start: number, end: number, at: Position): number {
    let index = start;
    while (index < end && !this.sink.paused) {
      if (this.skip > 0) {
        const skipped = Math.min(this.skip, end - index);
        this.skip -= skipped;
        this.fedBytes += skipped;
        index += skipped;
      } else if (this.searching) {
        const until = index + Math.min(SEARCH_BYTES - this.have, end - index);
        this.keep(bytes, index, until, at);
        index = until;
        this.search();
      } else if (this.have === 0 && end - index >= HEADER_BYTES) index = this.whole(bytes, index, end, at);
      else index = this.part(bytes, index, end, at);
    }
    return index;
  }

  gap(lengthBytes: number, at: Position): void {
    this.fedBytes += lengthBytes;
    let left = lengthBytes;
    if (this.wanted > 0 && !this.searching) {
      this.skip = this.wanted - this.have;
      this.sink.onCutRecord(this.view(this.have), this.wanted, at);
      this.drop();
    }
    const skipped = Math.min(this.skip, left);
    this.skip -= skipped;
    left -= skipped;
    if (left === 0) return;
    this.lostBytes += left + this.have;
    this.drop();
    this.searching = true;
  }

  /** A record that lies in one piece is not copied. */
  private whole(bytes: Uint8Array, index: number, end: number, at: Position): number {
    const length = recordBytes(bytes, index);
    if (length < 0) {
      this.searching = true;
      return index;
    }
    if (index + length > end) return this.part(bytes, index, end, at);
    const places = [{ start: 0, packetNumber: at.packetNumber, timestampNs: at.timestampNs }];
    this.fedBytes += length;
    this.sink.onRecord({ bytes: bytes.subarray(index, index + length), places });
    return index + length;
  }

  private part(bytes: Uint8Array, index: number, end: number, at: Position): number {
    const until = Math.min(end, index + (this.wanted || HEADER_BYTES) - this.have);
    this.keep(bytes, index, until, at);
    if (this.wanted === 0 && this.have === HEADER_BYTES) {
      const length = recordBytes(this.buffer, 0);
      if (length < 0) this.searching = true;
      else this.wanted = length;
    }
    if (this.wanted > 0 && this.have === this.wanted) {
      const record = this.view(this.wanted);
      this.drop();
      this.sink.onRecord(record);
    }
    return until;
  }

  /** Through what was kept, for a header behind which lies a record. */
  private search(): void {
    let at = 0;
    for (; at + HEADER_BYTES <= this.have; at++) {
      const length = recordBytes(this.buffer, at);
      // An empty record proves nothing.
      if (length <= HEADER_BYTES) continue;
      if (at + length > this.have) {
        if (at > 0) break;
        if (this.have < SEARCH_BYTES) return;
        continue;
      }
      const next = at + length;
      if (next + HEADER_BYTES <= this.have && recordBytes(this.buffer, next) < 0) continue;
      if (this.accepts(at, length)) return;
    }
    this.forget(at);
  }

  private accepts(at: number, length: number): boolean {
    this.forgetPlaces(at);
    const places = this.places;
    const behind = this.have - at - length;
    this.fedBytes -= behind;
    if (!this.sink.onCandidate({ bytes: this.buffer.subarray(at, at + length), places }, this.lostBytes + at)) {
      this.places = places.map((place) => ({ ...place, start: place.start + at }));
      this.fedBytes += behind;
      return false;
    }
    const bytes = this.buffer.slice(at, this.have);
    this.searching = false;
    this.lostBytes = 0;
    this.drop();
    this.again(bytes, length, places);
    return true;
  }

  /** What had been kept behind the record that was found. */
  private again(bytes: Uint8Array, from: number, places: readonly Place[]): void {
    for (const [index, place] of places.entries()) {
      const start = Math.max(from, place.start);
      const end = places[index + 1]?.start ?? bytes.length;
      if (start < end) this.feed(bytes, start, end, place);
    }
  }

  private forget(upTo: number): void {
    if (upTo === 0) return;
    this.forgetPlaces(upTo);
    this.lostBytes += upTo;
    this.buffer.copyWithin(0, upTo, this.have);
    this.have -= upTo;
  }

  private forgetPlaces(upTo: number): void {
    const first = this.places.findLastIndex(({ start }) => start <= upTo);
    this.places = this.places
      .slice(Math.max(0, first))
      .map((place) => ({ ...place, start: Math.max(0, place.start - upTo) }));
  }

  private view(length: number): RecordView {
    return { bytes: this.buffer.subarray(0, length), places: this.places };
  }

  private keep(bytes: Uint8Array, start: number, end: number, at: Position): void {
    if (end === start) return;
    const needed = this.have + end - start;
    if (needed > this.buffer.length) {
      const grown = new Uint8Array(Math.min(SEARCH_BYTES, Math.max(needed, this.buffer.length * 2, 2048)));
      grown.set(this.buffer.subarray(0, this.have));
      this.buffer = grown;
    }
    this.buffer.set(bytes.subarray(start, end), this.have);
    if (this.places.at(-1)?.packetNumber !== at.packetNumber)
      this.places.push({ start: this.have, packetNumber: at.packetNumber, timestampNs: at.timestampNs });
    this.have = needed;
    this.fedBytes += end - start;
  }

  private drop(): void {
    this.have = 0;
    this.wanted = 0;
    this.places = [];
  }
}
