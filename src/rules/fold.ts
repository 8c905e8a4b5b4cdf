import { filterOf, pairFilterOf } from "./reading.ts";
import type { Judged } from "./story.ts";
import type { Finding } from "./types.ts";

/** Connections of one client with one server endpoint that failed alike become one finding: the first, which names the others. */
export function foldAlike(judged: readonly Judged[]): Finding[] {
  const groups = new Map<string, Judged[]>();
  for (const item of judged) {
    const key = foldKey(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()].map(findingOf);
}

function foldKey({ draft, connection, severity, root }: Judged): string {
  const between =
    connection === null ? "" : `${connection.client.address} ${connection.server.address} ${connection.server.port}`;
  return [between, draft.ruleId, draft.variant, severity, root?.draft.ruleId ?? "", draft.foldBy].join("\u0000");
}

function findingOf(group: readonly Judged[]): Finding {
  const first = group.reduce((a, b) => (b.draft.at < a.draft.at ? b : a));
  const own = first.connection?.id ?? null;
  const also = new Set(group.map((item) => item.connection?.id ?? null).filter((id) => id !== null && id !== own));
  const { draft, connection, severity, root } = first;
  return {
    ruleId: draft.ruleId,
    variant: draft.variant,
    severity,
    confidence: draft.confidence,
    connectionId: own,
    alsoConnections: [...also].filter((id) => id !== null).sort((a, b) => a - b),
    followsFrom: root?.draft.ruleId ?? null,
    timestampNs: draft.at,
    args: draft.args,
    evidence: draft.evidence,
    causes: draft.causes,
    wiresharkFilter: connection === null ? "" : also.size > 0 ? pairFilterOf(connection) : filterOf(connection),
  };
}
