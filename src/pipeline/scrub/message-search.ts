import { BLANK } from "./edits.ts";
import { type EditStream, MessageParts } from "./message-parts.ts";
import { PiecewiseSearch, type SearchSink, type SearchWindow } from "./piecewise-search.ts";
import { type FindSpans, standIn } from "./stand-in.ts";

/** Finds the secrets of a message that comes in pieces, and has them overwritten where they lie. */
export class MessageSearch implements SearchSink {
  readonly parts: MessageParts;
  private readonly search: PiecewiseSearch;

  constructor(find: FindSpans, edit: EditStream) {
    this.parts = new MessageParts(edit);
    this.search = new PiecewiseSearch(find, this);
  }

  get heldBytes(): number {
    return this.search.heldCharacters + this.parts.heldBytes;
  }

  /** Plain bytes of the part that was added last. */
  add(text: string): void {
    this.search.add(text);
  }

  /** Returns how many values were blanked. */
  end(): number {
    this.search.end();
    return this.search.values;
  }

  onSpan(start: number, secret: string, tag: string): void {
    this.parts.put(start, standIn(secret, tag));
  }

  onEndless(from: number, to: number): void {
    this.parts.fill(from, to, BLANK);
  }

  onSearched({ to }: SearchWindow): void {
    this.parts.release(to);
  }
}
