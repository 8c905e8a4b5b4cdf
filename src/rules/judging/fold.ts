import { appendTo } from "../../base/append-to.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { filterOf, pairFilterOf, serverFilterOf } from "../reading/reading.ts";
import type { Finding, RuleId } from "../types.ts";
import { causeOf } from "./placed.ts";
import type { Judged } from "./story.ts";

/** So many clients of one server that fail alike have one trouble, and not each its own. */
const MANY_CLIENTS = 3;

/**
 * Connections with one server endpoint that failed alike become one finding, the first, which names the others: those of
 * one client, and those of all where there are many.
 */
export function foldAlike(judged: readonly Judged[]): Finding[] {
  const alike = new Map<string, Map<string, Judged[]>>();
  for (const item of judged) {
    const teller = item.lead ?? item;
    const key = foldKey(teller);
    const byClient = alike.get(key) ?? new Map<string, Judged[]>();
    alike.set(key, byClient);
    appendTo(byClient, isAboutCapture(item.draft.ruleId) ? "" : (teller.connection?.client.address ?? ""), item);
  }
  return [...alike.values()].flatMap((byClient) => {
    const groups = [...byClient.values()];
    return (groups.length < MANY_CLIENTS ? groups : [groups.flat()]).map(findingOf);
  });
}

/** Said once for all connections: it is the capture or the path that lacks something. */
const isAboutCapture = (ruleId: RuleId): boolean => ruleId.startsWith("capture.") || ruleId === "tcp.retransmissions";

const serverOf = ({ server }: ConnectionFacts): string => `${server.address} ${server.port}`;

function foldKey({ draft, connection, severity, root }: Judged): string {
  const isOfAnyServer = draft.isAcrossServers || isAboutCapture(draft.ruleId);
  const server = connection === null || isOfAnyServer ? "" : serverOf(connection);
  const { ruleId, variant, foldBy } = draft;
  return [server, ruleId, variant, severity, root?.draft.ruleId ?? "", foldBy, partiesOf(draft), causeOf(draft)].join(
    "\u0000",
  );
}

/** Who did what to whom: two connections that the client ended, and one that the server did, are not alike. */
const partiesOf = ({ args }: Judged["draft"]): string =>
  Object.entries(args)
    .filter(([, value]) => value === "client" || value === "server")
    .join(" ");

function findingOf(group: readonly Judged[]): Finding {
  const leads = new Set(group.map(({ lead }) => lead));
  const first = group.find((item) => leads.has(item)) ?? group.reduce((a, b) => (b.draft.at < a.draft.at ? b : a));
  const own = first.connection?.id ?? null;
  const also = new Set(group.map((item) => item.connection?.id ?? null).filter((id) => id !== null && id !== own));
  const { draft, connection, severity, root } = first;
  const others = draft.isAcrossServers ? serversOf(group).size - 1 : 0;
  return {
    ruleId: draft.ruleId,
    variant: draft.variant,
    severity,
    confidence: draft.confidence,
    connectionId: own,
    alsoConnections: [...also].filter((id) => id !== null).sort((a, b) => a - b),
    followsFrom: root?.draft.ruleId ?? null,
    timestampNs: draft.at,
    args: others > 0 ? { ...draft.args, others } : draft.args,
    evidence: draft.evidence,
    // What follows from something else is cured with it.
    causes: root === null ? draft.causes : [],
    wiresharkFilter: filterFor(group, connection),
  };
}

const serversOf = (group: readonly Judged[]): Set<string> =>
  new Set(group.flatMap(({ connection }) => (connection === null ? [] : [serverOf(connection)])));

function filterFor(group: readonly Judged[], first: ConnectionFacts | null): string {
  if (first === null) return "";
  const areOfOneServer = group.every(
    ({ connection }) => connection !== null && serverOf(connection) === serverOf(first),
  );
  if (group.length === 1 || !areOfOneServer) return filterOf(first);
  const { address } = first.client;
  return group.every(({ connection }) => connection?.client.address === address)
    ? pairFilterOf(first)
    : serverFilterOf(first);
}
