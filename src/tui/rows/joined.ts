import type { Finding, Severity } from "../../rules/types.ts";
import type { Snapshot } from "../../session/types.ts";
import type { JoinFacts } from "../../store/across-types.ts";

/** Connections that carry one WebSocket: the legs of its proxies, the copies of a connection that was seen at both ends. */
export interface Joined {
  readonly ids: readonly number[];
  readonly joins: readonly JoinFacts[];
  /** What is wrong with any of them, the worst first; null: nothing. */
  readonly worst: Finding | null;
}

interface Group {
  ids: number[];
  joins: JoinFacts[];
  worst: Finding | null;
}

const SEVERITIES: readonly Severity[] = ["error", "warning", "note"];
const rankOf = (finding: Finding | null): number =>
  finding === null ? SEVERITIES.length : SEVERITIES.indexOf(finding.severity);

const made = new WeakMap<Snapshot, ReadonlyMap<number, Joined>>();

/** By every connection that is joined to another; made once a snapshot. */
export function joinedOf(snapshot: Snapshot): ReadonlyMap<number, Joined> {
  const known = made.get(snapshot);
  if (known !== undefined) return known;
  const groups = new Map<number, Group>();
  for (const join of snapshot.joins) {
    const [front, back] = join.connections;
    merged(groups, groupOf(groups, front), groupOf(groups, back)).joins.push(join);
  }
  for (const finding of snapshot.findings) {
    if (finding.connectionId === null) continue;
    for (const id of [finding.connectionId, ...finding.alsoConnections]) {
      const group = groups.get(id);
      if (group !== undefined && rankOf(finding) < rankOf(group.worst)) group.worst = finding;
    }
  }
  made.set(snapshot, groups);
  return groups;
}

function groupOf(groups: Map<number, Group>, id: number): Group {
  const known = groups.get(id) ?? { ids: [id], joins: [], worst: null };
  groups.set(id, known);
  return known;
}

/** The smaller one goes into the greater one, so that a long chain is not copied again and again. */
function merged(groups: Map<number, Group>, a: Group, b: Group): Group {
  if (a === b) return a;
  const [into, from] = a.ids.length >= b.ids.length ? [a, b] : [b, a];
  for (const id of from.ids) {
    into.ids.push(id);
    groups.set(id, into);
  }
  into.joins.push(...from.joins);
  return into;
}

/**
 * What the panel of a connection tells first: its own worst finding, or a worse one of another leg of the same WebSocket,
 * since a cause that lies behind the proxy explains what the client sees before it.
 */
export function leadingFinding(own: Finding | null, joined: Joined | undefined): Finding | null {
  const worst = joined?.worst ?? null;
  return rankOf(worst) < rankOf(own) ? worst : own;
}
