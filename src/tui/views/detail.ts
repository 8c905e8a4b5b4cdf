import { escapeText } from "../../base/escape-text.ts";
import { type ConnectionDetail, type FrameRow, ROW } from "../../session/detail-types.ts";
import { Line } from "../cells.ts";
import type { Context } from "../context.ts";
import { bodyRows } from "../layout.ts";
import { paletteOf } from "../palette.ts";
import { cursorRow } from "../reduce-ladder.ts";
import { rowSeconds } from "../rows/clock.ts";
import { compareLines } from "../rows/compare-lines.ts";
import { detailLines } from "../rows/detail-lines.ts";
import { type Tab, tabsOf } from "../rows/detail-tabs.ts";
import { arrowText, closeOf, utf8 } from "../rows/frame-words.ts";
import { joinedLines, type LineSource } from "../rows/hex-lines.ts";
import { jsonLines } from "../rows/json-lines.ts";
import { noteLines } from "../rows/note-lines.ts";
import type { State } from "../state.ts";

/** Title, names of the ways to look at it, a blank line. */
const HEAD_LINES = 3;

/** Everything about what the cursor is on, one way to look at it at a time. */
export function detailView(state: State, context: Context): string[] {
  const { detail } = state.ladder;
  const at = cursorRow(state);
  if (detail === null || at < 0) return [];
  const head =
    state.detail.compared === null
      ? detailHead(detail, at, state, context)
      : comparisonHead(detail, state.detail.compared, state, context);
  const { palette } = context;
  const lines = contentOf(state, context);
  const rows = bodyRows(state) - HEAD_LINES;
  const top = Math.min(state.detail.top, Math.max(0, lines.length - rows));
  const shown = lines.slice(top, top + rows).map((line) => ` ${line}`);
  if (top + rows < lines.length && rows > 1) shown[rows - 1] = palette.dim(` ↓ ${lines.length - top - rows + 1}`);
  return [...head, ...shown];
}

/** The furthest that it can be scrolled to. */
export const detailEnd = (state: State, context: Context): number =>
  Math.max(0, contentOf(state, context).length - bodyRows(state) + HEAD_LINES);

interface Content {
  readonly key: readonly unknown[];
  readonly lines: LineSource;
}
let made: Content = { key: [], lines: [] };

/** Made once: scrolling through a long body costs no more than through a short one. */
function contentOf(state: State, context: Context): LineSource {
  const { detail } = state.ladder;
  const at = cursorRow(state);
  if (detail === null || at < 0) return [];
  const { compared, tab } = state.detail;
  const key = [
    detail,
    at,
    tab,
    compared,
    state.size.columns,
    state.redraws,
    state.list.notes,
    context.palette,
    context.words,
  ];
  const width = state.size.columns - 2;
  if (key.some((part, index) => part !== made.key[index])) {
    const lines =
      compared === null
        ? joinedLines(
            notesOn(detail, at, state, context),
            detailLines(detail, at, tabAt(detail, at, tab), width, context, state),
          )
        : comparisonLines(detail, compared, state, context).lines;
    made = { key, lines };
  }
  return made.lines;
}

/** They stand before what the row is, whichever way one looks at it. */
function notesOn(detail: ConnectionDetail, at: number, { list, size }: State, { palette }: Context): string[] {
  const notes = noteLines(list.notes, detail.packetOf(at), size.columns - 2, palette);
  return notes.length === 0 ? [] : [...notes, ""];
}

function tabAt(detail: ConnectionDetail, at: number, tab: number): Tab {
  const tabs = tabsOf(detail.row(at));
  return tabs[Math.min(tab, tabs.length - 1)] ?? "head";
}

function detailHead(detail: ConnectionDetail, at: number, state: State, context: Context): string[] {
  const { palette, words } = context;
  const { columns } = state.size;
  const row = detail.row(at);
  const current = tabAt(detail, at, state.detail.tab);
  const { text, role } = arrowText(detail, row, context);
  const side = words[row.direction === 0 ? "client" : "server"];
  const title = new Line(palette, columns)
    .add(` ${words.fields.packet} ${row.packet}  +${rowSeconds(state.shown, row)}  ${side} →  `, "dim")
    .add(text, role);
  const names = new Line(palette, columns).gap(1);
  for (const known of tabsOf(row)) names.add(` ${words.tabs[known]} `, known === current ? "cursorTab" : "dim").gap(1);
  return [title.end(), names.end(), ""];
}

/** Two rows, line against line: messages as pretty JSON where they are JSON. */
function comparisonLines(
  detail: ConnectionDetail,
  [a, b]: readonly [number, number],
  state: State,
  context: Context,
): { lines: string[]; only: number; other: number } {
  const lines = compareLines(plainLines(detail, a, state, context), plainLines(detail, b, state, context));
  const painted = lines.map(({ sign, text }) => {
    const line = new Line(context.palette, state.size.columns - 2);
    return line.add(`${sign} ${text}`, sign === "-" ? "error" : sign === "+" ? "good" : "plain").end();
  });
  return {
    lines: painted,
    only: lines.filter(({ sign }) => sign === "-").length,
    other: lines.filter(({ sign }) => sign === "+").length,
  };
}

function comparisonHead(
  detail: ConnectionDetail,
  compared: readonly [number, number],
  state: State,
  context: Context,
): string[] {
  const { palette, words } = context;
  const { columns } = state.size;
  const { only, other } = comparisonLines(detail, compared, state, context);
  const [a, b] = compared;
  return [
    new Line(palette, columns).add(` ${words.comparing(detail.packetOf(a), detail.packetOf(b))}`, "strong").end(),
    new Line(palette, columns).add(` ${only + other === 0 ? words.equal : words.differ(only, other)}`).end(),
    "",
  ];
}

const unmarked = paletteOf(0, false);

function plainLines(detail: ConnectionDetail, at: number, state: State, context: Context): string[] {
  const row = detail.row(at);
  const width = Math.max(20, state.size.columns - 6);
  const plain: Context = {
    ...context,
    palette: { ...unmarked, strong: same, dim: same, error: same, note: same, alarm: same },
  };
  if (row.kind === ROW.frame && row.opcode === CLOSE) return closeLines(detail, row, context);
  if (row.kind !== ROW.frame || row.body === null || row.body.length === 0)
    return all(detailLines(detail, at, "head", width, plain, state));
  const bytes = detail.bodyBytes(row.body.blob);
  if (bytes === null) return [context.words.notInMemory];
  const tab: Tab = row.body.opcode === 2 ? "hex" : "text";
  if (tab === "hex") return all(detailLines(detail, at, "hex", width, plain, state));
  return jsonLines(utf8(bytes), width, plain.palette) ?? utf8(bytes).split("\n").map(escapeText);
}

const CLOSE = 8;

/** RFC 6455 §5.5.1: the first two bytes are a number, and no text. */
function closeLines(detail: ConnectionDetail, row: FrameRow, { words }: Context): string[] {
  const { code, reason } = closeOf(detail, row);
  const lines = [`${words.fields.code}: ${code ?? words.withoutCode}`];
  if (reason !== "") lines.push(`${words.fields.reason}: ${escapeText(reason)}`);
  return lines;
}

const all = (lines: LineSource): string[] => lines.slice(0, lines.length);
const same = (text: string): string => text;
