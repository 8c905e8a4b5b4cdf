import type { Context } from "./context.ts";
import { currentList, moveTo } from "./reduce-cursor.ts";
import { openLadder } from "./reduce-ladder.ts";
import { type ConnectionRow, connectionRows } from "./rows/connection-row.ts";
import type { State, Step } from "./state.ts";

/** Where a connection is worth looking at first; null: at its beginning. */
export const firstEvidence = ({ facts, findings }: ConnectionRow): number | null =>
  findings.find(({ severity, connectionId }) => severity === "error" && connectionId === facts.id)?.evidence[0]
    ?.packet ?? null;

/** The ladder of the connection after this one, or before it: of those that the finding is about, or as they are listed. */
export function neighbour(state: State, step: 1 | -1, context: Context): Step {
  const { ladder } = state;
  const { words } = context;
  const { items } = currentList(state, context);
  const ids = ladder.among ?? items.flatMap((item) => (item.kind === "row" ? (item.row.facts.id as number) : []));
  const here = ids.indexOf(ladder.chosen ?? -1);
  let at = (here >= 0 ? here : ids.findIndex((id) => ladder.ids.includes(id))) + step;
  // The other legs of its WebSocket stand in this ladder already.
  while (ladder.chosen !== null && ladder.ids.includes(ids[at] ?? -1)) at += step;
  const id = ids[at];
  const row = id === undefined ? undefined : connectionRows(state.shown).find(({ facts }) => facts.id === id);
  if (id === undefined || row === undefined)
    return [{ ...state, message: { text: step === 1 ? words.lastConnection : words.firstConnection, tone: "plain" } }];
  const message =
    ladder.among === null ? null : ({ text: words.oneOfSeveral(at + 1, ids.length), tone: "plain" } as const);
  return openLadder({ ...onRow(state, id, context), message }, [id], firstEvidence(row), ladder.among);
}

/** Esc leads back to where this connection stands in the list. */
function onRow(state: State, id: number, context: Context): State {
  const { items } = currentList(state, context);
  const at = items.findIndex((item) => item.kind === "row" && item.row.facts.id === id);
  if (at < 0) return state;
  return { ...moveTo({ ...state, view: "connections" }, at, context), view: state.view };
}
