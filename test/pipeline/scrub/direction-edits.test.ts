import { expect, test } from "vitest";
import { DirectionEdits } from "../../../src/pipeline/scrub/edits.ts";

const applied = (edits: DirectionEdits, sequence: number, text: string): string => {
  const payload = Buffer.from(text);
  edits.apply(sequence, payload);
  return payload.toString();
};

test("an edit within another hides nothing of the outer one", () => {
  const edits = new DirectionEdits();
  edits.places.add(1000, 20);
  edits.judge(0, 20);
  edits.edit(0, Buffer.from("*"), 20);
  edits.edit(4, Buffer.from("+"), 2);
  expect(applied(edits, 1010, "abcdefghij")).toBe("**********");
});

test("a pattern goes on where a packet begins within it, and where sequence numbers jump", () => {
  const edits = new DirectionEdits();
  edits.places.add(1000, 6);
  edits.places.add(2000, 6);
  edits.judge(0, 12);
  edits.edit(1, Buffer.from("abc"), 9);
  expect(applied(edits, 1003, "...")).toBe("cab");
  expect(applied(edits, 2000, "......")).toBe("cabc..");
});

test("a stream of more than 4 GiB: what comes at the same sequence number again is another place", () => {
  const edits = new DirectionEdits();
  const step = 2 ** 30;
  for (let i = 0; i < 5; i++) edits.places.add((100 + i * step) | 0, step);
  edits.judge(0, 10);
  edits.judge(4 * step, 4 * step + 10);
  edits.edit(4 * step, Buffer.from("*"), 4);
  expect(applied(edits, 100, "abcdefghij")).toBe("abcdefghij");
  for (let i = 1; i < 4; i++) expect(applied(edits, (100 + i * step) | 0, "abc")).toBe("***");
  expect(applied(edits, (100 + 4 * step) | 0, "abcdefghij")).toBe("****efghij");
});

test("with many holes a packet looks at few of them", () => {
  const edits = new DirectionEdits();
  let looked = 0;
  for (let i = 0; i < 50_000; i++) {
    edits.places.add(i * 20, 10);
    edits.places.gap(10);
    edits.judge(i * 20, i * 20 + 10);
  }
  const { judged } = edits as unknown as { judged: { start: number; end: number }[] };
  for (const [index, { start, end }] of judged.entries()) {
    judged[index] = Object.defineProperty({ start, end }, "end", { get: () => end + 0 * looked++ });
  }
  expect(applied(edits, 40_000 * 20, "abcdefghijkl")).toBe("abcdefghij**");
  expect(looked).toBeLessThan(40);
});
