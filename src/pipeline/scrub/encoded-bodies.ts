import * as limits from "../../base/limits.ts";
import { ChunkReader } from "./chunk-reader.ts";
import { BLANKS } from "./edits.ts";
import { type EditStream, NO_KEY } from "./message-parts.ts";
import { MessageSearch } from "./message-search.ts";
import type { SearchWindow } from "./piecewise-search.ts";
import type { FindSpans } from "./stand-in.ts";

/** Also right behind a body, where no line has ended. */
const HEAD =
  /HTTP\/1\.[01] \d{3}|(?:GET|POST|PUT|DELETE|OPTIONS|HEAD|PATCH) \S{1,65536} HTTP\/1\.[01]|(?<![^\r\n])[A-Z]{3,10} \S{1,65536} HTTP\/1\.[01]/g;
const HEAD_END = "\r\n\r\n";
const NEXT_HEAD = /HTTP\/1\.[01] \d{3} |(?:GET|POST|PUT|DELETE|OPTIONS|HEAD|PATCH) \S{1,65536} HTTP\/1\.[01]\r\n/g;
const COMPRESSED = /\r\ncontent-encoding:[ \t]*(?!identity)\S/i;
const CHUNKED = /\r\ntransfer-encoding:[^\r\n]*chunked/i;

/** The body of a message, up to where the next head begins. */
interface Body {
  readonly heldBytes: number;
  add(offset: number, text: string): void;
  /** Returns how many values were blanked. */
  end(): number;
}

/**
 * HTTP bodies that cannot be read as they stand: compressed (blanked whole) or in chunks (RFC 9112 §7.1: joined, so that
 * a secret across two of them is found; the framing stays).
 */
export class EncodedBodies {
  private readonly find: FindSpans;
  private readonly edit: EditStream;
  private values = 0;
  private readTo = 0;
  private body: Body | null = null;

  constructor(find: FindSpans, edit: EditStream) {
    this.find = find;
    this.edit = edit;
  }

  get heldBytes(): number {
    return this.body?.heldBytes ?? 0;
  }

  /** The windows of a text, one after the other. */
  read({ text, base, to }: SearchWindow): void {
    const end = to - base;
    while (this.readTo < to) {
      const from = this.readTo - base;
      if (this.body === null) this.readTo = base + this.openAt(text, from, end);
      else {
        NEXT_HEAD.lastIndex = from;
        const next = NEXT_HEAD.exec(text)?.index ?? end;
        const stop = Math.min(next, end);
        this.body.add(base + from, text.slice(from, stop));
        this.readTo = base + stop;
        if (next < end) this.end();
      }
    }
  }

  /** Returns how many values were blanked in all. */
  end(): number {
    this.values += this.body?.end() ?? 0;
    this.body = null;
    return this.values;
  }

  /** Goes on to behind the next head that begins before `end`. */
  private openAt(text: string, from: number, end: number): number {
    let headEnd = 0;
    HEAD.lastIndex = from;
    for (let match = HEAD.exec(text); match !== null && match.index < end; match = HEAD.exec(text)) {
      if (headEnd < match.index + HEAD_END.length) {
        const found = text.indexOf(HEAD_END, match.index);
        if (found < 0) return end;
        headEnd = found + HEAD_END.length;
      }
      // No longer than wscap reads them.
      if (headEnd - match.index > limits.httpHeadBytes) continue;
      this.body = this.bodyOf(text.slice(match.index, headEnd));
      return headEnd;
    }
    return end;
  }

  private bodyOf(head: string): Body | null {
    const compressed = COMPRESSED.test(head);
    const inside = compressed ? new BlankedBody(this.edit) : new SearchedBody(this.find, this.edit);
    if (CHUNKED.test(head)) return new ChunkedBody(inside);
    return compressed ? inside : null;
  }
}

class BlankedBody implements Body {
  readonly heldBytes = 0;
  private isEmpty = true;
  private readonly edit: EditStream;

  constructor(edit: EditStream) {
    this.edit = edit;
  }

  add(offset: number, text: string): void {
    if (text.length === 0) return;
    this.isEmpty = false;
    this.edit(offset, BLANKS, text.length);
  }

  end(): number {
    return this.isEmpty ? 0 : 1;
  }
}

class SearchedBody implements Body {
  private readonly search: MessageSearch;

  constructor(find: FindSpans, edit: EditStream) {
    this.search = new MessageSearch(find, edit);
  }

  get heldBytes(): number {
    return this.search.heldBytes;
  }

  add(offset: number, text: string): void {
    this.search.parts.add(offset, text.length, NO_KEY);
    this.search.add(text);
  }

  end(): number {
    return this.search.end();
  }
}

class ChunkedBody implements Body {
  private readonly inside: Body;
  private readonly reader: ChunkReader;

  constructor(inside: Body) {
    this.inside = inside;
    this.reader = new ChunkReader((offset, text) => inside.add(offset, text));
  }

  get heldBytes(): number {
    return this.inside.heldBytes;
  }

  add(offset: number, text: string): void {
    this.reader.add(offset, text);
  }

  end(): number {
    this.reader.end();
    return this.inside.end();
  }
}
