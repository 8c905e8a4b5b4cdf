import type { ConnectionFacts } from "../../store/types.ts";
import { type Context, keyOf } from "../context.ts";
import { fieldValue, pathOf, serverOf, targetOf } from "../reading.ts";
import { cause, draft, type Rule, shows } from "../rule.ts";
import { handshakeOf, outcomeOf, proxyOf } from "../upgrade-outcome.ts";

/** Requests that the host of this server endpoint sent on: its own connections as a client, or ones that name our client. */
function forwardedByProxy(connection: ConnectionFacts, context: Context): ConnectionFacts | null {
  for (const other of context.analysis.connections) {
    if (other === connection || sameServer(other, connection)) continue;
    for (const exchange of other.exchanges) {
      if (exchange.request === null) continue;
      const chain = `${fieldValue(exchange.request, "x-forwarded-for") ?? ""}, ${fieldValue(exchange.request, "x-real-ip") ?? ""}`;
      const namesClient = chain.split(",").some((part) => part.trim() === connection.client.address);
      if (namesClient || (other.client.address === connection.server.address && other.exchanges.length > 0))
        return other;
    }
  }
  return null;
}

const sameServer = (a: ConnectionFacts, b: ConnectionFacts): boolean =>
  a.server.address === b.server.address && a.server.port === b.server.port;

/** Asked of a proxy whose other traffic is here, and no request with this key left it: it answered by itself. */
function check(connection: ConnectionFacts, context: Context) {
  const outcome = outcomeOf(connection);
  if (outcome !== "page" && outcome !== "refused" && outcome !== "redirected" && outcome !== "unanswered") return null;
  const exchange = handshakeOf(connection);
  const key = keyOf(exchange);
  if (!exchange?.request || key === null || (context.legsByKey.get(key)?.length ?? 0) > 1) return null;
  const forwarded = forwardedByProxy(connection, context);
  if (forwarded === null) return null;
  const target = targetOf(exchange);
  const path = pathOf(target);
  const response = exchange.response;
  const other = forwarded.exchanges.find((item) => item.request !== null);
  return draft("http.upgrade.not-forwarded", "plain", {
    confidence: proxyOf(exchange) === null ? "likely" : "certain",
    at: exchange.request.first,
    args: { target, server: serverOf(connection), status: response?.status },
    evidence: [
      shows(exchange.request.first, "upgradeRequest", { target, host: fieldValue(exchange.request, "host") }),
      response ? shows(response.first, "response", { status: response.status, reason: response.reason }) : null,
      other ? shows(other.request?.first, "legRequest", { target: targetOf(other) }) : null,
    ],
    causes: [
      cause("likely", "locationMissing", { path, port: forwarded.server.port }),
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
