import type { Analysis, ArpFacts, DnsFacts } from "../../store/types.ts";
import type { Context } from "../context.ts";
import { spanMs } from "../reading.ts";
import { cause, type Draft, draft, type Rule, shows } from "../rule.ts";

const TYPE_A = 1;
const TYPE_AAAA = 28;
const NO_SUCH_NAME = 3;
/** Resolvers ask again after 5 s (resolv.conf(5), timeout); before, silence says little. */
const LEAST_WAIT_MS = 3000;
/** A client that connects this soon after the question did without the answer. */
const WENT_ON_MS = 10_000;

const isForAddress = ({ type }: DnsFacts): boolean => type === TYPE_A || type === TYPE_AAAA;

/** The search list makes one question into several (resolv.conf(5)): "host.lan" fails, "host" is found. */
const sameName = (a: string, b: string): boolean => {
  const [one, other] = [a.toLowerCase().replace(/\.$/, ""), b.toLowerCase().replace(/\.$/, "")];
  return one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`);
};

/** How often this was asked in vain: resolvers repeat a question under a new id and port. */
const asksOf = (query: DnsFacts, { dns }: Analysis): number =>
  dns
    .filter(
      ({ client, name, type, answered }) =>
        answered === null && client === query.client && name === query.name && type === query.type,
    )
    .reduce((sum, { repeats }) => sum + 1 + repeats, 0);

function failureOf(query: DnsFacts, analysis: Analysis): "noSuchName" | "serverFailed" | "unanswered" | null {
  if (query.asked === null || !isForAddress(query)) return null;
  if (query.answered === null) {
    const waitedMs = (analysis.clockNs - query.asked.timestampNs) / 1e6;
    return asksOf(query, analysis) > 1 || waitedMs >= LEAST_WAIT_MS ? "unanswered" : null;
  }
  if (query.responseCode === 0 || query.responseCode === null) return null;
  return query.responseCode === NO_SUCH_NAME ? "noSuchName" : "serverFailed";
}

function checkNames({ analysis }: Context): Draft[] {
  const drafts: Draft[] = [];
  const told: DnsFacts[] = [];
  for (const query of analysis.dns) {
    const failure = failureOf(query, analysis);
    if (failure === null || query.asked === null) continue;
    const { asked, client, name } = query;
    const found = analysis.dns.some(
      (other) => other.client === client && other.addresses.length > 0 && sameName(other.name, name),
    );
    if (found || told.some((other) => other.client === client && sameName(other.name, name))) continue;
    told.push(query);
    const wentOn = analysis.connections.some(
      (connection) =>
        connection.client.address === client &&
        connection.first.timestampNs >= asked.timestampNs &&
        spanMs(asked, connection.first) <= WENT_ON_MS,
    );
    const parts = {
      at: asked,
      severity: wentOn ? ("note" as const) : undefined,
      evidence: [
        shows(asked, "dnsQuery", { client, name, server: query.server }),
        shows(query.answered, "dnsAnswer", { server: query.server, code: query.responseCode }),
      ],
    };
    const args = { name, client, server: query.server };
    if (failure === "unanswered")
      drafts.push(
        draft("dns.failed", "unanswered", {
          ...parts,
          args: { ...args, repeats: asksOf(query, analysis) },
          causes: [
            cause("likely", "nameServerDown", { resolver: query.server, name }),
            cause("possible", "useAddress", {}),
          ],
        }),
      );
    else
      drafts.push(
        draft("dns.failed", failure, {
          ...parts,
          args: { ...args, code: query.responseCode ?? 0 },
          causes: [
            failure === "noSuchName"
              ? cause("likely", "nameUnknown", { name })
              : cause("likely", "nameServerDown", { resolver: query.server, name }),
            cause("possible", "useAddress", {}),
          ],
        }),
      );
  }
  return drafts;
}

export const dnsFailed: Rule = {
  id: "dns.failed",
  severity: "error",
  spec: "RFC 1035 §4.1.1",
  causes: ["nameUnknown", "nameServerDown", "useAddress"],
  sources: ["https://www.rfc-editor.org/rfc/rfc1035"],
  checkCapture: checkNames,
};

/** A host asks three times before it gives up (Linux: mcast_solicit 3); one request may just be the last packet. */
const LEAST_REQUESTS = 2;
/** Who looks for this many absent addresses is a scanner or a router, not a client in trouble. */
const SCAN = 5;

function checkArp({ analysis }: Context): Draft[] {
  const lost = analysis.arp.filter((search) => search.answered === null && search.requests >= LEAST_REQUESTS);
  const bySender = new Map<string, number>();
  for (const { sender } of lost) bySender.set(sender, (bySender.get(sender) ?? 0) + 1);
  return lost
    .filter(({ sender }) => (bySender.get(sender) ?? 0) < SCAN)
    .map((search) => arpDraft(search, analysis.connections.length > 0));
}

const arpDraft = ({ sender, target, first, last, requests }: ArpFacts, hasConnections: boolean): Draft =>
  draft("arp.unanswered", "plain", {
    at: first,
    // Beside working connections it may concern anybody on the link.
    severity: hasConnections ? "note" : undefined,
    args: { sender, target, requests },
    evidence: [shows(first, "arpRequest", { sender, target }), shows(last, "arpRequest", { sender, target })],
    causes: [cause("likely", "addressUnowned", { server: target }), cause("possible", "hostDown", { server: target })],
  });

export const arpUnanswered: Rule = {
  id: "arp.unanswered",
  severity: "error",
  spec: "RFC 826",
  causes: ["addressUnowned", "hostDown"],
  sources: ["https://www.rfc-editor.org/rfc/rfc826"],
  checkCapture: checkArp,
};
