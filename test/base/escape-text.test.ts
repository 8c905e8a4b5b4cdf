import { expect, test } from "vitest";
import { escapeText } from "../../src/base/escape-text.ts";

// Unicode's own categories: controls, format characters, separators of lines and paragraphs, lone surrogates; and the Hangul fillers.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u3164\uffa0]/u;

test("what is hidden becomes visible, and nothing else changes", () => {
  const wrong: string[] = [];
  for (let code = 0; code <= 0xffff; code++) {
    const character = String.fromCharCode(code);
    if ((escapeText(character) === character) === HIDDEN.test(character)) wrong.push(code.toString(16));
  }
  expect(wrong).toEqual([]);
});

test("hostile text cannot steer a terminal", () => {
  expect(escapeText("\u001b[2J\u202egnp.exe\u2028\u00ad✓\n")).toBe("\\e[2J\\u{202e}gnp.exe\\u{2028}\\u{ad}✓\\n");
  expect(escapeText("✓ 没有问题 → über “a”… \u{1f600}")).toBe("✓ 没有问题 → über “a”… \u{1f600}");
});
