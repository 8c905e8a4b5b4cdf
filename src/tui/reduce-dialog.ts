import type { NoteTag } from "../annotations/types.ts";
import type { Context } from "./context.ts";
import { moveTo } from "./reduce-cursor.ts";
import { match } from "./reduce-match.ts";
import { keepNote, type Stamp } from "./reduce-notes.ts";
import { goToPacket } from "./reduce-packet.ts";
import type { ColumnId } from "./rows/columns.ts";
import { parseFilter } from "./rows/filter.ts";
import type { State, Step } from "./state.ts";

/** What a dialog has to say: while it is typed in, or when it is done. */
export type DialogResult =
  | { readonly kind: "cancel" }
  | { readonly kind: "search" | "filter" | "packet"; readonly value: string; readonly done: boolean }
  | { readonly kind: "note"; readonly text: string; readonly tag: NoteTag; readonly stamp: Stamp }
  | { readonly kind: "column"; readonly column: ColumnId }
  | { readonly kind: "save"; readonly format: string; readonly path: string; readonly overwrite: boolean }
  | { readonly kind: "quit" };

export function onDialogResult(state: State, result: DialogResult, context: Context): Step {
  const { dialog } = state;
  const closed: State = { ...state, dialog: null };
  switch (result.kind) {
    case "cancel":
      return [dialog?.kind === "filter" ? withFilter(closed, dialog.value, context) : closed];
    case "search": {
      const next = { ...(result.done ? closed : state), list: { ...state.list, search: result.value } };
      if (result.value === "") return [next];
      return match(next, 1, context, true);
    }
    case "filter": {
      const filter = parseFilter(result.value);
      // What is wrong with it stands below. The list is that of the filter that was there, not of how far this one was right.
      if (!filter.ok) return [dialog?.kind === "filter" ? withFilter(state, dialog.value, context) : state];
      const next = withFilter(result.done ? closed : state, result.value, context);
      const texts = filter.texts.filter((text) => next.list.payloads[text] === undefined);
      return result.done && texts.length > 0 ? [next, { kind: "search-payloads", texts }] : [next];
    }
    case "packet":
      return result.done ? goToPacket(closed, result.value, context) : [state];
    case "note":
      return dialog?.kind === "note"
        ? keepNote(closed, dialog.anchor, result.text, result.tag, result.stamp)
        : [closed];
    case "column": {
      const hidden = new Set(state.list.hidden);
      if (!hidden.delete(result.column)) hidden.add(result.column);
      return [{ ...state, list: { ...state.list, hidden } }];
    }
    case "save":
      return [closed, { kind: "save", format: result.format, path: result.path, overwrite: result.overwrite }];
    case "quit":
      return [closed, { kind: "quit" }];
  }
}

function withFilter(state: State, filter: string, context: Context): State {
  if (filter === state.list.filter) return state;
  const next = { ...state, list: { ...state.list, filter, top: 0, cursor: -1 } };
  return next.view === "connections" ? moveTo(next, 0, context) : next;
}
