import type { Note } from "../annotations/types.ts";
import type { ConnectionDetail, Progress } from "../session/detail-types.ts";
import type { Snapshot } from "../session/types.ts";
import type { Context } from "./context.ts";
import type { InputEvent } from "./input.ts";
import { bindingFor } from "./keymap.ts";
import { kept, listRows } from "./layout.ts";
import { perform } from "./reduce-action.ts";
import { cursorIndex, itemsOf, moveTo } from "./reduce-cursor.ts";
import { type DialogResult, onDialogResult } from "./reduce-dialog.ts";
import { ladderFound, ladderOpened, ladderRefreshed, ladderResized } from "./reduce-ladder.ts";
import { packetFound } from "./reduce-packet.ts";
import type { Message, State, Step } from "./state.ts";
import { tabSpans } from "./views/head.ts";

/** Everything that can happen to the screen. */
export type Action =
  | { readonly kind: "input"; readonly event: InputEvent }
  | { readonly kind: "resized"; readonly rows: number; readonly columns: number }
  | { readonly kind: "snapshot"; readonly snapshot: Snapshot; readonly progress: Progress | null }
  | {
      readonly kind: "detail";
      readonly ids: readonly number[];
      readonly detail: ConnectionDetail;
      /** The same connections, further on. */
      readonly isRefresh: boolean;
    }
  | { readonly kind: "detail-progress"; readonly progress: Progress }
  | { readonly kind: "detail-failed"; readonly why: string }
  | { readonly kind: "payloads"; readonly text: string; readonly ids: ReadonlySet<number> }
  | { readonly kind: "ladder-found"; readonly text: string; readonly item: number | null }
  | { readonly kind: "packet-found"; readonly packet: number; readonly connection: number | null }
  | { readonly kind: "notes"; readonly notes: readonly Note[] }
  | { readonly kind: "blob-read" }
  | { readonly kind: "busy"; readonly busy: string | null }
  | { readonly kind: "message"; readonly message: Message | null }
  | { readonly kind: "why-ended"; readonly why: string }
  | { readonly kind: "ask-overwrite"; readonly format: string; readonly path: string }
  | { readonly kind: "dialog"; readonly result: DialogResult };

/** The next state, and what the world should do. Pure. */
export function reduce(state: State, action: Action, context: Context): Step {
  switch (action.kind) {
    case "input":
      return onInput(state, action.event, context);
    case "resized":
      return [resized({ ...state, size: { rows: action.rows, columns: action.columns } }, context)];
    case "snapshot":
      return [onSnapshot(state, action.snapshot, action.progress, context)];
    case "detail":
      return [(action.isRefresh ? ladderRefreshed : ladderOpened)(state, action.ids, action.detail)];
    case "detail-progress":
      return [{ ...state, ladder: { ...state.ladder, progress: action.progress } }];
    case "detail-failed":
      return [{ ...state, ladder: { ...state.ladder, progress: null, failure: action.why } }];
    case "payloads": {
      const payloads = { ...state.list.payloads, [action.text]: action.ids };
      return [settled({ ...state, list: { ...state.list, payloads } }, context)];
    }
    case "ladder-found":
      return [ladderFound(state, action.text, action.item, context)];
    case "packet-found":
      return packetFound(state, action.packet, action.connection, context);
    case "notes":
      return [{ ...state, list: { ...state.list, notes: action.notes } }];
    case "blob-read":
      return [{ ...state, redraws: state.redraws + 1 }];
    case "busy":
      return [{ ...state, busy: action.busy }];
    case "why-ended":
      return [{ ...state, whyEnded: action.why }];
    case "message":
      return [{ ...state, message: action.message }];
    case "ask-overwrite":
      return [{ ...state, dialog: { kind: "overwrite", format: action.format, path: action.path } }];
    case "dialog":
      return onDialogResult(state, action.result, context);
  }
}

/** Who moves away from the newest connection stays there; who moves to it follows again. */
function onInput(before: State, event: InputEvent, context: Context): Step {
  const [state, ...effects] = afterInput(before, event, context);
  const isMoved = state.view === "connections" && state.list.cursor !== before.list.cursor;
  if (!state.live || !isMoved) return [state, ...effects];
  return [{ ...state, follow: cursorIndex(state, context) === itemsOf(state, context) - 1 }, ...effects];
}

function afterInput(before: State, event: InputEvent, context: Context): Step {
  const state: State = { ...before, greeted: before.greeted || event.kind === "key", message: null };
  switch (event.kind) {
    case "key": {
      const binding = bindingFor(event.name, state.view);
      if (binding === undefined) return [state];
      const reason = binding.refuses?.(state) ?? null;
      if (reason === null) return perform(state, binding.action, context);
      return [{ ...state, message: { text: context.words.reasons[reason], tone: "plain" } }];
    }
    case "wheel":
      return [moveTo(state, cursorIndex(state, context) + WHEEL_ROWS * event.steps, context)];
    case "click":
      return onClick(state, event.row, event.column, context);
    default:
      return [before];
  }
}

const WHEEL_ROWS = 3;

/** A click puts the cursor there; on the line where it stands already it opens. */
function onClick(state: State, row: number, column: number, context: Context): Step {
  if (row === 0) return onTabClick(state, column, context);
  const first = FIRST_LIST_ROW[state.view];
  if (first === undefined || (state.view === "findings" && state.findings.explained)) return [state];
  const index = row - first + topOf(state);
  if (row < first || row >= first + listRows(state) || index >= itemsOf(state, context)) return [state];
  if (index === cursorIndex(state, context))
    return perform(state, state.view === "ladder" ? "detail" : "open", context);
  return [moveTo(state, index, context)];
}

const FIRST_LIST_ROW: Partial<Record<State["view"], number>> = { connections: 2, ladder: 3, findings: 1, heartbeat: 2 };

function topOf(state: State): number {
  if (state.view === "connections") return state.list.top;
  if (state.view === "ladder") return state.ladder.scroll.top;
  return state.view === "findings" ? state.findings.top : state.heartbeat.top;
}

function onTabClick(state: State, column: number, context: Context): Step {
  const tab = tabSpans(state, context).find(({ start, end }) => column >= start && column < end);
  return tab === undefined ? [state] : perform(state, tab.view, context);
}

function onSnapshot(before: State, latest: Snapshot, progress: Progress | null, context: Context): State {
  const state: State = {
    ...before,
    latest,
    progress,
    rate: rateOf(before.rate, latest),
    shown: before.frozen ? before.shown : latest,
  };
  if (state.frozen || !state.follow || state.view !== "connections") return settled(state, context);
  return moveTo(state, Number.MAX_SAFE_INTEGER, context);
}

/** Snapshots come as packets do, in bursts: counted over less, a burst would stand for the whole second. */
const RATE_NS = 1e9;

/** Over the last second of the capture's own time; of a capture that has ended, over all of it. */
function rateOf(before: State["rate"], { clockNs, statistics: { packets }, state }: Snapshot): State["rate"] {
  const since = state === "ended" ? { clockNs: 0, packets: 0 } : before.since;
  const lastedNs = clockNs - since.clockNs;
  if (lastedNs <= 0 || (state !== "ended" && lastedNs < RATE_NS)) return before;
  return { packetsPerSecond: Math.round(((packets - since.packets) / lastedNs) * 1e9), since: { clockNs, packets } };
}

/** Every view keeps its cursor in sight, also those that Esc leads back to. */
function resized(state: State, context: Context): State {
  const { list } = settled({ ...state, view: "connections" }, context);
  return settled(ladderResized({ ...state, list }), context);
}

/** After the number of rows has changed: the cursor stays on its connection, and on the screen. */
export function settled(state: State, context: Context): State {
  if (state.view !== "connections") {
    const { findings, heartbeat } = state;
    const rows = listRows({ ...state, view: "findings" });
    return {
      ...state,
      findings: { ...findings, ...kept(findings, state.shown.findings.length, rows) },
      heartbeat: state.view === "heartbeat" ? kept(heartbeat, itemsOf(state, context), listRows(state)) : heartbeat,
    };
  }
  const index = cursorIndex(state, context);
  const { top } = kept({ cursor: index, top: state.list.top }, itemsOf(state, context), listRows(state));
  return top === state.list.top ? state : { ...state, list: { ...state.list, top } };
}
