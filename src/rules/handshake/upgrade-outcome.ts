import { sidIn } from "../../base/session-id.ts";
import { cameAfterLeaving } from "../../store/answered-late.ts";
import { checkedTarget } from "../../store/forward-auth.ts";
import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { endOf, fieldHas, fieldValue, proxyMarks, spanMs, targetOf, wantsWebSocket } from "../reading/reading.ts";
import { asksLoginCheck } from "./asks-login-check.ts";
import { engineIoCode } from "./engine-io-code.ts";
import { frontNamed } from "./fronts.ts";
import { ownPageOf } from "./own-page.ts";

/** What became of a WebSocket's opening handshake; one word, so that exactly one rule speaks of it. */
export type Outcome =
  | "switched"
  | "late"
  | "stripped"
  | "redirected"
  | "page"
  | "gateway"
  | "refused"
  | "unanswered"
  | "dropped"
  | "none";

/** Gateways besides the products of the table of fronts: services, mostly. */
const SERVICES = /cloudflare|squid|awselb|cloudfront|akamai|gws|vercel|kong/i;

const isGateway = (name: string): boolean => frontNamed(name) !== "other" || SERVICES.test(name);

/** The exchange that is, or was meant as, the opening handshake. */
export const handshakeOf = (connection: ConnectionFacts): HttpExchangeFacts | null =>
  connection.upgrade?.exchange ??
  connection.exchanges.find(
    ({ request }) => request !== null && wantsWebSocket(request) && checkedTarget(request) === null,
  ) ??
  connection.exchanges.find((exchange) => isFailedPoll(exchange) && !cameAfterLeaving(connection.tcp, exchange)) ??
  null;

/** Socket.IO opens its session by polls, before it asks for a WebSocket, and lives on them without one. */
export const isPoll = ({ request }: HttpExchangeFacts): boolean =>
  request !== null && /[?&]transport=polling(&|$)/.test(request.target) && checkedTarget(request) === null;

/**
 * A poll of a running session waits until there is something to say. Of a proxy that did not wait so long (RFC 9110 §15.6.5)
 * it says nothing but how long it waits.
 */
export const isTimedOutPoll = (exchange: HttpExchangeFacts): boolean =>
  exchange.response?.status === 504 && isPoll(exchange) && sidIn(exchange.request?.target) !== null;

export function isFailedPoll(exchange: HttpExchangeFacts): boolean {
  const { request, response } = exchange;
  if (response === null || !isPoll(exchange) || (request?.method !== "GET" && request?.method !== "POST")) return false;
  if (response.status < 300) return request.method === "GET" && /html/i.test(contentType(exchange) ?? "");
  return response.status !== 304 && engineIoCode(exchange) === null;
}

/** RFC 6455 §4.2.1: without these two fields a server sees a plain request. */
export const asksPlainly = (exchange: HttpExchangeFacts): boolean =>
  exchange.request?.complete === true &&
  (!fieldHas(exchange.request, "upgrade", "websocket") || !fieldHas(exchange.request, "connection", "upgrade"));

export function outcomeOf(connection: ConnectionFacts): Outcome {
  const exchange = handshakeOf(connection);
  if (!exchange?.request) return "none";
  const status = exchange.response?.status ?? null;
  if (status === 101) return isTooLate(connection, exchange) ? "late" : "switched";
  if (!isPoll(exchange) && asksPlainly(exchange)) return plainOutcome(exchange, status);
  if (connection.notHttp[1] !== null && status === null) return "none";
  if (status === null) return wasDropped(connection) ? "dropped" : "unanswered";
  if (cameAfterLeaving(connection.tcp, exchange)) return "unanswered";
  if (status >= 300 && status < 400) return "redirected";
  if (status < 300) return "page";
  if (isGatewayError(status, exchange)) return "gateway";
  return "refused";
}

/** A login check that lets somebody in answers for no WebSocket. */
function plainOutcome(exchange: HttpExchangeFacts, status: number | null): Outcome {
  if (status === null || asksLoginCheck(exchange) === null) return "stripped";
  return status < 300 ? "none" : "refused";
}

/** The 101 came when the client had hung up. */
const isTooLate = ({ tcp }: ConnectionFacts, { response }: HttpExchangeFacts): boolean =>
  tcp.firstCloser === "client" &&
  tcp.closedAt !== null &&
  response !== null &&
  tcp.closedAt.timestampNs < response.first.timestampNs;

/** The request never arrived, or was reset on sight: unlike a server that reads it and stays silent. */
function wasDropped({ tcp }: ConnectionFacts): boolean {
  const [client] = tcp.halves;
  if (client.unacknowledged !== null && client.unacknowledged.retransmissions > 0) return true;
  return (
    tcp.ending === "rst" &&
    tcp.firstCloser === "server" &&
    tcp.resets.some((reset) => reset.from === "server" && !reset.ignored)
  );
}

/** It says 500 of a backend that took the request and broke off (lighttpd1.4/src/gw_backend.c). */
const LIGHTTPD = "lighttpd";

/** RFC 9110 §15.6: 502 and 504 are a gateway's by definition; 503 and Cloudflare's own need its name beside them. */
const isGatewayError = (status: number, exchange: HttpExchangeFacts): boolean =>
  status === 502 ||
  status === 504 ||
  (status === 500 && ownPageOf(exchange) === LIGHTTPD) ||
  ((status === 503 || (status >= 520 && status <= 530)) && proxyOf(exchange) !== null);

/** Arguments that all texts about an answered request share. */
export function refusalArgs(exchange: HttpExchangeFacts, server: string) {
  const status = exchange.response?.status ?? 0;
  return {
    status,
    reason: exchange.response?.reason ?? null,
    target: targetOf(exchange),
    ask: askOf(exchange),
    server,
    afterMs: exchange.request && exchange.response ? spanMs(exchange.request.last, exchange.response.first) : null,
    proxy: proxyOf(exchange),
  };
}

/** What was asked for, as a word. */
export const askOf = (exchange: HttpExchangeFacts): string => (isPoll(exchange) ? "ask.poll" : "ask.upgrade");

/** The proxy that answered, as it names itself. */
export function proxyOf(exchange: HttpExchangeFacts): string | null {
  const { response } = exchange;
  if (response === null) return null;
  // Behind one that adds its Via, Server may name the backend.
  const names = ["server", "via"].map((field) => fieldValue(response, field)).filter((name) => name !== null);
  const named = names.find(isGateway);
  if (named !== undefined || names.length > 0) return named ?? null;
  // HAProxy names itself nowhere but in its pages.
  return ownPageOf(exchange);
}

/** Marks of a proxy in the request: who forwarded it. */
export const forwardedBy = (exchange: HttpExchangeFacts | null): string | null =>
  !exchange?.request ? null : proxyMarks(exchange.request) || null;

export const contentType = (exchange: HttpExchangeFacts): string | null =>
  exchange.response ? fieldValue(exchange.response, "content-type") : null;

/** The server hung up before the request came. */
export function isClosedUnread(connection: ConnectionFacts): boolean {
  const request = handshakeOf(connection)?.request;
  if (!request || connection.tcp.firstCloser !== "server") return false;
  return endOf(connection).timestampNs < request.first.timestampNs;
}
