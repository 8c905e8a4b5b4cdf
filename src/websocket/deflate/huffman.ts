/**
 * Huffman codes of DEFLATE (RFC 1951 §3.2). Codes up to `rootBits` are found in one table look-up; longer ones, which are
 * rare by construction, bit by bit through the canonical order.
 */
const MAX_BITS = 15;

/** Extra bits and base value for each symbol, packed so that one look-up answers a whole symbol. */
export interface SymbolTable {
  readonly entryOf: Int32Array;
  readonly rootBits: number;
}

/**
 * Entry: bits 0–3 code length, 4–7 extra bits, 8–9 kind, 10–30 literal, base length or base distance. Literals, the most
 * frequent, are the ones above 0; the other kinds have the sign bit set. 0: no such short code.
 */
export const KIND = 3 << 8;
const LITERAL = 0;
export const BASE = 1 << 8;
export const END_OF_BLOCK = 2 << 8;
const INVALID = 3 << 8;
/** Of an entry's bits from 10 on, without the sign. */
export const VALUE = 0x1f_ffff;
const entry = (kind: number, extraBits: number, value: number): number =>
  (kind === LITERAL ? 0 : 1 << 31) | (value << 10) | kind | (extraBits << 4);

const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

/** Literals, end of block, lengths (RFC 1951 §3.2.5); 286 and 287 take part in the fixed code but never occur. */
export const LITERAL_LENGTH: SymbolTable = {
  rootBits: 10,
  entryOf: Int32Array.from({ length: 288 }, (_, symbol) => {
    if (symbol < 256) return entry(LITERAL, 0, symbol);
    if (symbol === 256) return entry(END_OF_BLOCK, 0, 0);
    const base = LENGTH_BASE[symbol - 257];
    return base === undefined ? entry(INVALID, 0, 0) : entry(BASE, LENGTH_EXTRA[symbol - 257] ?? 0, base);
  }),
};

/** Distances: base 1, 2, 3, 4, 5, 7, 9, 13 … 24577 with 0, 0, 0, 0, 1, 1, 2, 2 … 13 extra bits; 30 and 31 never occur. */
export const DISTANCE: SymbolTable = {
  rootBits: 8,
  entryOf: Int32Array.from({ length: 32 }, (_, symbol) => {
    if (symbol >= 30) return entry(INVALID, 0, 0);
    const extra = symbol < 4 ? 0 : (symbol >> 1) - 1;
    return entry(BASE, extra, symbol < 4 ? symbol + 1 : ((2 + (symbol & 1)) << extra) + 1);
  }),
};

/** The code lengths' own code: plain symbols 0–18. */
export const CODE_LENGTH: SymbolTable = {
  rootBits: 7,
  entryOf: Int32Array.from({ length: 19 }, (_, symbol) => entry(LITERAL, 0, symbol)),
};

const offsets = new Int32Array(MAX_BITS + 2);

/** One Huffman code, rebuilt in place for each dynamic block. */
export class HuffmanCode {
  /** By the next bits of the input, as many as `rootMask` has: an entry with its code length, or 0. */
  readonly root: Int32Array;
  readonly rootMask: number;
  private readonly counts = new Int32Array(MAX_BITS + 1);
  private readonly sorted = new Int32Array(288);
  private readonly table: SymbolTable;

  constructor(table: SymbolTable) {
    this.table = table;
    this.root = new Int32Array(1 << table.rootBits);
    this.rootMask = this.root.length - 1;
  }

  /**
   * Builds the code from `lengths[from … from + count)`. False for a set that zlib refuses too: over-subscribed, or
   * incomplete, except for one single one-bit code or none at all (RFC 1951 §3.2.7 asks for that in distances).
   */
  build(lengths: Uint8Array, from: number, count: number): boolean {
    const { counts, sorted } = this;
    counts.fill(0);
    for (let i = from; i < from + count; i++) {
      const length = lengths[i] as number;
      counts[length] = (counts[length] as number) + 1;
    }
    counts[0] = 0;
    let left = 1;
    let longest = 0;
    offsets[1] = 0;
    for (let length = 1; length <= MAX_BITS; length++) {
      const n = counts[length] as number;
      left = (left << 1) - n;
      if (left < 0) return false;
      if (n > 0) longest = length;
      offsets[length + 1] = (offsets[length] as number) + n;
    }
    if (left > 0 && (longest > 1 || this.table === CODE_LENGTH)) return false;
    for (let symbol = 0; symbol < count; symbol++) {
      const length = lengths[from + symbol] as number;
      if (length === 0) continue;
      const at = offsets[length] as number;
      offsets[length] = at + 1;
      sorted[at] = symbol;
    }
    this.fill(left > 0 || longest > this.table.rootBits);
    return true;
  }

  /**
   * Writes each code once, in a table of as many bits as it is long; the table is doubled from one length to the next.
   * Codes come with their first bit lowest (RFC 1951 §3.1.1), so that counting up sets the highest bit that is not set.
   */
  private fill(holes: boolean): void {
    const { root, sorted, counts } = this;
    const { entryOf, rootBits } = this.table;
    if (holes) root.fill(0);
    let code = 0;
    let at = 0;
    for (let length = 1; length <= rootBits; length++) {
      const size = 1 << length;
      root.copyWithin(size >> 1, 0, size >> 1);
      for (const end = at + (counts[length] as number); at < end; at++) {
        root[code] = (entryOf[sorted[at] as number] as number) | length;
        const bit = 1 << (31 - Math.clz32(code ^ (size - 1)));
        code = (code & (bit - 1)) | bit;
      }
    }
  }

  /** A code that `root` does not hold, from the low bits of `hold` on; 0 when there is none. */
  decodeLong(hold: number): number {
    let code = 0;
    let first = 0;
    let index = 0;
    let rest = hold;
    for (let length = 1; length <= MAX_BITS; length++, rest >>>= 1) {
      code |= rest & 1;
      const count = this.counts[length] as number;
      if (code - count < first) {
        return (this.table.entryOf[this.sorted[index + (code - first)] as number] as number) | length;
      }
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return 0;
  }
}
