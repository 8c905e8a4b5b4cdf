import fc from "fast-check";
import getTruncatedWidth from "fast-string-truncated-width";
import { expect, test } from "vitest";
import { displayWidth, padToWidth, truncateToWidth, wrapToWidth } from "../../src/base/display-width.ts";

test("Chinese characters and emoji take two columns", () => {
  expect(displayWidth("abc")).toBe(3);
  expect(displayWidth("连接")).toBe(4);
  expect(displayWidth("→ ✗ é")).toBe(5);
  expect(displayWidth("🙂")).toBe(2);
});

test("plain ranges count as the library does, each character and in any company", () => {
  for (let code = 0x20; code <= 0xffff; code++) {
    const text = String.fromCharCode(code);
    if (displayWidth(text) !== getTruncatedWidth(text).width) expect.fail(`U+${code.toString(16)}`);
  }
  const pieces = fc.constantFrom(..."a~é·×µ–—“…→≥─✗、。「连接：！️️̈🙂");
  fc.assert(
    fc.property(fc.array(pieces), (parts) => {
      expect(displayWidth(parts.join(""))).toBe(getTruncatedWidth(parts.join("")).width);
    }),
    { numRuns: 500 },
  );
});

test("cut text says so and never passes the width", () => {
  expect(truncateToWidth("abcdef", 6)).toBe("abcdef");
  expect(truncateToWidth("abcdef", 5)).toBe("abcd…");
  expect(truncateToWidth("连接失败", 5)).toBe("连接…");
  expect(truncateToWidth("连接失败", 4)).toBe("连…");
  expect(truncateToWidth("abc", 0)).toBe("");
});

test("padding counts columns", () => {
  expect(padToWidth("连接", 6)).toBe("连接  ");
});

test("wraps at spaces", () => {
  expect(wrapToWidth("the server closed it", 10)).toEqual(["the server", "closed it"]);
  expect(wrapToWidth("", 10)).toEqual([""]);
});

test("wraps between Chinese characters, and no line begins with their punctuation", () => {
  expect(wrapToWidth("服务器关闭了连接。", 16)).toEqual(["服务器关闭了连接。"]);
  expect(wrapToWidth("服务器关闭了连接", 6)).toEqual(["服务器", "关闭了", "连接"]);
  expect(wrapToWidth("修正端口（WS_PORT=8080）。", 16)).toEqual(["修正端口", "（WS_PORT=8080）。"]);
  expect(wrapToWidth("修正端口（8080）。", 14)).toEqual(["修正端口", "（8080）。"]);
});

test("a word longer than the line is cut", () => {
  expect(wrapToWidth("abcdefghij k", 4)).toEqual(["abcd", "efgh", "ij k"]);
});

test("any text is cut to the width, losing at most the column that half a wide character would need", () => {
  const pieces = fc.constantFrom("a", "→", "…", "连", "🙂", " ", "é", "[2001:db8::1]:80", "·", "👨‍👩‍👧");
  fc.assert(
    fc.property(fc.array(pieces), fc.integer({ min: 1, max: 30 }), (parts, width) => {
      const text = parts.join("");
      const cut = displayWidth(truncateToWidth(text, width));
      expect(cut).toBeLessThanOrEqual(width);
      expect(cut).toBeGreaterThanOrEqual(Math.min(displayWidth(text), width - 1));
      // Punctuation may hang over by its own width.
      for (const line of wrapToWidth(text, width))
        expect(displayWidth(line)).toBeLessThanOrEqual(Math.max(width, 2) + 1);
    }),
  );
});
