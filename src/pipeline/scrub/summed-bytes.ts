import { u16be } from "../../base/bytes.ts";
import { BLANK } from "./edits.ts";

/** A checksum field, and where the 16-bit words that it covers begin. */
export interface Sum {
  readonly at: number;
  readonly origin: number;
  /** 0 says "none" and stays (UDP, RFC 768). */
  readonly mayBeNone?: boolean;
}

/**
 * Bytes of one packet that are overwritten with the checksums over them kept up (RFC 1624 §3): a right one stays right, a
 * wrong one as wrong as it was.
 */
export class SummedBytes {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  set(at: number, value: Uint8Array, sums: readonly Sum[]): void {
    for (const sum of sums) this.carry(sum, at, value);
    this.bytes.set(value, at);
  }

  blank(from: number, to: number, sums: readonly Sum[]): void {
    if (to > from) this.set(from, new Uint8Array(to - from).fill(BLANK), sums);
  }

  private carry({ at: place, origin, mayBeNone }: Sum, at: number, value: Uint8Array): void {
    if (place + 2 > this.bytes.length) return;
    const old = u16be(this.bytes, place);
    if (mayBeNone === true && old === 0) return;
    let check = 0xffff - old;
    for (let i = 0; i < value.length; i++) {
      const [was, is] = [this.bytes[at + i] as number, value[i] as number];
      if (was === is) continue;
      // One's complement arithmetic: the byte's place within its 16-bit word decides its weight.
      check += 0xffff + (is - was) * (((at + i - origin) & 1) === 0 ? 256 : 1);
    }
    while (check > 0xffff) check = (check % 0x10000) + Math.floor(check / 0x10000);
    const made = 0xffff - check;
    this.bytes[place] = made >> 8;
    this.bytes[place + 1] = made & 0xff;
    if (mayBeNone === true && made === 0) this.bytes.fill(0xff, place, place + 2);
  }
}
