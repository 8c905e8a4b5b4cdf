import { living } from "../../annotations/notes.ts";
import { displayWidth, truncateToWidth, wrapToWidth } from "../../base/display-width.ts";
import { escapeText } from "../../base/escape-text.ts";
import { render } from "../../i18n/render.ts";
import { type ConnectionDetail, type DetailRow, ROW } from "../../session/detail-types.ts";
import { centre, fitSeconds, fitStart, fitted, Line, widthForSeconds } from "../cells.ts";
import type { Context } from "../context.ts";
import { isSplit, listRows, paneRows } from "../layout.ts";
import { LineCache } from "../line-cache.ts";
import type { Role } from "../palette.ts";
import { cursorRow, itemsOfLadder } from "../reduce-ladder.ts";
import { rowSeconds } from "../rows/clock.ts";
import { addressText } from "../rows/connection-row.ts";
import { detailLines } from "../rows/detail-lines.ts";
import { arrowText } from "../rows/frame-words.ts";
import { type EvidenceMark, evidenceOf } from "../rows/ladder-items.ts";
import { type Lifelines, lifelinesOf } from "../rows/legs.ts";
import { noteLines } from "../rows/note-lines.ts";
import { isUnread } from "../rows/outcome.ts";
import type { State } from "../state.ts";

/** Cursor, evidence and note signs; time; packet number. */
const MARGIN = 4;
const PACKET = 8;
/** Where lifelines get less than this, their labels are cut first. */
const PREVIEW_SHARE = 0.42;
const WIDEST_PREVIEW = 90;

/** The last row has the longest time. */
const timeWidth = (detail: ConnectionDetail, { shown }: State): number =>
  widthForSeconds(detail.length === 0 ? "" : rowSeconds(shown, detail.row(detail.length - 1)));

const lifelines = new WeakMap<ConnectionDetail, Lifelines>();

function lifelinesFor(detail: ConnectionDetail): Lifelines {
  const known = lifelines.get(detail) ?? lifelinesOf(detail.legs);
  lifelines.set(detail, known);
  return known;
}

export const ladderWidth = (state: State): number =>
  isSplit(state)
    ? state.size.columns - Math.min(WIDEST_PREVIEW, Math.ceil(state.size.columns * PREVIEW_SHARE))
    : state.size.columns;

/** Readings of payloads are not made anew for each key. */
const drawn = new LineCache<number>();

export function ladderView(state: State, context: Context): string[] {
  const { words, palette } = context;
  const { ladder } = state;
  if (ladder.failure !== null) {
    const told = wrapToWidth(words.readFailed(escapeText(ladder.failure)), state.size.columns - 6);
    return ["", ...told.map((line) => `    ${palette.error(line)}`)];
  }
  if (ladder.detail === null) {
    const { progress } = ladder;
    const percent = progress?.totalBytes ? Math.floor((100 * progress.readBytes) / progress.totalBytes) : null;
    return ["", `    ${palette.accent(words.readingConnection(percent))}`];
  }
  const { detail } = ladder;
  const width = ladderWidth(state);
  const parties = lifelinesFor(detail);
  const time = timeWidth(detail, state);
  const left = MARGIN + time + PACKET + 1;
  const places = placesOf(parties.lines.length, left, width);
  const lines = headLines(detail, parties, places, left, width, state, context);
  const items = itemsOfLadder(state);
  const evidence = evidenceOf(detail, state.shown.findings);
  const noted = new Set(
    living(state.list.notes).map(({ anchor }) => (anchor.kind === "capture" ? "" : String(anchor.packet))),
  );
  const marks = { evidence, noted };
  const drawing = { parties, places, time, width, marks, state, context };
  const { notes } = state.list;
  const cache = drawn.under([detail, time, width, notes, ladder.picked, evidence, palette, words, state.redraws]);
  for (let at = ladder.scroll.top; at < ladder.scroll.top + listRows(state); at++) {
    const item = items[at];
    if (item === undefined) lines.push("");
    else if (item < 0) lines.push(gapLine(detail, items, at, places, width, context));
    else if (at === ladder.scroll.cursor) lines.push(arrowLine(detail, item, { ...drawing, isCursor: true }));
    else lines.push(cache.of(item, () => arrowLine(detail, item, { ...drawing, isCursor: false })));
  }
  return isSplit(state) ? beside(lines, state, context) : [...lines, ...paneLines(state, context)];
}

/** Another leg runs between the same lines. */
const isShared = ({ legs }: Lifelines, leg: number): boolean => {
  const own = legs[leg];
  return legs.some((other, index) => index !== leg && own !== undefined && other[0] === own[0] && other[1] === own[1]);
};

/** Columns of the lifelines. */
function placesOf(count: number, left: number, width: number): number[] {
  const [first, last] = [left + 1, width - 2];
  return Array.from({ length: count }, (_, index) =>
    Math.round(first + ((last - first) * index) / Math.max(1, count - 1)),
  );
}

function headLines(
  detail: ConnectionDetail,
  { lines: parties, legs }: Lifelines,
  places: readonly number[],
  leftWidth: number,
  width: number,
  state: State,
  { palette, words }: Context,
): string[] {
  const roleName = (index: number): string => {
    const isClient = legs.some(([client]) => client === index);
    const isServer = legs.some(([, server]) => server === index);
    return isClient && isServer ? words.proxy : isClient ? words.client : words.server;
  };
  const labels = parties.map(({ endpoints }) => {
    const [first] = endpoints;
    if (first === undefined) return "";
    return endpoints.length === 1 ? addressText(first) : first.address;
  });
  const level = ` ${words.levels[state.ladder.level]} · v`;
  const row = (texts: readonly string[], left: string, role: Role): string => {
    let line = new Line(palette, width).add(fitted(left, leftWidth), "dim");
    const room = Math.floor((width - leftWidth) / parties.length);
    for (const [index, text] of texts.entries()) {
      const cut = truncateToWidth(text, room - 1);
      const place = places[index] ?? 0;
      const wanted =
        index === 0
          ? place
          : index === parties.length - 1
            ? width - displayWidth(cut)
            : place - Math.floor(displayWidth(cut) / 2);
      line = line.to(Math.max(line.width, Math.min(wanted, width - displayWidth(cut)))).add(cut, role);
    }
    return line.end();
  };
  const dropped = detail.dropped > 0 ? words.rowsDropped(detail.dropped) : level;
  return [
    row(
      parties.map((_, index) => roleName(index)),
      dropped,
      "dim",
    ),
    row(labels.map(escapeText), "", "strong"),
  ];
}

function gapLine(
  detail: ConnectionDetail,
  items: Int32Array,
  at: number,
  places: readonly number[],
  width: number,
  { palette, words, chrome }: Context,
): string {
  const next = -(items[at] ?? 0) - 1;
  const before = items[at - 1] ?? 0;
  const seconds = (detail.timeOf(next) - detail.timeOf(before)) / 1e9;
  const hidden = hiddenBetween(detail, before, next);
  const lasted = chrome.duration(seconds);
  const text = ` ${hidden === 0 ? words.silent(lasted) : words.notShown(lasted, hidden)} `;
  const [first = 0, last = width] = [places[0], places.at(-1)];
  const line = new Line(palette, width).to(first).add("┊", "dim");
  line.add(centre(text, last - first - 1), "dim").add("┊", "dim");
  return line.end();
}

/**
 * Rows that this level leaves out, other than bare acknowledgments: time with them was not silent. In TLS that stayed
 * closed no frame stands for the data that went by: there its packets are counted.
 */
function hiddenBetween(detail: ConnectionDetail, before: number, next: number): number {
  let hidden = 0;
  let data = 0;
  const unread = detail.legs.some(isUnread);
  const shown = detail.packetOf(next);
  for (let row = before + 1; row < next; row++) {
    if (!detail.isPlain(row)) hidden++;
    else if (unread && detail.carriesData(row) && detail.packetOf(row) !== shown) data++;
  }
  return hidden > 0 ? hidden : data;
}

interface ArrowContext {
  readonly parties: Lifelines;
  readonly places: readonly number[];
  readonly time: number;
  readonly width: number;
  readonly marks: { readonly evidence: ReadonlyMap<number, EvidenceMark>; readonly noted: ReadonlySet<string> };
  readonly state: State;
  readonly context: Context;
  readonly isCursor: boolean;
}

function arrowLine(detail: ConnectionDetail, index: number, of: ArrowContext): string {
  const { parties, places, time, width, marks, state, context, isCursor } = of;
  const row = detail.row(index);
  const { text: words, role } = arrowText(detail, row, context);
  // Captures of both ends tell one connection twice: each says which one it is.
  const text = isShared(parties, row.leg) ? `#${detail.legs[row.leg]?.id} ${words}` : words;
  const line = new Line(context.palette, width);
  const mark = marks.evidence.get(row.packet);
  line.add(isCursor ? "›" : " ", "strong");
  line.add(mark === undefined ? " " : "◆", mark === undefined || mark.severity === "note" ? "dim" : mark.severity);
  line.add(state.ladder.picked === index ? "■" : marks.noted.has(String(row.packet)) ? "✎" : " ", "note").gap(1);
  line
    .add(fitSeconds(rowSeconds(state.shown, row), time), "dim")
    .add(fitStart(String(row.packet), PACKET), role === "dim" ? "dim" : "plain");
  line.gap(1);
  const [client, server] = parties.legs[row.leg] ?? [0, 1];
  const [from, to] = row.direction === 0 ? [client, server] : [server, client];
  const [left, right] = [Math.min(places[from] ?? 0, places[to] ?? 0), Math.max(places[from] ?? 0, places[to] ?? 0)];
  for (const place of places) if (place < left) line.to(place).add("│", "dim");
  line.to(left);
  const toRight = (places[to] ?? 0) > (places[from] ?? 0);
  const said = mark === undefined ? "" : `◆ ${evidenceWords(mark, context)}`;
  addArrow(line, { text, role, said, severity: mark?.severity ?? "note" }, right - left - 1, toRight, row);
  for (const place of places) if (place > right) line.to(place).add("│", "dim");
  return isCursor ? line.endAs("cursor") : line.end();
}

interface Label {
  readonly text: string;
  readonly role: Role;
  /** What a finding says of it; "" where none does. */
  readonly said: string;
  readonly severity: EvidenceMark["severity"];
}

/** Words of a finding stand on the arrow where at least so much of them fits. */
const LEAST_SAID = 12;

/** `│── label ── ◆ evidence ──▶│`: a Close or RST in full voice, what is only transport in thin lines. */
function addArrow(line: Line, label: Label, room: number, toRight: boolean, row: DetailRow): void {
  const { role, severity } = label;
  const isLoud = role === "alarm";
  const stroke = isLoud ? "━" : row.kind === ROW.packet ? "╌" : "─";
  const text = truncateToWidth(label.text, Math.max(0, room - 6));
  const shown = text === "" ? "" : ` ${text} `;
  const forSaid = room - displayWidth(shown) - 8;
  const said = label.said === "" || forSaid < LEAST_SAID ? "" : ` ${truncateToWidth(label.said, forSaid)} `;
  const rest = Math.max(0, room - 1 - displayWidth(shown) - displayWidth(said));
  const before = toRight ? Math.min(2, rest) : Math.min(1, rest);
  const between = said === "" ? 0 : Math.min(2, rest - before);
  const lineRole: Role = isLoud ? "error" : role === "dim" ? "dim" : row.direction === 0 ? "client" : "server";
  line.add("│", "dim");
  if (!toRight) line.add("◀", lineRole);
  line
    .stroke(stroke, before, lineRole)
    .add(shown, role)
    .stroke(stroke, between, lineRole)
    .add(said, severity === "note" ? "strong" : severity)
    .stroke(stroke, rest - before - between, lineRole);
  if (toRight) line.add("▶", lineRole);
  line.add("│", "dim");
}

function evidenceWords({ finding, index }: EvidenceMark, { language }: Context): string {
  const { title, evidence } = render(finding, language);
  return escapeText(evidence[index] ?? title);
}

/** What the cursor is on: below the ladder, or beside it. */
function paneLines(state: State, context: Context): string[] {
  const height = paneRows(state);
  if (height === 0) return [];
  const { palette } = context;
  const lines = [
    palette.dim("─".repeat(state.size.columns)),
    ...previewLines(state, state.size.columns, height - 1, context),
  ];
  return Array.from({ length: height }, (_, index) => lines[index] ?? "");
}

function beside(lines: readonly string[], state: State, context: Context): string[] {
  const width = state.size.columns - ladderWidth(state);
  const preview = previewLines(state, width - 2, lines.length, context);
  const column = ladderWidth(state) + 1;
  // Placed by column, since the ladder's lines are of different lengths.
  return lines.map((line, index) => `${line}\u001b[${column}G${context.palette.dim("│")} ${preview[index] ?? ""}`);
}

function previewLines(state: State, width: number, height: number, context: Context): string[] {
  const { detail } = state.ladder;
  const at = cursorRow(state);
  if (detail === null || at < 0) return [];
  const row = detail.row(at);
  const lines: string[] = [];
  const mark = evidenceOf(detail, state.shown.findings).get(row.packet);
  if (mark !== undefined) {
    const { palette, language, words } = context;
    const role = mark.severity === "note" ? "plain" : mark.severity;
    const said = wrapToWidth(words.evidence(evidenceWords(mark, context)), width - 2);
    const title = wrapToWidth(escapeText(render(mark.finding, language).title), width - 4).map((part) => `  ${part}`);
    lines.push(...said.map(palette[role]), ...title.map(palette.dim));
  }
  lines.push(...noteLines(state.list.notes, row.packet, width, context.palette));
  return [...lines, ...detailLines(detail, at, previewTab(row), width, context, state, height).slice(0, height)].slice(
    0,
    height,
  );
}

const previewTab = (row: DetailRow): "head" | "text" =>
  row.kind === ROW.frame && row.body !== null && row.opcode < 8 ? "text" : "head";
