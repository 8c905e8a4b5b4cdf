import { describe, expect, it } from "vitest";
import { isMaskedAscii } from "../../src/base/masked-text.ts";
import { byteStore, maskAt, unmask } from "../../src/websocket/unmask.ts";

/** RFC 6455 §5.3, as it is written there. */
const byTheBook = (source: Uint8Array, key: number, phase: number): Uint8Array =>
  source.map((byte, i) => byte ^ (key >>> (8 * (3 - ((i + phase) % 4)))));

describe("unmask", () => {
  const key = 0x8f21d6a3 | 0;
  const plain = Uint8Array.from({ length: 1500 }, (_, i) => 32 + (i % 90));

  it("is the standard's XOR for every length, alignment and phase", () => {
    for (let length = 0; length < 40; length++) {
      for (let start = 0; start < 5; start++) {
        for (let phase = 0; phase < 4; phase++) {
          const at = (start * 3 + length) % 7;
          const target = byteStore(64);
          unmask(plain, start, length, target, at, key, phase);
          const expected = byTheBook(plain.subarray(start, start + length), key, phase);
          expect(target.bytes.subarray(at, at + length)).toEqual(expected);
          expect(target.bytes.subarray(at + length).every((byte) => byte === 0)).toBe(true);
        }
      }
    }
  });

  it("reads a view that does not start at its buffer's start", () => {
    const target = byteStore(100);
    unmask(plain.subarray(7, 200), 3, 90, target, 0, key, 1);
    expect(target.bytes.subarray(0, 90)).toEqual(byTheBook(plain.subarray(10, 100), key, 1));
  });

  it("sees a byte that is not ASCII wherever it is", () => {
    for (const length of [1, 3, 4, 5, 8, 11, 16, 31]) {
      const masked = byTheBook(plain.subarray(0, length), key, 0);
      expect(unmask(masked, 0, length, byteStore(64), 0, key, 0)).toBe(0);
      for (let i = 0; i < length; i++) {
        const text = plain.slice(0, length);
        text[i] = 0xe4;
        expect(unmask(byTheBook(text, key, 0), 0, length, byteStore(64), 0, key, 0)).not.toBe(0);
      }
    }
  });

  it("tells whether masked bytes are ASCII without unmasking them", () => {
    for (let length = 0; length < 100; length += 7) {
      for (let phase = 0; phase < 4; phase++) {
        const masked = byTheBook(plain.subarray(0, length), key, phase);
        expect(isMaskedAscii(masked, 0, length, maskAt(key, phase))).toBe(true);
        for (let i = 0; i < length; i++) {
          const text = plain.slice(0, length);
          text[i] = 0xe4;
          expect(isMaskedAscii(byTheBook(text, key, phase), 0, length, maskAt(key, phase))).toBe(false);
        }
      }
    }
  });

  it("copies unmasked payload of any size", () => {
    for (const length of [0, 1, 9, 511, 512, 513, 1400]) {
      const target = byteStore(1500);
      unmask(plain, 2, length, target, 1, 0, 0);
      expect(target.bytes.subarray(1, 1 + length)).toEqual(plain.subarray(2, 2 + length));
    }
  });
});
