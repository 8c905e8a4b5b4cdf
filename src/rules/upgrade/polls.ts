import { sidIn } from "../../base/session-id.ts";
import { cameAfterLeaving } from "../../store/answered-late.ts";
import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { Analysis, ConnectionFacts } from "../../store/types.ts";
import { isPoll } from "../handshake/upgrade-outcome.ts";
import { endOf, hasEnded, isBlind, NS_PER_MS, serverOf, watchedUntil } from "../reading/reading.ts";

/** A page that is loaded anew leaves its requests sooner. */
const LEAST_WAIT_MS = 2000;

/** The poll that asks for a session, with how long it went without a word of an answer; null: there is none such. */
export function unansweredOpening(
  connection: ConnectionFacts,
  { clockNs }: Analysis,
): { readonly exchange: HttpExchangeFacts; readonly waitedMs: number } | null {
  const exchange = connection.exchanges.find(
    (one) =>
      (one.response === null || cameAfterLeaving(connection.tcp, one)) &&
      one.request?.method === "GET" &&
      isPoll(one) &&
      sidIn(one.request.target) === null,
  );
  if (!exchange?.request?.complete || connection.notHttp[1] !== null) return null;
  if (isBlind(connection) || connection.tcp.halves[1].missingBytes > 0) return null;
  const untilNs = hasEnded(connection) ? endOf(connection).timestampNs : watchedUntil(connection, clockNs);
  const waitedMs = (untilNs - exchange.request.last.timestampNs) / NS_PER_MS;
  return waitedMs < LEAST_WAIT_MS ? null : { exchange, waitedMs };
}

/** What speaks against polls that work: each count without the sessions and polls of which nothing can be said yet. */
export interface PollTroubles {
  /** Sessions that were opened, and that nobody came back to. */
  readonly unused: number;
  /** Polls of running sessions that ended without an answer, or were refused, and whose client asked for a new session. */
  readonly failed: number;
}

export function pollTroubles({ connections, clockNs }: Analysis): PollTroubles {
  const opened = new Set<string>();
  const used = new Set<string>();
  const lastOpeningNs = new Map<string, number>();
  const failures: { readonly caller: string; readonly target: string; readonly askedNs: number }[] = [];
  for (const connection of connections) {
    const { session, exchanges, client } = connection;
    const caller = `${client.address} ${serverOf(connection)}`;
    const open = session?.engineIo?.transport === "polling" ? session.engineIo.open : null;
    const own = session?.engineIo?.sid ?? null;
    if (open !== null && own !== null && clockNs - open.timestampNs >= LEAST_WAIT_MS * NS_PER_MS) opened.add(own);
    for (const exchange of exchanges) {
      const { request, response } = exchange;
      if (request === null) continue;
      const { target, first } = request;
      const sid = sidIn(target);
      if (sid !== null) used.add(sid);
      if (!isPoll(exchange)) continue;
      const askedNs = first.timestampNs;
      if (sid === null) lastOpeningNs.set(caller, Math.max(askedNs, lastOpeningNs.get(caller) ?? 0));
      else if ((response?.status ?? 0) >= 400 || (response === null && hasEnded(connection)))
        failures.push({ caller, target, askedNs });
    }
  }
  // Whoever leaves for good leaves a poll unanswered. Both legs of a proxy carry the same poll.
  const failed = new Set(
    failures.filter(({ caller, askedNs }) => askedNs < (lastOpeningNs.get(caller) ?? 0)).map(({ target }) => target),
  );
  return { unused: [...opened].filter((sid) => !used.has(sid)).length, failed: failed.size };
}
