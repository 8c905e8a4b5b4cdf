import fc from "fast-check";
import { expect, test } from "vitest";
import { BEGINNING_BYTES, beginningOf, maskedBeginning } from "../../src/base/beginning.ts";
import { maskOf } from "../../src/websocket/unmask.ts";

const plain = fc.uint8Array({ minLength: BEGINNING_BYTES, maxLength: BEGINNING_BYTES + 9 });

test("masked or not, aligned or not, the same beginning has the same hash", () => {
  fc.assert(
    fc.property(plain, fc.integer(), fc.integer({ min: 0, max: 5 }), (bytes, key, start) => {
      const stored = new Uint8Array(start + bytes.length);
      // RFC 6455 §5.3.
      stored.set(
        bytes.map((byte, i) => byte ^ (key >>> (8 * (3 - (i % 4))))),
        start,
      );
      expect(maskedBeginning(new DataView(stored.buffer), start, maskOf(key))).toBe(beginningOf(bytes));
      const shifted = new Uint8Array(new ArrayBuffer(bytes.length + 3), 3);
      shifted.set(bytes);
      expect(beginningOf(shifted)).toBe(beginningOf(bytes));
    }),
  );
});

test("every byte of the beginning counts, none after it", () => {
  const bytes = new Uint8Array(BEGINNING_BYTES + 1).fill(97);
  const hash = beginningOf(bytes);
  for (let at = 0; at < BEGINNING_BYTES; at++) {
    const other = bytes.slice();
    other[at] = 98;
    expect(beginningOf(other)).not.toBe(hash);
  }
  bytes[BEGINNING_BYTES] = 98;
  expect(beginningOf(bytes)).toBe(hash);
});
