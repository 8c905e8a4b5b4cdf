import { escapeText } from "../../base/escape-text.ts";
import { type ConnectionDetail, ROW } from "../../session/detail-types.ts";
import { Line } from "../cells.ts";
import type { Context } from "../context.ts";
import { bodyRows } from "../layout.ts";
import { paletteOf } from "../palette.ts";
import { cursorRow } from "../reduce-ladder.ts";
import { compareLines } from "../rows/compare-lines.ts";
import { detailLines } from "../rows/detail-lines.ts";
import { type Tab, tabsOf } from "../rows/detail-tabs.ts";
import { arrowText, utf8 } from "../rows/frame-words.ts";
import { jsonLines } from "../rows/json-lines.ts";
import type { State } from "../state.ts";

/** Everything about what the cursor is on, one way to look at it at a time. */
export function detailView(state: State, context: Context): string[] {
  const { detail } = state.ladder;
  const at = cursorRow(state);
  if (detail === null || at < 0) return [];
  if (state.detail.compared !== null) return comparison(detail, state.detail.compared, state, context);
  const { palette, words } = context;
  const { columns } = state.size;
  const row = detail.row(at);
  const tabs = tabsOf(row);
  const tab = tabs[Math.min(state.detail.tab, tabs.length - 1)] ?? "head";
  const { text, role } = arrowText(detail, row, context);
  const title = new Line(palette, columns).add(` ${words.fields.packet} ${row.packet}  `, "dim").add(text, role);
  const names = new Line(palette, columns).gap(1);
  for (const known of tabs) names.add(` ${words.tabs[known]} `, known === tab ? "cursorTab" : "dim").gap(1);
  const lines = detailLines(detail, at, tab, columns - 2, context, state);
  return [title.end(), names.end(), "", ...visible(lines, state, 3, context)];
}

function visible(lines: readonly string[], state: State, above: number, { palette }: Context): string[] {
  const rows = bodyRows(state) - above;
  const top = Math.min(state.detail.top, Math.max(0, lines.length - rows));
  const shown = lines.slice(top, top + rows).map((line) => ` ${line}`);
  if (top + rows < lines.length && rows > 1) shown[rows - 1] = palette.dim(` ↓ ${lines.length - top - rows + 1}`);
  return shown;
}

/** Two rows, line against line: messages as pretty JSON where they are JSON. */
function comparison(
  detail: ConnectionDetail,
  [a, b]: readonly [number, number],
  state: State,
  context: Context,
): string[] {
  const { palette, words } = context;
  const lines = compareLines(plainLines(detail, a, state, context), plainLines(detail, b, state, context));
  const only = lines.filter(({ sign }) => sign === "-").length;
  const other = lines.filter(({ sign }) => sign === "+").length;
  const painted = lines.map(({ sign, text }) => {
    const line = new Line(palette, state.size.columns - 2);
    return line.add(`${sign} ${text}`, sign === "-" ? "error" : sign === "+" ? "good" : "plain").end();
  });
  const { columns } = state.size;
  const head = [
    new Line(palette, columns).add(` ${words.comparing(detail.packetOf(a), detail.packetOf(b))}`, "strong").end(),
    new Line(palette, columns).add(` ${only + other === 0 ? words.equal : words.differ(only, other)}`).end(),
    "",
  ];
  return [...head, ...visible(painted, state, head.length, context)];
}

const unmarked = paletteOf(0, false);

function plainLines(detail: ConnectionDetail, at: number, state: State, context: Context): string[] {
  const row = detail.row(at);
  const width = Math.max(20, state.size.columns - 6);
  const plain: Context = {
    ...context,
    palette: { ...unmarked, strong: same, dim: same, error: same, note: same, alarm: same },
  };
  if (row.kind !== ROW.frame || row.body === null || row.body.length === 0)
    return detailLines(detail, at, "head", width, plain, state);
  const bytes = detail.bodyBytes(row.body.blob);
  if (bytes === null) return [context.words.notInMemory];
  const tab: Tab = row.body.opcode === 2 ? "hex" : "text";
  if (tab === "hex") return detailLines(detail, at, "hex", width, plain, state);
  return jsonLines(utf8(bytes), width, plain.palette) ?? utf8(bytes).split("\n").map(escapeText);
}

const same = (text: string): string => text;
