import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HISTORY_BYTES, type History, RING_BYTES } from "../../src/websocket/deflate/history.ts";
import { INFLATED, INPUT_SLACK, Inflater, type InflateStatus, TOO_LARGE } from "../../src/websocket/deflate/inflate.ts";
import { inflateLarge } from "../../src/websocket/deflate/inflate-message.ts";
import { byteStore } from "../../src/websocket/unmask.ts";

const MAX = 4 * 1024 * 1024;
const inflater = new Inflater();

interface Outcome {
  status: InflateStatus;
  bytes: Buffer;
}

function ours(message: Uint8Array, history: History | null = null, maxBytes = MAX): Outcome {
  const input = byteStore(message.length + INPUT_SLACK);
  input.bytes.fill(0xa5);
  input.bytes.set(message);
  const status = inflater.inflate(input, message.length, history, maxBytes);
  return {
    status,
    bytes: Buffer.from(inflater.store.bytes.subarray(inflater.begin, inflater.begin + inflater.outLength)),
  };
}

const zlibs = (message: Uint8Array, history: History | null = null, maxBytes = MAX): Outcome => {
  const { status, bytes } = inflateLarge(message, message.length, history, maxBytes);
  return { status, bytes: Buffer.from(bytes) };
};

/** A window that ends with `text`, wherever the ring stands. */
function historyOf(text: Uint8Array, at: number): History {
  // Between two others, whose bytes must never be seen.
  const store = byteStore(3 * HISTORY_BYTES);
  store.bytes.fill(0xa5);
  const start = HISTORY_BYTES;
  for (let i = 0; i < text.length; i++) {
    store.bytes[start + ((at - text.length + i + RING_BYTES) % RING_BYTES)] = text[i] as number;
  }
  return { store, start, have: text.length, next: start + at };
}

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  fc.uint8Array({ max: 3, maxLength: 3000 }),
  fc.string({ unit: "grapheme", maxLength: 400 }).map((text) => Buffer.from(text)),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 1500 }))
    .map(([one, times]) => Buffer.alloc(one.length * times, one)),
);
const settings = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  strategy: fc.constantFrom(
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_FILTERED,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
    constants.Z_FIXED,
  ),
  windowBits: fc.integer({ min: 9, max: 15 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
});
const message = (data: Uint8Array, options: object): Buffer =>
  deflateRawSync(data, { ...options, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);

describe("the own inflater and the one by zlib", () => {
  it("give back what zlib compressed, at every level, strategy, window and memory size", () => {
    fc.assert(
      fc.property(bytes, settings, (data, options) => {
        const compressed = message(data, options);
        for (const { status, bytes: out } of [ours(compressed), zlibs(compressed)]) {
          expect(status).toBe(INFLATED);
          expect(out.equals(Buffer.from(data))).toBe(true);
        }
      }),
      { numRuns: 2500 },
    );
  });

  it("follow references into the history, wherever its ring stands", () => {
    fc.assert(
      fc.property(bytes, bytes, settings, fc.nat(RING_BYTES - 1), (before, data, options, at) => {
        const dictionary = Buffer.from(before).subarray(-(2 ** options.windowBits));
        const both = Buffer.concat([data, dictionary.subarray(0, 500), data]);
        const compressed = message(both, dictionary.length > 0 ? { ...options, dictionary } : options);
        const history = historyOf(dictionary, at);
        // Ours last: it writes the message over the oldest bytes.
        for (const { status, bytes: out } of [zlibs(compressed, history), ours(compressed, history)]) {
          expect(status).toBe(INFLATED);
          expect(out.equals(both)).toBe(true);
        }
      }),
      { numRuns: 1500 },
    );
  });

  it("follow references that begin in the history and run into what they write", () => {
    const period = fc.uint8Array({ minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(
        period,
        fc.integer({ min: 3, max: 600 }),
        settings,
        fc.nat(RING_BYTES - 1),
        (one, length, options, at) => {
          const dictionary = Buffer.concat([Buffer.from("before it "), one]);
          const data = Buffer.alloc(length, one);
          const compressed = message(data, { ...options, dictionary });
          const { status, bytes: out } = ours(compressed, historyOf(dictionary, at));
          expect(status).toBe(INFLATED);
          expect(out.equals(data)).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("stop at the bound, with the bytes before it", () => {
    fc.assert(
      fc.property(bytes, settings, fc.integer({ min: 1, max: 3000 }), (data, options, most) => {
        const { status, bytes: out } = ours(message(data, options), null, most);
        expect(status).toBe(data.length > most ? TOO_LARGE : INFLATED);
        expect(out.equals(Buffer.from(data).subarray(0, most))).toBe(true);
        expect(zlibs(message(data, options), null, most).status).toBe(status);
      }),
      { numRuns: 500 },
    );
  });

  it("agree on anything: random bytes and bit flips end with the same verdict and never throw", () => {
    const flipped = fc
      .tuple(bytes, settings, fc.array(fc.nat(), { minLength: 1, maxLength: 3 }))
      .map(([data, options, at]) => {
        const compressed = Buffer.from(message(data, options));
        for (const bit of at) {
          const place = bit % (compressed.length * 8);
          compressed[place >> 3] = (compressed[place >> 3] as number) ^ (1 << (place & 7));
        }
        return compressed;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), flipped), (input) => {
        const own = ours(input, null, 1 << 17);
        const theirs = zlibs(input, null, 1 << 17);
        expect(own.status === INFLATED).toBe(theirs.status === INFLATED);
        if (own.status === INFLATED) expect(own.bytes.equals(theirs.bytes)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it("read what a plain zlib call reads", () => {
    fc.assert(
      fc.property(bytes, settings, (data, options) => {
        const compressed = message(data, options);
        const tail = Buffer.from([0, 0, 0xff, 0xff]);
        const plain = inflateRawSync(Buffer.concat([compressed, tail]), { finishFlush: constants.Z_SYNC_FLUSH });
        expect(ours(compressed).bytes.equals(plain)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
