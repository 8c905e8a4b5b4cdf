import type { Context } from "./context.ts";
import { currentList, cursorIndex, itemsOf, moveTo } from "./reduce-cursor.ts";
import { searchLadder } from "./reduce-ladder.ts";
import { findingText } from "./rows/finding-row.ts";
import { heartbeatRows, heartbeatText } from "./rows/heartbeat-row.ts";
import { rowText } from "./rows/list-items.ts";
import type { State, Step } from "./state.ts";

/** The next row that holds the search text, around the end. */
export function match(state: State, step: 1 | -1, context: Context, includeHere = false): Step {
  if (state.view === "ladder") return searchLadder(state, step, includeHere);
  const search = state.list.search.toLowerCase();
  if (search === "") return [state];
  const count = itemsOf(state, context);
  const start = cursorIndex(state, context);
  for (let tried = includeHere ? 0 : 1; tried <= count; tried++) {
    const at = (start + step * tried + count * 2) % count;
    if (textAt(state, at, context).includes(search)) return [moveTo(state, at, context)];
  }
  return [{ ...state, message: { text: context.words.notFound(state.list.search), tone: "error" } }];
}

/** What the row says, in small letters; "": it is none that can be gone to. */
function textAt(state: State, at: number, context: Context): string {
  if (state.view === "findings") {
    const finding = state.shown.findings[at];
    return finding === undefined ? "" : findingText(finding, state.shown, context);
  }
  if (state.view === "heartbeat") {
    const beat = heartbeatRows(state.shown)[at];
    return beat === undefined ? "" : heartbeatText(beat, context);
  }
  const item = currentList(state, context).items[at];
  return item?.kind === "row" ? rowText(item.row, context) : "";
}
