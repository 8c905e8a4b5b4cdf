import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type InputEvent, InputReader } from "../../src/tui/input.ts";

const names = (events: readonly InputEvent[]): string[] =>
  events.map((event) => (event.kind === "key" ? event.name : event.kind));

const typed = (text: string): string[] => {
  const reader = new InputReader();
  return names([...reader.push(text), ...reader.flush()]);
};

describe("keys", () => {
  it.each([
    ["j", ["j"]],
    ["G", ["G"]],
    ["\u001b[A\u001bOB", ["up", "down"]],
    ["\u001b[5~\u001b[6~", ["page-up", "page-down"]],
    ["\u001b[1;2A", ["shift-up"]],
    ["\u001b[Z", ["shift-tab"]],
    ["\u001b", ["escape"]],
    ["\u001bx", ["alt-x"]],
    ["\u0003\u001a\u0013", ["ctrl-c", "ctrl-z", "ctrl-s"]],
    ["\r \t\u007f", ["enter", "space", "tab", "backspace"]],
    ["心跳😀", ["心", "跳", "😀"]],
    ["\u001b[<64;5;7M\u001b[<65;5;7M", ["wheel", "wheel"]],
    ["\u001b[<0;5;7M\u001b[<0;5;7m", ["click"]],
    ["\u001b[200~two\rlines\u001b[201~q", ["paste", "q"]],
    ["\u001b]11;rgb:ffff/ffff/ffff\u0007q", ["background", "q"]],
    ["\u001b[?1;2c", []],
  ])("%j", (text, expected) => {
    expect(typed(text)).toEqual(expected);
  });

  it("places the mouse from 0", () => {
    expect(new InputReader().push("\u001b[<0;5;7M")).toEqual([{ kind: "click", row: 6, column: 4 }]);
  });

  it.each([
    ["x \u001b[31m red \u001b[0m", "x  red "],
    ["\u001b[1mbold", "bold"],
    ["\u009b1;31mred\u009b0m", "red"],
    ["\u001b]8;;http://example.org/\u0007link\u001b]8;;\u001b\\", "link"],
    ["cut \u001b]8;; stays", "cut 8;; stays"],
    ["a\u0007\u007f\u0000b\tc\r\nd\u001b", "ab c\nd"],
  ])("takes the text of what is pasted, not its colours and controls: %j", (pasted, text) => {
    expect(new InputReader().push(`\u001b[200~${pasted}\u001b[201~`)).toEqual([{ kind: "paste", text }]);
  });

  it("reads a sequence in pieces as the same keys", () => {
    const whole = "a\u001b[A\u001b[<64;1;1Mj\u001b[200~p\u001b[201~\u001bOHq";
    fc.assert(
      fc.property(fc.array(fc.nat({ max: whole.length }), { maxLength: 8 }), (cuts) => {
        const reader = new InputReader();
        const places = [0, ...cuts.sort((a, b) => a - b), whole.length];
        const events = places.slice(1).flatMap((end, index) => reader.push(whole.slice(places[index], end)));
        expect(names([...events, ...reader.flush()])).toEqual(names(new InputReader().push(whole)));
      }),
    );
  });

  it("survives anything and keeps nothing back at the end", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const reader = new InputReader();
        reader.push(text);
        reader.flush();
        expect(text.includes("\u001b[200~") || !reader.waits).toBe(true);
      }),
    );
  });
});
