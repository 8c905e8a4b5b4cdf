import { describe, expect, it } from "vitest";
import * as limits from "../../src/base/limits.ts";
import { parseFields } from "../../src/http/head.ts";

const read = (text: string) => parseFields(Buffer.from(text, "latin1"), 0, text.length);

describe("parseFields", () => {
  it.each([
    [
      "A: b\r\nC:d\r\n\r\n",
      [
        ["A", "b"],
        ["C", "d"],
      ],
      0,
    ],
    [
      "A:  b \t\nC : d\n\n",
      [
        ["A", "b"],
        ["C", "d"],
      ],
      0,
    ],
    [
      "A: b\r\n c\r\n\t d \r\nE: f\r\n\r\n",
      [
        ["A", "b c d"],
        ["E", "f"],
      ],
      0,
    ],
    ["A:\r\n b\r\n \r\n", [["A", "b"]], 0],
    ["A: b\rc\r\n", [["A", "b c"]], 0],
    [" fold without a field\r\nA: b\r\n", [["A", "b"]], 1],
    ["no colon\r\n: no name\r\nA: b:c\r\n", [["A", "b:c"]], 2],
    ["N: caf\xe9\r\n", [["N", "café"]], 0],
    ["", [], 0],
  ])("%j", (text, fields, invalidLines) => {
    const section = read(text);
    expect(section.fields.map(({ name, value }) => [name, value])).toEqual(fields);
    expect(section.invalidLines).toBe(invalidLines);
  });

  it("drops and counts fields past the limit", () => {
    const { fields, droppedFields } = read("a:b\n".repeat(limits.httpFieldsPerHead + 5));
    expect([fields.length, droppedFields]).toEqual([limits.httpFieldsPerHead, 5]);
  });
});
