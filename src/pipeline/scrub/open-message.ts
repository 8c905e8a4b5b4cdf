import { deflateFiller, fillerByte } from "./deflate-filler.ts";
import { BLANK } from "./edits.ts";
import { type EditStream, MessageParts } from "./message-parts.ts";
import { MessageSearch } from "./message-search.ts";
import type { SearchWindow } from "./piecewise-search.ts";
import type { FindSpans } from "./stand-in.ts";
import { isSuspicious } from "./suspicious.ts";

/** A WebSocket message, or a control frame, whose payload comes in pieces. */
export interface OpenMessage {
  readonly heldBytes: number;
  /** The payload of its next frame lies there. */
  begin(offset: number, length: number, key: Uint8Array): void;
  add(plain: Buffer): void;
  /** Returns how many values were blanked. */
  end(): number;
}

/** Nothing of it is kept, whatever it says. */
export class BlankedMessage implements OpenMessage {
  readonly heldBytes = 0;
  private readonly edit: EditStream;

  constructor(edit: EditStream) {
    this.edit = edit;
  }

  begin(offset: number, length: number, key: Uint8Array): void {
    const part = new MessageParts(this.edit);
    part.add(offset, length, key);
    part.fill(0, length, BLANK);
  }

  add(): void {}

  end(): number {
    return 1;
  }
}

/** `isSecret` is asked when it has ended: what it says is known from elsewhere. */
export class CompressedMessage implements OpenMessage {
  private readonly parts: MessageParts;
  private readonly isSecret: () => boolean;

  constructor(edit: EditStream, isSecret: () => boolean) {
    this.parts = new MessageParts(edit);
    this.isSecret = isSecret;
  }

  get heldBytes(): number {
    return this.parts.heldBytes;
  }

  begin(offset: number, length: number, key: Uint8Array): void {
    this.parts.add(offset, length, key);
  }

  add(): void {}

  end(): number {
    if (this.isSecret()) this.blank();
    return 0;
  }

  /** A long filler is the same byte over and over between its first and its last bytes. */
  private blank(): void {
    const { parts } = this;
    const filler = deflateFiller(Math.min(parts.length, 2 * FILLER_ENDS));
    if (parts.length <= filler.length) {
      parts.put(0, filler);
      return;
    }
    parts.put(0, filler.subarray(0, FILLER_ENDS));
    parts.fill(FILLER_ENDS, parts.length - FILLER_ENDS, fillerByte);
    parts.put(parts.length - FILLER_ENDS, filler.subarray(FILLER_ENDS));
  }
}

const FILLER_ENDS = 16;

/** Only its secrets are overwritten. */
export class PlainMessage implements OpenMessage {
  private readonly search: MessageSearch;
  /** Bytes at its beginning that are no text: the code of a Close frame. */
  private skip: number;
  private unread: number;

  constructor(search: MessageSearch, skip: number) {
    this.search = search;
    this.skip = skip;
    this.unread = skip;
  }

  get heldBytes(): number {
    return this.search.heldBytes;
  }

  begin(offset: number, length: number, key: Uint8Array): void {
    const skipped = Math.min(this.skip, length);
    this.skip -= skipped;
    const turned = Uint8Array.from(key, (_, i) => key[(i + skipped) & 3] as number);
    this.search.parts.add(offset + skipped, length - skipped, turned);
  }

  add(plain: Buffer): void {
    const skipped = Math.min(this.unread, plain.length);
    this.unread -= skipped;
    this.search.add(plain.toString("latin1", skipped));
  }

  end(): number {
    return this.search.end();
  }
}

/** Bytes of an unknown format are blanked whole where a word in them says that they may hold a secret. */
export class BinarySearch extends MessageSearch {
  private suspicious = false;

  constructor(find: FindSpans, edit: EditStream) {
    super((text) => (isSuspicious(text) ? [] : find(text)), edit);
  }

  override end(): number {
    const values = super.end();
    if (!this.suspicious) return values;
    this.parts.fill(0, this.parts.length, BLANK);
    return 1;
  }

  /** Any part may still have to be blanked. */
  override onSearched({ text }: SearchWindow): void {
    this.suspicious ||= isSuspicious(text);
  }
}
