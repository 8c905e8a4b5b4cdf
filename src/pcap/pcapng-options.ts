import * as limits from "../base/limits.ts";
import { u16 } from "./endian.ts";
import { OPT_END } from "./pcapng-format.ts";

/** An option's length field has 16 bits. */
const OPTION_BYTES = 0xffff;

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const padded = (lengthBytes: number): number => (lengthBytes + 3) & ~3;

/** UTF-8 text of an option, cut at a limit and at the first NUL byte, which some writers append. */
export function optionText(bytes: Uint8Array, start: number, length: number, limitBytes: number): string {
  const text = bytes.subarray(start, start + Math.min(length, limitBytes));
  const nul = text.indexOf(0);
  return decoder.decode(nul < 0 ? text : text.subarray(0, nul));
}

export const commentText = (bytes: Uint8Array, start: number, length: number): string =>
  optionText(bytes, start, length, limits.optionTextBytes);

/** Walks the options of one block (draft-ietf-opsawg-pcapng §3.5): `next` until false, then look at `overrun`. */
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
    this.at = this.valueStart + padded(this.valueLength);
    return true;
  }
}

export type Option = readonly [code: number, value: Uint8Array];

/** UTF-8, cut between two characters where an option could not hold more. */
export function textOption(code: number, text: string): Option {
  const bytes = new Uint8Array(Math.min(text.length * 3, OPTION_BYTES));
  return [code, bytes.subarray(0, encoder.encodeInto(text, bytes).written)];
}

/** With opt_endofopt; nothing at all where there are no options. */
export function optionsLength(options: readonly Option[]): number {
  return options.reduce((sum, [, value]) => sum + 4 + padded(value.length), options.length > 0 ? 4 : 0);
}

/** Into zeroed bytes: padding and opt_endofopt are zero. */
export function writeOptions(bytes: Uint8Array, start: number, options: readonly Option[], little: boolean): void {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  for (const [code, value] of options) {
    data.setUint16(at, code, little);
    data.setUint16(at + 2, value.length, little);
    bytes.set(value, at + 4);
    at += 4 + padded(value.length);
  }
}
