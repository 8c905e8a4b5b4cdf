import { constants, deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DecoderMemory } from "../../src/websocket/memory.ts";
import { BINARY, CONTINUATION } from "../../src/websocket/types.ts";
import { agreed, decoder, frame, position } from "../support/websocket-script.ts";

interface Peer {
  readonly takeover: boolean;
  readonly settings: object;
  readonly windowBits: number;
  /** Of each message: what it says, and where its frames are cut. */
  readonly messages: readonly { readonly data: Buffer; readonly cuts: readonly number[] }[];
}

const noise = (length: number, seed: number): Buffer => {
  let x = seed | 1;
  return Buffer.from(
    Uint8Array.from({ length }, () => {
      x = (Math.imul(x, 69_069) + 1) | 0;
      return x >>> 24;
    }),
  );
};

const data = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.nat(9), fc.nat(999)).map(([a, b]) => Buffer.from(`{"kind":${a},"value":${b}}`)) },
  { weight: 2, arbitrary: fc.string({ unit: "grapheme", maxLength: 80 }).map((text) => Buffer.from(text)) },
  // Past the ring's end, past it in one message, and large enough for zlib's own reader.
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 40_000 }), fc.nat(5))
      .map(([length, seed]) => Buffer.alloc(length, noise(4000, seed))),
  },
  { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 1, max: 20_000 }), fc.nat()).map(([n, seed]) => noise(n, seed)) },
);
const peer: fc.Arbitrary<Peer> = fc.record({
  takeover: fc.boolean(),
  settings: fc.record({
    level: fc.integer({ min: 0, max: 9 }),
    strategy: fc.constantFrom(
      constants.Z_DEFAULT_STRATEGY,
      constants.Z_HUFFMAN_ONLY,
      constants.Z_RLE,
      constants.Z_FIXED,
    ),
    memLevel: fc.integer({ min: 1, max: 9 }),
  }),
  windowBits: fc.integer({ min: 9, max: 15 }),
  messages: fc.array(fc.record({ data, cuts: fc.array(fc.nat(200), { maxLength: 3 }) }), { maxLength: 14 }),
});

/** The frames of each message, compressed by zlib with the sender's window (RFC 7692 §7.2.1). */
function framesOf({ takeover, settings, windowBits, messages }: Peer): Buffer[] {
  let before = Buffer.alloc(0);
  return messages.map(({ data, cuts }) => {
    const dictionary = takeover && before.length > 0 ? { dictionary: before.subarray(-(2 ** windowBits)) } : {};
    const options = { ...settings, windowBits, ...dictionary, finishFlush: constants.Z_SYNC_FLUSH };
    const payload = deflateRawSync(data, options).subarray(0, -4);
    before = Buffer.concat([before, data]).subarray(-32_768);
    const ends = [...new Set(cuts.map((cut) => Math.min(cut, payload.length)))].sort((a, b) => a - b);
    const parts = [0, ...ends].map((from, i) => payload.subarray(from, ends[i] ?? payload.length));
    return Buffer.concat(
      parts.map((part, i) =>
        frame({
          opcode: i === 0 ? BINARY : CONTINUATION,
          rsv: i === 0 ? 4 : 0,
          fin: i === parts.length - 1,
          payload: part,
          mask: null,
        }),
      ),
    );
  });
}

describe("sessions with permessage-deflate", () => {
  it("of several peers in turn give back every message, whatever the settings, fragments and packets", () => {
    fc.assert(
      fc.property(fc.array(peer, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 3000 }), (peers, piece) => {
        const memory = new DecoderMemory();
        const runs = peers.map((one) => ({
          one,
          frames: framesOf(one),
          ...decoder({
            direction: 1,
            deflate: { ...agreed, serverNoContextTakeover: !one.takeover },
            memory,
            keepBytes: 1 << 20,
          }),
        }));
        for (let turn = 0; turn < 14; turn++) {
          for (const { frames, reader } of runs) {
            const bytes = frames[turn] ?? Buffer.alloc(0);
            for (let at = 0; at < bytes.length; at += piece) {
              reader.feed(bytes, at, Math.min(at + piece, bytes.length), position(turn + 1));
            }
          }
        }
        for (const { one, seen, reader } of runs) {
          reader.end(position(15));
          expect(seen.codes).toEqual([]);
          expect(seen.messages.length).toBe(one.messages.length);
          for (const [i, message] of seen.messages.entries()) {
            expect(message.bytes.equals(one.messages[i]?.data ?? Buffer.alloc(0))).toBe(true);
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  it("are told of a bit that flipped, or read what zlib would, and go on", () => {
    fc.assert(
      fc.property(peer, fc.nat(), fc.nat(7), (one, place, bit) => {
        const frames = framesOf({ ...one, messages: one.messages.map(({ data }) => ({ data, cuts: [] })) });
        const { seen, reader } = decoder({ direction: 1, deflate: agreed, keepBytes: 1 << 20 });
        const struck = frames.length === 0 ? -1 : place % frames.length;
        for (const [i, bytes] of frames.entries()) {
          // Behind the header, so that the frames stay where they are.
          const at = bytes.length < 126 ? 2 : bytes.length < 65_536 ? 4 : 10;
          const hit = at + (place % Math.max(1, bytes.length - at));
          if (i === struck && hit < bytes.length) bytes[hit] = (bytes[hit] as number) ^ (1 << bit);
          reader.feed(bytes, 0, bytes.length, position(i + 1));
        }
        reader.end(position(15));
        expect(seen.messages.length).toBe(frames.length);
        for (const [i, message] of seen.messages.entries()) {
          if (i < struck) expect(message.bytes.equals(one.messages[i]?.data ?? Buffer.alloc(0))).toBe(true);
          else expect([null, "inflate-failed", "undecodable", "inflate-limit"]).toContain(message.problem);
        }
        const failed = seen.messages.filter(({ problem }) => problem === "inflate-failed").length;
        expect(seen.codes.filter((code) => code === "deflate-failed").length).toBe(failed);
      }),
      { numRuns: 300 },
    );
  });
});
