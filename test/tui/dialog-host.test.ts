import { describe, expect, it } from "vitest";
import { createDialogHost } from "../../src/tui/dialogs/dialog-host.tsx";
import { InputReader } from "../../src/tui/input.ts";
import type { DialogResult } from "../../src/tui/reduce-dialog.ts";
import type { Dialog } from "../../src/tui/state.ts";
import { contextOf } from "../support/open-desk.ts";

const dialogs: readonly Dialog[] = [
  { kind: "search", value: "" },
  { kind: "filter", value: "" },
  { kind: "save" },
  { kind: "columns" },
  { kind: "help" },
  { kind: "note", anchor: { kind: "packet", packet: 7, time: "2026-11-20T16:00:00.000Z" }, title: "Note", note: null },
];
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100));

describe("a dialog", () => {
  it.each(dialogs)("takes coloured text and keys without a name: $kind", async (dialog) => {
    const results: DialogResult[] = [];
    const host = await createDialogHost(() => undefined);
    host.show(
      dialog,
      {
        size: { rows: 24, columns: 80 },
        context: contextOf("en"),
        view: "connections",
        hidden: new Set(),
        formats: ["text"],
        suggestedPath: () => "/tmp/report.txt",
        stamp: () => ({ id: "1", author: "", now: "2026-11-20T16:00:00.000Z" }),
        onResult: (result) => results.push(result),
        onDraft: () => undefined,
      },
      true,
    );
    await settled();
    const events = new InputReader().push(
      "\u001b[200~x \u001b[31m red \u001b[0m\u001b[201~\u001b[1;5P\u001b[1;5S\u001bO5Z",
    );
    for (const event of events) {
      if (event.kind === "paste") host.paste(event.text);
      else if (event.kind === "key") host.type(event.bytes);
    }
    await settled();
    if (dialog.kind === "search") expect(results.at(-1)).toEqual({ kind: "search", value: "x  red ", done: false });
    expect(host.lines().length).toBeGreaterThan(0);
    host.close();
  });
});
