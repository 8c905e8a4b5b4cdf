import fc from "fast-check";
import { expect, test } from "vitest";
import { safeJson } from "../../src/report/safe-json.ts";

test("any value survives, and nothing is left that a terminal obeys", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: "binary" }), (value, text) => {
      const json = safeJson({ value, text });
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ value, text })));
      expect(json).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    }),
  );
});

test("escapes beyond the basic plane are surrogate pairs", () => {
  // U+E0041 TAG LATIN CAPITAL LETTER A is invisible.
  expect(safeJson("\u{e0041}")).toBe('"\\udb40\\udc41"');
});
