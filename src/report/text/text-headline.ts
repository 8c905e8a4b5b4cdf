import { isCaptureFault } from "../../base/capture-fault.ts";
import { truncateToWidth } from "../../base/display-width.ts";
import { escapeText } from "../../base/escape-text.ts";
import type { Failed } from "../../i18n/chrome/words.ts";
import type { ConnectionModel, FindingModel, ReportModel } from "../model/schema.ts";
import { paragraph, type TextPage } from "./text-page.ts";

/** More causes of trouble than this are only counted at the top. */
const SHOWN = 3;

/** Connections that somebody wanted as a WebSocket, or that something is wrong with. */
function attempts({ connections, findings }: ReportModel): number[] {
  const troubled = affected(findings.filter(({ severity }) => severity !== "note"));
  const isAttempt = ({ id, kind }: ConnectionModel): boolean =>
    (kind !== "http" && kind !== "tls" && kind !== "tcp") || troubled.has(id);
  return connections.filter(isAttempt).map(({ id }) => id);
}

/** WebSockets and refused ones that are counted and not told one by one (`capture.left-out`). */
function leftOut({ totals, connections }: ReportModel): number {
  const told = connections.filter(({ kind }) => kind === "websocket" || kind === "upgrade-refused").length;
  return totals.webSockets + totals.upgradesRefused - told;
}

function affected(findings: readonly FindingModel[]): Set<number> {
  const ids = new Set<number>();
  for (const finding of findings) {
    if (finding.connection !== null) ids.add(finding.connection);
    for (const id of finding.alsoConnections) ids.add(id);
  }
  return ids;
}

/** Legs of one WebSocket, and all captures of one connection, count once: by one that is nearest to the client. */
function whole({ connections, joins }: ReportModel): (ids: Iterable<number>) => Set<number> {
  // Every member points towards one of its part; paths are cut short on the way, as chains of joins can be long.
  const towards = new Map<number, number>();
  const partOf = (id: number): number => {
    let at = id;
    for (let next = towards.get(at); next !== undefined; next = towards.get(at)) {
      const beyond = towards.get(next);
      if (beyond !== undefined) towards.set(at, beyond);
      at = next;
    }
    return at;
  };
  for (const { nearClient, nearServer } of joins) {
    const [one, other] = [partOf(nearClient), partOf(nearServer)];
    if (one !== other) towards.set(other, one);
  }
  const further = new Set(joins.map(({ nearServer }) => nearServer));
  const nearest = new Map<number, number>();
  for (const { id } of connections) {
    const part = partOf(id);
    if (!further.has(id) && !nearest.has(part)) nearest.set(part, id);
  }
  return (ids) => new Set([...ids].map((id) => nearest.get(partOf(id)) ?? id));
}

/** It did not come about, or did not end as a WebSocket should. */
const hasFailed = (c: ConnectionModel): boolean =>
  c.close.verdict === "abnormal" ||
  c.close.verdict === "refused" ||
  c.kind === "tcp-unanswered" ||
  c.kind === "upgrade-unanswered";

const withSeverity = (model: ReportModel, severity: FindingModel["severity"]): FindingModel[] =>
  model.findings.filter((finding) => finding.severity === severity);

/** What happened, to how many, and what to change: readable by somebody tired. */
export function headlineLines(page: TextPage): string[] {
  const { model, paint } = page;
  const errors = withSeverity(model, "error");
  const warnings = withSeverity(model, "warning");
  const all = whole(model)(attempts(model)).size + leftOut(model);
  const caveats = caveatLines(page);
  if (errors.length > 0) return [...errorLines(page, errors, all), ...caveats];
  if (warnings.length > 0) return [...warningLines(page, warnings, all), ...caveats];
  return [...paragraph(page, healthText(page), "  ", "").map(isCut(model) ? paint.warning : paint.good), ...caveats];
}

function errorLines(page: TextPage, errors: readonly FindingModel[], all: number): string[] {
  const { chrome, paint, connectionById } = page;
  const count = whole(page.model);
  const ids = affected(errors);
  const troubled = count(ids).size;
  const consequences = affected(page.model.findings.filter(({ followsFrom }) => followsFrom !== null));
  const isFailed = (id: number): boolean => {
    const connection = connectionById.get(id);
    return connection !== undefined && hasFailed(connection);
  };
  // Where some have failed, a Close with an error code is a failure, too: each that the table marks counts.
  const failing = [...ids, ...consequences].filter(isFailed);
  const failed = howMany(page, [...ids, ...failing], failing.length === 0);
  const ways = errors.length;
  const [only] = errors;
  if (ways === 1 && only !== undefined) {
    let head = chrome.wrong(only.title);
    if (failed !== null) head = chrome.failed(failed, all, only.title);
    else if (troubled > 0) head = chrome.troubled(troubled, all, only.title);
    return oneTrouble(page, `✗ ${head}`, only, paint.error);
  }
  let head = chrome.wrongInWays(ways);
  if (failed !== null) head = chrome.failedInWays(failed, all, ways);
  else if (troubled > 0) head = chrome.troubledInWays(troubled, all, ways);
  return manyTroubles(page, `✗ ${head}`, errors, paint.error);
}

/** A connection that carries polls has not failed where one of them was refused. */
function howMany({ model, connectionById }: TextPage, ids: readonly number[], isNone: boolean): Failed | null {
  if (isNone) return null;
  const count = whole(model);
  const connections = count(ids.filter((id) => connectionById.get(id)?.kind !== "http")).size;
  return { connections, requestsOn: count(ids).size - connections };
}

function warningLines(page: TextPage, warnings: readonly FindingModel[], all: number): string[] {
  const { chrome, paint } = page;
  const ids = whole(page.model)(affected(warnings));
  const warned = ids.size;
  const failed = [...ids].some((id) => {
    const connection = page.connectionById.get(id);
    return connection !== undefined && hasFailed(connection);
  });
  const [only] = warnings;
  if (warnings.length === 1 && only !== undefined) {
    const head = warned > 0 ? chrome.warned(warned, all, only.title, failed) : chrome.wrong(only.title);
    return oneTrouble(page, `! ${head}`, only, paint.warning);
  }
  const head = warned > 0 ? chrome.warnedInWays(warned, all, failed) : chrome.wrongInWays(warnings.length);
  return manyTroubles(page, `! ${head}`, warnings, paint.warning);
}

/** What would have come may be what people look for. */
const isCut = ({ captures }: ReportModel): boolean => captures.some(({ endedEarly }) => endedEarly !== null);

/** They say what there is instead of a WebSocket to speak of. */
const NOTHING_READ: ReadonlySet<string> = new Set([
  "capture.empty",
  "capture.no-websocket",
  "http2.not-decoded",
  "tls.not-decrypted",
]);

function healthText({ model, chrome }: TextPage): string {
  // The development server's own socket tells nothing of the application.
  const sockets = model.connections.filter(
    ({ kind, findings }) => kind === "websocket" && !findings.includes("app.vite-hmr"),
  );
  const none = model.findings.find(({ rule }) => NOTHING_READ.has(rule));
  if (sockets.length === 0 && none !== undefined) return `· ${escapeText(none.title)}`;
  const ids = whole(model)(sockets.map(({ id }) => id));
  // Nobody can say that a side is well of which nothing was captured.
  const blind = model.findings.find(({ rule }) => rule === "capture.one-way");
  if (blind !== undefined && blind.alsoConnections.length + 1 >= sockets.length) return `· ${escapeText(blind.title)}`;
  if (ids.size === 0) return `· ${chrome.noWebSocket}`;
  const counted = sockets.filter(({ id }) => ids.has(id));
  const having = (verdict: ConnectionModel["close"]["verdict"]): number =>
    counted.filter((c) => c.close.verdict === verdict).length;
  let pings = 0;
  let answered = 0;
  for (const { heartbeat } of counted) {
    pings += heartbeat.client.pings + heartbeat.server.pings;
    answered += heartbeat.client.answered + heartbeat.server.answered;
  }
  const beat = pings > 0 ? chrome.pingsAnswered(answered, pings) : "";
  // Nothing is wrong: then all that is not told one by one ended well, too.
  const others = leftOut(model);
  const counts = chrome.counts(ids.size + others, having("clean") + others, having("open"), having("abnormal"));
  return isCut(model) ? `· ${chrome.healthySoFar(counts)}${beat}` : `✓ ${chrome.allWell(counts)}${beat}`;
}

type Tint = (text: string) => string;

function oneTrouble(page: TextPage, head: string, finding: FindingModel, tint: Tint): string[] {
  return [
    ...paragraph(page, head, "  ", "").map(tint),
    ...paragraph(page, adviceOf(finding), "    ", "  → ").map(page.paint.action),
  ];
}

/** Titles are cut to one line here, so that the advice comes early; they follow whole with the findings. */
function manyTroubles(page: TextPage, head: string, findings: readonly FindingModel[], tint: Tint): string[] {
  const { paint, chrome, width } = page;
  const lines = paragraph(page, head, "  ", "").map(tint);
  for (const [index, finding] of findings.slice(0, SHOWN).entries()) {
    const title = `  ${index + 1}. ${escapeText(finding.title)}`;
    lines.push(paint.strong(truncateToWidth(title, width)));
    lines.push(...paragraph(page, adviceOf(finding), "       ", "     → ").map(paint.action));
  }
  if (findings.length > SHOWN) lines.push(`     ${chrome.moreBelow(findings.length - SHOWN)}`);
  return lines;
}

const adviceOf = (finding: FindingModel): string => firstParagraph(finding.causes[0]?.fix || finding.detail);

/** Configuration to copy follows in the finding itself. */
const firstParagraph = (text: string): string => text.split("\n")[0] ?? "";

function endText(chrome: TextPage["chrome"], name: string, why: string, offset: number): string {
  if (why === "interrupted") return chrome.interrupted(name);
  const words = chrome.endedEarlyWhy[why] ?? why;
  return isCaptureFault(why) ? chrome.captureStopped(name, words) : chrome.endedEarly(name, words, offset);
}

/** What weakens every statement, so it stands at the top. */
function caveatLines(page: TextPage): string[] {
  const { model, chrome, paint } = page;
  const lines: string[] = [];
  let dropped = 0;
  for (const capture of model.captures) {
    dropped += capture.dropped ?? 0;
    if (capture.endedEarly === null) continue;
    const text = endText(chrome, capture.name, capture.endedEarly, capture.endedEarlyOffset ?? 0);
    lines.push(...paragraph(page, text, "  ", "! ").map(paint.warning));
  }
  if (dropped > 0) lines.push(...paragraph(page, chrome.dropped(dropped), "  ", "! ").map(paint.warning));
  return lines;
}
