import { sidIn } from "../../base/session-id.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import type { Asked, Others } from "../context/others.ts";
import { GONE_WITHIN_NS, isRefusedByHost } from "../context/refused-by-host.ts";
import { shows } from "../draft.ts";
import { isPoll } from "../handshake/upgrade-outcome.ts";
import { clientOf, endOf, isBlind, serverOf, spanMs } from "../reading/reading.ts";
import { before, within } from "../reading/time-index.ts";
import type { EvidenceItem } from "../types.ts";

// A session of Socket.IO that lives on polls has no WebSocket that breaks off when its server dies: what breaks off is the
// poll that waits for news.

/** The poll that this server hung up on without an answer, and since then its port has refused everybody, this connection too. */
export function hungUpBefore(connection: ConnectionFacts, context: Context): Asked | null {
  if (!isRefusedByHost(connection, context)) return null;
  const server = serverOf(connection);
  const { hungUpPolls, accepted, failed } = context.others();
  const polls = hungUpPolls.get(server);
  const at = connection.first.timestampNs;
  const last = polls === undefined ? undefined : before(polls, at).at(-1);
  if (last === undefined) return null;
  const end = endOf(last.connection).timestampNs;
  const isBack = within(accepted.get(server) ?? NONE, end, at).length > 0;
  const first = within(failed.get(server) ?? NONE, end, at).find((one) => isRefusedByHost(one, context));
  return !isBack && first !== undefined && first.first.timestampNs - end <= GONE_WITHIN_NS ? last : null;
}

const NONE = { times: [], items: [] };

/** A proxy hands a poll on at once. */
const HANDED_ON_NS = 5e9;

/** The poll at the proxy that was handed on as this one, and answered by an error when the server had hung up. */
export function inFrontOf({ connection, exchange: { request } }: Asked, { asked }: Others): Asked | null {
  if (request === null) return null;
  const at = request.first.timestampNs;
  const found = within(asked, at - HANDED_ON_NS, at).findLast(
    (other) =>
      serverOf(other.connection) !== serverOf(connection) &&
      queryOf(other.exchange.request?.target) === queryOf(request.target) &&
      other.exchange.request?.method === request.method &&
      (other.exchange.response?.status ?? 0) >= 500 &&
      (other.exchange.response?.first.timestampNs ?? 0) >= endOf(connection).timestampNs,
  );
  return found ?? null;
}

/** The same poll behind a proxy whose server hung up on it, by which the proxy answered as it did; null: it is not here. */
export function hungUpBehind({ connection, exchange }: Asked, { asked }: Others): Asked | null {
  const { request, response } = exchange;
  if (request === null || response === null) return null;
  const found = within(asked, request.first.timestampNs, response.first.timestampNs).find(
    (other) =>
      isHungUp(other) &&
      serverOf(other.connection) !== serverOf(connection) &&
      queryOf(other.exchange.request?.target) === queryOf(request.target) &&
      other.exchange.request?.method === request.method &&
      endOf(other.connection).timestampNs <= response.first.timestampNs,
  );
  return found ?? null;
}

/** A request that comes while its connection is being closed for want of one meets nobody. */
const LEAST_WAIT_MS = 100;

/**
 * The poll that waited on this connection for news when its server ended it, with how long it had; null: none did, or the proxy
 * before it, which had to answer for it, tells more.
 */
export function waitedAtEnd(connection: ConnectionFacts, context: Context): { asked: Asked; afterMs: number } | null {
  const { tcp, exchanges } = connection;
  const exchange = exchanges.at(-1);
  if (tcp.firstCloser !== "server" || tcp.closedAt === null || !exchange?.request?.complete) return null;
  const { request, response } = exchange;
  if (response !== null || request.method !== "GET" || !isPoll(exchange) || sidIn(request.target) === null) return null;
  if (isBlind(connection) || tcp.halves[1].missingBytes > 0) return null;
  const asked = { connection, exchange };
  const afterMs = spanMs(request.last, tcp.closedAt);
  if (request.last.timestampNs > tcp.closedAt.timestampNs || afterMs < LEAST_WAIT_MS + (tcp.roundTripMs ?? 0))
    return null;
  return inFrontOf(asked, context.others()) === null ? { asked, afterMs } : null;
}

const isHungUp = ({ connection, exchange }: Asked): boolean =>
  exchange.response === null && connection.tcp.firstCloser === "server";

const queryOf = (target: string | undefined): string | undefined => target?.split("?", 2)[1];

/** How the server ended the connection that carried a poll. */
export const endingOnLeg = (leg: ConnectionFacts): EvidenceItem | null =>
  shows(endOf(leg), leg.tcp.ending === "rst" ? "legRst" : "legFin", {
    leg: `${clientOf(leg)} → ${serverOf(leg)}`,
    from: "server",
  });
