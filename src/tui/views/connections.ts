import { anchorKey, living } from "../../annotations/notes.ts";
import { wrapToWidth } from "../../base/display-width.ts";
import { escapeText } from "../../base/escape-text.ts";
import { render } from "../../i18n/render.ts";
import { fitStart, fitted, Line } from "../cells.ts";
import type { Context } from "../context.ts";
import { listRows, paneRows } from "../layout.ts";
import { LineCache } from "../line-cache.ts";
import { currentList, cursorIndex } from "../reduce-cursor.ts";
import { cellText, type Placed, placeColumns, roleOfCell, signOf } from "../rows/columns.ts";
import type { ConnectionRow } from "../rows/connection-row.ts";
import { endedText } from "../rows/outcome.ts";
import type { State } from "../state.ts";

/** Sign, mark and note stand before the columns. */
const MARGIN = 4;

/** A key moves the cursor: all lines but two are as they were. */
const drawn = new LineCache<ConnectionRow>();

export function connectionsView(state: State, context: Context): string[] {
  const { columns } = state.size;
  const list = currentList(state, context);
  const placed = placeColumns(columns - MARGIN, state.list.hidden);
  const cursor = cursorIndex(state, context);
  const rows = listRows(state);
  const noted = new Set(living(state.list.notes).map(({ anchor }) => anchorKey(anchor)));
  const { hidden, search, notes, marked } = state.list;
  const cache = drawn.under([columns, hidden, search, notes, marked, context.palette, context.words]);
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
  const pane = paneRows(state);
  if (pane > 0) lines.push(...paneLines(item?.kind === "row" ? item.row : null, pane, state, context));
  return lines;
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
    const text = cellText(id, row, context, width);
    const cell = right ? fitStart(text, width) : fitted(text, width);
    const at = search === "" ? -1 : cell.toLowerCase().indexOf(search);
    const cellRole = roleOfCell(id, row);
    if (at < 0) line.add(cell, cellRole);
    else {
      line
        .add(cell.slice(0, at), cellRole)
        .add(cell.slice(at, at + search.length), "match")
        .add(cell.slice(at + search.length), cellRole);
    }
  }
  return isCursor ? line.endAs("cursor") : line.end();
}

/** What is known of the connection under the cursor: its worst finding with what to do, else how it ended. */
function paneLines(row: ConnectionRow | null, height: number, state: State, context: Context): string[] {
  const { palette, words, chrome, language } = context;
  const { columns } = state.size;
  const lines = [palette.dim("─".repeat(columns))];
  if (row === null) return filled(lines, height);
  const worst = row.findings[0];
  const wrap = (text: string, indent: string, first = indent): string[] =>
    wrapToWidth(escapeText(text), columns - indent.length - 1).map(
      (part, index) => (index === 0 ? first : indent) + part,
    );
  if (worst === undefined) {
    lines.push(...wrap(endedText(row.facts, chrome, words), "  ", " ").map((line) => palette.plain(line)));
  } else {
    const { title, detail, causes } = render(worst, language);
    const tint = { error: palette.error, warning: palette.warning, note: palette.strong }[worst.severity];
    lines.push(
      ...wrap(title, "   ", ` ${worst.severity === "error" ? "✗" : worst.severity === "warning" ? "!" : "·"} `).map(
        tint,
      ),
    );
    const [cause] = causes;
    if (cause !== undefined) {
      // Configuration to copy keeps its lines and its indentation.
      const [advice = "", ...more] = (cause.fix || cause.cause).split("\n");
      const config = more.flatMap((text) => wrap(text.trim(), `     ${/^ */.exec(text)?.[0] ?? ""}`));
      lines.push(...[...wrap(advice, "     ", "   → "), ...config].map(palette.accent));
    }
    lines.push(...wrap(detail, "   ").map(palette.plain));
    const others = row.findings.slice(1).map(({ ruleId }) => context.texts.pages[ruleId].name);
    if (others.length > 0) lines.push(...wrap(`+ ${others.join(" · ")}`, "   ").map(palette.dim));
  }
  for (const note of living(state.list.notes)) {
    if (anchorKey(note.anchor) === `connection ${row.facts.first.packet}`)
      lines.splice(
        1,
        0,
        ...note.text
          .split("\n")
          .flatMap((text) => wrap(text, "   ", " ✎ "))
          .map(palette.note),
      );
  }
  return filled(lines, height);
}

const filled = (lines: readonly string[], height: number): string[] =>
  Array.from({ length: height }, (_, index) => lines[index] ?? "");
