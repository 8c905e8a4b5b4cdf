import type { Joins } from "../context/legs.ts";
import type { RuleId, Severity } from "../types.ts";
import { causeOf, type Placed, severityOf } from "./placed.ts";
import { repeatsIn } from "./repeats.ts";

export interface Judged extends Placed {
  readonly severity: Severity;
  /** What this follows from; null: it stands for itself. */
  readonly root: Placed | null;
  /** The one of the same event that tells it for both; absent: it has none, or is it. */
  readonly lead?: Judged;
}

/** What only two captures of one connection can prove; what each shows by itself is its consequence. */
const PROVED_BY_BOTH: ReadonlySet<RuleId> = new Set(["tcp.rst.injected", "tcp.open.synack-unacknowledged"]);

/**
 * One root cause, one error. Of the errors of one story the one whose trouble began first is the root (at the same
 * moment: the one that the catalogue names first); those that began while it still explains them become notes, and so
 * do the warnings that came with it. What another leg or the other capture shows better is not said again.
 */
export function tellStory(placed: readonly Placed[], joins: Joins): Judged[] {
  const repeats = repeatsIn(placed, joins);
  const errors = placed.filter((item) => severityOf(item) === "error" && !repeats.has(item)).sort(byOnset(joins));
  const roots: Placed[] = [];
  for (const error of errors) if (rootOf(error, roots, joins) === null) roots.push(error);
  return placed.flatMap((item): Judged[] => {
    const severity = severityOf(item);
    const original = repeats.get(item);
    if (original !== undefined) {
      const { connection } = item;
      if (severity !== "error" || (connection !== null && joins.copyOf.has(connection.id))) return [];
      return [{ ...item, severity: "note", root: rootOf(original, roots, joins) ?? original }];
    }
    if (isNeedless(item, roots)) return [];
    if (severity === "note" || roots.includes(item) || item.draft.independent)
      return [{ ...item, severity, root: null }];
    const root = rootOf(item, roots, joins);
    // The same failure again (a proxy's next attempt) is the same finding, not a consequence: it is folded into the root.
    if (root === null || isAlike(item, root)) return [{ ...item, severity, root: null }];
    return [{ ...item, severity: "note", root }];
  });
}

/** Plain text on a port of TLS is a guess at why somebody hung up: who did not reach its backend had that reason. */
const isNeedless = ({ rule, draft, connection }: Placed, roots: readonly Placed[]): boolean =>
  rule.id === "http.on-tls-port" &&
  draft.confidence === "possible" &&
  roots.some((root) => root.rule.id.startsWith("tcp.open.") && root.connection !== connection);

const isAlike = (a: Placed, b: Placed): boolean =>
  a.draft.ruleId === b.draft.ruleId &&
  a.draft.variant === b.draft.variant &&
  causeOf(a.draft) === causeOf(b.draft) &&
  a.connection !== b.connection &&
  a.connection?.server.address === b.connection?.server.address &&
  a.connection?.server.port === b.connection?.server.port;

/** Seen in the other capture of the same connection. */
const inOtherCopy = (item: Placed, root: Placed, { copyOf }: Joins): boolean =>
  item.connection !== null &&
  root.connection !== null &&
  item.connection !== root.connection &&
  copyOf.get(item.connection.id) === (copyOf.get(root.connection.id) ?? null);

/** Each namespace of Socket.IO is let in, or refused, by itself: what the server says alike in both has one reason. */
const isOfOtherNamespace = ({ draft: { args: a } }: Placed, { draft: { args: b } }: Placed): boolean =>
  a["namespace"] !== undefined &&
  b["namespace"] !== undefined &&
  a["namespace"] !== b["namespace"] &&
  a["message"] !== b["message"];

const rootOf = (item: Placed, roots: readonly Placed[], joins: Joins): Placed | null =>
  roots.find(
    (root) =>
      inOtherCopy(item, root, joins) ||
      (!isOfOtherNamespace(item, root) &&
        onsetOf(root) <= item.draft.at - item.aheadNs &&
        onsetOf(item) <= root.draft.explainsUntil - root.aheadNs),
  ) ?? null;

const onsetOf = ({ draft, aheadNs }: Placed): number => draft.onset - aheadNs;

const byOnset =
  ({ twins }: Joins) =>
  (a: Placed, b: Placed): number =>
    (twins.size > 0 ? Number(PROVED_BY_BOTH.has(b.rule.id)) - Number(PROVED_BY_BOTH.has(a.rule.id)) : 0) ||
    onsetOf(a) - onsetOf(b) ||
    a.order - b.order ||
    (a.connection?.id ?? -1) - (b.connection?.id ?? -1);
