import { anchorKey, living } from "../../annotations/notes.ts";
import { escapeText } from "../../base/escape-text.ts";
import { fitStart, fitted, Line } from "../cells.ts";
import type { Context } from "../context.ts";
import { listRows, paneRows } from "../layout.ts";
import { LineCache } from "../line-cache.ts";
import { currentList, cursorIndex } from "../reduce-cursor.ts";
import { cellText, type Needs, needsOf, type Placed, placeColumns, roleOfCell, signOf } from "../rows/columns.ts";
import { type ConnectionRow, connectionRows } from "../rows/connection-row.ts";
import { sparkline } from "../rows/sparkline.ts";
import type { State } from "../state.ts";
import { connectionPane } from "./connection-pane.ts";

/** Sign, mark and note stand before the columns. */
const MARGIN = 4;

/** Rows in which something can be told, its line above included. */
const LEAST_PANE = 4;

/** A key moves the cursor: all lines but two are as they were. */
const drawn = new LineCache<ConnectionRow>();

export function connectionsView(state: State, context: Context): string[] {
  const { columns } = state.size;
  const list = currentList(state, context);
  const placed = placeColumns(columns - MARGIN, state.list.hidden, needsFor(connectionRows(state.shown), context));
  const cursor = cursorIndex(state, context);
  // A short list leaves its room to what is told about the connection under the cursor.
  const rows = Math.max(1, Math.min(listRows(state), list.items.length));
  const noted = new Set(living(state.list.notes).map(({ anchor }) => anchorKey(anchor)));
  const { search, notes, marked } = state.list;
  const widths = placed.map(({ id, width }) => `${id} ${width}`).join();
  const cache = drawn.under([columns, widths, search, notes, marked, context.palette, context.words]);
  const lines = [headOf(placed, state, context)];
  for (let at = state.list.top; at < state.list.top + rows; at++) {
    const item = list.items[at];
    if (item === undefined) lines.push(at === 0 ? emptyLine(state, context) : "");
    else if (item.kind === "group") {
      lines.push(
        new Line(context.palette, columns)
          .add(` ${escapeText(item.label)}`, "strong")
          .add(`  ${context.words.count(item.count)}`, "dim")
          .end(),
      );
    } else if (at === cursor) lines.push(rowLine(item.row, placed, true, noted, state, context));
    else lines.push(cache.of(item.row, () => rowLine(item.row, placed, false, noted, state, context)));
  }
  const item = list.items[cursor];
  const pane = paneRows(state) + listRows(state) - rows;
  if (pane >= LEAST_PANE) lines.push(...connectionPane(item?.kind === "row" ? item.row : null, pane, state, context));
  return lines;
}

let measured: { rows: readonly ConnectionRow[]; words: Context["words"]; needs: Needs } | null = null;

function needsFor(rows: readonly ConnectionRow[], context: Context): Needs {
  if (measured === null || measured.rows !== rows || measured.words !== context.words)
    measured = { rows, words: context.words, needs: needsOf(rows, context) };
  return measured.needs;
}

function emptyLine(state: State, { palette, words }: Context): string {
  const text =
    state.list.filter !== "" ? words.emptyFiltered : state.latest.state === "ended" ? words.empty : words.waiting;
  return new Line(palette, state.size.columns).add(`    ${text}`, "dim").end();
}

function headOf(placed: readonly Placed[], state: State, context: Context): string {
  const { palette, words } = context;
  const line = new Line(palette, state.size.columns).gap(MARGIN);
  for (const [index, { id, width, right }] of placed.entries()) {
    if (index > 0) line.gap(1);
    const name = words.columns[id];
    line.add(right ? fitStart(name, width) : fitted(name, width), "dim");
  }
  return line.end();
}

function rowLine(
  row: ConnectionRow,
  placed: readonly Placed[],
  isCursor: boolean,
  noted: ReadonlySet<string>,
  state: State,
  context: Context,
): string {
  const line = new Line(context.palette, state.size.columns);
  const [sign, role] = signOf(row);
  line.add(isCursor ? "›" : " ", "strong").add(sign, role);
  line.add(state.list.marked.has(row.facts.id) ? "■" : " ", "marked");
  line.add(noted.has(`connection ${row.facts.first.packet}`) ? "✎" : " ", "note");
  const search = state.list.search.toLowerCase();
  for (const [index, { id, width, right }] of placed.entries()) {
    if (index > 0) line.gap(1);
    if (id === "traffic") {
      addSparkline(line, row, width);
      continue;
    }
    const text = cellText(id, row, context, width);
    const cell = right ? fitStart(text, width) : fitted(text, width);
    line.addMarked(cell, search, roleOfCell(id, row));
  }
  return isCursor ? line.endAs("cursor") : line.end();
}

/** Bars in grey, those of answered pings in their colour, missing pongs unmissable. */
function addSparkline(line: Line, { facts }: ConnectionRow, width: number): void {
  const cells = sparkline(facts, width);
  for (const { sign, kind } of cells)
    line.add(sign, kind === "missing" ? "error" : kind === "answered" ? "good" : "dim");
  line.gap(width - cells.length);
}
