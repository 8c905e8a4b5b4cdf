import type { ConnectionDetail } from "../session/detail-types.ts";
import { ROW } from "../session/detail-types.ts";
import type { Context } from "./context.ts";
import type { ActionId } from "./keymap.ts";
import { kept, listRows } from "./layout.ts";
import { tabsOf } from "./rows/detail-tabs.ts";
import {
  type EvidenceMark,
  evidenceOf,
  itemOfPacket,
  type LadderItems,
  ladderItems,
  rowOfItem,
} from "./rows/ladder-items.ts";
import { legsOf } from "./rows/legs.ts";
import { type LadderState, levels, type State, type Step } from "./state.ts";

const NOTHING: LadderItems = new Int32Array(0);

export const itemsOfLadder = ({ ladder, shown }: State): LadderItems =>
  ladder.detail === null ? NOTHING : ladderItems(ladder.detail, ladder.level, shown.findings);

/** Row that the cursor is on; -1 when there is none. */
export const cursorRow = (state: State): number => {
  const items = itemsOfLadder(state);
  return items.length === 0 ? -1 : rowOfItem(items, state.ladder.scroll.cursor);
};

/** Opens connections; one that is opened alone brings the other legs of its WebSocket along. */
export function openLadder(
  state: State,
  chosen: readonly number[],
  packet: number | null,
  among: LadderState["among"] = null,
): Step {
  const { connections } = state.shown;
  const alone = chosen.length === 1 ? connections.find(({ id }) => id === chosen[0]) : undefined;
  const ids = alone === undefined ? [...chosen] : legsOf(alone, connections).map(({ id }) => id as number);
  const { ladder } = state;
  const isSame =
    ladder.detail !== null && ids.length === ladder.ids.length && ids.every((id, at) => id === ladder.ids[at]);
  const [only = null] = chosen;
  const one = chosen.length === 1 ? only : null;
  const next: LadderState = { ...ladder, ids, chosen: one, among, wantedPacket: packet, failure: null };
  if (isSame && state.latest.state === "ended" && ladder.detail !== null)
    return [ladderOpened({ ...state, ladder: next }, ids, ladder.detail)];
  return [
    { ...state, ladder: { ...next, detail: null, progress: null, picked: null, scroll: { cursor: 0, top: 0 } } },
    { kind: "open-detail", ids },
  ];
}

export function ladderOpened(state: State, ids: readonly number[], detail: ConnectionDetail): State {
  if (ids.some((id, at) => id !== state.ladder.ids[at])) return state;
  const { wantedPacket } = state.ladder;
  const next: State = { ...state, ladder: { ...state.ladder, detail, progress: null, wantedPacket: null } };
  return wantedPacket === null ? centred(next, 0) : toPacket(next, detail, wantedPacket);
}

/** Also a packet that this level leaves out: the next level down that draws it is shown then. */
function toPacket(state: State, detail: ConnectionDetail, packet: number): State {
  const { level: now } = state.ladder;
  const level = holds(detail, packet)
    ? levels.slice(levels.indexOf(now)).find((known) => draws(detail, itemsAt(state, detail, known), packet))
    : now;
  const next: State = { ...state, ladder: { ...state.ladder, level: level ?? now } };
  return centred(next, itemOfPacket(detail, itemsOfLadder(next), packet));
}

const itemsAt = ({ shown }: State, detail: ConnectionDetail, level: LadderState["level"]): LadderItems =>
  ladderItems(detail, level, shown.findings);

const draws = (detail: ConnectionDetail, items: LadderItems, packet: number): boolean =>
  items.length > 0 && detail.packetOf(rowOfItem(items, itemOfPacket(detail, items, packet))) === packet;

function holds(detail: ConnectionDetail, packet: number): boolean {
  const row = detail.indexOfPacket(packet);
  return row < detail.length && detail.packetOf(row) === packet;
}

/** The connection that is open has this packet. */
export const isInLadder = ({ view, ladder }: State, packet: number): boolean =>
  (view === "ladder" || view === "detail") && ladder.detail !== null && holds(ladder.detail, packet);

/** In the ladder or the detail view, whichever is open. */
export function showPacket(state: State, packet: number): Step {
  const { detail } = state.ladder;
  return detail === null ? [state] : looked(toPacket(state, detail, packet));
}

/** The cursor stays in sight, also behind the detail view. */
export function ladderResized(state: State): State {
  const { ladder } = state;
  if (ladder.detail === null) return state;
  const scroll = kept(ladder.scroll, itemsOfLadder(state).length, listRows({ ...state, view: "ladder" }));
  return { ...state, ladder: { ...ladder, scroll } };
}

/** The cursor stays on its arrow; from the last one it goes on to the new last one. */
export function ladderRefreshed(state: State, ids: readonly number[], detail: ConnectionDetail): State {
  const { ladder } = state;
  if (ladder.detail === null || ids.some((id, at) => id !== ladder.ids[at])) return state;
  const { cursor, top } = ladder.scroll;
  const isLast = cursor >= itemsOfLadder(state).length - 1;
  const packet = ladder.detail.packetOf(Math.max(0, cursorRow(state)));
  const next: State = { ...state, ladder: { ...ladder, detail } };
  const items = itemsOfLadder(next);
  const at = isLast ? items.length - 1 : itemOfPacket(detail, items, packet);
  const scroll = kept({ cursor: at, top: top + at - cursor }, items.length, listRows(next));
  return { ...next, ladder: { ...next.ladder, scroll } };
}

/** The cursor there, with what came before it in view. */
function centred(state: State, item: number): State {
  const rows = listRows({ ...state, view: "ladder" });
  const items = itemsOfLadder(state);
  const top = Math.max(0, Math.min(item - Math.floor(rows / 2), items.length - rows));
  return {
    ...state,
    ladder: { ...state.ladder, scroll: { cursor: item, top } },
    detail: { ...state.detail, top: 0, compared: null },
  };
}

export function moveLadder(state: State, index: number): State {
  const items = itemsOfLadder(state);
  if (items.length === 0) return state;
  const { scroll } = state.ladder;
  let at = Math.max(0, Math.min(items.length - 1, index));
  // Silence is passed over: there is nothing to open.
  if ((items[at] ?? 0) < 0)
    at = at + 1 < items.length && (index >= scroll.cursor || at === 0) ? at + 1 : Math.max(0, at - 1);
  const next = kept({ cursor: at, top: scroll.top }, items.length, listRows({ ...state, view: "ladder" }));
  return { ...state, ladder: { ...state.ladder, scroll: next }, detail: { ...state.detail, top: 0, compared: null } };
}

/** Bodies of rows that are looked at are fetched when memory does not hold them any more. */
function looked(state: State): Step {
  const { detail } = state.ladder;
  const at = cursorRow(state);
  if (detail === null || at < 0) return [state];
  const row = detail.row(at);
  if (row.kind === ROW.frame && row.body !== null && detail.bodyBytes(row.body.blob) === null)
    return [state, { kind: "read-blob", of: "body", blob: row.body.blob }];
  if (row.kind === ROW.packet && detail.packetBytes(row.blob) === null)
    return [state, { kind: "read-blob", of: "packet", blob: row.blob }];
  return [state];
}

export function performInConnection(state: State, action: ActionId, context: Context): Step {
  switch (action) {
    case "detail":
      return looked({
        ...state,
        view: "detail",
        trail: ["ladder", ...state.trail],
        detail: { ...state.detail, tab: 0, top: 0, compared: null },
      });
    case "level":
      return [level(state)];
    case "nextEvidence":
      return looked(toEvidence(state, 1, context));
    case "previousEvidence":
      return looked(toEvidence(state, -1, context));
    case "nextRow":
      return looked(moveLadder(state, state.ladder.scroll.cursor + 1));
    case "previousRow":
      return looked(moveLadder(state, state.ladder.scroll.cursor - 1));
    case "nextTab":
    case "previousTab": {
      const { detail } = state.ladder;
      const at = cursorRow(state);
      const count = detail === null || at < 0 ? 1 : tabsOf(detail.row(at)).length;
      const step = action === "nextTab" ? 1 : count - 1;
      return looked({
        ...state,
        detail: { tab: (Math.min(state.detail.tab, count - 1) + step) % count, top: 0, compared: null },
      });
    }
    case "pick": {
      const row = cursorRow(state);
      return [{ ...state, ladder: { ...state.ladder, picked: state.ladder.picked === row ? null : row } }];
    }
    default:
      return [state];
  }
}

export function compareRows(state: State, { words }: Context): State {
  const row = cursorRow(state);
  const { picked } = state.ladder;
  if (picked === null || row < 0) return state;
  if (picked === row) return { ...state, message: { text: words.pickedHere, tone: "plain" } };
  const trail = state.view === "ladder" ? (["ladder", ...state.trail] as const) : state.trail;
  return { ...state, view: "detail", trail, detail: { tab: 0, top: 0, compared: [picked, row] } };
}

/** More or less of it, with the cursor on the same packet. */
function level(state: State): State {
  const { ladder } = state;
  const row = cursorRow(state);
  const next = levels[(levels.indexOf(ladder.level) + 1) % levels.length] ?? "frames";
  const changed: State = { ...state, ladder: { ...ladder, level: next } };
  if (ladder.detail === null || row < 0) return changed;
  return centred(changed, itemOfPacket(ladder.detail, itemsOfLadder(changed), ladder.detail.packetOf(row)));
}

function toEvidence(state: State, step: 1 | -1, { words }: Context): State {
  const { detail } = state.ladder;
  const row = cursorRow(state);
  if (detail === null || row < 0) return state;
  const here = detail.packetOf(row);
  const named = [...evidenceOf(detail, state.shown.findings)];
  const packets = named.flatMap(([packet]) => (holds(detail, packet) ? packet : [])).sort((a, b) => a - b);
  const after = packets.filter((packet) => (step === 1 ? packet > here : packet < here));
  const packet = (step === 1 ? after[0] : after.at(-1)) ?? (step === 1 ? packets[0] : packets.at(-1));
  if (packet === undefined) return { ...state, message: { text: nothingNamed(named, words), tone: "plain" } };
  return centred(state, itemOfPacket(detail, itemsOfLadder(state), packet));
}

/** A finding about several connections shows the packets of one of them. */
function nothingNamed(named: readonly (readonly [number, EvidenceMark])[], words: Context["words"]): string {
  const elsewhere = named[0]?.[1].finding.connectionId ?? null;
  return elsewhere === null ? words.noEvidence : words.evidenceElsewhere(elsewhere);
}

/** Asks for the next arrow that holds the search text: a long ladder is not looked through between two keys. */
export function searchLadder(state: State, step: 1 | -1, includeHere: boolean): Step {
  if (state.ladder.detail === null || state.list.search === "") return [state];
  return [state, { kind: "search-ladder", text: state.list.search, step, includeHere }];
}

/** `item` null: there is none. */
export function ladderFound(state: State, text: string, item: number | null, context: Context): State {
  if (text !== state.list.search || state.ladder.detail === null) return state;
  if (item === null) return { ...state, message: { text: context.words.notFound(text), tone: "error" } };
  return centred(state, item);
}
