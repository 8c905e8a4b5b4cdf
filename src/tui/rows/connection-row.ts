import { appendTo } from "../../base/append-to.ts";
import type { Finding, Severity } from "../../rules/types.ts";
import type { Snapshot } from "../../session/types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { FrameCounts } from "../../store/websocket-types.ts";
import { sinceBeginningNs } from "./clock.ts";

/** One connection with what the rules say of it; the worst finding first. */
export interface ConnectionRow {
  readonly facts: ConnectionFacts;
  readonly findings: readonly Finding[];
  readonly rank: number;
  /** When it began, after the first packet of all, by the clock of its capture. */
  readonly startNs: number;
  /** Other connections come from its client's address too: its port tells them apart. */
  readonly sharesClient: boolean;
}

/** How much it wants to be looked at: 0 failed, 1 warned, 2 open, 3 clean, 4 the rest. */
export const RANK = { error: 0, warning: 1, open: 2, clean: 3, other: 4 } as const;
export type Verdict = keyof typeof RANK;
export const verdicts = Object.keys(RANK) as Verdict[];
export const verdictOf = (row: ConnectionRow): Verdict => verdicts[row.rank] ?? "other";

const made = new WeakMap<Snapshot, readonly ConnectionRow[]>();
const rowOf = new WeakMap<ConnectionFacts, ConnectionRow>();

/** Made once a snapshot; a connection about which nothing new is known keeps its row. */
export function connectionRows(snapshot: Snapshot): readonly ConnectionRow[] {
  const known = made.get(snapshot);
  if (known !== undefined) return known;
  const findings = findingsByConnection(snapshot.findings);
  const shared = sharedClients(snapshot.connections);
  const rows = snapshot.connections.map((facts) => {
    const own = findings.get(facts.id) ?? NO_FINDINGS;
    const before = rowOf.get(facts);
    const sharesClient = shared.has(facts.client.address);
    if (before !== undefined && before.sharesClient === sharesClient && sameFindings(before.findings, own))
      return before;
    const startNs = sinceBeginningNs(snapshot, facts.first);
    const row = { facts, findings: own, rank: rankOf(facts, own[0]?.severity), startNs, sharesClient };
    rowOf.set(facts, row);
    return row;
  });
  made.set(snapshot, rows);
  return rows;
}

const NO_FINDINGS: readonly Finding[] = [];

const sameFindings = (a: readonly Finding[], b: readonly Finding[]): boolean =>
  a.length === b.length && a.every((finding, index) => finding === b[index]);

/** Addresses from which more than one connection comes. */
function sharedClients(connections: readonly ConnectionFacts[]): ReadonlySet<string> {
  const [seen, shared] = [new Set<string>(), new Set<string>()];
  for (const { client } of connections) (seen.has(client.address) ? shared : seen).add(client.address);
  return shared;
}

/** Findings come with the worst first, and stay in that order. */
function findingsByConnection(findings: readonly Finding[]): Map<number, Finding[]> {
  const byConnection = new Map<number, Finding[]>();
  for (const finding of findings) {
    if (finding.connectionId === null) continue;
    for (const id of [finding.connectionId, ...finding.alsoConnections]) {
      appendTo(byConnection, id, finding);
    }
  }
  return byConnection;
}

function rankOf({ close, kind, tcp }: ConnectionFacts, worst: Severity | undefined): number {
  // Also where a finding about several, or about what came later, tells of it.
  if (worst === "error" || kind === "tcp-refused" || kind === "upgrade-refused") return RANK.error;
  if (worst !== undefined && close.verdict === "abnormal") return RANK.error;
  if (worst === "warning") return RANK.warning;
  if (kind === "websocket" && close.verdict === "clean") return RANK.clean;
  if (kind === "websocket" && (close.verdict === "open" || tcp.ending === "open")) return RANK.open;
  return RANK.other;
}

export const frameTotal = (counts: FrameCounts): number =>
  counts.text + counts.binary + counts.continuation + counts.close + counts.ping + counts.pong + counts.reserved;

export const framesOf = ({ webSocket }: ConnectionFacts, direction: 0 | 1): number =>
  webSocket === null ? 0 : frameTotal(webSocket.frames[direction]);

/** Request target without its query, which may hold secrets and only pushes the rest aside; readable where it is UTF-8. */
export const pathOf = ({ upgrade, exchanges }: ConnectionFacts): string =>
  decoded((upgrade?.exchange.request?.target ?? exchanges[0]?.request?.target ?? "").replace(/\?.*$/s, "?…"));

/** RFC 3986 §2.1; as it is where that is no UTF-8. */
export function decoded(target: string): string {
  if (!target.includes("%")) return target;
  try {
    return decodeURI(target);
  } catch {
    return target;
  }
}

export const headerOf = ({ upgrade }: ConnectionFacts, name: string): string =>
  upgrade?.exchange.request?.fields.find((field) => field.name.toLowerCase() === name)?.value ?? "";

export const addressText = ({ address, port }: ConnectionFacts["client"]): string =>
  address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;

/** First and last moment, in ns. */
export const lastedNs = ({ first, last }: ConnectionFacts): number => Math.max(0, last.timestampNs - first.timestampNs);

/** The code that somebody's `onclose` shows; null where nobody's does. */
export const seenCode = ({ close }: ConnectionFacts): number | null =>
  close.clientSees?.code ?? close.serverSees?.code ?? null;
