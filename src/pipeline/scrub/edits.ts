/** Bytes that stand instead of others, at a TCP sequence number. */
interface Edit {
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

/** '*': what a reader sees where something was. */
export const BLANK = 0x2a;

/**
 * What may be shown of one direction of a connection, by sequence number: stretches that were read and judged, and the
 * edits in them. Whatever was not judged is blanked.
 */
export class DirectionEdits {
  private base: number | null = null;
  /** Relative to `base`, sorted and apart: start, end. */
  private readonly judged: { start: number; end: number }[] = [];
  private readonly edits: Edit[] = [];
  private sorted = true;

  judge(sequence: number, length: number): void {
    if (length <= 0) return;
    this.base ??= sequence;
    const start = (sequence - this.base) | 0;
    const last = this.judged.at(-1);
    if (last !== undefined && start <= last.end && start >= last.start) last.end = Math.max(last.end, start + length);
    else this.judged.push({ start, end: start + length });
  }

  edit(sequence: number, bytes: Uint8Array): void {
    this.edits.push({ sequence, bytes });
    this.sorted = false;
  }

  /** Writes what may be shown of `payload`, which begins at `sequence`. Returns how many bytes were not judged. */
  apply(sequence: number, payload: Uint8Array): number {
    const { base } = this;
    const from = base === null ? 0 : (sequence - base) | 0;
    const unread = this.blankUnjudged(from, payload);
    if (base === null) return unread;
    if (!this.sorted) {
      this.edits.sort((a, b) => ((a.sequence - base) | 0) - ((b.sequence - base) | 0));
      this.sorted = true;
    }
    for (let i = this.firstEdit(from, base); i < this.edits.length; i++) {
      const edit = this.edits[i] as Edit;
      const at = ((edit.sequence - base) | 0) - from;
      if (at >= payload.length) break;
      const start = Math.max(0, at);
      const end = Math.min(payload.length, at + edit.bytes.length);
      if (end > start) payload.set(edit.bytes.subarray(start - at, end - at), start);
    }
    return unread;
  }

  private blankUnjudged(from: number, payload: Uint8Array): number {
    let at = 0;
    let unread = 0;
    for (const { start, end } of this.base === null ? [] : this.judged) {
      if (end <= from + at) continue;
      if (start >= from + payload.length) break;
      const upTo = Math.max(at, start - from);
      payload.fill(BLANK, at, upTo);
      unread += upTo - at;
      at = Math.min(payload.length, end - from);
    }
    payload.fill(BLANK, at);
    return unread + payload.length - at;
  }

  /** Index of an edit that may reach into what begins at `from`: edits are short and do not overlap. */
  private firstEdit(from: number, base: number): number {
    let low = 0;
    let high = this.edits.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const edit = this.edits[middle] as Edit;
      if (((edit.sequence - base) | 0) + edit.bytes.length <= from) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
