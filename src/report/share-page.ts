import { chromeOf } from "../i18n/chrome/chrome.ts";
import type { Chrome } from "../i18n/chrome/words.ts";
import type { Language } from "../i18n/language.ts";
import { textsOf } from "../i18n/render.ts";
import { shareWordsOf } from "../i18n/share/share.ts";
import type { ShareWords } from "../i18n/share/words.ts";
import type { Finding } from "../rules/types.ts";
import type { FrameLog } from "../store/frame-log.ts";
import type { Analysis } from "../store/types.ts";
import { type Ladder, ladderOf, type Units } from "./ladder.ts";
import type { FindingModel, ReportModel } from "./model/schema.ts";
import type { Redactor } from "./redact.ts";

/** A report in one language with the words around it. */
export interface SharePage {
  readonly model: ReportModel;
  readonly chrome: Chrome;
  readonly words: ShareWords;
  readonly units: Units;
  readonly addressesHidden: boolean;
}

export function sharePage(model: ReportModel, redactor: Redactor): SharePage {
  const language: Language = model.language;
  return {
    model,
    chrome: chromeOf(language),
    words: shareWordsOf(language),
    units: textsOf(language).units,
    addressesHidden: redactor.addresses,
  };
}

const SEVERITY: Readonly<Record<FindingModel["severity"], number>> = { error: 0, warning: 1, note: 2 };

/** Connections worth a ladder, the most troubled first: one for each root cause, then others that failed. */
export function troubled(findings: readonly Finding[], analysis: Analysis, most: number): number[] {
  const ids: number[] = [];
  const add = (id: number | null): void => {
    if (id !== null && !ids.includes(id) && ids.length < most) ids.push(id);
  };
  const roots = findings.filter(({ followsFrom }) => followsFrom === null);
  roots.sort((a, b) => SEVERITY[a.severity] - SEVERITY[b.severity]);
  for (const severity of ["error", "warning"] as const) {
    for (const finding of roots) if (finding.severity === severity) add(finding.connectionId);
  }
  if (ids.length === 0) {
    const webSockets = analysis.connections.filter((connection) => connection.webSocket !== null);
    add((webSockets[0] ?? analysis.connections[0])?.id ?? null);
  }
  return ids;
}

export function laddersOf(
  ids: readonly number[],
  analysis: Analysis,
  log: FrameLog,
  findings: readonly Finding[],
  redactor: Redactor,
): Ladder[] {
  const byId = new Map(analysis.connections.map((facts) => [facts.id as number, facts]));
  return ids.flatMap((id) => {
    const facts = byId.get(id);
    return facts === undefined
      ? []
      : [ladderOf(facts, log.of(id), log.droppedOf(id), findings, redactor, analysis.captures)];
  });
}
