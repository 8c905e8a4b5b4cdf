import { anchorKey, living } from "../../annotations/notes.ts";
import { wrapToWidth } from "../../base/display-width.ts";
import { escapeText } from "../../base/escape-text.ts";
import { offsetText } from "../../base/time.ts";
import { render } from "../../i18n/render.ts";
import type { Finding } from "../../rules/types.ts";
import { fitSeconds, fitStart, widthForSeconds } from "../cells.ts";
import type { Context } from "../context.ts";
import { sinceBeginningNs } from "../rows/clock.ts";
import { type ConnectionRow, headerOf, pathOf } from "../rows/connection-row.ts";
import { beatsOf, beatText } from "../rows/heartbeat-row.ts";
import { type Joined, joinedOf, leadingFinding } from "../rows/joined.ts";
import { endedText, isUnread } from "../rows/outcome.ts";
import type { State } from "../state.ts";
import { signOfSeverity } from "./findings.ts";

const WIDEST = 120;

/** What is known of the connection under the cursor: its notes, its worst finding with what to do, how it was opened. */
export function connectionPane(row: ConnectionRow | null, height: number, state: State, context: Context): string[] {
  const { palette } = context;
  const lines = [palette.dim("─".repeat(state.size.columns))];
  if (row !== null) {
    lines.push(...noteLines(row, state, context));
    lines.push(...story(row, state, context));
  }
  if (row === null && state.latest.state === "waiting" && state.live) lines.push(...waitingLines(state, context));
  const more = lines.length - height;
  return Array.from({ length: height }, (_, index) =>
    more > 0 && index === height - 1
      ? palette.dim(`   ↓ ${context.words.moreLines(more + 1)}${context.words.comma}${context.words.explainShows}`)
      : (lines[index] ?? ""),
  );
}

const wrap = (text: string, { size }: State, indent: string, first = indent): string[] =>
  wrapToWidth(escapeText(text), Math.min(WIDEST, size.columns) - indent.length - 2).map(
    (part, index) => (index === 0 ? first : indent) + part,
  );

/** What to look at when nothing comes. */
function waitingLines(state: State, { palette, words }: Context): string[] {
  const where = `${state.latest.capture.name}${words.comma}${state.listening}`;
  return [
    ...wrap(words.listening(where), state, "   ", " "),
    "",
    ...words
      .nothingComes(state.latest.capture.name === "any")
      .flatMap((line) => wrap(line, state, "   ", " "))
      .map(palette.dim),
  ];
}

function noteLines(row: ConnectionRow, state: State, { palette }: Context): string[] {
  return living(state.list.notes)
    .filter(({ anchor }) => anchorKey(anchor) === `connection ${row.facts.first.packet}`)
    .flatMap(({ text }) => text.split("\n").flatMap((line) => wrap(line, state, "   ", " ✎ ")))
    .map(palette.note);
}

/** The worst first, with what to do about it; then all that may be behind it, as far as there is room. */
function story(row: ConnectionRow, state: State, context: Context): string[] {
  const { palette, words, language } = context;
  const joined = joinedOf(state.shown).get(row.facts.id);
  const worst = leadingFinding(row.findings[0] ?? null, joined);
  const others = row.findings.filter((finding) => finding !== worst);
  const opening = [...joinLines(joined, state, context), ...openingLines(row, state, context)];
  if (worst === null) {
    const ended = endedText(row, context);
    const unread = isUnread(row.facts) ? wrap(words.unreadTls, state, "   ", " ") : [];
    return [...wrap(ended, state, "  ", " ").map(palette.plain), ...unread, ...opening];
  }
  const { title, detail, causes, evidence } = render(worst, language);
  const tint = { error: palette.error, warning: palette.warning, note: palette.strong }[worst.severity];
  const where = aboutOther(worst, row) ? `#${worst.connectionId} ` : "";
  const lines = wrap(where + title, state, "   ", ` ${signOfSeverity[worst.severity]} `).map(tint);
  const [first, ...further] = causes;
  if (first !== undefined) lines.push(...fixLines(first.fix || first.cause, state, "   ").map(palette.accent));
  lines.push(...wrap(detail, state, "   ").map(palette.plain));
  for (const finding of others)
    lines.push(
      ...wrap(`${signOfSeverity[finding.severity]} ${render(finding, language).title}`, state, "     ", "   "),
    );
  lines.push(...opening, "", ...causeLines(worst, causes, state, context));
  const items = [...worst.evidence.entries()].sort(([, a], [, b]) => a.packet - b.packet);
  const offsets = items.map(([, item]) => offsetText(sinceBeginningNs(state.shown, item)));
  const time = Math.max(...offsets.map(widthForSeconds));
  for (const [at, [index, item]] of items.entries()) {
    if (at === 0) lines.push("");
    const place = `   ${fitStart(String(item.packet), 7)} ${fitSeconds(offsets[at] ?? "", time)}  `;
    lines.push(...wrap(evidence[index] ?? "", state, " ".repeat(place.length), place));
  }
  return further.length + worst.evidence.length === 0 ? lines.slice(0, -1) : lines;
}

/** It is told here because another leg of this WebSocket has it. */
const aboutOther = (finding: Finding, { facts }: ConnectionRow): boolean =>
  finding.connectionId !== facts.id && !finding.alsoConnections.includes(facts.id);

/** Joins that are told one by one. */
const JOINS_SHOWN = 3;

/** Which connections carry this WebSocket too. */
function joinLines(joined: Joined | undefined, state: State, { palette, chrome }: Context): string[] {
  if (joined === undefined) return [];
  const lines = joined.joins.slice(0, JOINS_SHOWN).map(({ kind, connections: [front, back] }) => {
    if (kind === "two-captures") return chrome.bothEnds(front, back);
    const proxy = state.shown.connections.find(({ id }) => id === front);
    return chrome.legs(front, back, proxy === undefined ? "" : proxy.server.address);
  });
  const more = joined.joins.length - lines.length;
  if (more > 0) lines.push(chrome.moreJoins(more));
  return lines.flatMap((line) => wrap(line, state, "   ", " ")).map(palette.plain);
}

/** Configuration to copy keeps its lines and its indentation. */
function fixLines(fix: string, state: State, indent: string): string[] {
  const [advice = "", ...more] = fix.split("\n");
  const config = more.flatMap((text) => wrap(text.trim(), state, `${indent}  ${/^ */.exec(text)?.[0] ?? ""}`));
  return [...wrap(advice, state, `${indent}  `, `${indent}→ `), ...config];
}

/** The advice of the first one stands above already. */
function causeLines(
  { causes }: ConnectionRow["findings"][number],
  told: readonly { readonly cause: string; readonly fix: string }[],
  state: State,
  { palette, chrome }: Context,
): string[] {
  if (told.length === 0) return [];
  const lines = [palette.dim(`   ${chrome.causes}`)];
  for (const [index, { cause, fix }] of told.entries()) {
    const confidence = causes[index]?.confidence;
    const remark = confidence === undefined ? "" : ` ${chrome.remark(chrome.confidence[confidence])}`;
    lines.push(...wrap(`${cause}${remark}`, state, "     ", "   • "));
    if (index > 0 && fix !== "") lines.push(...fixLines(fix, state, "     ").map(palette.accent));
  }
  return lines;
}

/** Who asked for what, what was agreed, and who pings. */
function openingLines({ facts }: ConnectionRow, state: State, context: Context): string[] {
  const { palette, chrome } = context;
  const { upgrade, webSocket, tcp } = facts;
  const request = upgrade?.exchange.request ?? null;
  const response = upgrade?.exchange.response ?? null;
  const answer = (name: string): string =>
    response?.fields.find((field) => field.name.toLowerCase() === name)?.value ?? "";
  const took = upgrade?.durationMs ?? null;
  const parts = [
    request === null ? "" : `${request.method} ${pathOf(facts)}`,
    response === null ? "" : `→ ${response.status}${took === null ? "" : ` (${chrome.duration(took / 1000)})`}`,
    labelled("Host", headerOf(facts, "host")),
    labelled("Origin", headerOf(facts, "origin")),
    labelled("Subprotocol", answer("sec-websocket-protocol")),
    webSocket?.compression === "permessage-deflate" ? "permessage-deflate" : "",
    labelled("Server", answer("server")),
    tcp.roundTripMs === null
      ? ""
      : `RTT ${tcp.roundTripMs < 10 ? tcp.roundTripMs.toPrecision(2) : Math.round(tcp.roundTripMs)} ms`,
    labelled("User-Agent", headerOf(facts, "user-agent")),
  ].filter((part) => part !== "");
  const opening = parts.length === 0 ? [] : wrap(parts.join("  "), state, "   ", " ");
  const beats = beatsOf(facts).flatMap((row) => wrap(beatText(row, context), state, "   ", " "));
  return [...opening, ...beats].map(palette.dim);
}

const labelled = (name: string, value: string): string => (value === "" ? "" : `${name} ${value}`);
