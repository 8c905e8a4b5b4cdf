import { displayWidth } from "../../base/display-width.ts";
import { escapeText } from "../../base/escape-text.ts";
import { fitStart, fitted, Line } from "../cells.ts";
import type { Context } from "../context.ts";
import { bodyRows } from "../layout.ts";
import { connectionRows, frameTotal, seenCode, verdictOf, verdicts } from "../rows/connection-row.ts";
import type { State } from "../state.ts";
import { signOfSeverity, tintOf } from "./findings.ts";

/** The capture in numbers. */
export function statisticsView(state: State, context: Context): string[] {
  const { palette, words } = context;
  const lines = allLines(state, context);
  const rows = bodyRows(state);
  const top = Math.min(state.statistics.top, Math.max(0, lines.length - rows));
  const more = lines.length - top - rows;
  return Array.from({ length: rows }, (_, index) =>
    more > 0 && index === rows - 1 ? palette.dim(` ↓ ${words.moreLines(more + 1)}`) : (lines[top + index] ?? ""),
  );
}

/** The furthest that it can be scrolled to. */
export const statisticsEnd = (state: State, context: Context): number =>
  Math.max(0, allLines(state, context).length - bodyRows(state));

function allLines(state: State, context: Context): string[] {
  const { palette } = context;
  const lines = sections(state, context).flatMap(([title, rows]) => [
    new Line(palette, state.size.columns).add(` ${title}`, "strong").end(),
    ...rows.map(([label, value, role]) => {
      const line = new Line(palette, state.size.columns)
        .gap(3)
        .add(fitted(label, labelWidth(rows)), "dim")
        .gap(2);
      return line.add(value, role ?? "plain").end();
    }),
    "",
  ]);
  // What parts the sections follows the last one too.
  return lines.slice(0, -1);
}

type Row = readonly [label: string, value: string, role?: "error" | "warning" | "good" | "plain"];

const LABEL = 24;
const labelWidth = (rows: readonly Row[]): number =>
  Math.min(40, Math.max(LABEL, ...rows.map(([label]) => displayWidth(label))));

function sections(state: State, context: Context): (readonly [string, readonly Row[]])[] {
  const { words } = context;
  const { statistics } = words;
  return [
    [`${statistics.capture}  ${escapeText(state.shown.capture.name)}`, captureRows(state, context)],
    [statistics.verdicts, verdictRows(state, context)],
    [statistics.closeCodes, codeRows(state, context)],
    [statistics.rules, ruleRows(state, context)],
    [statistics.roundTrips, roundTripRows(state, context)],
  ];
}

function captureRows({ shown }: State, { words, chrome }: Context): Row[] {
  const { statistics: w } = words;
  const { capture, statistics, clockNs, connections } = shown;
  const seconds = clockNs / 1e9;
  const frames = connections.reduce(
    (sum, { webSocket }) => sum + (webSocket?.frames ?? []).reduce((n, counts) => n + frameTotal(counts), 0),
    0,
  );
  const messages = connections.reduce(
    (sum, { webSocket }) => sum + (webSocket?.messages ?? []).reduce((n, { text, binary }) => n + text + binary, 0),
    0,
  );
  return [
    [w.packets, `${words.count(statistics.packets)} · ${words.bytes(capture.bytes)}`],
    [w.duration, chrome.duration(seconds)],
    [w.rate, seconds > 0 ? words.packetsPerSecond(Math.round(statistics.packets / seconds)) : w.none],
    [w.connections, words.count(connections.length)],
    [w.frames, words.count(frames)],
    [w.messages, words.count(messages)],
    [w.drops, words.dropped(statistics.dropped), (statistics.dropped ?? 0) > 0 ? "error" : "plain"],
    [w.truncated, words.count(capture.truncatedPackets), capture.truncatedPackets > 0 ? "warning" : "plain"],
    [w.malformed, words.count(statistics.malformed), statistics.malformed > 0 ? "warning" : "plain"],
  ];
}

const BAR = 30;
/** Columns of a line with a bar that are none of it. */
const BESIDE_BAR = 3 + LABEL + 2 + 8 + 2;
/** Bars keep their proportions in a narrow window, too. */
function bar(n: number, most: number, { size }: State): string {
  const whole = Math.max(1, Math.min(BAR, size.columns - BESIDE_BAR));
  return "█".repeat(Math.max(n > 0 ? 1 : 0, Math.round((whole * n) / Math.max(1, most))));
}

function verdictRows(state: State, { words }: Context): Row[] {
  const { shown } = state;
  const counts = new Map<string, number>();
  for (const row of connectionRows(shown)) counts.set(verdictOf(row), (counts.get(verdictOf(row)) ?? 0) + 1);
  const most = Math.max(...counts.values());
  const roles = { error: "error", warning: "warning", open: "plain", clean: "good", other: "plain" } as const;
  return verdicts.map((verdict): Row => {
    const n = counts.get(verdict) ?? 0;
    return [words.verdicts[verdict], `${fitStart(words.count(n), 8)}  ${bar(n, most, state)}`, roles[verdict]];
  });
}

function codeRows(state: State, { words }: Context): Row[] {
  const { shown } = state;
  const counts = new Map<number, number>();
  for (const facts of shown.connections) {
    const code = seenCode(facts);
    if (code !== null) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  if (counts.size === 0) return [[words.statistics.none, ""]];
  const most = Math.max(...counts.values());
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(
      ([code, n]): Row => [
        String(code),
        `${fitStart(words.count(n), 8)}  ${bar(n, most, state)}`,
        code === 1000 || code === 1001 ? "good" : "error",
      ],
    );
}

function ruleRows({ shown }: State, { words, texts, palette }: Context): Row[] {
  const counts = new Map<string, { n: number; severity: "error" | "warning" | "note"; name: string }>();
  for (const { ruleId, severity, alsoConnections } of shown.findings) {
    const known = counts.get(ruleId) ?? { n: 0, severity, name: texts.pages[ruleId].name };
    known.n += 1 + alsoConnections.length;
    counts.set(ruleId, known);
  }
  if (counts.size === 0) return [[words.statistics.none, ""]];
  return [...counts].map(
    ([rule, { n, severity, name }]): Row => [
      rule,
      `${fitStart(words.count(n), 8)}  ${tintOf(palette, severity)(`${signOfSeverity[severity]} ${name}`)}`,
    ],
  );
}

function roundTripRows({ shown }: State, { words, chrome }: Context): Row[] {
  const trips = shown.connections.flatMap(({ webSocket, id }) =>
    (webSocket?.heartbeat ?? []).flatMap(({ roundTripMs }) => (roundTripMs === null ? [] : [{ id, ...roundTripMs }])),
  );
  if (trips.length === 0) return [[words.statistics.none, ""]];
  const medians = trips.map(({ median }) => median).sort((a, b) => a - b);
  const worst = trips.reduce((a, b) => (b.max > a.max ? b : a));
  return [
    [words.statistics.median, chrome.duration((medians[medians.length >> 1] ?? 0) / 1000)],
    [words.statistics.worst, `${chrome.duration(worst.max / 1000)}  #${worst.id}`],
  ];
}
