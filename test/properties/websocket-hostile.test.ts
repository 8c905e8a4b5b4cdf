import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Direction } from "../../src/base/brand.ts";
import { DecoderMemory } from "../../src/websocket/memory.ts";
import type { DeflateAgreement } from "../../src/websocket/types.ts";
import { agreed, decoder, frame, play, position } from "../support/websocket-script.ts";

const direction = fc.constantFrom<Direction>(0, 1);
const deflate = fc.constantFrom<DeflateAgreement>("none", "unknown", agreed, {
  ...agreed,
  clientNoContextTakeover: true,
});
const shape = fc.record({
  opcode: fc.integer({ min: 0, max: 15 }),
  payload: fc.uint8Array({ maxLength: 300 }),
  fin: fc.boolean(),
  rsv: fc.constantFrom(0, 0, 0, 4, 1),
  mask: fc.constantFrom(null, 0x12345678, 0x0badf00d),
});
const stream = fc.array(shape, { maxLength: 8 }).map((shapes) => new Uint8Array(Buffer.concat(shapes.map(frame))));
const flipped = fc.tuple(stream, fc.array(fc.nat(), { maxLength: 4 })).map(([bytes, bits]) => {
  const changed = bytes.slice();
  for (const bit of bits) {
    const at = bit % Math.max(1, changed.length * 8);
    if (changed.length > 0) changed[at >> 3] = (changed[at >> 3] as number) ^ (1 << (at & 7));
  }
  return changed;
});
const anything = fc.oneof(stream, flipped, fc.uint8Array({ maxLength: 400 }));

describe("whatever comes", () => {
  it("gives the same frames, messages and events however it is cut", () => {
    fc.assert(
      fc.property(
        anything,
        direction,
        deflate,
        fc.array(fc.nat(), { maxLength: 10 }),
        (bytes, way, agreement, cuts) => {
          const places = cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
          const whole = play(bytes, { direction: way, deflate: agreement }, [], 1);
          // Looking for a boundary uses where packets start and end, so what follows may differ.
          fc.pre(!whole.codes.includes("desynchronised"));
          expect(play(bytes, { direction: way, deflate: agreement }, places, 1)).toEqual(whole);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("never throws, holes and all, and gives every buffer back", () => {
    const step = fc.oneof(anything, fc.integer({ min: 1, max: 2000 }));
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 12 }),
        direction,
        deflate,
        fc.boolean(),
        (steps, way, agreement, midstream) => {
          const memory = new DecoderMemory();
          const { seen, reader } = decoder({ direction: way, deflate: agreement, memory, midstream });
          let fed = 0;
          for (const [i, part] of steps.entries()) {
            if (typeof part === "number") reader.gap(part, position(i));
            else reader.feed(part, 0, part.length, position(i));
            fed += typeof part === "number" ? part : part.length;
          }
          reader.end(position(steps.length));
          expect(memory.buffers.bytesInUse).toBe(0);
          for (const one of seen.frames) {
            expect(one.streamOffset).toBeLessThan(fed);
            expect(one.payload.length).toBeLessThanOrEqual(250);
          }
          for (const message of seen.messages) {
            expect(message.bytes.length).toBe(message.keptLength);
            if (message.problem === "undecodable" || message.problem === "inflate-failed")
              expect(message.keptLength).toBe(0);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});
