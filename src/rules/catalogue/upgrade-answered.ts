import type { Mark } from "../../base/packet-view.ts";
import type { ConnectionFacts, HttpExchangeFacts } from "../../store/types.ts";
import { gatewayCauses, pageCauses, unavailableCauses } from "../answer-causes.ts";
import type { Context } from "../context.ts";
import { bodyLine, fieldValue, pathOf, serverOf, targetOf } from "../reading.ts";
import { cause, draft, type Rule, shows } from "../rule.ts";
import { within } from "../time-index.ts";
import {
  askOf,
  contentType,
  forwardedBy,
  handshakeOf,
  type Outcome,
  outcomeOf,
  proxyOf,
  refusalArgs,
} from "../upgrade-outcome.ts";

/** The exchange, when the handshake came out like this and was answered. */
function answered(connection: ConnectionFacts, outcome: Outcome) {
  if (outcomeOf(connection) !== outcome) return null;
  const exchange = handshakeOf(connection);
  if (!exchange?.request || !exchange.response) return null;
  const { request, response } = exchange;
  const target = targetOf(exchange);
  const evidence = [
    shows(request.first, "upgradeRequest", { target, host: fieldValue(request, "host") }),
    shows(response.first, "response", { status: response.status, reason: response.reason }),
  ];
  return { exchange, request, response, target, path: pathOf(target), evidence, server: serverOf(connection) };
}

export const upgradeRedirected: Rule = {
  id: "http.upgrade.redirected",
  severity: "error",
  spec: "RFC 6455 §4.1, WHATWG WebSockets §2.1",
  causes: ["redirectToHttps", "trailingSlash", "loginRedirect"],
  sources: ["https://websockets.spec.whatwg.org/#websocket-opening-handshake"],
  check(connection, context) {
    const found = answered(connection, "redirected");
    if (found === null) return null;
    const location = fieldValue(found.response, "location");
    const path = (location ?? "").replace(/^[a-z]+:\/\/[^/]*/i, "").split("?")[0] ?? "";
    const followed = hasFollowed(connection, found.response.last, path, context);
    return draft("http.upgrade.redirected", followed ? "followed" : "plain", {
      severity: followed ? "note" : undefined,
      at: found.response.first,
      args: {
        status: found.response.status,
        ask: askOf(found.exchange),
        target: found.target,
        server: found.server,
        location: location?.split("?")[0],
      },
      evidence: [
        ...found.evidence,
        location === null
          ? null
          : shows(found.response.first, "responseField", { name: "Location", value: location.split("?")[0] ?? "" }),
      ],
      causes: [
        /^(https|wss):/i.test(location ?? "") && cause("likely", "redirectToHttps", {}),
        path === `${found.path}/` && cause("certain", "trailingSlash", { path: found.path }),
        /login|auth|signin|sso/i.test(location ?? "") && cause("likely", "loginRedirect", {}),
        cause("possible", "redirectToHttps", {}),
      ],
    });
  },
};

const FOLLOWS_WITHIN_NS = 5e9;

/** The same client asked for what the redirect names right after, and got its WebSocket. */
function hasFollowed({ client }: ConnectionFacts, after: Mark, path: string, { others }: Context): boolean {
  const from = after.timestampNs;
  return within(others().asked, from, from + FOLLOWS_WITHIN_NS).some(
    ({ connection, exchange }) =>
      connection.client.address === client.address &&
      exchange.response?.status === 101 &&
      exchange.request !== null &&
      pathOf(exchange.request.target) === (path === "" ? "/" : path),
  );
}

export const pageReturned: Rule = {
  id: "http.upgrade.page-returned",
  severity: "error",
  spec: "RFC 6455 §4.2.2",
  causes: ["recoveredBySelf", "fellToSpa", "noUpgradeListener", "nginxUpgradeLines", "caddyNoRoute", "locationMissing"],
  sources: ["https://nginx.org/en/docs/http/websocket.html", "https://github.com/socketio/socket.io/issues/3508"],
  check(connection) {
    const found = answered(connection, "page");
    if (found === null) return null;
    const type = contentType(found.exchange);
    return draft("http.upgrade.page-returned", /html/i.test(type ?? "") ? "page" : "other", {
      at: found.response.first,
      args: {
        status: found.response.status,
        ask: askOf(found.exchange),
        target: found.target,
        server: found.server,
        contentType: type,
      },
      evidence: [...found.evidence, bodyEvidence(found.exchange)],
      causes: pageCauses(found.exchange, /html/i.test(type ?? ""), found.path),
    });
  },
};

function bodyEvidence(exchange: HttpExchangeFacts) {
  const text = bodyLine(exchange.responseBodyPreview);
  return text === "" ? null : shows(exchange.response?.last, "responseBody", { text });
}

export const gatewayError: Rule = {
  id: "http.upgrade.gateway-error",
  severity: "error",
  spec: "RFC 9110 §15.6",
  causes: [
    "recoveredBySelf",
    "backendDown",
    "backendSilent",
    "backendCrashed",
    "backendFirewalled",
    "noHealthyBackend",
    "serverClosing",
    "nginxLimits",
    "ingressEmpty",
    "proxyQueue",
    "connectionLimit",
  ],
  sources: [
    "https://www.rfc-editor.org/rfc/rfc9110#section-15.6",
    "https://nginx.org/en/docs/http/ngx_http_proxy_module.html",
  ],
  check(connection, context) {
    const found = answered(connection, "gateway");
    if (found === null) return null;
    const { status } = found.response;
    const afterMs = connection.upgrade?.durationMs ?? null;
    return draft("http.upgrade.gateway-error", status === 503 ? "unavailable" : "plain", {
      at: found.response.first,
      foldBy: String(status),
      args: { ...refusalArgs(connection, found.exchange, found.server), afterMs },
      evidence: [...found.evidence, bodyEvidence(found.exchange)],
      causes:
        status === 503
          ? unavailableCauses(connection, found.exchange, afterMs ?? 0, context)
          : gatewayCauses(status, afterMs ?? 0, found.path),
    });
  },
};

export const fieldsStripped: Rule = {
  id: "http.upgrade.fields-stripped",
  severity: "error",
  spec: "RFC 6455 §4.2.1, RFC 9110 §7.6.1",
  causes: ["nginxUpgradeLines", "apacheUpgrade", "proxyUpgradeOff"],
  sources: [
    "https://nginx.org/en/docs/http/websocket.html",
    "https://github.com/nginx/nginx/blob/master/src/http/modules/ngx_http_proxy_module.c",
  ],
  check(connection, context) {
    if (outcomeOf(connection) !== "stripped") return null;
    const exchange = handshakeOf(connection);
    if (!exchange?.request) return null;
    const { request, response } = exchange;
    const target = targetOf(exchange);
    const proxy = forwardedBy(exchange);
    const path = pathOf(target);
    const upgrade = fieldValue(request, "upgrade");
    const variant = request.version === "1.0" ? "http10" : upgrade === null ? "http11" : "connection";
    const shown = { version: request.version, connection: fieldValue(request, "connection"), marks: proxy };
    return draft("http.upgrade.fields-stripped", variant, {
      confidence: proxy === null && request.version !== "1.0" ? "likely" : "certain",
      at: request.first,
      args: { target, server: serverOf(connection), client: connection.client.address, proxy },
      evidence: [
        upgrade === null
          ? shows(request.first, "requestWithoutUpgrade", shown)
          : shows(request.first, "requestWithoutConnection", { ...shown, upgrade }),
        response === null
          ? null
          : shows(response.first, "response", { status: response.status, reason: response.reason }),
      ],
      causes: isApache(connection, context)
        ? [cause("likely", "apacheUpgrade", { path })]
        : [cause("likely", "nginxUpgradeLines", { path }), cause("possible", "proxyUpgradeOff", {})],
    });
  },
};

/** mod_proxy_http adds X-Forwarded-Server; or the answer to the client names Apache. */
function isApache(connection: ConnectionFacts, { joins }: Context): boolean {
  const { request } = handshakeOf(connection) ?? { request: null };
  const front = joins.before.get(connection.id)?.front;
  const answer = front === undefined ? null : handshakeOf(front);
  const named = answer === null ? null : proxyOf(answer);
  return (request !== null && fieldValue(request, "x-forwarded-server") !== null) || /apache/i.test(named ?? "");
}
