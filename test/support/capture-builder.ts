// Captures written by hand for tests, from the drafts and not from the writer in src: whatever is odd can be asked for.

const words = (little: boolean, ...values: number[]): Uint8Array => {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setUint32(index * 4, value >>> 0, little);
  return bytes;
};

const halves = (little: boolean, ...values: number[]): Uint8Array => {
  const bytes = new Uint8Array(values.length * 2);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setUint16(index * 2, value, little);
  return bytes;
};

export const bytesOf = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

const pad = (bytes: Uint8Array): Uint8Array => bytesOf(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4));

const longWords = (little: boolean, value: bigint): Uint8Array => {
  const high = Number((value >> 32n) & 0xffff_ffffn);
  const low = Number(value & 0xffff_ffffn);
  return little ? words(true, low, high) : words(false, high, low);
};

/** n bytes that tell where they came from. */
export const someBytes = (length: number, seed = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 7 + seed * 13 + 1) & 0xff);

export interface PcapRecord {
  seconds: number;
  /** Micro- or nanoseconds, as the magic number says. */
  fraction: number;
  data: Uint8Array;
  originalLength?: number;
  /** What the header claims; the data's length unless told. */
  capturedLength?: number;
}

export interface PcapOptions {
  magic?: number;
  little?: boolean;
  major?: number;
  minor?: number;
  snapLength?: number;
  /** The whole 32-bit field. */
  linkType?: number;
  /** Modified format: interface index, protocol and packet type, 8 bytes a record. */
  extra?: Uint8Array;
  lengthsSwapped?: boolean;
}

export const MICROSECONDS = 0xa1b2c3d4;
export const NANOSECONDS = 0xa1b23c4d;
export const MODIFIED = 0xa1b2cd34;

export function pcapFile(records: readonly PcapRecord[], options: PcapOptions = {}): Uint8Array {
  const { magic = MICROSECONDS, little = true, major = 2, minor = 4, snapLength = 262_144, linkType = 1 } = options;
  const parts = [words(little, magic), halves(little, major, minor), words(little, 0, 0, snapLength, linkType)];
  for (const { seconds, fraction, data, ...claimed } of records) {
    const captured = claimed.capturedLength ?? data.length;
    const original = claimed.originalLength ?? captured;
    const lengths = options.lengthsSwapped ? [original, captured] : [captured, original];
    parts.push(words(little, seconds, fraction, ...lengths), options.extra ?? new Uint8Array(0), data);
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** A pcapng block; `total` and `totalAgain` lie about its length. */
export function block(
  little: boolean,
  type: number,
  body: Uint8Array,
  lies: { total?: number; totalAgain?: number } = {},
): Uint8Array {
  const total = pad(body).length + 12;
  return bytesOf(words(little, type, lies.total ?? total), pad(body), words(little, lies.totalAgain ?? total));
}

export type OptionSpec = readonly [code: number, value: Uint8Array | string];

const utf8 = new TextEncoder();

function options(little: boolean, specs: readonly OptionSpec[]): Uint8Array {
  if (specs.length === 0) return new Uint8Array(0);
  const parts = specs.map(([code, value]) => {
    const bytes = typeof value === "string" ? utf8.encode(value) : value;
    return bytesOf(halves(little, code, bytes.length), pad(bytes));
  });
  return bytesOf(...parts, halves(little, 0, 0));
}

export const COMMENT = 1;
export const IF_NAME = 2;
export const IF_DESCRIPTION = 3;
export const IF_TSRESOL = 9;
export const IF_FILTER = 11;
export const IF_OS = 12;
export const IF_TSOFFSET = 14;
export const ISB_IFRECV = 4;
export const ISB_IFDROP = 5;
export const ISB_OSDROP = 7;

export const tsresol = (value: number): OptionSpec => [IF_TSRESOL, Uint8Array.of(value)];
export const long = (little: boolean, code: number, value: bigint): OptionSpec => [code, longWords(little, value)];

/** The blocks of one section in one byte order. */
export class SectionBuilder {
  private readonly little: boolean;

  constructor(little = true) {
    this.little = little;
  }

  header(specs: readonly OptionSpec[] = [], version: readonly [number, number] = [1, 0]): Uint8Array {
    const body = [words(this.little, 0x1a2b3c4d), halves(this.little, ...version), longWords(this.little, -1n)];
    return block(this.little, 0x0a0d0d0a, bytesOf(...body, options(this.little, specs)));
  }

  description(linkType = 1, snapLength = 0, specs: readonly OptionSpec[] = []): Uint8Array {
    const body = [halves(this.little, linkType, 0), words(this.little, snapLength)];
    return block(this.little, 1, bytesOf(...body, options(this.little, specs)));
  }

  enhanced(
    interfaceId: number,
    ticks: bigint,
    data: Uint8Array,
    told: { originalLength?: number; capturedLength?: number; options?: readonly OptionSpec[] } = {},
  ): Uint8Array {
    const time = [Number((ticks >> 32n) & 0xffff_ffffn), Number(ticks & 0xffff_ffffn)];
    const captured = told.capturedLength ?? data.length;
    const fixed = words(this.little, interfaceId, ...time, captured, told.originalLength ?? captured);
    return block(this.little, 6, bytesOf(fixed, pad(data), options(this.little, told.options ?? [])));
  }

  simple(data: Uint8Array, originalLength = data.length): Uint8Array {
    return block(this.little, 3, bytesOf(words(this.little, originalLength), data));
  }

  obsolete(interfaceId: number, ticks: bigint, data: Uint8Array, specs: readonly OptionSpec[] = []): Uint8Array {
    const time = [Number((ticks >> 32n) & 0xffff_ffffn), Number(ticks & 0xffff_ffffn)];
    const fixed = [halves(this.little, interfaceId, 3), words(this.little, ...time, data.length, data.length)];
    return block(this.little, 2, bytesOf(...fixed, pad(data), options(this.little, specs)));
  }

  statistics(interfaceId: number, specs: readonly OptionSpec[]): Uint8Array {
    return block(this.little, 5, bytesOf(words(this.little, interfaceId, 0, 0), options(this.little, specs)));
  }

  /** Records of type, value; the end record is added. */
  names(records: readonly (readonly [type: number, value: Uint8Array])[]): Uint8Array {
    const parts = records.map(([type, value]) => bytesOf(halves(this.little, type, value.length), pad(value)));
    return block(this.little, 4, bytesOf(...parts, halves(this.little, 0, 0)));
  }

  secrets(type: number, data: Uint8Array, claimedLength = data.length): Uint8Array {
    return block(this.little, 10, bytesOf(words(this.little, type, claimedLength), data));
  }

  other(type: number, body: Uint8Array): Uint8Array {
    return block(this.little, type, body);
  }
}
