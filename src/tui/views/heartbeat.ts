import { wrapToWidth } from "../../base/display-width.ts";
import { fitStart, fitted, Line } from "../cells.ts";
import type { Context } from "../context.ts";
import { bodyRows, listRows, paneRows } from "../layout.ts";
import { addressText } from "../rows/connection-row.ts";
import { beatText, type HeartbeatRow, heartbeatRows, strip, withoutHeartbeat } from "../rows/heartbeat-row.ts";
import { closerOf } from "../rows/outcome.ts";
import type { State } from "../state.ts";

const ID = 6;
const EVERY = 9;
const ROOMY_COLUMNS = 100;
/** What the life of a connection is drawn on, at least. */
const LEAST_LIFE = 14;
/** An IPv6 address is cut; the line below has it whole. */
const whoWidth = (columns: number): number =>
  columns < ROOMY_COLUMNS ? Math.max(12, Math.min(30, columns - ID - EVERY - PINGS - 2 - LEAST_LIFE)) : 42;
const PINGS = 12;

/** One line a pinging side: the life of its connection with pings, missing pongs and the end. */
export function heartbeatView(state: State, context: Context): string[] {
  const { palette, words } = context;
  const { columns } = state.size;
  const rows = heartbeatRows(state.shown);
  const body = bodyRows(state);
  const silent = withoutHeartbeat(state.shown).length;
  if (rows.length === 0)
    return filled(
      wrapToWidth(words.noHeartbeat, columns - 8).map((line) => `    ${line}`),
      body,
    );
  const [id, who, every, pings, life] = words.heartbeatColumns;
  const head = new Line(palette, columns)
    .add(" ")
    .add(fitStart(id, ID - 1), "dim")
    .gap(1);
  head
    .add(fitted(who, whoWidth(columns)), "dim")
    .add(fitStart(every, EVERY), "dim")
    .add(fitStart(pings, PINGS), "dim")
    .gap(2)
    .add(life, "dim");
  const lines = [head.end()];
  const { top, cursor } = state.heartbeat;
  for (let at = top; at < top + listRows(state); at++) {
    const row = rows[at];
    lines.push(row === undefined ? "" : rowLine(row, at === cursor, columns, context));
  }
  const row = rows[cursor];
  const pane = [palette.dim("─".repeat(columns)), ...(row === undefined ? [] : storyLines(row, columns, context))];
  const remark = (text: string): string => new Line(palette, columns).add(` ${text}`, "dim").end();
  pane.push("", remark(words.heartbeatLegend));
  if (silent > 0) pane.push(remark(words.withoutHeartbeat(silent)));
  const height = Math.max(paneRows(state), 0);
  return filled([...lines, ...pane.slice(0, height)], body);
}

function rowLine(
  { facts, from, beat, by }: HeartbeatRow,
  isCursor: boolean,
  columns: number,
  context: Context,
): string {
  const { palette, chrome } = context;
  const line = new Line(palette, columns)
    .add(isCursor ? "›" : " ", "strong")
    .add(fitStart(`#${facts.id}`, ID - 1))
    .gap(1);
  const client = addressText(facts.client);
  const [pinger, other] = from === "client" ? [client, chrome.side.server] : [chrome.side.server, client];
  line.add(fitted(`${context.words.beatKinds[by]}${pinger} → ${other}`, whoWidth(columns) - 1)).gap(1);
  line.add(fitStart(beat.intervalMs === null ? "?" : chrome.duration(beat.intervalMs / 1000), EVERY), "dim");
  line.add(fitStart(`${beat.answered}/${beat.pings}`, PINGS), beat.missing > 0 ? "error" : "good").gap(2);
  for (const cell of strip({ facts, from, beat, by }, Math.max(10, columns - line.width - 1))) {
    line.add(cell, cell === "×" || cell === "▌" ? "error" : cell === "●" ? "good" : "dim");
  }
  return isCursor ? line.endAs("cursor") : line.end();
}

function storyLines(row: HeartbeatRow, columns: number, context: Context): string[] {
  const { palette, words, chrome } = context;
  const { facts, beat } = row;
  const wrapped = (text: string): string[] => wrapToWidth(text, columns - 3).map((part) => ` ${part}`);
  const lines = [
    ...wrapped(`#${facts.id}  ${addressText(facts.client)} → ${addressText(facts.server)}`),
    ...wrapped(beatText(row, context)),
  ];
  const closer = closerOf(facts);
  if (closer !== null && facts.tcp.closedAt !== null && beat.missing > 0 && beat.lastPong !== null) {
    const seconds = (facts.tcp.closedAt.timestampNs - beat.lastPong.timestampNs) / 1e9;
    lines.push(...wrapped(words.gaveUp(chrome.side[closer], chrome.duration(seconds))).map(palette.error));
  }
  return lines;
}

const filled = (lines: readonly string[], height: number): string[] =>
  Array.from({ length: height }, (_, index) => lines[index] ?? "");
