import { escapeText } from "../../base/escape-text.ts";
import { secondsBetween } from "../../base/time.ts";
import { endedText } from "../../i18n/chrome/ended-text.ts";
import type { Chrome } from "../../i18n/chrome/words.ts";
import { endingOf } from "../model/ending-of.ts";
import type { ConnectionModel, FindingModel } from "../model/schema.ts";
import { type Column, offsetOf, paragraph, peersText, type TextPage, tableLines } from "./text-page.ts";

/** Rows of the table; with more connections the ones with findings go first. */
const SHOWN = 50;
/** Narrower pages go without the start: the findings tell times. */
const ROOMY = 90;
/** Narrower ones without the frames too: how it ended matters more. */
const ROOM_FOR_FRAMES = 60;

type Severity = FindingModel["severity"];
const SIGN: Readonly<Record<"error" | "warning", string>> = { error: "✗", warning: "!" };
const ORDER: readonly Severity[] = ["error", "warning", "note"];

/** One line a connection. */
export function connectionLines(page: TextPage): string[] {
  const { model, chrome, paint } = page;
  if (model.connections.length === 0) return [];
  const worst = worstByConnection(model.findings);
  // A refused one has failed, or one that was cut off, also where its finding is a note since another tells of it.
  const told = new Set(model.findings.flatMap((one) => (one.followsFrom === null ? [] : connectionsOf(one))));
  for (const { id, kind, close } of model.connections)
    if (kind === "tcp-refused" || kind === "upgrade-refused" || (close.verdict === "abnormal" && told.has(id)))
      worst.set(id, "error");
  const shown = choose(model.connections, worst);
  const { columns: heads } = chrome;
  const has = { start: page.width >= ROOMY, frames: page.width >= ROOM_FOR_FRAMES };
  const columns: Column[] = [
    { head: `  ${heads.id}`, right: true },
    ...(has.start ? [{ head: heads.start, right: true }] : []),
    { head: heads.peers, givesWay: 2 },
    { head: heads.target, givesWay: 1 },
    ...(has.frames ? [{ head: heads.frames, right: true }] : []),
    { head: heads.lasted, right: true },
    { head: heads.ended, givesWay: 3 },
  ];
  const rows = shown.map((connection) => row(page, connection, worst.get(connection.id), has));
  const [head = "", ...lines] = tableLines(columns, rows, page.width);
  return [
    paint.strong(chrome.connections),
    paint.dim(head),
    ...lines.map((line, index) => tinted(page, line, worst.get(shown[index]?.id ?? -1))),
    ...(shown.length < model.connections.length
      ? [`   ${chrome.moreConnections(model.connections.length - shown.length)}`]
      : []),
    ...joinLines(page),
  ];
}

/** Joins that are told one by one. */
const JOINS_SHOWN = 8;

/** Which of them carry one WebSocket. */
function joinLines(page: TextPage): string[] {
  const { model, chrome, connectionById } = page;
  const told = model.joins.slice(0, JOINS_SHOWN).map(({ kind, nearClient, nearServer }) => {
    if (kind === "two-captures") return chrome.bothEnds(nearClient, nearServer);
    return chrome.legs(nearClient, nearServer, connectionById.get(nearClient)?.server.address ?? "");
  });
  const more = model.joins.length - told.length;
  return (more > 0 ? [...told, chrome.moreJoins(more)] : told).flatMap((line) => paragraph(page, line, "   "));
}

const connectionsOf = ({ connection, alsoConnections }: FindingModel): number[] =>
  connection === null ? [] : [connection, ...alsoConnections];

function worstByConnection(findings: readonly FindingModel[]): Map<number, Severity> {
  const worst = new Map<number, Severity>();
  for (const severity of [...ORDER].reverse()) {
    for (const finding of findings) {
      if (finding.severity !== severity) continue;
      for (const id of connectionsOf(finding)) worst.set(id, severity);
    }
  }
  return worst;
}

function choose(connections: readonly ConnectionModel[], worst: ReadonlyMap<number, Severity>): ConnectionModel[] {
  if (connections.length <= SHOWN) return [...connections];
  const rank = (c: ConnectionModel): number => {
    const severity = worst.get(c.id);
    return severity === undefined || severity === "note" ? 2 : ORDER.indexOf(severity);
  };
  return [...connections].sort((a, b) => rank(a) - rank(b) || a.id - b.id).slice(0, SHOWN);
}

function tinted(page: TextPage, line: string, severity: Severity | undefined): string {
  if (severity === "error") return page.paint.error(line);
  return severity === "warning" ? page.paint.warning(line) : line;
}

function row(
  page: TextPage,
  c: ConnectionModel,
  severity: Severity | undefined,
  has: { readonly start: boolean; readonly frames: boolean },
): string[] {
  const { chrome } = page;
  const frames = (side: "client" | "server"): number => {
    const { payloadBytes: _, ...counts } = c.frames[side];
    return Object.values(counts).reduce((sum, n) => sum + n, 0);
  };
  const fine = c.close.verdict === "clean" ? "✓" : " ";
  const sign = severity === undefined || severity === "note" ? fine : SIGN[severity];
  const isWebSocket = c.kind === "websocket";
  return [
    `${sign} ${c.id}`,
    ...(has.start ? [offsetOf(page, c.startTime)] : []),
    peersText(c),
    c.upgrade?.target ? escapeText(pathOf(c.upgrade.target)) : kindText(chrome, c),
    ...(has.frames ? [isWebSocket ? `${frames("client")}↑ ${frames("server")}↓` : ""] : []),
    chrome.duration(Math.max(0, secondsBetween(c.startTime, c.endTime))),
    endedText(chrome, endingOf(c)),
  ];
}

/** The whole target stands with the findings; here its query would only push the rest aside. */
const pathOf = (target: string): string => target.replace(/\?.*$/s, "?…");

function kindText(chrome: Chrome, c: ConnectionModel): string {
  return c.kind === "http" || c.kind === "tls" || c.kind === "tcp" ? chrome.kind[c.kind] : "";
}
