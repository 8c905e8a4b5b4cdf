import * as limits from "../../base/limits.ts";
import type { FindSpans } from "./stand-in.ts";

/** Part of a text that comes in pieces; `from` and `to` count from its very beginning. */
export interface SearchWindow {
  readonly text: string;
  /** Where `text` begins. */
  readonly base: number;
  /** What is decided with this window: all windows together decide each place once. */
  readonly from: number;
  readonly to: number;
}

export interface SearchSink {
  /** In order and apart; `secret` is what stands there. */
  onSpan(start: number, secret: string, tag: string): void;
  /** A secret had no end in reach: what follows, up to the end of the text, is taken for the rest of it. */
  onEndless(from: number, to: number): void;
  /** All that has been found in the window has been told. */
  onSearched(window: SearchWindow): void;
}

export interface WindowSize {
  /** Characters held before they are searched. */
  readonly window: number;
  /** Characters seen on both sides of each place: more than a secret, however encoded, with its key. */
  readonly reach: number;
}

const SIZE: WindowSize = { window: limits.scrubWindowCharacters, reach: limits.scrubReachCharacters };

/**
 * Looks for secrets in a text of any length, of which it holds one window. Each place is decided with as much text around
 * it, on both sides, as the longest secret and what gives it away can take: no secret lies across a border unseen.
 */
export class PiecewiseSearch {
  values = 0;
  private readonly find: FindSpans;
  private readonly sink: SearchSink;
  private readonly size: WindowSize;
  private text = "";
  private base = 0;
  private decidedTo = 0;
  private foundTo = 0;
  private endless = false;

  constructor(find: FindSpans, sink: SearchSink, size: WindowSize = SIZE) {
    this.find = find;
    this.sink = sink;
    this.size = size;
  }

  get heldCharacters(): number {
    return this.text.length;
  }

  add(piece: string): void {
    this.text += piece;
    const { window, reach } = this.size;
    if (this.text.length >= window) this.search(this.text.length - reach, false);
  }

  end(): void {
    this.search(this.text.length, true);
    this.text = "";
  }

  private search(upTo: number, isLast: boolean): void {
    const { text, base } = this;
    const to = base + upTo;
    const from = this.decidedTo;
    if (this.endless) {
      const rest = Math.max(from, this.foundTo);
      if (rest < to) this.sink.onEndless(rest, to);
    } else {
      for (const span of this.find(text)) this.take(span.start, span.end, span.tag, to, isLast);
    }
    this.sink.onSearched({ text, base, from, to });
    this.decidedTo = to;
    const rest = Math.max(0, upTo - this.size.reach);
    this.text = text.slice(rest);
    this.base = base + rest;
  }

  private take(start: number, end: number, tag: string, to: number, isLast: boolean): void {
    const { text, base } = this;
    // What begins later is found again, with what follows it; what was found before need not be told twice.
    if (base + start >= to || base + end <= this.foundTo) return;
    const first = Math.max(start, this.foundTo - base);
    if (first === start) this.values++;
    this.sink.onSpan(base + first, text.slice(first, end), tag);
    this.foundTo = base + end;
    this.endless = !isLast && end === text.length;
  }
}
