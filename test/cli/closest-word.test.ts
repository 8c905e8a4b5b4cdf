import { expect, test } from "vitest";
import { closestWord } from "../../src/cli/closest-word.ts";

const rules = ["tcp.rst", "tcp.open.refused", "ws.pong.missing", "ws.close.code"];

test.each([
  ["ws.pong.mising", "ws.pong.missing"],
  ["WS.PONG.MISSING", "ws.pong.missing"],
  ["pong", "ws.pong.missing"],
  ["refused", "tcp.open.refused"],
  ["tcp.rts", "tcp.rst"],
  ["qqqqqqqq", null],
  ["", null],
  ["x".repeat(1000), null],
])("%s", (typed, meant) => {
  expect(closestWord(typed, rules)).toBe(meant);
});
