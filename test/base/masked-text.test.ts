import fc from "fast-check";
import { expect, test } from "vitest";
import {
  asciiBeginning,
  BEGINNING_BYTES,
  beginningOf,
  isMaskedAscii,
  LEAST_SCANNED_BYTES,
  NOT_ASCII,
} from "../../src/base/masked-text.ts";
import { maskAt } from "../../src/websocket/unmask.ts";

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
      expect(asciiBeginning(source, start, bytes.length, maskAt(key, 0))).toBe(beginningOf(bytes));
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
      expect(asciiBeginning(source, start, bytes.length, maskAt(key, 0))).toBe(NOT_ASCII);
    }),
  );
});

test("ASCII of any length is told from a text with one byte that is not", () => {
  const text = fc.array(fc.nat(0x7f), { maxLength: 100 }).map((all) => Uint8Array.from(all));
  fc.assert(
    fc.property(text, fc.integer(), place, place, fc.nat(), (bytes, key, before, start, where) => {
      const isAscii = (): boolean =>
        isMaskedAscii(stored(masked(bytes, key), before, start), start, bytes.length, maskAt(key, 0));
      expect(isAscii()).toBe(true);
      if (bytes.length === 0) return;
      const at = where % bytes.length;
      bytes[at] = (bytes[at] as number) | 0x80;
      expect(isAscii()).toBe(false);
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
