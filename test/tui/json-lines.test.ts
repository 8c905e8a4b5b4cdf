import { expect, test } from "vitest";
import { paletteOf } from "../../src/tui/palette.ts";
import { jsonLines } from "../../src/tui/rows/json-lines.ts";

test("JSON is laid out, also behind a Socket.IO head; what is nested deeper than a stack is none", () => {
  const palette = paletteOf(0, false);
  expect(jsonLines('42["a",{"b":1}]', 40, palette)?.slice(1, 3)).toEqual(["[", '  "a",']);
  expect(jsonLines("42", 40, palette)).toBeNull();
  expect(jsonLines("[".repeat(30_000) + "]".repeat(30_000), 40, palette)).toBeNull();
});
