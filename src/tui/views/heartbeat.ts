import { displayWidth, wrapToWidth } from "../../base/display-width.ts";
import { cutAddress, fitStart, fitted, Line } from "../cells.ts";
import type { Context } from "../context.ts";
import { bodyRows, listRows, paneRows } from "../layout.ts";
import { addressText } from "../rows/connection-row.ts";
import { beatText, type HeartbeatRow, heartbeatRows, strip, withoutHeartbeat } from "../rows/heartbeat-row.ts";
import { closerOf } from "../rows/outcome.ts";
import type { State } from "../state.ts";

const ID = 6;
const ROOMY_COLUMNS = 100;
const NARROW_COLUMNS = 80;
/** What the life of a connection is drawn on, at least. */
const LEAST_LIFE = 12;
/** An address is known by its end, and by its port. */
const LEAST_ADDRESS = 8;

/** Rows in which something can be told, its line above included. */
const LEAST_PANE = 4;

interface Widths {
  readonly who: number;
  readonly every: number;
  readonly pings: number;
}

/** A long address is cut; the line below has it whole. */
function widthsFor(columns: number): Widths {
  const [every, pings] = columns < NARROW_COLUMNS ? [8, 8] : [9, 12];
  const who = Math.max(12, Math.min(30, columns - ID - every - pings - 2 - LEAST_LIFE));
  return { who: columns < ROOMY_COLUMNS ? who : 42, every, pings };
}

/** One line a pinging side: the life of its connection with pings, missing pongs and the end. */
export function heartbeatView(state: State, context: Context): string[] {
  const { palette, words } = context;
  const { columns } = state.size;
  const rows = heartbeatRows(state.shown);
  const body = bodyRows(state);
  const silent = withoutHeartbeat(state.shown).length;
  if (rows.length === 0)
    return filled(
      wrapToWidth(silent > 0 ? words.noHeartbeat : words.noWebSocket, columns - 8).map((line) => `    ${line}`),
      body,
    );
  const [id, who, every, pings, life] = words.heartbeatColumns;
  const widths = widthsFor(columns);
  const head = new Line(palette, columns)
    .add(" ")
    .add(fitStart(id, ID - 1), "dim")
    .gap(1);
  head
    .add(fitted(who, widths.who), "dim")
    .add(fitStart(every, widths.every), "dim")
    .add(fitStart(pings, widths.pings), "dim")
    .gap(2)
    .add(life, "dim");
  const lines = [head.end()];
  const { top, cursor } = state.heartbeat;
  // A short list leaves its room to what is told about the one under the cursor.
  const shown = Math.max(1, Math.min(listRows(state), rows.length));
  for (let at = top; at < top + shown; at++) {
    const row = rows[at];
    lines.push(row === undefined ? "" : rowLine(row, at === cursor, columns, context));
  }
  const row = rows[cursor];
  const pane = [palette.dim("─".repeat(columns)), ...(row === undefined ? [] : storyLines(row, columns, context))];
  const remark = (text: string): string => new Line(palette, columns).add(` ${text}`, "dim").end();
  pane.push("", remark(words.heartbeatLegend));
  if (silent > 0) pane.push(remark(words.withoutHeartbeat(silent)));
  const height = paneRows(state) + listRows(state) - shown;
  return filled(height < LEAST_PANE ? lines : [...lines, ...pane.slice(0, height)], body);
}

function rowLine(
  { facts, from, beat, by }: HeartbeatRow,
  isCursor: boolean,
  columns: number,
  context: Context,
): string {
  const { palette, chrome, words } = context;
  const widths = widthsFor(columns);
  const line = new Line(palette, columns)
    .add(isCursor ? "›" : " ", "strong")
    .add(fitStart(`#${facts.id}`, ID - 1))
    .gap(1);
  const kind = words.beatKinds[by];
  const arrow = " → ";
  const room = widths.who - 1 - displayWidth(`${kind}${chrome.side.server}${arrow}`);
  const client = cutAddress(addressText(facts.client), Math.max(LEAST_ADDRESS, room));
  const [pinger, other] = from === "client" ? [client, chrome.side.server] : [chrome.side.server, client];
  line.add(fitted(`${kind}${pinger}${arrow}${other}`, widths.who - 1)).gap(1);
  line.add(fitStart(beat.intervalMs === null ? "?" : chrome.duration(beat.intervalMs / 1000), widths.every), "dim");
  line.add(fitStart(`${beat.answered}/${beat.pings}`, widths.pings), beat.missing > 0 ? "error" : "good").gap(2);
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
