import { firstIndex } from "../../base/first-index.ts";

/** Overwrites `length` bytes at `offset` of a stream with a pattern, again and again where it is shorter. */
export type EditStream = (offset: number, pattern: Uint8Array, length: number) => void;

/** Plain bytes that lie in one piece of the stream. */
interface Part {
  readonly at: number;
  readonly offset: number;
  readonly length: number;
  /** Four bytes; all zero without a mask. */
  readonly key: Uint8Array;
}

export const NO_KEY = new Uint8Array(4);

/** What one takes in memory, roughly. */
const PART_BYTES = 96;

/** Where the plain bytes of a message lie in their stream: the payloads of its frames, masked, or the chunks of a body. */
export class MessageParts {
  length = 0;
  private parts: Part[] = [];
  private readonly edit: EditStream;

  constructor(edit: EditStream) {
    this.edit = edit;
  }

  get heldBytes(): number {
    return this.parts.length * PART_BYTES;
  }

  add(offset: number, length: number, key: Uint8Array): void {
    if (length > 0) this.parts.push({ at: this.length, offset, length, key });
    this.length += length;
  }

  /** Plain bytes in the place of others. */
  put(at: number, plain: Uint8Array): void {
    this.each(at, at + plain.length, (part, from, to) => {
      const bytes = plain.slice(from - at, to - at);
      for (let i = 0; i < bytes.length; i++) bytes[i] = (bytes[i] as number) ^ keyAt(part, from + i);
      this.edit(part.offset + from - part.at, bytes, bytes.length);
    });
  }

  /** The same byte all over: a mask makes four of it, however much there is. */
  fill(from: number, to: number, byte: number): void {
    this.each(from, to, (part, first, last) => {
      const pattern = Uint8Array.from({ length: 4 }, (_, i) => byte ^ keyAt(part, first + i));
      this.edit(part.offset + first - part.at, pattern, last - first);
    });
  }

  /** Nothing before this will be overwritten any more. */
  release(before: number): void {
    const kept = this.parts.findIndex(({ at, length }) => at + length > before);
    if (kept > 0) this.parts.splice(0, kept);
    else if (kept < 0) this.parts = [];
  }

  private each(from: number, to: number, call: (part: Part, from: number, to: number) => void): void {
    const { parts } = this;
    const endOf = ({ at, length }: Part): number => at + length;
    let index = firstIndex(parts.length, (at) => endOf(parts[at] as Part) > from);
    for (let part = parts[index]; part !== undefined && part.at < to; part = parts[++index])
      call(part, Math.max(from, part.at), Math.min(to, endOf(part)));
  }
}

const keyAt = ({ at, key }: Part, place: number): number => key[(place - at) & 3] as number;
