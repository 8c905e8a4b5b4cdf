import type { ConnectionFacts, HttpExchangeFacts } from "../../store/types.ts";
import { type Context, keyOf } from "../context.ts";
import { fieldValue, nests, pathOf, serverOf, targetOf } from "../reading.ts";
import { cause, draft, type Rule, shows } from "../rule.ts";
import { askOf, handshakeOf, outcomeOf, proxyOf } from "../upgrade-outcome.ts";

/** Another connection on which this proxy asked its backend: the host of the endpoint as a client, or a request that nests. */
function forwardedByProxy(connection: ConnectionFacts, context: Context): ConnectionFacts | null {
  const { analysis, byServer } = context;
  const asked = (byServer.get(`${connection.server.address} ${connection.server.port}`) ?? []).flatMap(
    (item) => item.exchanges,
  );
  const found = analysis.connections.find(
    (other) =>
      other !== connection &&
      !sameServer(other, connection) &&
      other.exchanges.some(
        (exchange) =>
          exchange.request !== null &&
          (namesClient(exchange, connection) ||
            (other.client.address === connection.server.address && other.clientBy !== "first-packet") ||
            asked.some((outer) => nests(outer, exchange))),
      ),
  );
  return found ?? null;
}

function namesClient({ request }: HttpExchangeFacts, connection: ConnectionFacts): boolean {
  if (request === null) return false;
  const chain = `${fieldValue(request, "x-forwarded-for") ?? ""}, ${fieldValue(request, "x-real-ip") ?? ""}`;
  return chain.split(",").some((part) => part.trim() === connection.client.address);
}

const sameServer = (a: ConnectionFacts, b: ConnectionFacts): boolean =>
  a.server.address === b.server.address && a.server.port === b.server.port;

/** Its key, or for a poll its target, was seen on another connection: it was passed on. */
function isOnAnotherLeg(connection: ConnectionFacts, exchange: HttpExchangeFacts, context: Context): boolean {
  const key = keyOf(exchange);
  if (key !== null) return (context.keyUses.get(key) ?? 0) > 1;
  return context.analysis.connections.some(
    (other) => !sameServer(other, connection) && other.exchanges.some((inner) => nests(exchange, inner)),
  );
}

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
  const other = forwarded.exchanges.find((item) => item.request !== null);
  return draft("http.upgrade.not-forwarded", "plain", {
    confidence: proxyOf(exchange) === null ? "likely" : "certain",
    at: exchange.request.first,
    args: { ask: askOf(exchange), target, server: serverOf(connection), status: response?.status },
    evidence: [
      shows(exchange.request.first, "upgradeRequest", { target, host: fieldValue(exchange.request, "host") }),
      response ? shows(response.first, "response", { status: response.status, reason: response.reason }) : null,
      other ? shows(other.request?.first, "legRequest", { target: targetOf(other) }) : null,
    ],
    causes: [
      cause("likely", "locationMissing", { path, backend: serverOf(forwarded) }),
      cause("possible", "devProxyWs", { path }),
    ],
  });
}

export const notForwarded: Rule = {
  id: "http.upgrade.not-forwarded",
  severity: "error",
  spec: "RFC 9110 §7.6",
  causes: ["locationMissing", "devProxyWs"],
  sources: [
    "https://nginx.org/en/docs/http/websocket.html",
    "https://nginx.org/en/docs/http/ngx_http_core_module.html#location",
  ],
  check,
};
