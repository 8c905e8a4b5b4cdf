import { cleanup, render } from "ink-testing-library";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Columns, Question, Save } from "../../src/tui/dialogs/choices.tsx";
import {
  editedText,
  inserted,
  movedLine,
  removedBefore,
  shownText,
  textOf,
} from "../../src/tui/dialogs/edited-text.ts";
import { Help } from "../../src/tui/dialogs/help.tsx";
import { NoteEditor } from "../../src/tui/dialogs/note-editor.tsx";
import { Prompt } from "../../src/tui/dialogs/prompt.tsx";
import type { DialogProps } from "../../src/tui/dialogs/types.ts";
import { keymap, keyName } from "../../src/tui/keymap.ts";
import type { DialogResult } from "../../src/tui/reduce-dialog.ts";
import { contextOf } from "../support/open-desk.ts";
import { visible } from "../support/screen-text.ts";

afterEach(cleanup);

const stamp = { id: "1", author: "ann", now: "2026-11-20T16:00:00.000Z" };
type Cursor = Parameters<DialogProps["onCursor"]>[0];

function propsOf(
  language: "en" | "zh-CN" = "en",
  rows = 24,
): { props: DialogProps; results: DialogResult[]; cursor: () => Cursor } {
  const results: DialogResult[] = [];
  let cursor: Cursor = null;
  const props: DialogProps = {
    size: { rows, columns: 80 },
    context: contextOf(language),
    view: "connections",
    hidden: new Set(["closer"]),
    formats: ["text", "json"],
    suggestedPath: (format) => `/tmp/report.${format}`,
    stamp: () => stamp,
    onResult: (result) => results.push(result),
    onDraft: () => undefined,
    onCursor: (at) => {
      cursor = at;
    },
  };
  return { props, results, cursor: () => cursor };
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100));

describe("note", () => {
  it("takes several lines, Chinese too, however fast the keys come", async () => {
    const { props, results, cursor } = propsOf();
    const { stdin, lastFrame } = render(<NoteEditor title="Note on packet 7" note={null} props={props} />);
    await settled();
    for (const key of ["客", "户", "端", "\r", "f", "r", "o", "z", "e", "n"]) stdin.write(key);
    await settled();
    expect(lastFrame()).toContain("客户端");
    expect(lastFrame()).toContain("frozen");
    // The place is told after the frame.
    await vi.waitFor(() => expect(cursor()).toEqual({ row: 2, column: 7 }));
    stdin.write("\u0013");
    await settled();
    expect(results).toEqual([{ kind: "note", text: "客户端\nfrozen", tag: "none", stamp }]);
  });

  it("asks before it throws away what was written", async () => {
    const { props, results } = propsOf();
    const { stdin, lastFrame } = render(<NoteEditor title="Note" note={null} props={props} />);
    await settled();
    stdin.write("x");
    await settled();
    stdin.write("\u001b");
    await settled();
    expect(results).toEqual([]);
    expect(lastFrame()).toContain("Esc again discards");
    stdin.write("\u001b");
    await settled();
    expect(results).toEqual([{ kind: "cancel" }]);
  });

  it("leaves controls of what is pasted out", async () => {
    const { props, results } = propsOf();
    const { stdin } = render(<NoteEditor title="Note" note={null} props={props} />);
    await settled();
    stdin.write("a\u0007b\r\nc");
    stdin.write("\u0013");
    await settled();
    expect(results).toEqual([{ kind: "note", text: "ab\nc", tag: "none", stamp }]);
  });
});

describe("prompt", () => {
  it("names all fields of a filter on a narrow screen too, above what is typed", async () => {
    const { props, cursor } = propsOf();
    const narrow = { ...props, size: { rows: 15, columns: 60 } };
    const { lastFrame } = render(<Prompt kind="filter" value="payload:x" props={narrow} />);
    await settled();
    const lines = lastFrame()?.split("\n").map(visible) ?? [];
    expect(lines.slice(0, -1).join(" ").replaceAll(/ +/g, " ")).toMatch(/no field “payload”.* text$/);
    expect(lines.at(-1)).toContain("filter: payload:x");
    await vi.waitFor(() => expect(cursor()?.row).toBe(lines.length - 1));
  });

  it("says what is wrong with a filter while it is typed", async () => {
    const { props, results } = propsOf();
    const { stdin, lastFrame } = render(<Prompt kind="filter" value="" props={props} />);
    await settled();
    for (const key of "prot:1") stdin.write(key);
    await settled();
    expect(lastFrame()).toContain("There is no field “prot”");
    for (const key of "\u007f\u007f\u007f\u007f\u007f\u007fport:1") stdin.write(key);
    stdin.write("\r");
    await settled();
    expect(lastFrame()).not.toContain("There is no field");
    expect(results.at(-1)).toEqual({ kind: "filter", value: "port:1", done: true });
  });

  it("searches with every letter", async () => {
    const { props, results } = propsOf();
    const { stdin } = render(<Prompt kind="search" value="" props={props} />);
    await settled();
    for (const key of "50.") stdin.write(key);
    await settled();
    expect(results.map((result) => (result.kind === "search" ? result.value : ""))).toEqual(["5", "50", "50."]);
  });
});

describe("choices", () => {
  it("suggests a name for each format and saves under what was typed", async () => {
    const { props, results } = propsOf();
    const { stdin, lastFrame } = render(<Save props={props} />);
    await settled();
    expect(lastFrame()).toContain("/tmp/report.text");
    stdin.write("\u001b[B");
    await settled();
    expect(lastFrame()).toContain("/tmp/report.json");
    for (const key of ["\u0015", "o", "u", "t", "\r"]) stdin.write(key);
    await settled();
    expect(results).toEqual([{ kind: "save", format: "json", path: "out", overwrite: false }]);
  });

  it("shows and hides columns", async () => {
    const { props, results } = propsOf("zh-CN");
    const { stdin, lastFrame } = render(<Columns props={props} />);
    await settled();
    expect(lastFrame()).toContain("[ ] 关闭方");
    expect(lastFrame()).toContain("[x] 路径");
    stdin.write(" ");
    await settled();
    expect(results).toEqual([{ kind: "column", column: "id" }]);
  });

  it("does nothing without a yes", async () => {
    const { props, results } = propsOf();
    let yes = 0;
    const { stdin } = render(<Question text="Overwrite?" onYes={() => yes++} props={props} />);
    await settled();
    stdin.write("x");
    stdin.write("n");
    await settled();
    expect([yes, results]).toEqual([0, [{ kind: "cancel" }]]);
    stdin.write("y");
    await settled();
    expect(yes).toBe(1);
  });
});

describe.each(["en", "zh-CN"] as const)("help in %s", (language) => {
  it("lists every key of the table", async () => {
    const { props } = propsOf(language, 200);
    const { lastFrame } = render(<Help props={props} />);
    await settled();
    for (const { keys, action } of keymap) {
      expect(lastFrame()).toContain(keyName(keys[0] ?? ""));
      expect(lastFrame()).toContain(props.context.words.actions[action].long.slice(0, 20));
    }
  });

  it("scrolls where it does not fit", async () => {
    const { props } = propsOf(language);
    const { stdin, lastFrame } = render(<Help props={props} />);
    await settled();
    expect(lastFrame()?.split("\n").length).toBeLessThanOrEqual(24);
    const before = lastFrame();
    for (let page = 0; page < 5; page++) stdin.write("\u001b[6~");
    await settled();
    expect(lastFrame()).not.toBe(before);
    expect(lastFrame()).toContain("q ");
    const end = lastFrame();
    for (const [toTop, toEnd] of [
      ["g", "G"],
      ["\u001b[H", "\u001b[F"],
    ] as const) {
      stdin.write(toTop);
      await settled();
      expect(lastFrame()).toBe(before);
      stdin.write(toEnd);
      await settled();
      expect(lastFrame()).toBe(end);
    }
  });
});

describe("text that is written", () => {
  it("counts characters as people do", () => {
    const family = "👨‍👩‍👧";
    expect(textOf(removedBefore(editedText(`a${family}`)))).toBe("a");
    expect(textOf(removedBefore(inserted(editedText("e"), "\u0301")))).toBe("");
  });

  it("wraps by columns and moves up and down in them", () => {
    const text = editedText("心跳心跳ab");
    expect(shownText(text, 6)).toEqual({ lines: ["心跳心", "跳ab"], row: 1, column: 4 });
    expect(movedLine(text, -1, 6).at).toBe(2);
  });
});
