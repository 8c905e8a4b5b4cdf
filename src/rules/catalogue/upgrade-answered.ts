import type { ConnectionFacts, HttpExchangeFacts } from "../../store/types.ts";
import type { Context } from "../context.ts";
import { ownPageOf } from "../own-page.ts";
import { bodyLine, fieldValue, pathOf, serverOf, targetOf, UNKNOWN_BACKEND } from "../reading.ts";
import { cause, draft, type Rule, shows } from "../rule.ts";
import { within } from "../time-index.ts";
import type { Cause, Confidence } from "../types.ts";
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
  check(connection) {
    const found = answered(connection, "redirected");
    if (found === null) return null;
    const location = fieldValue(found.response, "location");
    const path = (location ?? "").replace(/^[a-z]+:\/\/[^/]*/i, "").split("?")[0] ?? "";
    return draft("http.upgrade.redirected", "plain", {
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
        path === `${found.path}/` && cause("certain", "trailingSlash", { path }),
        /login|auth|signin|sso/i.test(location ?? "") && cause("likely", "loginRedirect", {}),
        cause("possible", "redirectToHttps", {}),
      ],
    });
  },
};

export const pageReturned: Rule = {
  id: "http.upgrade.page-returned",
  severity: "error",
  spec: "RFC 6455 §4.2.2",
  causes: ["fellToSpa", "noUpgradeListener", "nginxUpgradeLines", "caddyNoRoute", "locationMissing"],
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

/** A page comes from the rule for pages; JSON and the like from a backend that saw a plain GET. */
function pageCauses(exchange: HttpExchangeFacts, isPage: boolean, path: string): Cause[] {
  const proxy = proxyOf(exchange);
  const spa = (confidence: Confidence) => cause(confidence, "fellToSpa", { path, backend: UNKNOWN_BACKEND });
  if (proxy === null) return [cause("likely", "noUpgradeListener", { path }), spa("possible")];
  if (/caddy/i.test(proxy) && exchange.responseBodyBytes === 0) return [cause("likely", "caddyNoRoute", { path })];
  if (isPage) return [spa("likely"), cause("possible", "noUpgradeListener", { path })];
  return [
    cause("likely", "nginxUpgradeLines", { path }),
    cause("likely", "noUpgradeListener", { path }),
    spa("possible"),
  ];
}

function bodyEvidence(exchange: HttpExchangeFacts) {
  const text = bodyLine(exchange.responseBodyPreview);
  return text === "" ? null : shows(exchange.response?.last, "responseBody", { text });
}

const READ_TIMEOUT_LEAST_MS = 5000;

export const gatewayError: Rule = {
  id: "http.upgrade.gateway-error",
  severity: "error",
  spec: "RFC 9110 §15.6",
  causes: [
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

function gatewayCauses(status: number, afterMs: number, path: string): Cause[] {
  if (status === 504 || status === 524 || afterMs >= READ_TIMEOUT_LEAST_MS)
    return [cause("likely", "backendSilent", { path }), cause("possible", "backendFirewalled", {})];
  return [cause("likely", "backendDown", {}), cause("possible", "backendCrashed", {})];
}

/** A proxy says 503 when it has nobody to ask; or when it, or the backend's share of it, is full. */
function unavailableCauses(
  connection: ConnectionFacts,
  exchange: HttpExchangeFacts,
  afterMs: number,
  context: Context,
): (Cause | false)[] {
  const open = openThere(connection, context);
  const full = open > 0 && cause("likely", "connectionLimit", { count: open });
  // nginx: ngx_http_limit_conn_module, ngx_http_limit_req_module; unreachable backends are 502 and 504 to it.
  if (ownPageOf(exchange) === "nginx")
    return [full, cause("likely", "nginxLimits", {}), cause("possible", "ingressEmpty", {})];
  return [
    full,
    ownPageOf(exchange) === "HAProxy" && afterMs >= QUEUED_MS && cause("likely", "proxyQueue", { idleMs: afterMs }),
    cause(open > 0 ? "possible" : "likely", "noHealthyBackend", {}),
    open === 0 && cause("likely", "backendDown", {}),
    cause("possible", "serverClosing", {}),
  ];
}

/** A proxy that waits before it says that nobody is there had somebody to wait for. */
const QUEUED_MS = 500;

/** WebSockets that were open at the same endpoint when this one was turned away. */
function openThere(connection: ConnectionFacts, context: Context): number {
  const at = connection.first.timestampNs;
  const accepted = context.others().accepted.get(serverOf(connection));
  if (accepted === undefined) return 0;
  return within(accepted, 0, at).filter(
    ({ webSocket, last }) => webSocket !== null && webSocket.openedAt.timestampNs < at && last.timestampNs > at,
  ).length;
}

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
