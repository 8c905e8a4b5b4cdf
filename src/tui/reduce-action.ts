import type { Context } from "./context.ts";
import type { ActionId } from "./keymap.ts";
import { bodyRows, listRows } from "./layout.ts";
import { currentList, cursorIndex, itemsOf, moveTo } from "./reduce-cursor.ts";
import { compareRows, openLadder, performInConnection } from "./reduce-ladder.ts";
import { match } from "./reduce-match.ts";
import { firstEvidence, neighbour } from "./reduce-neighbour.ts";
import { deleteNote, noteDialog, undoNote } from "./reduce-notes.ts";
import { type ConnectionRow, RANK } from "./rows/connection-row.ts";
import { heartbeatRows } from "./rows/heartbeat-row.ts";
import { joinedOf, leadingFinding } from "./rows/joined.ts";
import { groupings, sortColumns } from "./rows/list-items.ts";
import { endedText, isUnread } from "./rows/outcome.ts";
import { mainViews, type State, type Step, type View } from "./state.ts";

const goTo = (state: State, view: View): State =>
  view === state.view ? state : { ...state, view, trail: isMain(view) ? [] : [state.view, ...state.trail] };

const isExplained = ({ view, findings }: State): boolean => view === "findings" && findings.explained;

/** The list of findings instead of the page of one. */
const withoutPage = (state: State): State => ({
  ...state,
  findings: { ...state.findings, explained: false, pageTop: 0 },
});

const isMain = (view: View): boolean => mainViews.some((known) => known === view);

/** What is done to the row under the cursor. */
const ON_ROWS: ReadonlySet<ActionId> = new Set<ActionId>(["open", "explain", "mark", "note", "deleteNote"]);

/** Does what a key stands for. */
export function perform(state: State, action: ActionId, context: Context): Step {
  if (ON_ROWS.has(action) && isMain(state.view) && itemsOf(state, context) === 0)
    return [{ ...state, message: { text: context.words.nothingListed, tone: "plain" } }];
  const by = (steps: number): Step => [moveTo(state, cursorIndex(state, context) + steps, context)];
  const isPage = state.view === "detail" || state.view === "statistics" || isExplained(state);
  const page = Math.max(1, (isPage ? bodyRows(state) : listRows(state)) - 1);
  switch (action) {
    case "up":
      return by(-1);
    case "down":
      return by(1);
    case "pageUp":
      return by(-page);
    case "pageDown":
      return by(page);
    case "top":
      return [moveTo({ ...state, follow: false }, 0, context)];
    case "bottom":
      return [moveTo(state, Number.MAX_SAFE_INTEGER, context)];
    case "open":
      return open(state, context);
    case "back":
      return back(state, context);
    case "nextView":
    case "previousView": {
      const at = mainViews.indexOf(state.view as (typeof mainViews)[number]);
      const step = action === "nextView" ? 1 : mainViews.length - 1;
      return [goTo(state, mainViews[(at + step) % mainViews.length] ?? "connections")];
    }
    case "connections":
    case "findings":
    case "heartbeat":
    case "statistics":
      return [goTo(withoutPage(state), action)];
    case "explain":
      return [explain(state, context)];
    case "search":
      return [{ ...withoutPage(state), dialog: { kind: action, value: "" } }];
    case "filter":
      return [{ ...state, dialog: { kind: action, value: state.list.filter } }];
    case "packet":
      return [{ ...state, dialog: { kind: "packet", value: "" } }];
    case "nextMatch":
      return match(withoutPage(state), 1, context);
    case "previousMatch":
      return match(withoutPage(state), -1, context);
    case "sort":
    case "reverse":
    case "group":
      return [arrange(state, action, context)];
    case "mark":
      return [mark(state, context)];
    case "unmarkAll":
      return [withMarked(state, new Set(), context)];
    case "columns":
    case "save":
    case "help":
      return [{ ...state, dialog: { kind: action } }];
    case "freeze":
      return [state.frozen ? unfrozen(state, context) : { ...state, frozen: true }];
    case "follow":
      return [{ ...state, follow: !state.follow }];
    case "stop":
    case "suspend":
    case "redraw":
      return [state, { kind: action }];
    case "interrupt":
      return state.latest.state === "ended" ? quit(state) : [state, { kind: "stop" }];
    case "quit":
      return quit(state);
    case "nextConnection":
      return neighbour(state, 1, context);
    case "previousConnection":
      return neighbour(state, -1, context);
    case "note":
      return [noteDialog(state, context)];
    case "deleteNote":
      return deleteNote(state, context);
    case "undo":
      return undoNote(state, context);
    case "compare":
      return [compareRows(state, context)];
    default:
      return performInConnection(state, action, context);
  }
}

function unfrozen(before: State, context: Context): State {
  const state: State = { ...before, frozen: false, shown: before.latest };
  return state.follow && state.view === "connections" ? moveTo(state, Number.MAX_SAFE_INTEGER, context) : state;
}

/** What was captured and is kept nowhere is asked for first. */
function quit(state: State): Step {
  const loses = state.unsaved ? "capture" : state.unkept ? "notes" : null;
  return loses === null ? [state, { kind: "quit" }] : [{ ...state, dialog: { kind: "quit", loses } }];
}

function open(state: State, context: Context): Step {
  if (state.view === "findings") {
    const finding = state.shown.findings[state.findings.cursor];
    if (finding === undefined) return [state];
    const packet = finding.evidence[0]?.packet ?? null;
    if (finding.connectionId === null)
      return [{ ...state, message: { text: context.words.noConnection, tone: "plain" } }];
    const about = [finding.connectionId, ...finding.alsoConnections];
    if (about.length === 1) return openLadder(goTo(state, "ladder"), about, packet);
    const message = { text: context.words.oneOfSeveral(1, about.length), tone: "plain" } as const;
    return openLadder({ ...goTo(state, "ladder"), message }, [finding.connectionId], packet, about);
  }
  if (state.view === "heartbeat") {
    const beat = heartbeatRows(state.shown)[state.heartbeat.cursor];
    if (beat === undefined) return [state];
    return openLadder(goTo(state, "ladder"), [beat.facts.id], beat.beat.unanswered[0]?.packet ?? null);
  }
  const item = currentList(state, context).items[cursorIndex(state, context)];
  if (item?.kind !== "row") return [state];
  const { id } = item.row.facts;
  const { marked } = state.list;
  const ids = marked.size > 0 && marked.has(id) ? [...marked].sort((a, b) => a - b) : [id];
  return openLadder(goTo(state, "ladder"), ids, firstEvidence(item.row));
}

function back(state: State, context: Context): Step {
  if (state.view === "findings" && state.findings.explained) return [withoutPage(state)];
  if (state.view === "detail" && state.detail.compared !== null)
    return [{ ...state, detail: { tab: 0, top: 0, compared: null } }];
  const [previous, ...trail] = state.trail;
  if (previous !== undefined) {
    const step: State = { ...state, view: previous, trail };
    return state.view === "ladder" && state.ladder.detail === null ? [step, { kind: "cancel-detail" }] : [step];
  }
  if (state.view !== "connections") return [{ ...state, view: "connections" }];
  if (state.list.filter !== "") return [inSight({ ...state, list: { ...state.list, filter: "", top: 0 } }, context)];
  return [state.list.search === "" ? state : { ...state, list: { ...state.list, search: "" } }];
}

/** No finding is good news only where all could be read, and where what was asked for was not refused. */
function nothingFound(row: ConnectionRow, context: Context): State["message"] {
  const { facts, rank } = row;
  const { words } = context;
  if (isUnread(facts)) return { text: words.unreadTls, tone: "plain" };
  if (rank === RANK.error) return { text: words.noFindingHere(endedText(row, context)), tone: "plain" };
  return { text: words.nothingWrong, tone: "good" };
}

/** The page of the rule, in place; from a connection that of its worst finding. */
function explain(state: State, context: Context): State {
  const { findings } = state;
  if (state.view === "findings")
    return { ...state, findings: { ...findings, explained: !findings.explained, pageTop: 0 } };
  const item = currentList(state, context).items[cursorIndex(state, context)];
  if (item?.kind !== "row") return state;
  const { facts, findings: own } = item.row;
  const worst = leadingFinding(own[0] ?? null, joinedOf(state.shown).get(facts.id));
  if (worst === null) return { ...state, message: nothingFound(item.row, context) };
  const cursor = state.shown.findings.indexOf(worst);
  const next = goTo({ ...state, findings: { cursor, top: 0, explained: true, pageTop: 0 } }, "findings");
  return { ...next, trail: ["connections"] };
}

function arrange(state: State, action: "sort" | "reverse" | "group", context: Context): State {
  const { list } = state;
  const next = <T>(of: readonly T[], now: T): T => of[(of.indexOf(now) + 1) % of.length] as T;
  if (action === "group") {
    const grouping = next(groupings, list.grouping);
    const message = { text: context.words.groupedBy[grouping], tone: "plain" } as const;
    return inSight({ ...state, list: { ...list, grouping, top: 0 }, message }, context);
  }
  const sort = action === "sort" ? next(sortColumns, list.sort) : list.sort;
  const descending = action === "reverse" ? !list.descending : list.descending;
  const text = context.words.sortedBy(context.words.sortNames[sort], descending);
  const message = { text, tone: "plain" } as const;
  return inSight({ ...state, list: { ...list, sort, descending, top: 0 }, follow: false, message }, context);
}

/** The list was arranged anew: the cursor stays on its connection, and the list goes to where that is now. */
const inSight = (state: State, context: Context): State => moveTo(state, cursorIndex(state, context), context);

/** The cursor stays, also where newer connections come: pressed twice it has done nothing, and Enter opens this one. */
function mark(state: State, context: Context): State {
  const item = currentList(state, context).items[cursorIndex(state, context)];
  if (item?.kind !== "row") return state;
  const { id } = item.row.facts;
  const marked = new Set(state.list.marked);
  if (!marked.delete(id)) marked.add(id);
  return withMarked({ ...state, follow: false }, marked, context);
}

const withMarked = (state: State, marked: ReadonlySet<number>, { words }: Context): State => ({
  ...state,
  list: { ...state.list, marked },
  message: { text: words.marked(marked.size), tone: "plain" },
});
