import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Direction } from "../../src/base/brand.ts";
import type { DeflateAgreement } from "../../src/websocket/types.ts";
import { everyByte, play } from "../support/websocket-script.ts";
import { receiveByWs, type Sent, sendByWs } from "../support/ws-peer.ts";

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc.constantFrom('{"type":"position","lat":31.23,"lon":121.47}', "心跳 ping 🙂".repeat(40), "", "x".repeat(70_000)),
);
const fragments = fc.oneof(
  text.map((whole) => [Buffer.from(whole)]),
  fc.tuple(text, fc.array(fc.nat(), { maxLength: 4 })).map(([whole, cuts]) => {
    const bytes = Buffer.from(whole);
    const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
    return at.slice(1).map((end, i) => bytes.subarray(at[i], end));
  }),
);
const sent: fc.Arbitrary<Sent> = fc.record({
  binary: fc.boolean(),
  compress: fc.boolean(),
  fragments,
  pingBetween: fc.boolean(),
});
const bits = fc.integer({ min: 9, max: 15 });
const deflate: fc.Arbitrary<DeflateAgreement> = fc.oneof(
  fc.constant<DeflateAgreement>("none"),
  fc.record({
    serverNoContextTakeover: fc.boolean(),
    clientNoContextTakeover: fc.boolean(),
    serverMaxWindowBits: bits,
    clientMaxWindowBits: bits,
  }),
);
const direction = fc.constantFrom<Direction>(0, 1);
const keepBytes = 1 << 20;

describe("a stream written by ws", () => {
  it("gives the messages that ws reads from it, however it is cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(sent, { maxLength: 12 }),
        direction,
        deflate,
        fc.array(fc.nat(), { maxLength: 20 }),
        async (messages, way, agreement, cuts) => {
          const usable = agreement === "none" ? messages.map((one) => ({ ...one, compress: false })) : messages;
          const bytes = await sendByWs(usable, way, agreement);
          const expected = await receiveByWs(bytes, way, agreement);
          const setup = { direction: way, deflate: agreement, keepBytes };
          const places = cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
          const whole = play(bytes, setup, [], 1);
          expect(whole.events).toEqual([]);
          expect(whole.messages.map((m) => ({ data: m.bytes.toString("base64"), binary: m.opcode === 2 }))).toEqual(
            expected,
          );
          expect(whole.messages.every((m) => m.problem === null && m.length === m.keptLength)).toBe(true);
          expect(whole.frames.at(-1)).toMatchObject({ closeCode: 1000, closeReason: "done" });
          expect(play(bytes, setup, places, 1)).toEqual(whole);
          if (bytes.length < 3000) expect(play(bytes, setup, everyByte(bytes), 1)).toEqual(whole);
        },
      ),
      { numRuns: 40 },
    );
  });
});
