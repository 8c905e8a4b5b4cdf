import type { Desk } from "../session/detail-types.ts";
import type { Context } from "./context.ts";
import { ladderOpened, openLadder } from "./reduce-ladder.ts";
import { connectionRows, RANK } from "./rows/connection-row.ts";
import { initialState, type State } from "./state.ts";
import { connectionsView } from "./views/connections.ts";
import { storyLines } from "./views/findings.ts";
import { heartbeatView } from "./views/heartbeat.ts";
import { ladderView } from "./views/ladder.ts";
import { statisticsView } from "./views/statistics.ts";

/** Ladders of failed connections that are printed in full. */
const LADDERS = 10;
/** A view below this many columns would be split; nobody reads two columns aloud. */
const WIDEST = 119;

/** The views as text, one after the other, without boxes, colours or cursor: for screen readers and pipes. */
export async function* plainViews(desk: Desk, context: Context, columns: number): AsyncGenerator<string> {
  const { words } = context;
  const snapshot = desk.getSnapshot();
  const size = { rows: 1_000_000, columns: Math.min(columns, WIDEST) };
  const base = initialState(snapshot, size, { live: false, unsaved: false, notes: [] });
  const titled = (title: string, lines: readonly string[]): string => `${title}\n\n${clean(lines)}\n\n`;
  const within = (state: State, rows: number): State => ({ ...state, greeted: true, size: { ...size, rows } });
  const count = snapshot.connections.length;
  yield titled(words.views.connections, connectionsView(within(base, NO_PANE), context).slice(0, 1));
  // One screen of rows at a time: a list of a hundred thousand is not built at once.
  for (let top = 0; top < count; top += PAGE) {
    const state = within({ ...base, list: { ...base.list, top, cursor: Number.MAX_SAFE_INTEGER } }, NO_PANE);
    yield `${clean(connectionsView(state, context).slice(1, 1 + Math.min(PAGE, count - top)))}\n`;
  }
  const stories = snapshot.findings.map((finding) => clean(storyLines(finding, within(base, NO_PANE), context)));
  yield `\n${words.views.findings}\n\n${stories.join("\n\n") || words.noFindings}\n\n`;
  yield titled(words.views.heartbeat, heartbeatView(within({ ...base, view: "heartbeat" }, count + ROOM), context));
  yield titled(words.views.statistics, statisticsView(within({ ...base, view: "statistics" }, ROOM * 4), context));
  const failed = connectionRows(snapshot).filter(({ rank }) => rank === RANK.error);
  for (const { facts } of failed.slice(0, LADDERS)) {
    const [opened] = openLadder({ ...base, view: "ladder" }, [facts.id], null);
    const detail = await desk.openDetail(
      opened.ladder.ids.map((id) => id as typeof facts.id),
      () => undefined,
      new AbortController().signal,
    );
    const state = within(ladderOpened(opened, opened.ladder.ids, detail), detail.length * 2 + ROOM);
    yield titled(`${words.views.ladder} #${facts.id}`, ladderView(state, context));
  }
}

const NO_PANE = 19;
const PAGE = 15;
const ROOM = 40;

/** How a cell makes sure of its end in a terminal: its blanks are there as well. */
const PLACED = /\u001b\[\d+G/g;

/** Without the signs of a cursor that nobody moves, and without blank ends. */
const clean = (lines: readonly string[]): string =>
  lines
    .map((line) => line.replaceAll(PLACED, "").replace(/^›/, " ").trimEnd())
    .filter((line, index, all) => line !== "" || all[index - 1] !== "")
    .join("\n")
    .trimEnd();
