import { type ByteStore, byteStore } from "../unmask.ts";
import { COPY_SLACK, copyFar, copyNear, flat, HISTORY_BYTES, type History, RING_BYTES } from "./history.ts";
import { BASE, CODE_LENGTH, DISTANCE, END_OF_BLOCK, HuffmanCode, KIND, LITERAL_LENGTH, VALUE } from "./huffman.ts";

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
/** Bits that a byte of ASCII has not: of four bytes at once, and of a literal's entry. */
const NON_ASCII = 0x80808080 | 0;
const NON_ASCII_LITERAL = 0x80 << 10;
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
 * sets up a stream each time. A message is written into the caller's history, right after what it may refer to; one that
 * outgrows the room there, or has no history, into a buffer of its own, after a copy of what it may still refer to.
 *
 * The place in the input is one number, in bits: four bytes read from there on hold at least 25 of them, enough for any
 * code with its extra bits of a length, and no branch is needed to fill them up.
 */
export class Inflater {
  /** Where the message is: `store.bytes[begin … begin + outLength)`. */
  store: ByteStore = byteStore(OUTPUT_BYTES);
  begin = 0;
  outLength = 0;
  /** It was written into the history. */
  inPlace = false;
  /** It was seen to be ASCII throughout. */
  ascii = false;
  /** The buffer of its own. */
  private own: ByteStore = this.store;
  private input: ByteStore = byteStore(0);
  private inputEnd = 0;
  /** Of the next bit. */
  private bit = 0;
  private maxBytes = 0;
  private history: History | null = null;
  /** Where the ring begins in `store`, the oldest byte that may be referred to (before it: in the ring's end), the next. */
  private ringStart = 0;
  private oldest = 0;
  private next = 0;
  /** End of the room for the message. */
  private roomEnd = 0;
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
    // Storing a pointer that is there already costs more than looking.
    if (this.input !== input) this.input = input;
    this.inputEnd = length + 4;
    this.bit = 0;
    this.maxBytes = maxBytes;
    if (this.history !== history) this.history = history;
    this.ascii = true;
    if (this.own.bytes.length > LARGEST_KEPT_OUTPUT) this.own = byteStore(OUTPUT_BYTES);
    if (history === null) this.writeTo(this.own, 0, 0, 0, this.own.bytes.length);
    else {
      const { store, start, next, have } = history;
      // What runs on behind the ring is copied to its beginning, which must not be the message's own.
      this.writeTo(store, start, next, have, Math.min(start + HISTORY_BYTES, next + RING_BYTES));
    }
    const status = this.blocks(input, length);
    this.outLength = Math.min(this.next - this.begin, maxBytes);
    return status;
  }

  private writeTo(store: ByteStore, ringStart: number, begin: number, have: number, roomEnd: number): void {
    if (this.store !== store) this.store = store;
    this.inPlace = store !== this.own;
    this.ringStart = ringStart;
    this.begin = begin;
    this.next = begin;
    this.oldest = begin - have;
    this.roomEnd = roomEnd;
  }

  private blocks(input: ByteStore, length: number): InflateStatus {
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
    this.ascii = false;
    while (this.next + length > this.roomEnd) this.makeRoom();
    this.store.bytes.set(this.input.bytes.subarray(at + 4, end), this.next);
    this.next += length;
    return this.next - this.begin > this.maxBytes ? TOO_LARGE : INFLATED;
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

  /** The message goes on in the buffer of its own, after what it may still refer to; that buffer grows. */
  private makeRoom(): void {
    const { store, history, begin, next } = this;
    const length = next - begin;
    if (!this.inPlace || history === null) {
      this.own = byteStore(2 * store.bytes.length);
      this.own.bytes.set(store.bytes);
      this.store = this.own;
      this.roomEnd = this.own.bytes.length;
      return;
    }
    // The message has been written over the oldest bytes of the ring: those are farther back than a reference reaches.
    const before = Math.max(0, Math.min(history.have, RING_BYTES - length - COPY_SLACK));
    while (this.own.bytes.length < before + 2 * length) this.own = byteStore(2 * this.own.bytes.length);
    this.own.bytes.set(flat(history, before));
    this.own.bytes.set(store.bytes.subarray(begin, next), before);
    this.writeTo(this.own, 0, before, before, this.own.bytes.length);
    this.next = before + length;
  }

  /**
   * The symbols of one block, up to its end. Everything hot is in locals; every look-up is bounded. References into the
   * message and into the history take the same lines: most messages are read before V8 has optimised this twice.
   */
  private symbols(literalCode: HuffmanCode, distanceCode: HuffmanCode): InflateStatus {
    const input = this.input.view;
    const literalRoot = literalCode.root;
    const distanceRoot = distanceCode.root;
    const literalMask = literalCode.rootMask;
    const distanceMask = distanceCode.rootMask;
    const lastBit = this.inputEnd << 3;
    let { bit, oldest, ringStart, next: o } = this;
    let { bytes: out, view } = this.store;
    let last = this.roomEnd - MATCH_ROOM;
    let literals = 0;
    let words = 0;
    let status: InflateStatus = INFLATED;
    for (;;) {
      if (bit > lastBit) {
        status = TRUNCATED;
        break;
      }
      if (o > last) {
        if (o - this.begin > this.maxBytes) break;
        this.next = o;
        this.makeRoom();
        ({ oldest, ringStart, next: o } = this);
        ({ bytes: out, view } = this.store);
        last = this.roomEnd - MATCH_ROOM;
      }
      let bits = input.getInt32(bit >>> 3, true) >>> (bit & 7);
      let entry = literalRoot[bits & literalMask] as number;
      if (entry === 0) entry = literalCode.decodeLong(bits);
      bit += entry & 15;
      if (entry > 0) {
        literals |= entry;
        out[o++] = entry >>> 10;
        // Literals come in a row, and the bits at hand are enough for one more short code.
        entry = literalRoot[(bits >>> (entry & 15)) & literalMask] as number;
        if (entry > 0) {
          literals |= entry;
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
      let from = o - distance;
      if (from < oldest) {
        status = TOO_FAR_BACK;
        break;
      }
      if (from < ringStart) {
        // The ring's end, as far as it goes; the rest follows at its beginning.
        const to = Math.min(end, o + ringStart - from);
        words |= copyFar(view, from + RING_BYTES, o, to);
        from += to - o;
        o = to;
      }
      if (o < end) words |= distance < COPY_SLACK ? copyNear(out, o, distance, end) : copyFar(view, from, o, end);
      o = end;
    }
    if (((literals & NON_ASCII_LITERAL) | (words & NON_ASCII)) !== 0) this.ascii = false;
    this.bit = bit;
    this.next = o;
    return status === INFLATED && o - this.begin > this.maxBytes ? TOO_LARGE : status;
  }
}
