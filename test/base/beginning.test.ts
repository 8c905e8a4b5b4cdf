import fc from "fast-check";
import { expect, test } from "vitest";
import {
  asciiBeginning,
  BEGINNING_BYTES,
  beginningOf,
  LEAST_SCANNED_BYTES,
  NOT_ASCII,
} from "../../src/base/beginning.ts";
import { maskOf } from "../../src/websocket/unmask.ts";

/** RFC 6455 §5.3. */
const masked = (bytes: Uint8Array, key: number): Uint8Array =>
  bytes.map((byte, i) => byte ^ (key >>> (8 * (3 - (i % 4)))));

/** The bytes at an odd place of a larger array, whose own place in its buffer may be odd too. */
function stored(bytes: Uint8Array, before: number, start: number): Uint8Array {
  const all = new Uint8Array(new ArrayBuffer(before + start + bytes.length), before).fill(0xff);
  all.set(bytes, start);
  return all;
}

const place = fc.nat(5);
const ascii = fc
  .array(fc.nat(0x7f), { minLength: LEAST_SCANNED_BYTES, maxLength: 200 })
  .map((all) => Uint8Array.from(all));

test("masked or not, aligned or not, the same beginning has the same hash", () => {
  fc.assert(
    fc.property(ascii, fc.integer(), place, place, (bytes, key, before, start) => {
      const source = stored(masked(bytes, key), before, start);
      expect(asciiBeginning(source, start, bytes.length, maskOf(key))).toBe(beginningOf(bytes));
      expect(beginningOf(stored(bytes, before, 0))).toBe(beginningOf(bytes));
    }),
  );
});

test("one byte that is not ASCII is seen wherever it is", () => {
  fc.assert(
    fc.property(ascii, fc.integer(), place, place, fc.nat(), (bytes, key, before, start, where) => {
      const at = where % bytes.length;
      bytes[at] = (bytes[at] as number) | 0x80;
      const source = stored(masked(bytes, key), before, start);
      expect(asciiBeginning(source, start, bytes.length, maskOf(key))).toBe(NOT_ASCII);
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
