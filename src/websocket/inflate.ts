import { copyEarlier, copyHistory, type History } from "./history.ts";
import { BASE, CODE_LENGTH, DISTANCE, END_OF_BLOCK, HuffmanCode, LITERAL, LITERAL_LENGTH } from "./huffman.ts";
import { type ByteStore, byteStore } from "./unmask.ts";

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

const OUTPUT_BYTES = 64 * 1024;
const LARGEST_KEPT_OUTPUT = 1024 * 1024;

/** Room that a message's buffer must have after the message. */
export const INPUT_SLACK = 20;

const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const MAX_MATCH = 258;
/** A length's code and extra bits. */
const LENGTH_BITS = 15 + 5;

const fixedLengths = Uint8Array.from({ length: 288 + 32 }, (_, i) =>
  i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : i < 288 ? 8 : 5,
);
const fixedLiteral = new HuffmanCode(LITERAL_LENGTH);
const fixedDistance = new HuffmanCode(DISTANCE);
fixedLiteral.build(fixedLengths, 0, 288);
fixedDistance.build(fixedLengths, 288, 32);

/** The sender left the 00 00 ff ff where it was. */
export const endsWithFlush = (input: Uint8Array, length: number): boolean =>
  length >= 4 &&
  input[length - 4] === 0 &&
  input[length - 3] === 0 &&
  input[length - 2] === 0xff &&
  input[length - 1] === 0xff;

/**
 * DEFLATE (RFC 1951) of whole small messages, synchronous and total: any input ends with a status, never an exception,
 * after work proportional to its input and output. For a 120-byte message some 20 times faster than a call of zlib, which
 * sets up a stream each time. Output starts at `out[0]`; what lies before it is looked up in the caller's history.
 */
export class Inflater {
  out: ByteStore = byteStore(OUTPUT_BYTES);
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
    if (this.out.bytes.length > LARGEST_KEPT_OUTPUT) this.out = byteStore(OUTPUT_BYTES);
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
      if (consumed === this.inputEnd) return INFLATED;
      // Or the message came with an ending of its own.
      if (consumed === length && (final === 1 || endsWithFlush(input, length))) return INFLATED;
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
    while (this.outLength + length > this.out.bytes.length) this.grow();
    const out = this.out.bytes;
    for (let i = 0; i < length; i++) out[this.outLength + i] = input[at + 4 + i] as number;
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
    for (let i = 0; i < 19; i++) lengths[CODE_LENGTH_ORDER[i] as number] = i < codeLengths ? this.take(3) : 0;
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
      for (const end = filled + repeat; filled < end; filled++) lengths[filled] = previous;
    }
    return this.consumed() > this.inputEnd ? TRUNCATED : INFLATED;
  }

  private grow(): void {
    const larger = byteStore(this.out.bytes.length * 2);
    larger.bytes.set(this.out.bytes);
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
    const literalMask = literalCode.rootMask;
    const distanceMask = distanceCode.rootMask;
    // Bits are read ahead, at most four bytes: only past that has the block run out of input.
    const stopAt = this.inputEnd + 4;
    let { at, hold, holdBits } = this;
    let { bytes: out, view } = this.out;
    let capacity = out.length - MAX_MATCH;
    let o = this.outLength;
    let status: InflateStatus = INFLATED;
    for (;;) {
      if (holdBits < LENGTH_BITS) {
        if (at > stopAt) {
          status = TRUNCATED;
          break;
        }
        for (; holdBits <= 24; holdBits += 8) hold |= (input[at++] as number) << holdBits;
      }
      let entry = literalRoot[hold & literalMask] as number;
      if (entry === 0) entry = literalCode.decodeLong(hold);
      hold >>>= entry & 15;
      holdBits -= entry & 15;
      const kind = (entry >>> 8) & 3;
      if (kind === LITERAL && entry !== 0) {
        if (o > capacity) {
          if (o > this.maxBytes) break;
          this.grow();
          ({ bytes: out, view } = this.out);
          capacity = out.length - MAX_MATCH;
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
      for (; holdBits <= 24; holdBits += 8) hold |= (input[at++] as number) << holdBits;
      entry = distanceRoot[hold & distanceMask] as number;
      if (entry === 0) entry = distanceCode.decodeLong(hold);
      if (((entry >>> 8) & 3) !== BASE) {
        status = CORRUPT;
        break;
      }
      hold >>>= entry & 15;
      holdBits -= entry & 15;
      extra = (entry >>> 4) & 15;
      for (; holdBits < extra; holdBits += 8) hold |= (input[at++] as number) << holdBits;
      const distance = (entry >>> 10) + (hold & ((1 << extra) - 1));
      hold >>>= extra;
      holdBits -= extra;
      if (o > capacity) {
        if (o > this.maxBytes) break;
        this.grow();
        ({ bytes: out, view } = this.out);
        capacity = out.length - MAX_MATCH;
      }
      if (distance > o) {
        const back = distance - o;
        if (history === null || back > history.have) {
          status = TOO_FAR_BACK;
          break;
        }
        const n = Math.min(length, back);
        copyHistory(history, back, n, out, view, o);
        o += n;
        length -= n;
      }
      copyEarlier(out, view, o, distance, length);
      o += length;
    }
    this.at = at;
    this.hold = hold;
    this.holdBits = holdBits;
    this.outLength = o;
    return status === INFLATED && o > this.maxBytes ? this.tooLarge() : status;
  }
}
