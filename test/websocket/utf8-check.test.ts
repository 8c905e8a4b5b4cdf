import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Utf8Check } from "../../src/websocket/utf8-check.ts";

function checkInPieces(bytes: Uint8Array, cuts: readonly number[]): boolean {
  const check = new Utf8Check();
  let start = 0;
  for (const end of [...cuts, bytes.length]) {
    const nonAscii = bytes.subarray(start, end).some((byte) => byte >= 0x80) ? 1 : 0;
    if (!check.add(bytes, start, end, nonAscii)) return false;
    start = end;
  }
  return check.isBetweenCharacters;
}

describe("UTF-8 in pieces", () => {
  const pieces = (text: fc.Arbitrary<Uint8Array>): fc.Arbitrary<[Uint8Array, number[]]> =>
    fc.tuple(text, fc.array(fc.nat(), { maxLength: 8 })).map(([bytes, cuts]) => {
      const places = cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
      return [bytes, places];
    });
  const text = fc.string({ unit: "binary", maxLength: 60 }).map((one) => new Uint8Array(Buffer.from(one)));
  const broken = fc.tuple(text, fc.nat(), fc.nat(255)).map(([bytes, at, value]) => {
    const changed = bytes.slice();
    if (changed.length > 0) changed[at % changed.length] = value;
    return changed;
  });

  it("has the verdict of the whole, however it is cut", () => {
    fc.assert(
      fc.property(pieces(fc.oneof(text, broken, fc.uint8Array({ maxLength: 12 }))), ([bytes, cuts]) => {
        expect(checkInPieces(bytes, cuts)).toBe(isUtf8(bytes));
        expect(
          checkInPieces(
            bytes,
            Array.from(bytes, (_, i) => i),
          ),
        ).toBe(isUtf8(bytes));
      }),
      { numRuns: 2000 },
    );
  });
});
