import { COPY_SLACK, copyFar, copyNear, type History, RING_MASK, WINDOW_BYTES } from "./history.ts";
import { BASE, CODE_LENGTH, DISTANCE, END_OF_BLOCK, HuffmanCode, KIND, LITERAL_LENGTH, VALUE } from "./huffman.ts";
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
const NO_HISTORY: History = { store: byteStore(COPY_SLACK), start: 0, have: 0, next: 0 };
/** The longest match, and what copying it writes in vain. */
const MATCH_ROOM = 258 + COPY_SLACK;

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
 *
 * The place in the input is one number, in bits: four bytes read from there on hold at least 25 of them, enough for any
 * code with its extra bits of a length, and no branch is needed to fill them up.
 */
export class Inflater {
  out: ByteStore = byteStore(OUTPUT_BYTES);
  outLength = 0;
  private input: ByteStore = byteStore(0);
  private inputEnd = 0;
  /** Of the next bit. */
  private bit = 0;
  private maxBytes = 0;
  private history: History = NO_HISTORY;
  private readonly lengths = new Uint8Array(288 + 32);
  private readonly codeLengthCode = new HuffmanCode(CODE_LENGTH);
  private readonly literalCode = new HuffmanCode(LITERAL_LENGTH);
  private readonly distanceCode = new HuffmanCode(DISTANCE);

  /**
   * Inflates the message `input.bytes[0 … length)`. The INPUT_SLACK bytes after it are written: the 00 00 ff ff that the
   * sender took off (RFC 7692 §7.2.2) and zeros to read ahead. A block with BFINAL set does not end the message: a new one
   * may follow at the next byte (RFC 7692 §7.2.3.4).
   */
  inflate(input: ByteStore, length: number, history: History | null, maxBytes: number): InflateStatus {
    const { view } = input;
    view.setInt32(length, 0xffff << 16, true);
    for (let i = 4; i < INPUT_SLACK; i += 4) view.setInt32(length + i, 0, true);
    this.input = input;
    this.inputEnd = length + 4;
    this.bit = 0;
    this.outLength = 0;
    this.maxBytes = maxBytes;
    this.history = history ?? NO_HISTORY;
    if (this.out.bytes.length > LARGEST_KEPT_OUTPUT) this.out = byteStore(OUTPUT_BYTES);
    for (;;) {
      const header = this.take(3);
      const final = header & 1;
      const type = header >>> 1;
      const status =
        type === 1 ? this.symbols(fixedLiteral, fixedDistance) : type === 0 ? this.stored() : this.dynamic(type);
      if (status !== INFLATED) return status;
      const consumed = this.consumed();
      if (consumed > this.inputEnd) return TRUNCATED;
      if (type !== 0 && final === 0) continue;
      this.bit = consumed << 3;
      if (consumed === this.inputEnd) return INFLATED;
      // Or the message came with an ending of its own.
      if (consumed === length && (final === 1 || endsWithFlush(input.bytes, length))) return INFLATED;
    }
  }

  /** Bytes of which at least one bit was taken. */
  private consumed(): number {
    return (this.bit + 7) >>> 3;
  }

  /** The next bits, at least 25. Past the end of the input come zeros: `consumed()` tells afterwards. */
  private peek(): number {
    const { bit } = this;
    const at = bit >>> 3;
    return at > this.inputEnd ? 0 : this.input.view.getInt32(at, true) >>> (bit & 7);
  }

  private take(bits: number): number {
    const value = this.peek() & ((1 << bits) - 1);
    this.bit += bits;
    return value;
  }

  /** RFC 1951 §3.2.4. */
  private stored(): InflateStatus {
    const at = this.consumed();
    if (at + 4 > this.inputEnd) return TRUNCATED;
    const lengths = this.input.view.getInt32(at, true);
    const length = lengths & 0xffff;
    if (length !== ~lengths >>> 16) return CORRUPT;
    const end = at + 4 + length;
    if (end > this.inputEnd) return TRUNCATED;
    this.bit = end << 3;
    if (length === 0) return INFLATED;
    while (this.outLength + length > this.out.bytes.length) this.grow();
    this.out.bytes.set(this.input.bytes.subarray(at + 4, end), this.outLength);
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
      const entry = this.codeLengthCode.root[this.peek() & 127] as number;
      if (entry === 0) return this.consumed() >= this.inputEnd ? TRUNCATED : CORRUPT;
      this.bit += entry & 15;
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

  /**
   * The symbols of one block, up to its end. Everything hot is in locals; every look-up is bounded. References into the
   * message and into the history take the same lines: most messages are read before V8 has optimised this twice.
   */
  private symbols(literalCode: HuffmanCode, distanceCode: HuffmanCode): InflateStatus {
    const { store, start, have, next } = this.history;
    const ring = store.view;
    const input = this.input.view;
    const literalRoot = literalCode.root;
    const distanceRoot = distanceCode.root;
    const literalMask = literalCode.rootMask;
    const distanceMask = distanceCode.rootMask;
    const lastBit = this.inputEnd << 3;
    let { bit } = this;
    let { bytes: out, view } = this.out;
    let capacity = out.length - MATCH_ROOM;
    let o = this.outLength;
    let status: InflateStatus = INFLATED;
    for (;;) {
      if (bit > lastBit) {
        status = TRUNCATED;
        break;
      }
      if (o > capacity) {
        if (o > this.maxBytes) break;
        this.grow();
        ({ bytes: out, view } = this.out);
        capacity = out.length - MATCH_ROOM;
      }
      let bits = input.getInt32(bit >>> 3, true) >>> (bit & 7);
      let entry = literalRoot[bits & literalMask] as number;
      if (entry === 0) entry = literalCode.decodeLong(bits);
      bit += entry & 15;
      if (entry > 0) {
        out[o++] = entry >>> 10;
        // Literals come in a row, and the bits at hand are enough for one more short code.
        entry = literalRoot[(bits >>> (entry & 15)) & literalMask] as number;
        if (entry > 0) {
          bit += entry & 15;
          out[o++] = entry >>> 10;
        }
        continue;
      }
      if ((entry & KIND) !== BASE) {
        if ((entry & KIND) !== END_OF_BLOCK) status = CORRUPT;
        break;
      }
      let extra = (entry >>> 4) & 15;
      const end = o + ((entry >>> 10) & VALUE) + ((bits >>> (entry & 15)) & ((1 << extra) - 1));
      bit += extra;
      bits = input.getInt32(bit >>> 3, true) >>> (bit & 7);
      entry = distanceRoot[bits & distanceMask] as number;
      if (entry === 0) entry = distanceCode.decodeLong(bits);
      if ((entry & KIND) !== BASE) {
        status = CORRUPT;
        break;
      }
      bit += entry & 15;
      // A code and its extra bits may be 28.
      bits = (entry & 15) > 12 ? input.getInt32(bit >>> 3, true) >>> (bit & 7) : bits >>> (entry & 15);
      extra = (entry >>> 4) & 15;
      const distance = ((entry >>> 10) & VALUE) + (bits & ((1 << extra) - 1));
      bit += extra;
      if (distance - o > have) {
        status = TOO_FAR_BACK;
        break;
      }
      while (o < end) {
        const back = o - distance;
        if (back >= 0 && distance < COPY_SLACK) {
          copyNear(out, o, distance, end);
          break;
        }
        // Of what comes before the message, as far as the message or the ring's end; else of the message itself.
        const inRing = (next + back) & RING_MASK;
        const far = start + inRing;
        const farEnd = Math.min(o + Math.min(-back, WINDOW_BYTES - inRing), end);
        const to = back < 0 ? farEnd : end;
        copyFar(back < 0 ? ring : view, back < 0 ? far : back, view, o, to);
        o = to;
      }
      o = end;
    }
    this.bit = bit;
    this.outLength = o;
    return status === INFLATED && o > this.maxBytes ? this.tooLarge() : status;
  }
}
