import type { HttpExchangeFacts } from "../../../store/http-types.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import { type Context, keyOf } from "../../context/context.ts";
import { passedOn } from "../../context/others.ts";
import { cause, draft, shows } from "../../draft.ts";
import { askOf, handshakeOf, outcomeOf, proxyOf } from "../../handshake/upgrade-outcome.ts";
import { endingEvidence } from "../../reading/ending.ts";
import { pathOf, serverOf, targetOf } from "../../reading/reading.ts";
import { noPlaceFor, workersTaken } from "../../upgrade/answer-causes.ts";
import { askedFor } from "../../upgrade/asked.ts";
import type { Rule } from "../rule.ts";

/** Another connection on which this proxy asked its backend: one that names our client, comes from it, or nests. */
function forwardedByProxy(connection: ConnectionFacts, context: Context): ConnectionFacts | null {
  const others = context.others();
  const endpoint = serverOf(connection);
  for (const [server, other] of others.forwardedFor.get(connection.client.address) ?? [])
    if (server !== endpoint) return other;
  const own = others.askedBy.get(connection.server.address);
  // Where the client is on the same host, that host's other requests may be the client's own.
  if (
    own !== undefined &&
    serverOf(own) !== endpoint &&
    own.clientBy !== "first-packet" &&
    own.client.address !== connection.client.address
  )
    return own;
  for (const outer of others.askedOf.get(endpoint) ?? []) {
    const other = passedOn(outer, connection, others);
    if (other !== null) return other.connection;
  }
  return null;
}

/** Its key, or for a poll its target, was seen on another connection: it was passed on. */
function isOnAnotherLeg(connection: ConnectionFacts, exchange: HttpExchangeFacts, context: Context): boolean {
  const key = keyOf(exchange);
  if (key !== null) return (context.keyUses.get(key)?.length ?? 0) > 1;
  return passedOn(exchange, connection, context.others()) !== null;
}

/** What a proxy says for reasons of its own, however well it knows the path: a login, a limit, fields too large. */
const DELIBERATE: ReadonlySet<number> = new Set([401, 407, 413, 414, 429, 431]);

/** The proxy did pass this path on to that backend, for somebody else or at another time: it has a place for it. */
const isPassedOnElse = (path: string, { others }: Context, backend: string): boolean =>
  others()
    .askedOf.get(backend)
    ?.some(({ request }) => request !== null && pathOf(request.target) === path) ?? false;

/** Asked of a proxy whose other traffic is here, and no request with this key left it: it answered by itself. */
function check(connection: ConnectionFacts, context: Context) {
  const outcome = outcomeOf(connection);
  if (outcome !== "page" && outcome !== "refused" && outcome !== "redirected" && outcome !== "unanswered") return null;
  const exchange = handshakeOf(connection);
  if (!exchange?.request || isOnAnotherLeg(connection, exchange, context)) return null;
  if (context.joins.behind.has(connection.id) || context.joins.before.has(connection.id)) return null;
  const forwarded = forwardedByProxy(connection, context);
  if (forwarded === null) return null;
  const target = targetOf(exchange);
  const path = pathOf(target);
  const response = exchange.response;
  if (response !== null && outcome === "refused" && DELIBERATE.has(response.status)) return null;
  // It has a place for this path: it refuses or redirects for reasons of its own, or lets the request wait.
  const mayKnow = outcome === "refused" || outcome === "redirected" || outcome === "unanswered";
  if (mayKnow && isPassedOnElse(path, context, serverOf(forwarded))) return null;
  const other = forwarded.exchanges.find((item) => item.request !== null);
  if (outcome === "unanswered")
    return draft("http.upgrade.not-forwarded", "unanswered", {
      confidence: "likely",
      at: exchange.request.first,
      args: { target, server: serverOf(connection) },
      evidence: [
        askedFor(exchange),
        endingEvidence(connection),
        other ? shows(other.request?.first, "legRequest", { target: targetOf(other) }) : null,
      ],
      causes: [
        workersTaken(connection, context),
        cause("likely", "devProxyWs", { path }),
        cause("possible", "serverBlocked", {}),
      ],
    });
  return draft("http.upgrade.not-forwarded", "plain", {
    confidence: proxyOf(exchange) === null ? "likely" : "certain",
    at: exchange.request.first,
    args: { ask: askOf(exchange), target, server: serverOf(connection), status: response?.status },
    evidence: [
      askedFor(exchange),
      response ? shows(response.first, "response", { status: response.status, reason: response.reason }) : null,
      other ? shows(other.request?.first, "legRequest", { target: targetOf(other) }) : null,
    ],
    causes: [noPlaceFor(proxyOf(exchange), path, serverOf(forwarded)), cause("possible", "devProxyWs", { path })],
  });
}

export const notForwarded: Rule = {
  id: "http.upgrade.not-forwarded",
  severity: "error",
  spec: "RFC 9110 §7.6",
  causes: ["locationMissing", "frontRoute", "workersTaken", "devProxyWs", "serverBlocked"],
  sources: [
    "https://nginx.org/en/docs/http/websocket.html",
    "https://nginx.org/en/docs/http/ngx_http_core_module.html#location",
  ],
  check,
};
