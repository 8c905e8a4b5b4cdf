import { padStartToWidth, wrapToWidth } from "../../base/display-width.ts";
import { escapeText } from "../../base/escape-text.ts";
import { clockText, offsetText } from "../../base/time.ts";
import { explain, render } from "../../i18n/render.ts";
import type { Finding } from "../../rules/types.ts";
import { fitSeconds, fitStart, Line, widthForSeconds } from "../cells.ts";
import type { Context } from "../context.ts";
import { bodyRows, listRows } from "../layout.ts";
import type { Palette } from "../palette.ts";
import { BEGINNING, clockAt, sinceBeginningNs } from "../rows/clock.ts";
import { addressText } from "../rows/connection-row.ts";
import { titleOf } from "../rows/finding-row.ts";
import type { State } from "../state.ts";

export const signOfSeverity = { error: "✗", warning: "!", note: "·" } as const;
export const tintOf = (palette: Palette, severity: Finding["severity"]): ((text: string) => string) =>
  ({ error: palette.error, warning: palette.warning, note: palette.plain })[severity];

/** What went wrong in this capture, errors first, and the one under the cursor in full. */
export function findingsView(state: State, context: Context): string[] {
  const { palette, words } = context;
  const { findings } = state.shown;
  const body = bodyRows(state);
  if (findings.length === 0) return filled([`    ${palette.good(words.noFindings)}`], body);
  const finding = findings[state.findings.cursor];
  if (state.findings.explained && finding !== undefined)
    return page(pageLines(finding, state, context), state, context);
  const rows = listRows(state);
  const lines = Array.from({ length: rows }, (_, row) => {
    const index = state.findings.top + row;
    const item = findings[index];
    return item === undefined ? "" : findingLine(item, index === state.findings.cursor, state, context);
  });
  const below = finding === undefined ? [] : storyLines(finding, state, context);
  const all = [...lines, palette.dim("─".repeat(state.size.columns)), ...below];
  const more = all.length - body;
  if (more > 0) all[body - 1] = palette.dim(`  ↓ ${words.moreLines(more + 1)}${words.comma}${words.explainShows}`);
  return filled(all, body);
}

/** The furthest that the page of a rule can be scrolled to. */
export function pageEnd(state: State, context: Context): number {
  const finding = state.shown.findings[state.findings.cursor];
  return finding === undefined ? 0 : Math.max(0, pageLines(finding, state, context).length - bodyRows(state));
}

function page(lines: readonly string[], state: State, { palette, words }: Context): string[] {
  const body = bodyRows(state);
  const top = Math.min(state.findings.pageTop, Math.max(0, lines.length - body));
  const more = lines.length - top - body;
  const shown = lines.slice(top, top + body);
  if (more > 0) shown[body - 1] = palette.dim(`  ↓ ${words.moreLines(more + 1)}`);
  return filled(shown, body);
}

function findingLine(finding: Finding, isCursor: boolean, state: State, context: Context): string {
  const { palette } = context;
  const line = new Line(palette, state.size.columns);
  const role = finding.severity === "note" ? "dim" : finding.severity;
  const search = state.list.search.toLowerCase();
  line.add(isCursor ? "›" : " ", "strong").add(`${signOfSeverity[finding.severity]} `, role);
  line.addMarked(fitStart(finding.connectionId === null ? "" : `#${finding.connectionId}`, 5), search, "dim").gap(1);
  line.addMarked(titleOf(finding, context), search, finding.severity === "error" ? "error" : "plain");
  return isCursor ? line.endAs("cursor") : line.end();
}

/** Room for the punctuation that Chinese lets hang over the end of a line. */
const HANGING = 2;

const wrapped = (text: string, width: number, indent: string, first = indent): string[] =>
  text
    .split("\n")
    .flatMap((line) => {
      const lead = /^ */.exec(line)?.[0] ?? "";
      return wrapToWidth(escapeText(line.trim()), width - indent.length - lead.length - HANGING).map(
        (part) => lead + part,
      );
    })
    .map((part, index) => (index === 0 ? first : indent) + part);

/** So many are told one by one. */
const ALSO_SHOWN = 30;
function idsOf(ids: readonly number[], comma: string): string {
  const shown = ids.slice(0, ALSO_SHOWN).map((id) => `#${id}`);
  return (ids.length > ALSO_SHOWN ? [...shown, "…"] : shown).join(comma);
}

/** Title, meaning, evidence, causes with what to do, and the filter for Wireshark. */
export function storyLines(finding: Finding, state: State, context: Context): string[] {
  const { palette, language, chrome } = context;
  const width = Math.min(state.size.columns, MAXIMUM_WIDTH);
  const { title, detail, evidence, causes } = render(finding, language);
  const connection = state.shown.connections.find(({ id }) => id === finding.connectionId);
  const where =
    connection === undefined
      ? ""
      : `  ${chrome.connection} #${connection.id}  ${addressText(connection.client)} → ${addressText(connection.server)}`;
  const head = new Line(palette, state.size.columns)
    .add(` ${chrome.severity[finding.severity]}`, finding.severity === "note" ? "strong" : finding.severity)
    .add(`  ${finding.ruleId}  `)
    .add(`${chrome.remark(chrome.confidence[finding.confidence])}${where}`, "dim");
  const lines = [head.end(), ...wrapped(title, width, "  ").map(palette.strong), ...wrapped(detail, width, "  ")];
  const also = finding.alsoConnections;
  if (also.length > 0) lines.push(...wrapped(chrome.alsoOn(also.length, idsOf(also, chrome.comma)), width, "  "));
  if (causes.length > 0) lines.push("", palette.dim(`  ${chrome.causes}`));
  for (const [index, { cause, fix }] of causes.entries()) {
    const confidence = finding.causes[index]?.confidence;
    lines.push(
      ...wrapped(
        `${cause}${confidence === undefined ? "" : ` ${chrome.remark(chrome.confidence[confidence])}`}`,
        width,
        "    ",
        "  • ",
      ),
    );
    if (fix !== "") lines.push(...wrapped(fix, width, "      ", "    → ").map(palette.accent));
  }
  const items = [...finding.evidence.entries()].sort(([, a], [, b]) => a.packet - b.packet);
  const last = items.at(-1)?.[1];
  const offsets = items.map(([, item]) => offsetText(sinceBeginningNs(state.shown, item)));
  const time = Math.max(...offsets.map(widthForSeconds));
  if (last !== undefined) {
    const names = `  ${padStartToWidth(chrome.packet, 7)} ${padStartToWidth(chrome.time, time)}  ${chrome.what}`;
    const clockNow = clockText(clockAt(state.shown, BEGINNING), clockAt(state.shown, last));
    const clock = chrome.clockOf(offsetText(sinceBeginningNs(state.shown, last)), clockNow);
    lines.push("", new Line(palette, width).add(`${names}${clock}`, "dim").end());
  }
  for (const [at, [index, item]] of items.entries()) {
    const head = `  ${fitStart(String(item.packet), 7)} ${fitSeconds(offsets[at] ?? "", time)}  `;
    lines.push(...wrapped(evidence[index] ?? "", width, " ".repeat(head.length), head));
  }
  if (finding.wiresharkFilter !== "")
    lines.push(
      "",
      ...wrapped(`${chrome.wireshark}${chrome.colon}${finding.wiresharkFilter}`, width, "  ").map(palette.dim),
    );
  return lines;
}

const MAXIMUM_WIDTH = 120;

/** The page of the rule: what it means and how it is seen, then this finding. */
function pageLines(finding: Finding, state: State, context: Context): string[] {
  const { palette, language, chrome } = context;
  const width = Math.min(state.size.columns, MAXIMUM_WIDTH);
  const page = explain({ id: finding.ruleId, severity: finding.severity, spec: "", causes: [], sources: [] }, language);
  return [
    new Line(palette, state.size.columns).add(` ${finding.ruleId} · ${page.name}`, "strong").end(),
    "",
    palette.dim(`  ${chrome.meaning}`),
    ...wrapped(page.meaning, width, "  "),
    "",
    palette.dim(`  ${chrome.seen}`),
    ...wrapped(page.seen, width, "  "),
    "",
    ...storyLines(finding, state, context),
  ];
}

const filled = (lines: readonly string[], height: number): string[] =>
  Array.from({ length: height }, (_, index) => lines[index] ?? "");
