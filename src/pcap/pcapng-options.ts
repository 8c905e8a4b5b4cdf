import { limits } from "../base/limits.ts";
import { u16 } from "./endian.ts";

/** Option codes that every block may hold (draft-ietf-opsawg-pcapng §3.5). */
export const OPT_END = 0;
export const OPT_COMMENT = 1;

const utf8 = new TextDecoder();

/** UTF-8 text of an option, cut at a limit and at the first NUL byte, which some writers append. */
export function optionText(bytes: Uint8Array, start: number, length: number, limitBytes: number): string {
  const text = bytes.subarray(start, start + Math.min(length, limitBytes));
  const nul = text.indexOf(0);
  return utf8.decode(nul < 0 ? text : text.subarray(0, nul));
}

export const commentText = (bytes: Uint8Array, start: number, length: number): string =>
  optionText(bytes, start, length, limits.optionTextBytes);

/** Walks the options of one block: `next` until false, then look at `overrun`. */
export class OptionCursor {
  code = 0;
  valueStart = 0;
  valueLength = 0;
  /** An option claimed more bytes than its block has. */
  overrun = false;
  private readonly bytes: Uint8Array;
  private readonly end: number;
  private readonly little: boolean;
  private at: number;

  constructor(bytes: Uint8Array, start: number, end: number, little: boolean) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.little = little;
  }

  next(): boolean {
    // Writers may leave out opt_endofopt when the block ends here.
    if (this.at + 4 > this.end) return false;
    this.code = u16(this.bytes, this.at, this.little);
    this.valueLength = u16(this.bytes, this.at + 2, this.little);
    this.valueStart = this.at + 4;
    if (this.code === OPT_END) return false;
    if (this.valueStart + this.valueLength > this.end) {
      this.overrun = true;
      return false;
    }
    this.at = this.valueStart + ((this.valueLength + 3) & ~3);
    return true;
  }
}
