import type { ConnectionModel, FindingModel, ReportModel } from "./schema.ts";
import { paragraph, type TextPage } from "./text-page.ts";

/** More causes of trouble than this are only counted at the top. */
const SHOWN = 3;

/** Connections that somebody wanted as a WebSocket, or that have something to say. */
const isAttempt = (c: ConnectionModel): boolean =>
  (c.kind !== "http" && c.kind !== "tls" && c.kind !== "tcp") || c.findings.length > 0;

function affected(findings: readonly FindingModel[]): number {
  const ids = new Set<number>();
  for (const finding of findings) {
    if (finding.connection !== null) ids.add(finding.connection);
    for (const id of finding.alsoConnections) ids.add(id);
  }
  return ids.size;
}

const withSeverity = (model: ReportModel, severity: FindingModel["severity"]): FindingModel[] =>
  model.findings.filter((finding) => finding.severity === severity);

/** What happened, to how many, and what to change: readable by somebody tired. */
export function headlineLines(page: TextPage): string[] {
  const { model, chrome, paint } = page;
  const errors = withSeverity(model, "error");
  const warnings = withSeverity(model, "warning");
  const all = model.connections.filter(isAttempt).length;
  const caveats = caveatLines(page);
  if (errors.length > 0) {
    const failed = affected(errors);
    let head = chrome.captureFailed(errors.length);
    if (failed > 0) {
      head = errors.length === 1 ? chrome.failed(failed, all) : chrome.failedInWays(failed, all, errors.length);
    }
    return [...mark(page, "✗", head, paint.error), ...troubleLines(page, errors), ...caveats];
  }
  if (warnings.length > 0) {
    const warned = affected(warnings);
    const head = warned > 0 ? chrome.warned(warned, all) : chrome.captureFailed(warnings.length);
    return [...mark(page, "!", head, paint.warning), ...troubleLines(page, warnings), ...caveats];
  }
  const { webSockets } = model.totals;
  const head = webSockets > 0 ? chrome.healthy(webSockets) : chrome.noWebSocket;
  return [...mark(page, webSockets > 0 ? "✓" : "·", head, paint.good), ...caveats];
}

const mark = (page: TextPage, sign: string, text: string, paint: (text: string) => string): string[] =>
  paragraph(page, text, "  ", `${sign} `).map(paint);

function troubleLines(page: TextPage, findings: readonly FindingModel[]): string[] {
  const { paint } = page;
  const lines: string[] = [];
  const numbered = findings.length > 1;
  for (const [index, finding] of findings.slice(0, SHOWN).entries()) {
    const indent = numbered ? "     " : "  ";
    lines.push(...paragraph(page, finding.title, indent, numbered ? `  ${index + 1}. ` : indent).map(paint.strong));
    const advice = firstParagraph(finding.causes[0]?.fix || finding.detail);
    lines.push(...paragraph(page, advice, `${indent}  `, `${indent}→ `).map(paint.action));
  }
  if (findings.length > SHOWN) lines.push(`     ${page.chrome.moreErrors(findings.length - SHOWN)}`);
  return lines;
}

/** Configuration to copy follows in the finding itself. */
const firstParagraph = (text: string): string => text.split("\n")[0] ?? "";

/** What weakens every statement, so it stands at the top. */
function caveatLines(page: TextPage): string[] {
  const { model, chrome, paint } = page;
  const lines: string[] = [];
  let dropped = 0;
  for (const capture of model.captures) {
    dropped += capture.dropped ?? 0;
    if (capture.endedEarly === null) continue;
    const text =
      capture.endedEarly === "interrupted"
        ? chrome.interrupted(capture.name)
        : chrome.endedEarly(capture.name, capture.endedEarly, capture.endedEarlyOffset ?? 0);
    lines.push(...paragraph(page, text, "  ", "! ").map(paint.warning));
  }
  if (dropped > 0) lines.push(...paragraph(page, chrome.dropped(dropped), "  ", "! ").map(paint.warning));
  return lines;
}
