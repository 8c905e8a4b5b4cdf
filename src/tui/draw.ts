import { wrapToWidth } from "../base/display-width.ts";
import type { Context } from "./context.ts";
import { bodyRows, needsStatusLine } from "./layout.ts";
import type { State } from "./state.ts";
import { connectionsView } from "./views/connections.ts";
import { detailView } from "./views/detail.ts";
import { findingsView } from "./views/findings.ts";
import { footLine, headLine, statusLine } from "./views/head.ts";
import { heartbeatView } from "./views/heartbeat.ts";
import { ladderView } from "./views/ladder.ts";
import { statisticsView } from "./views/statistics.ts";

const LEAST_ROWS = 6;
const LEAST_COLUMNS = 30;

const views: Readonly<Record<State["view"], (state: State, context: Context) => string[]>> = {
  connections: connectionsView,
  findings: findingsView,
  heartbeat: heartbeatView,
  statistics: statisticsView,
  ladder: ladderView,
  detail: detailView,
};

/** The whole screen: exactly one line a row. `overlay` lies over the end of the body (dialogs). */
export function drawScreen(state: State, context: Context, overlay: readonly string[]): string[] {
  const { rows, columns } = state.size;
  if (rows < LEAST_ROWS || columns < LEAST_COLUMNS) return wrapToWidth(context.words.tooSmall, columns).slice(0, rows);
  const body = views[state.view](state, context).slice(0, bodyRows(state));
  while (body.length < bodyRows(state)) body.push("");
  const lines = [headLine(state, context), ...body];
  if (needsStatusLine(state)) lines.push(statusLine(state, context));
  lines.push(footLine(state, context));
  const first = Math.max(1, rows - overlay.length);
  return [...lines.slice(0, first), ...overlay.slice(0, rows - first)].slice(0, rows);
}
