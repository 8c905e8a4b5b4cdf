import { firstIndex } from "../../base/first-index.ts";
import { StreamPlaces } from "./stream-places.ts";

/** '*': what a reader sees where something was. */
export const BLANK = 0x2a;
export const BLANKS = Uint8Array.of(BLANK);

/** Bytes that stand instead of others: a pattern, again and again where it is shorter. Latin-1 text is the smallest form. */
interface Edit {
  readonly at: number;
  readonly end: number;
  readonly pattern: string;
}

/**
 * What may be shown of one direction of a connection: stretches of its stream that were read and judged, and the edits in
 * them. Whatever was not judged is blanked.
 */
export class DirectionEdits {
  readonly places = new StreamPlaces();
  /** Sorted and apart. */
  private readonly judged: { start: number; end: number }[] = [];
  private edits: Edit[] = [];
  /** Where the furthest of the first edits ends, since one may lie within another; null: not sorted yet. */
  private reach: Float64Array | null = null;

  /** Stretches of the stream, in its order. */
  judge(from: number, to: number): void {
    this.places.each(from, to, (place, first, end) => {
      const last = this.judged.at(-1);
      if (last !== undefined && place <= last.end) last.end = Math.max(last.end, place + end - first);
      else this.judged.push({ start: place, end: place + end - first });
    });
  }

  edit(offset: number, pattern: Uint8Array, length: number): void {
    this.places.each(offset, offset + length, (place, first, last) => {
      const text = Buffer.from(pattern).toString("latin1");
      const turn = (first - offset) % text.length;
      this.edits.push({ at: place, end: place + last - first, pattern: text.slice(turn) + text.slice(0, turn) });
    });
    this.reach = null;
  }

  /** Nothing is shown after all. */
  withdraw(): void {
    this.judged.length = 0;
    this.edits = [];
    this.reach = null;
  }

  /** Writes what may be shown of `payload`, which begins at `sequence`. Returns how many bytes were not judged. */
  apply(sequence: number, payload: Uint8Array): number {
    const from = this.places.placeOf(sequence);
    if (from === null) {
      payload.fill(BLANK);
      return payload.length;
    }
    const unread = this.blankUnjudged(from, payload);
    if (this.edits.length === 0) return unread;
    const reach = this.reach ?? this.sorted();
    const first = firstIndex(reach.length, (index) => (reach[index] as number) > from);
    for (let edit = this.edits[first], i = first; edit !== undefined; edit = this.edits[++i]) {
      const at = edit.at - from;
      if (at >= payload.length) break;
      const { pattern } = edit;
      const end = Math.min(payload.length, edit.end - from);
      for (let place = Math.max(0, at); place < end; place++)
        payload[place] = pattern.charCodeAt((place - at) % pattern.length);
    }
    return unread;
  }

  private sorted(): Float64Array {
    this.edits.sort((a, b) => a.at - b.at);
    const reach = new Float64Array(this.edits.length);
    let furthest = 0;
    for (const [index, { end }] of this.edits.entries()) {
      furthest = Math.max(furthest, end);
      reach[index] = furthest;
    }
    this.reach = reach;
    return reach;
  }

  private blankUnjudged(from: number, payload: Uint8Array): number {
    const { judged } = this;
    let at = 0;
    let unread = 0;
    const first = firstIndex(judged.length, (index) => (judged[index]?.end ?? 0) > from);
    for (let stretch = judged[first], i = first; stretch !== undefined; stretch = judged[++i]) {
      const { start, end } = stretch;
      if (start >= from + payload.length) break;
      const upTo = Math.max(at, start - from);
      payload.fill(BLANK, at, upTo);
      unread += upTo - at;
      at = Math.min(payload.length, end - from);
    }
    payload.fill(BLANK, at);
    return unread + payload.length - at;
  }
}
