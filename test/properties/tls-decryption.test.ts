import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { readTls } from "../support/tls-analysis.ts";
import {
  type Conversation,
  captureOf,
  certificateOf,
  converse,
  SENT,
  segmentsOf,
} from "../support/tls-conversation.ts";

const versions = ["TLSv1.2", "TLSv1.3"] as const;
const spoken = new Map<string, Conversation>();

beforeAll(async () => {
  for (const version of versions)
    spoken.set(
      version,
      await converse(
        { ...certificateOf("ec"), minVersion: version, maxVersion: version },
        // Without its window nothing behind a gap could be inflated.
        { perMessageDeflate: false },
      ),
    );
});

const told = (version: string): Conversation => spoken.get(version) as Conversation;
const said = (capture: Uint8Array, keyLog: string): string => {
  const { frames, messages, findings } = readTls(capture, keyLog);
  return JSON.stringify([
    frames.map(({ from, opcode, length, code }) => [from, opcode, length, code]),
    messages,
    findings.map(({ ruleId }) => ruleId),
  ]);
};

type Flip = readonly [at: number, bits: number];

/** Where the bytes of the stream lie in a capture that captureOf made. */
function payloadPlaces(capture: Uint8Array): number[] {
  const HEADERS = 14 + 20 + 20;
  const view = new DataView(capture.buffer, capture.byteOffset);
  const places: number[] = [];
  for (let at = 24; at < capture.length; at += 16 + view.getUint32(at + 8, true))
    for (let i = HEADERS; i < view.getUint32(at + 8, true); i++) places.push(at + 16 + i);
  return places;
}

describe.each(versions)("%s", (version) => {
  test("says the same however the records are cut into segments", () => {
    const { pieces, keyLog } = told(version);
    const whole = said(captureOf(pieces), keyLog);
    expect(JSON.parse(whole)[1]).toHaveLength(2 * SENT.length);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 20 }), (sizes) => {
        let turn = 0;
        const cut = (piece: Uint8Array): Uint8Array[] => {
          const segments: Uint8Array[] = [];
          for (let at = 0; at < piece.length; ) {
            const size = sizes[turn++ % sizes.length] as number;
            segments.push(piece.subarray(at, at + size));
            at += size;
          }
          return segments;
        };
        expect(said(captureOf(pieces, cut), keyLog)).toBe(whole);
      }),
      { numRuns: 12, examples: [[[1, 3000]], [[5]], [[1]]] },
    );
  });

  test("secrets that come after their packets say the same, and so do those that come in pieces", () => {
    const { pieces, keyLog } = told(version);
    const lines = keyLog.split("\n").reverse().join("\r\n");
    expect(said(captureOf(pieces), `# a comment\n\n${lines}`)).toBe(said(captureOf(pieces), keyLog));
  });

  describe("flipped bits never throw", () => {
    const flip = (capture: Uint8Array, flips: readonly Flip[]): Uint8Array => {
      const damaged = capture.slice();
      for (const [at, bits] of flips) damaged[at] = (damaged[at] ?? 0) ^ bits;
      return damaged;
    };
    const flipsAmong = (places: readonly number[]) =>
      fc.array(fc.tuple(fc.constantFrom(...places), fc.integer({ min: 1, max: 255 })), {
        minLength: 1,
        maxLength: 20,
      });
    const textsOf = (capture: Uint8Array, keyLog: string): string[] =>
      readTls(capture, keyLog).messages.map(({ text }) => text);

    test("in records that came whole, and nothing false is heard", () => {
      const { pieces, keyLog, messages } = told(version);
      const capture = captureOf(pieces, segmentsOf(700));
      fc.assert(
        fc.property(flipsAmong(payloadPlaces(capture)), (flips) => {
          // Of the longest one a record may be missing.
          const isReal = (heard: string) => messages.some(({ text }) => text.includes(heard));
          expect(textsOf(flip(capture, flips), keyLog).filter((heard) => !isReal(heard))).toEqual([]);
        }),
        { numRuns: 40 },
      );
    });

    // A damaged header of a packet tears a hole or shifts bytes: no tag vouches for what is left of a record there.
    test("anywhere, and what came before the first of them is heard", () => {
      const { pieces, keyLog } = told(version);
      const capture = captureOf(pieces, segmentsOf(700));
      const first = capture.length - 20_000;
      const greetings = (bytes: Uint8Array) => textsOf(bytes, keyLog).filter((text) => text === SENT[0]);
      expect(greetings(capture)).toHaveLength(2);
      fc.assert(
        fc.property(flipsAmong([...capture.keys()]), (flips) => {
          const late = flips.map(([at, bits]): Flip => [first + (at % 20_000), bits]);
          textsOf(flip(capture, flips), keyLog);
          expect(greetings(flip(capture, late))).toHaveLength(2);
        }),
        { numRuns: 20 },
      );
    });
  });

  test("what the capture missed is a gap, and behind it the same frames go on", () => {
    const { pieces, keyLog } = told(version);
    const whole = readTls(captureOf(pieces, segmentsOf(1000)), keyLog);
    const segments = pieces.flatMap(({ bytes }) => segmentsOf(1000)(bytes)).length;
    expect(segments).toBeGreaterThan(60);
    let resumed = 0;
    for (let missing = 12; missing < segments - 2; missing++) {
      const capture = captureOf(pieces, segmentsOf(1000), (index) => index !== missing);
      const { frames, messages, connections } = readTls(capture, keyLog);
      const known = new Set(whole.messages.map(({ from, text }) => `${from} ${text}`));
      for (const { from, text } of messages) if (text.length < 300) expect(known).toContain(`${from} ${text}`);
      const closes = frames.filter(({ opcode }) => opcode === 8);
      if (connections[0]?.kind === "websocket" && closes.length === 2) resumed++;
    }
    // A Close frame of either side may itself be in what is missing.
    expect(resumed).toBeGreaterThan((segments - 14) * 0.8);
  });
});
