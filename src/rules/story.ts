import type { ConnectionFacts } from "../store/types.ts";
import type { Draft, Rule } from "./rule.ts";
import type { Severity } from "./types.ts";

/** A draft that knows its connection and its place in the catalogue (causes stand before what they cause). */
export interface Placed {
  readonly draft: Draft;
  readonly rule: Rule;
  readonly order: number;
  /** null: about the capture as a whole. */
  readonly connection: ConnectionFacts | null;
}

export interface Judged extends Placed {
  readonly severity: Severity;
  /** What this follows from; null: it stands for itself. */
  readonly root: Placed | null;
}

const severityOf = ({ draft, rule }: Placed): Severity => draft.severity ?? rule.severity;

/**
 * One root cause, one error. Of the errors of one story the one whose trouble began first is the root (at the same
 * moment: the one that the catalogue names first); those that began while it still explains them become notes, and so
 * do the warnings that came with it.
 */
export function tellStory(placed: readonly Placed[]): Judged[] {
  const errors = placed.filter((item) => severityOf(item) === "error").sort(byOnset);
  const roots: Placed[] = [];
  for (const error of errors) if (rootOf(error, roots) === null) roots.push(error);
  return placed.map((item) => {
    const severity = severityOf(item);
    if (severity === "note" || roots.includes(item)) return { ...item, severity, root: null };
    if (item.draft.independent) return said(item, severity, placed);
    const root = rootOf(item, roots);
    // The same failure again (a proxy's next attempt) is the same finding, not a consequence: it is folded into the root.
    if (root === null || isAlike(item, root)) return { ...item, severity, root: null };
    return { ...item, severity: "note", root };
  });
}

/** What stands beside the error (a timer that fits) is said once for all legs of a story. */
function said(item: Placed, severity: Severity, placed: readonly Placed[]): Judged {
  const first = placed.find(({ draft }) => draft.ruleId === item.draft.ruleId);
  if (first === undefined || first === item || first.connection === item.connection)
    return { ...item, severity, root: null };
  return { ...item, severity: "note", root: first };
}

const isAlike = (a: Placed, b: Placed): boolean =>
  a.draft.ruleId === b.draft.ruleId &&
  a.draft.variant === b.draft.variant &&
  a.connection !== b.connection &&
  a.connection?.server.address === b.connection?.server.address &&
  a.connection?.server.port === b.connection?.server.port;

const rootOf = (item: Placed, roots: readonly Placed[]): Placed | null =>
  roots.find((root) => root.draft.onset <= item.draft.at && item.draft.onset <= root.draft.explainsUntil) ?? null;

const byOnset = (a: Placed, b: Placed): number =>
  a.draft.onset - b.draft.onset || a.order - b.order || (a.connection?.id ?? -1) - (b.connection?.id ?? -1);
