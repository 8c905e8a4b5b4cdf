import { BLANKS } from "./edits.ts";
import { EncodedBodies } from "./encoded-bodies.ts";
import type { EditStream } from "./message-parts.ts";
import { PiecewiseSearch, type SearchSink, type SearchWindow, type WindowSize } from "./piecewise-search.ts";
import { type FindSpans, standIn } from "./stand-in.ts";

export interface TextScrubOptions {
  readonly find: FindSpans;
  readonly edit: EditStream;
  /** Everything between these offsets has been read, and its secrets are overwritten. */
  readonly judge: (from: number, to: number) => void;
  readonly size?: WindowSize;
}

/** One unbroken stretch of HTTP heads and bodies, and of whatever is not HTTP, as its bytes come. */
export class TextScrub implements SearchSink {
  private readonly options: TextScrubOptions;
  private readonly begins: number;
  private readonly search: PiecewiseSearch;
  private readonly bodies: EncodedBodies;

  constructor(options: TextScrubOptions, begins: number) {
    this.options = options;
    this.begins = begins;
    this.search = new PiecewiseSearch(options.find, this, options.size);
    this.bodies = new EncodedBodies(options.find, (at, pattern, length) => options.edit(begins + at, pattern, length));
  }

  get heldBytes(): number {
    return this.search.heldCharacters + this.bodies.heldBytes;
  }

  add(bytes: Uint8Array): void {
    this.search.add(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1"));
  }

  /** Returns how many values were blanked. */
  end(): number {
    this.search.end();
    return this.search.values + this.bodies.end();
  }

  onSpan(start: number, secret: string, tag: string): void {
    const bytes = standIn(secret, tag);
    this.options.edit(this.begins + start, bytes, bytes.length);
  }

  onEndless(from: number, to: number): void {
    this.options.edit(this.begins + from, BLANKS, to - from);
  }

  onSearched(window: SearchWindow): void {
    this.bodies.read(window);
    this.options.judge(this.begins + window.from, this.begins + window.to);
  }
}
