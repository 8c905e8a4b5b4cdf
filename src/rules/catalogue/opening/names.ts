import type { Mark } from "../../../base/packet-view.ts";
import type { ArpFacts, DnsFacts } from "../../../store/across-types.ts";
import type { Analysis } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { cause, type Draft, draft, shows } from "../../draft.ts";
import { isViteHmr } from "../../handshake/vite.ts";
import { HEARD_AFTER_NS } from "../../path/heard.ts";
import { fieldValue, isLoopback, spanMs } from "../../reading/reading.ts";
import type { Severity } from "../../types.ts";
import { isSameName, nameIn, nameTies } from "../../upgrade/wanted-names.ts";
import type { Rule } from "../rule.ts";

const TYPE_A = 1;
const TYPE_AAAA = 28;
const NO_SUCH_NAME = 3;
/** Resolvers ask again after 5 s (resolv.conf(5), timeout); before, silence says little. */
const LEAST_WAIT_MS = 3000;
/** A client that connects this soon after the question did without the answer. */
const WENT_ON_MS = 10_000;

const isForAddress = ({ type }: DnsFacts): boolean => type === TYPE_A || type === TYPE_AAAA;

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

/** The client connected all the same, soon after, or had its WebSocket to that name open throughout. */
function didWithout({ client, name }: DnsFacts, asked: Mark, { connections }: Analysis): boolean {
  return connections.some((connection) => {
    // A resolver on the client's own machine is asked over loopback.
    if (connection.client.address !== client && !isLoopback(client)) return false;
    const sinceMs = spanMs(asked, connection.first);
    if (connection.first.timestampNs >= asked.timestampNs) return sinceMs <= WENT_ON_MS;
    const request = connection.upgrade?.exchange.request;
    const isOpen = connection.tcp.closedAt === null || connection.tcp.closedAt.timestampNs > asked.timestampNs;
    return (
      isOpen &&
      connection.kind === "websocket" &&
      isSameName(nameIn((request && fieldValue(request, "host")) ?? null) ?? "", name)
    );
  });
}

function checkNames({ analysis }: Context): Draft[] {
  const drafts: Draft[] = [];
  const told: DnsFacts[] = [];
  const tieOf = nameTies(analysis);
  for (const query of analysis.dns) {
    const failure = failureOf(query, analysis);
    if (failure === null || query.asked === null) continue;
    const { asked, client, name } = query;
    const found = analysis.dns.some(
      (other) => other.client === client && other.addresses.length > 0 && isSameName(other.name, name),
    );
    if (found || told.some((other) => isSameName(other.name, name))) continue;
    told.push(query);
    const tie = tieOf(name);
    const parts = {
      at: asked,
      severity: tie === "unrelated" || didWithout(query, asked, analysis) ? ("note" as const) : undefined,
      confidence: tie === "wanted" ? ("certain" as const) : ("likely" as const),
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
    .map((search) => arpDraft(search, standingOf(search, analysis), asClient(search, analysis)));
}

/** The one that is looked for had come by itself: no URL names it. And it was heard beyond the first request. */
function asClient({ target, first, last }: ArpFacts, { connections }: Analysis) {
  const sent = connections.filter(({ client }) => client.address === target).map(({ tcp }) => tcp.halves[0]);
  return {
    isOfClient: sent.some(({ firstPacket }) => firstPacket !== null && firstPacket.timestampNs < first.timestampNs),
    isHeard: sent.some(({ firstPacket, lastPacket }) =>
      [firstPacket, lastPacket].some(
        (mark) =>
          mark !== null &&
          mark.timestampNs > first.timestampNs + HEARD_AFTER_NS &&
          mark.timestampNs <= last.timestampNs,
      ),
    ),
  };
}

/** Beside working connections it may concern anybody on the link; of a client whose page is here and its WebSocket not, hardly. */
function standingOf({ sender }: ArpFacts, { connections }: Analysis): Severity | undefined {
  if (connections.length === 0) return undefined;
  const own = connections.filter(({ client }) => client.address === sender);
  const isWanting =
    own.some(isViteHmr) && own.every((one) => one.kind === "http" || one.kind === "tcp" || isViteHmr(one));
  return isWanting ? "warning" : "note";
}

function arpDraft(
  { sender, target, first, last, requests }: ArpFacts,
  severity: Severity | undefined,
  { isOfClient, isHeard }: ReturnType<typeof asClient>,
): Draft {
  const parts = {
    at: first,
    severity,
    args: { sender, target, requests },
    evidence: [shows(first, "arpRequest", { sender, target }), shows(last, "arpRequest", { sender, target })],
  };
  return isOfClient
    ? draft("arp.unanswered", "client", {
        ...parts,
        // Who goes on sending is there.
        causes: isHeard
          ? [cause("likely", "pathInterrupted", {})]
          : [cause("likely", "peerVanished", { to: "client" }), cause("possible", "pathInterrupted", {})],
      })
    : draft("arp.unanswered", "plain", {
        ...parts,
        causes: [
          cause("likely", "addressUnowned", { server: target }),
          cause("possible", "hostDown", { server: target }),
        ],
      });
}

export const arpUnanswered: Rule = {
  id: "arp.unanswered",
  severity: "error",
  spec: "RFC 826",
  causes: ["addressUnowned", "hostDown", "peerVanished", "pathInterrupted"],
  sources: ["https://www.rfc-editor.org/rfc/rfc826"],
  checkCapture: checkArp,
};
