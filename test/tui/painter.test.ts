import { describe, expect, it } from "vitest";
import { Painter } from "../../src/tui/painter.ts";

const painted = () => {
  const writes: string[] = [];
  return { writes, painter: new Painter((text) => writes.push(text)) };
};

describe("painter", () => {
  it("writes a frame at once, between the marks of synchronised output", () => {
    const { writes, painter } = painted();
    painter.paint(["one", "two"], null);
    expect(writes).toEqual([
      "\u001b[?2026h\u001b[1;1H\u001b[0m\u001b[2Kone\u001b[2;1H\u001b[0m\u001b[2Ktwo\u001b[0m\u001b[?2026l",
    ]);
  });

  it("writes only lines that changed, and nothing when none did", () => {
    const { writes, painter } = painted();
    painter.paint(["one", "two", "three"], null);
    painter.paint(["one", "2", "three"], null);
    painter.paint(["one", "2", "three"], null);
    expect(writes).toHaveLength(2);
    expect(writes[1]).toContain("\u001b[2;1H\u001b[0m\u001b[2K2");
    expect(writes[1]).not.toContain("three");
  });

  it("clears lines that are gone, and draws everything again after forgetting", () => {
    const { writes, painter } = painted();
    painter.paint(["one", "two"], null);
    painter.paint(["one"], null);
    expect(writes[1]).toContain("\u001b[2;1H\u001b[0m\u001b[2K\u001b[0m");
    painter.forget();
    painter.paint(["one"], null);
    expect(writes[2]).toMatch(/^\S+\[2J.*one/);
    expect(writes[1]).not.toContain("[2J");
  });

  it("shows the terminal's cursor where text is written, and hides it afterwards", () => {
    const { writes, painter } = painted();
    painter.paint(["one"], { row: 0, column: 2 });
    expect(writes[0]).toContain("\u001b[1;3H\u001b[?25h");
    painter.paint(["one"], null);
    expect(writes[1]).toContain("\u001b[?25l");
  });
});
