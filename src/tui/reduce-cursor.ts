import type { Context } from "./context.ts";
import { kept, listRows } from "./layout.ts";
import { moveLadder } from "./reduce-ladder.ts";
import { heartbeatRows } from "./rows/heartbeat-row.ts";
import { type List, listOf } from "./rows/list-items.ts";
import type { State } from "./state.ts";
import { detailEnd } from "./views/detail.ts";
import { pageEnd } from "./views/findings.ts";
import { statisticsEnd } from "./views/statistics.ts";

export const currentList = (state: State, context: Context): List => listOf(state.shown, state.list, context);

/** Index of the item that the cursor is on; of a list that has changed the nearest that is left. */
export function cursorIndex(state: State, context: Context): number {
  switch (state.view) {
    case "connections": {
      const { items } = currentList(state, context);
      const { cursor, top } = state.list;
      const at = cursor < 0 ? -1 : indexOfConnection(items, cursor);
      if (at >= 0) return at;
      const start = cursor < 0 ? 0 : Math.min(top, items.length - 1);
      return Math.max(0, firstRowFrom(items, start, 1));
    }
    case "ladder":
      return state.ladder.scroll.cursor;
    case "findings":
      return state.findings.explained ? state.findings.pageTop : state.findings.cursor;
    case "heartbeat":
      return state.heartbeat.cursor;
    case "statistics":
      return state.statistics.top;
    case "detail":
      return state.detail.top;
  }
}

let found: { items: List["items"]; index: Map<number, number> } | null = null;

function indexOfConnection(items: List["items"], id: number): number {
  if (found?.items !== items) {
    const index = new Map<number, number>();
    for (const [at, item] of items.entries()) if (item.kind === "row") index.set(item.row.facts.id, at);
    found = { items, index };
  }
  return found.index.get(id) ?? -1;
}

function firstRowFrom(items: List["items"], start: number, step: 1 | -1): number {
  for (let at = start; at >= 0 && at < items.length; at += step) if (items[at]?.kind === "row") return at;
  return -1;
}

/** How many there are to move over. */
export function itemsOf(state: State, context: Context): number {
  switch (state.view) {
    case "connections":
      return currentList(state, context).items.length;
    case "findings":
      return state.shown.findings.length;
    case "heartbeat":
      return heartbeatRows(state.shown).length;
    default:
      return Number.MAX_SAFE_INTEGER;
  }
}

/** The cursor to an item, as near as there is one. */
export function moveTo(state: State, index: number, context: Context): State {
  const rows = listRows(state);
  switch (state.view) {
    case "connections": {
      const { items } = currentList(state, context);
      const from = cursorIndex(state, context);
      const wanted = Math.max(0, Math.min(items.length - 1, index));
      const step = wanted >= from ? 1 : -1;
      const other = step === 1 ? -1 : 1;
      const first = firstRowFrom(items, wanted, step);
      const at = first >= 0 ? first : firstRowFrom(items, wanted, other);
      const item = items[at];
      if (item?.kind !== "row") return state;
      const scroll = kept({ cursor: at, top: state.list.top }, items.length, rows);
      // The head of the first group belongs to its first row.
      const top = at === 1 && items[0]?.kind === "group" ? 0 : scroll.top;
      return { ...state, list: { ...state.list, cursor: item.row.facts.id, top } };
    }
    case "ladder":
      return moveLadder(state, index);
    case "findings": {
      const { findings } = state;
      if (findings.explained)
        return {
          ...state,
          findings: {
            ...findings,
            pageTop: Math.max(0, Math.min(pageEnd(state, context), index)),
          },
        };
      const scroll = kept({ cursor: index, top: findings.top }, state.shown.findings.length, rows);
      return { ...state, findings: { ...findings, ...scroll, pageTop: 0 } };
    }
    case "heartbeat":
      return { ...state, heartbeat: kept({ cursor: index, top: state.heartbeat.top }, itemsOf(state, context), rows) };
    case "statistics":
      return { ...state, statistics: { top: Math.max(0, Math.min(index, statisticsEnd(state, context))) } };
    case "detail":
      return { ...state, detail: { ...state.detail, top: Math.max(0, Math.min(index, detailEnd(state, context))) } };
  }
}
