import type { Mark } from "../../base/packet-view.ts";
import { sidIn } from "../../base/session-id.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { pairKey } from "../context/others.ts";
import { shows } from "../draft.ts";
import { handshakeOf, isPoll } from "../handshake/upgrade-outcome.ts";
import { endOf } from "../reading/reading.ts";
import { mayHaveLivedOn } from "../sessions/lived-on.ts";
import type { RuleId } from "../types.ts";
import type { Judged } from "./story.ts";

/** Errors about one request for a WebSocket, or about one that was only probed, which take nothing from a session that polls. */
const UPGRADES: ReadonlySet<RuleId> = new Set([
  "http.upgrade.refused",
  "http.upgrade.gateway-error",
  "http.upgrade.redirected",
  "http.upgrade.page-returned",
  "http.upgrade.unanswered",
  "http.upgrade.dropped",
  "http.upgrade.fields-stripped",
  "http.upgrade.not-forwarded",
  "http.upgrade.closed-at-once",
  "eio.request.refused",
  "ws.close.no-close-frame",
  "tcp.rst",
]);

/**
 * A session of Socket.IO whose WebSocket did not come about, and that went on over polling as Engine.IO means it to: slower,
 * but nothing that failed for its user. Told after the story, so that what follows from the failure still follows from it.
 */
export function withPollsOn(judged: Judged, { sessions }: Context): Judged {
  const { connection, severity, draft, rule } = judged;
  if (connection === null || severity !== "error" || !UPGRADES.has(rule.id)) return judged;
  // A 101 that a proxy did not pass on opened nothing for its client; one that was only probed took nothing from it.
  if (mayHaveLivedOn(connection) && draft.variant !== "proxyDropped") return judged;
  const exchange = handshakeOf(connection);
  const sid = sidIn(exchange?.request?.target);
  // Of connections that carry polls as well, what is told may be about one of those.
  if (!exchange?.request || sid === null || isPoll(exchange) || draft.at < exchange.request.first.timestampNs)
    return judged;
  const failedNs = (exchange.response?.last ?? endOf(connection)).timestampNs;
  const polls = lastPollsOf(sid, sessions().get(sid) ?? []).get(pairKey(connection));
  // Who asks once more and hears nothing, or hears what was under way and asks no more, may be gone.
  if (!polls?.asked || polls.asked.timestampNs <= failedNs || polls.answeredNs <= failedNs) return judged;
  const pollsOn = shows(polls.asked, "pollsOn", {});
  return {
    ...judged,
    severity: "warning",
    draft: {
      ...draft,
      args: { ...draft.args, pollsOn: "yes" },
      evidence: pollsOn === null ? draft.evidence : [...draft.evidence, pollsOn],
    },
  };
}

interface LastPolls {
  /** The last GET that was answered well, or that the server still holds. */
  asked: Mark | null;
  answeredNs: number;
}

const known = new WeakMap<readonly ConnectionFacts[], ReadonlyMap<string, LastPolls>>();

/** By "client address, server endpoint"; looked up once, however often a session asks for its WebSocket. */
function lastPollsOf(sid: string, mates: readonly ConnectionFacts[]): ReadonlyMap<string, LastPolls> {
  const made = known.get(mates);
  if (made !== undefined) return made;
  const lasts = new Map<string, LastPolls>();
  for (const mate of mates) {
    const last = lasts.get(pairKey(mate)) ?? { asked: null, answeredNs: 0 };
    lasts.set(pairKey(mate), last);
    for (const exchange of mate.exchanges) {
      const { request, response } = exchange;
      // A POST may be the client's good-bye.
      if (request?.method !== "GET" || !isPoll(exchange) || sidIn(request.target) !== sid) continue;
      if (response !== null && response.status >= 300) continue;
      if (last.asked === null || request.first.timestampNs > last.asked.timestampNs) last.asked = request.first;
      if (response !== null) last.answeredNs = Math.max(last.answeredNs, response.last.timestampNs);
    }
  }
  known.set(mates, lasts);
  return lasts;
}
