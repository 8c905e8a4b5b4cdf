import { sidIn } from "../../base/session-id.ts";
import type { ArpFacts } from "../../store/across-types.ts";
import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { frontNamed } from "../handshake/fronts.ts";
import { proxyOf } from "../handshake/upgrade-outcome.ts";
import { serverOf, spanMs } from "../reading/reading.ts";
import type { FrontId } from "../types.ts";
import { ENGINE_IO_DESTROY_MS } from "./answer-causes.ts";

// A proxy whose backend's host is not there says 502 when its system has asked for the address in vain (No route to host), and
// 504 when its own patience is shorter: both, as it comes, for one and the same fault.

/** A host asks three times, a second apart (Linux: mcast_solicit, retrans_time_ms). */
const ASKED_IN_VAIN_MS = { least: 2900, most: 3500 };
/** They say 503 of a backend that takes no connection: their 502 is one that did. */
const SAYS_503: ReadonlySet<FrontId> = new Set(["haproxy", "apache"]);
/** Who refuses the connection does so at once. */
const NOT_REFUSED_MS = 100;
const LEAST_REQUESTS = 2;

/** The search of somebody else for an address that nobody has, while this request waited; null: none was seen. */
export function searchInVain(
  { client }: ConnectionFacts,
  exchange: HttpExchangeFacts,
  context: Context,
): ArpFacts | null {
  const { request, response } = exchange;
  if (request === null || response === null) return null;
  const [from, to] = [request.first.timestampNs, response.first.timestampNs];
  const found = context.analysis.arp.find(
    ({ sender, answered, requests, first, last }) =>
      answered === null &&
      requests >= LEAST_REQUESTS &&
      sender !== client.address &&
      first.timestampNs <= to &&
      last.timestampNs >= from,
  );
  return found ?? null;
}

const afterMs = ({ request, response }: HttpExchangeFacts): number | null =>
  request === null || response === null ? null : spanMs(request.last, response.first);

/** A poll of a running session shows that the backend was reached; Engine.IO hangs up on foreign paths after its second. */
const isLateBadGateway = (exchange: HttpExchangeFacts): boolean => {
  const ms = afterMs(exchange);
  return (
    exchange.response?.status === 502 &&
    ms !== null &&
    ms >= NOT_REFUSED_MS &&
    ms <= ASKED_IN_VAIN_MS.most &&
    Math.abs(ms - ENGINE_IO_DESTROY_MS) >= NEAR_MS &&
    !isOfSession(exchange) &&
    !SAYS_503.has(frontNamed(proxyOf(exchange)))
  );
};

const isOfSession = ({ request }: HttpExchangeFacts): boolean => sidIn(request?.target) !== null;
const NEAR_MS = 150;

/** By the time that the proxy took, or by what it answered to others. */
export function isUnreachable(connection: ConnectionFacts, exchange: HttpExchangeFacts, { others }: Context): boolean {
  if (isLateBadGateway(exchange) && (afterMs(exchange) ?? 0) >= ASKED_IN_VAIN_MS.least) return true;
  const asked = others().askedOf.get(serverOf(connection)) ?? [];
  if (isLateBadGateway(exchange)) return asked.some((other) => other.response?.status === 504 && !isOfSession(other));
  return exchange.response?.status === 504 && !isOfSession(exchange) && asked.some(isLateBadGateway);
}
