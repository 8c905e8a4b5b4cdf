import type { ConnectionFacts, HttpExchangeFacts } from "../../store/types.ts";
import { bodyLine, fieldValue, pathOf, serverOf, targetOf, UNKNOWN_BACKEND } from "../reading.ts";
import { cause, draft, type Rule, shows } from "../rule.ts";
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
  causes: ["fellToSpa", "noUpgradeListener", "locationMissing"],
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
      causes: [
        proxyOf(found.exchange) === null
          ? cause("likely", "noUpgradeListener", { path: found.path })
          : cause("likely", "fellToSpa", { path: found.path, backend: UNKNOWN_BACKEND }),
        cause("possible", proxyOf(found.exchange) === null ? "fellToSpa" : "noUpgradeListener", {
          path: found.path,
          backend: UNKNOWN_BACKEND,
        }),
      ],
    });
  },
};

function bodyEvidence(exchange: HttpExchangeFacts) {
  const text = bodyLine(exchange.responseBodyPreview);
  return text === "" ? null : shows(exchange.response?.last, "responseBody", { text });
}

const READ_TIMEOUT_LEAST_MS = 5000;

export const gatewayError: Rule = {
  id: "http.upgrade.gateway-error",
  severity: "error",
  spec: "RFC 9110 §15.6",
  causes: ["backendDown", "backendSilent", "backendCrashed", "noHealthyBackend"],
  sources: [
    "https://www.rfc-editor.org/rfc/rfc9110#section-15.6",
    "https://nginx.org/en/docs/http/ngx_http_proxy_module.html",
  ],
  check(connection) {
    const found = answered(connection, "gateway");
    if (found === null) return null;
    const { status } = found.response;
    const afterMs = connection.upgrade?.durationMs ?? null;
    const slow = status === 504 || status === 524 || (afterMs ?? 0) >= READ_TIMEOUT_LEAST_MS;
    return draft("http.upgrade.gateway-error", "plain", {
      at: found.response.first,
      foldBy: String(status),
      args: { ...refusalArgs(connection, found.exchange, found.server), afterMs },
      evidence: [...found.evidence, bodyEvidence(found.exchange)],
      causes: [
        slow && cause("likely", "backendSilent", { path: found.path }),
        slow && cause("possible", "backendFirewalled", {}),
        !slow && status === 503 && cause("likely", "noHealthyBackend", {}),
        !slow && status === 503 && cause("possible", "serverClosing", {}),
        !slow && cause("likely", "backendDown", {}),
        !slow && cause("possible", "backendCrashed", {}),
      ],
    });
  },
};

export const fieldsStripped: Rule = {
  id: "http.upgrade.fields-stripped",
  severity: "error",
  spec: "RFC 6455 §4.2.1, RFC 9110 §7.6.1",
  causes: ["nginxUpgradeLines", "proxyUpgradeOff"],
  sources: [
    "https://nginx.org/en/docs/http/websocket.html",
    "https://github.com/nginx/nginx/blob/master/src/http/modules/ngx_http_proxy_module.c",
  ],
  check(connection) {
    if (outcomeOf(connection) !== "stripped") return null;
    const exchange = handshakeOf(connection);
    if (!exchange?.request) return null;
    const { request, response } = exchange;
    const target = targetOf(exchange);
    const proxy = forwardedBy(exchange);
    const path = pathOf(target);
    return draft("http.upgrade.fields-stripped", request.version === "1.0" ? "http10" : "http11", {
      confidence: proxy === null && request.version !== "1.0" ? "likely" : "certain",
      at: request.first,
      args: { target, server: serverOf(connection), client: connection.client.address, proxy },
      evidence: [
        shows(request.first, "requestWithoutUpgrade", {
          version: request.version,
          connection: fieldValue(request, "connection"),
          marks: proxy,
        }),
        response === null
          ? null
          : shows(response.first, "response", { status: response.status, reason: response.reason }),
      ],
      causes: [cause("likely", "nginxUpgradeLines", { path }), cause("possible", "proxyUpgradeOff", {})],
    });
  },
};
