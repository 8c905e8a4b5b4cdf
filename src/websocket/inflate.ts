import {
  BASE,
  CODE_LENGTH,
  DISTANCE,
  END_OF_BLOCK,
  HuffmanCode,
  LITERAL,
  LITERAL_LENGTH,
  ROOT_MASK,
} from "./huffman.ts";

export const WINDOW_BYTES = 32_768;

/** The last ≤ 32 KiB of one direction's inflated bytes, as a ring: what back references may reach (RFC 1951 §2). */
export interface History {
  readonly bytes: Uint8Array;
  /** Bytes known, ending at `next`. */
  have: number;
  next: number;
}

export const INFLATED = 0;
/** Not DEFLATE: bad block type, code, length or symbol. */
export const CORRUPT = 1;
/** A back reference goes past the bytes that are known. */
export const TOO_FAR_BACK = 2;
/** The input ends inside a block. */
export const TRUNCATED = 3;
/** More output than allowed: the first `maxBytes` are there. */
export const TOO_LARGE = 4;
export type InflateStatus = 0 | 1 | 2 | 3 | 4;

/** Room that a message's buffer must have after the message. */
export const INPUT_SLACK = 20;

const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const MAX_MATCH = 258;

const fixedLengths = Uint8Array.from({ length: 288 + 32 }, (_, i) =>
  i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : i < 288 ? 8 : 5,
);
const fixedLiteral = new HuffmanCode(LITERAL_LENGTH);
const fixedDistance = new HuffmanCode(DISTANCE);
fixedLiteral.build(fixedLengths, 0, 288);
fixedDistance.build(fixedLengths, 288, 32);

/**
 * DEFLATE (RFC 1951) of whole small messages, synchronous and total: any input ends with a status, never an exception,
 * after work proportional to its input and output. For a 120-byte message some 20 times faster than a call of zlib, which
 * sets up a stream each time. Output starts at `out[0]`; what lies before it is looked up in the caller's history.
 */
export class Inflater {
  out = new Uint8Array(64 * 1024);
  outLength = 0;
  private input: Uint8Array = new Uint8Array(0);
  private inputEnd = 0;
  private at = 0;
  private hold = 0;
  private holdBits = 0;
  private maxBytes = 0;
  private history: History | null = null;
  private readonly lengths = new Uint8Array(288 + 32);
  private readonly codeLengthCode = new HuffmanCode(CODE_LENGTH);
  private readonly literalCode = new HuffmanCode(LITERAL_LENGTH);
  private readonly distanceCode = new HuffmanCode(DISTANCE);

  /**
   * Inflates the message `input[0 … length)`. The INPUT_SLACK bytes after it are written: the 00 00 ff ff that the sender
   * took off (RFC 7692 §7.2.2) and zeros to read ahead. A block with BFINAL set does not end the message: a new one may
   * follow at the next byte (RFC 7692 §7.2.3.4).
   */
  inflate(input: Uint8Array, length: number, history: History | null, maxBytes: number): InflateStatus {
    for (let i = 0; i < INPUT_SLACK; i++) input[length + i] = i === 2 || i === 3 ? 0xff : 0;
    this.input = input;
    this.inputEnd = length + 4;
    this.at = 0;
    this.hold = 0;
    this.holdBits = 0;
    this.outLength = 0;
    this.maxBytes = maxBytes;
    this.history = history;
    if (this.out.length > 1 << 20) this.out = new Uint8Array(64 * 1024);
    for (;;) {
      const final = this.take(1);
      const type = this.take(2);
      const status =
        type === 0 ? this.stored() : type === 1 ? this.symbols(fixedLiteral, fixedDistance) : this.dynamic(type);
      if (status !== INFLATED) return status;
      const consumed = this.consumed();
      if (consumed > this.inputEnd) return TRUNCATED;
      if (type !== 0 && final === 0) continue;
      this.alignToByte();
      // At the end of the added 00 00 ff ff, or of a message that came with an ending of its own.
      if (consumed === this.inputEnd || consumed === length) return INFLATED;
    }
  }

  private consumed(): number {
    return this.at - (this.holdBits >>> 3);
  }

  private alignToByte(): void {
    const drop = this.holdBits & 7;
    this.hold >>>= drop;
    this.holdBits -= drop;
  }

  private readByte(): void {
    this.hold |= (this.at < this.inputEnd ? (this.input[this.at] as number) : 0) << this.holdBits;
    this.at++;
    this.holdBits += 8;
  }

  /** Past the end of the input come zeros; `consumed()` tells afterwards. */
  private take(bits: number): number {
    while (this.holdBits < bits) this.readByte();
    const value = this.hold & ((1 << bits) - 1);
    this.hold >>>= bits;
    this.holdBits -= bits;
    return value;
  }

  /** RFC 1951 §3.2.4. */
  private stored(): InflateStatus {
    this.alignToByte();
    this.at -= this.holdBits >>> 3;
    this.hold = 0;
    this.holdBits = 0;
    const { input, at } = this;
    if (at + 4 > this.inputEnd) return TRUNCATED;
    const length = (input[at] as number) | ((input[at + 1] as number) << 8);
    const complement = (input[at + 2] as number) | ((input[at + 3] as number) << 8);
    if (length !== (~complement & 0xffff)) return CORRUPT;
    if (at + 4 + length > this.inputEnd) return TRUNCATED;
    this.at = at + 4 + length;
    while (this.outLength + length > this.out.length) this.grow();
    for (let i = 0; i < length; i++) this.out[this.outLength + i] = input[at + 4 + i] as number;
    this.outLength += length;
    return this.outLength > this.maxBytes ? this.tooLarge() : INFLATED;
  }

  /** RFC 1951 §3.2.7. */
  private dynamic(type: number): InflateStatus {
    if (type === 3) return CORRUPT;
    const literals = this.take(5) + 257;
    const distances = this.take(5) + 1;
    const codeLengths = this.take(4) + 4;
    if (literals > 286 || distances > 30) return CORRUPT;
    const { lengths } = this;
    lengths.fill(0, 0, 19);
    for (let i = 0; i < codeLengths; i++) lengths[CODE_LENGTH_ORDER[i] as number] = this.take(3);
    if (!this.codeLengthCode.build(lengths, 0, 19)) return CORRUPT;
    const status = this.readLengths(literals + distances);
    if (status !== INFLATED) return status;
    if (lengths[256] === 0) return CORRUPT;
    if (!this.literalCode.build(lengths, 0, literals)) return CORRUPT;
    if (!this.distanceCode.build(lengths, literals, distances)) return CORRUPT;
    return this.symbols(this.literalCode, this.distanceCode);
  }

  private readLengths(count: number): InflateStatus {
    const { lengths } = this;
    let filled = 0;
    let previous = 0;
    while (filled < count) {
      while (this.holdBits < 7) this.readByte();
      const entry = this.codeLengthCode.root[this.hold & 127] as number;
      if (entry === 0) return this.consumed() >= this.inputEnd ? TRUNCATED : CORRUPT;
      this.take(entry & 15);
      const symbol = entry >>> 10;
      if (symbol < 16) {
        lengths[filled++] = previous = symbol;
        continue;
      }
      if (symbol === 16 && filled === 0) return CORRUPT;
      if (symbol !== 16) previous = 0;
      const repeat = symbol === 16 ? 3 + this.take(2) : symbol === 17 ? 3 + this.take(3) : 11 + this.take(7);
      if (filled + repeat > count) return CORRUPT;
      lengths.fill(previous, filled, filled + repeat);
      filled += repeat;
    }
    return this.consumed() > this.inputEnd ? TRUNCATED : INFLATED;
  }

  private grow(): void {
    const larger = new Uint8Array(this.out.length * 2);
    larger.set(this.out);
    this.out = larger;
  }

  private tooLarge(): InflateStatus {
    this.outLength = this.maxBytes;
    return TOO_LARGE;
  }

  /** The symbols of one block, up to its end. Everything hot is in locals; every look-up is bounded. */
  private symbols(literalCode: HuffmanCode, distanceCode: HuffmanCode): InflateStatus {
    const { input, history } = this;
    const literalRoot = literalCode.root;
    const distanceRoot = distanceCode.root;
    // Bits are read ahead, at most four bytes: only past that has the block run out of input.
    const stopAt = this.inputEnd + 4;
    let { out, at, hold, holdBits } = this;
    let o = this.outLength;
    let status: InflateStatus = INFLATED;
    for (;;) {
      while (holdBits <= 24) {
        hold |= (input[at++] as number) << holdBits;
        holdBits += 8;
      }
      if (at > stopAt) {
        status = TRUNCATED;
        break;
      }
      let entry = literalRoot[hold & ROOT_MASK] as number;
      if (entry === 0) entry = literalCode.decodeLong(hold);
      hold >>>= entry & 15;
      holdBits -= entry & 15;
      const kind = (entry >>> 8) & 3;
      if (kind === LITERAL && entry !== 0) {
        if (o === out.length) {
          if (o > this.maxBytes) break;
          this.grow();
          out = this.out;
        }
        out[o++] = entry >>> 10;
        continue;
      }
      if (kind !== BASE) {
        if (kind !== END_OF_BLOCK) status = CORRUPT;
        break;
      }
      let extra = (entry >>> 4) & 15;
      let length = (entry >>> 10) + (hold & ((1 << extra) - 1));
      hold >>>= extra;
      holdBits -= extra;
      while (holdBits <= 24) {
        hold |= (input[at++] as number) << holdBits;
        holdBits += 8;
      }
      entry = distanceRoot[hold & ROOT_MASK] as number;
      if (entry === 0) entry = distanceCode.decodeLong(hold);
      if (((entry >>> 8) & 3) !== BASE) {
        status = CORRUPT;
        break;
      }
      hold >>>= entry & 15;
      holdBits -= entry & 15;
      extra = (entry >>> 4) & 15;
      while (holdBits < extra) {
        hold |= (input[at++] as number) << holdBits;
        holdBits += 8;
      }
      const distance = (entry >>> 10) + (hold & ((1 << extra) - 1));
      hold >>>= extra;
      holdBits -= extra;
      if (o + MAX_MATCH > out.length) {
        if (o > this.maxBytes) break;
        this.grow();
        out = this.out;
      }
      if (distance > o) {
        const back = distance - o;
        if (history === null || back > history.have) {
          status = TOO_FAR_BACK;
          break;
        }
        const ring = history.bytes;
        let from = (history.next - back) & (WINDOW_BYTES - 1);
        for (let n = Math.min(length, back); n > 0; n--, length--) {
          out[o++] = ring[from] as number;
          from = (from + 1) & (WINDOW_BYTES - 1);
        }
      }
      for (let from = o - distance; length > 0; length--) out[o++] = out[from++] as number;
    }
    this.at = at;
    this.hold = hold;
    this.holdBits = holdBits;
    this.outLength = o;
    return status === INFLATED && o > this.maxBytes ? this.tooLarge() : status;
  }
}
