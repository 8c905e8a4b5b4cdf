import type { HttpExchangeFacts } from "../../../store/http-types.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { cause, draft, lesser, shows } from "../../draft.ts";
import { pollLimit } from "../../ending/message-limit.ts";
import { isCredentialField, mayLogIn } from "../../handshake/credentials.ts";
import { engineIoCode } from "../../handshake/engine-io-code.ts";
import { forwarderOf, frontNamed, mayChangeHost } from "../../handshake/fronts.ts";
import { ownPageOf } from "../../handshake/own-page.ts";
import { isOffByServerClock } from "../../handshake/server-clock.ts";
import {
  asksPlainly,
  forwardedBy,
  handshakeOf,
  isPoll,
  outcomeOf,
  proxyOf,
  refusalArgs,
} from "../../handshake/upgrade-outcome.ts";
import { mayBeDevServer } from "../../handshake/vite.ts";
import { bodyLine, fieldHas, fieldValue, pathOf, serverOf, targetOf, wantsWebSocket } from "../../reading/reading.ts";
import type { Cause, VariantOf } from "../../types.ts";
import {
  lostUpgrade,
  mayLoseUpgrades,
  noPlaceFor,
  serverErrorCauses,
  upgradeLines,
  wantsOtherVersion,
} from "../../upgrade/answer-causes.ts";
import { askedFor } from "../../upgrade/asked.ts";
import { hostCheckOf } from "../../upgrade/host-check.ts";
import { isHeadLarge } from "../../upgrade/large-head.ts";
import { checkAlone, refusingCheck } from "../../upgrade/login-check.ts";
import { otherSite } from "../../upgrade/other-site.ts";
import { originCause } from "../../upgrade/page-origin.ts";
import { unreadProxyHeader } from "../../upgrade/proxy-header.ts";
import { PATH_SEEN, rewritten } from "../../upgrade/rewritten-path.ts";
import { serviceRefusal } from "../../upgrade/service-codes.ts";
import type { Rule } from "../rule.ts";

type Kind = VariantOf<"http.upgrade.refused">;

const KINDS: Readonly<Record<number, Kind>> = {
  400: "badRequest",
  401: "unauthorized",
  403: "forbidden",
  404: "notFound",
  405: "method",
  426: "upgradeRequired",
  413: "bodyTooLarge",
  414: "fieldsTooLarge",
  429: "tooMany",
  431: "fieldsTooLarge",
  503: "unavailable",
};

/** nginx and Apache say 400 for it, and why in the page. */
const TOO_LARGE =
  /Header Or Cookie Too Large|Header Fields Too Large|URI Too Large|Size of a request header field exceeds server limit/i;

/** Words of servers that got no upgrade: python-engineio, gorilla, coder/websocket, Tornado and aiohttp, websockets. */
const SAW_NO_UPGRADE =
  /Invalid websocket upgrade|token not found in '(?:Connection|Upgrade)' header|header "[^"]*" does not contain (?:Upgrade|websocket)|Can "Upgrade" only to "WebSocket"|"Connection" must be "Upgrade"|missing (?:Connection|Upgrade) header/i;

/** What uvicorn says (protocols/http) when it may not, or cannot, speak WebSocket. */
const UVICORN_WITHOUT = /^Unsupported upgrade request\.?\s*$/;

/** How Express, and NestJS on it, say that no route takes a plain GET. */
const PLAIN_GET = /Cannot GET /;

/** Words of a check of the Origin field; the origin server is what caches call the one behind them. */
const ABOUT_ORIGIN = /\borigins?\b(?! server)|\bCORS\b|来源/i;

/** The body names the field that is missing or wrong, as ws does. */
const HANDSHAKE_FIELDS = /Sec-WebSocket-|Upgrade header/i;

/** Servers that insist on a subprotocol say so, as Python's websockets: “missing subprotocol”, “invalid subprotocol; expected …”. */
const ABOUT_SUBPROTOCOL = /\bsub-?protocols?\b/i;

const saysTooLarge = ({ response, responseBodyPreview }: HttpExchangeFacts): boolean =>
  KINDS[response?.status ?? 0] === "fieldsTooLarge" || TOO_LARGE.test(responseBodyPreview);

const kindOf = (status: number, exchange: HttpExchangeFacts): Kind =>
  saysTooLarge(exchange) || (status === 400 && isTurnedDownUnread(exchange))
    ? "fieldsTooLarge"
    : (KINDS[status] ?? (status >= 500 ? "serverError" : "other"));

/** A header that is larger than many take, and a 400 that says nothing, or that the proxy says itself: its limit, most likely. */
const isTurnedDownUnread = (exchange: HttpExchangeFacts): boolean =>
  exchange.request !== null &&
  isHeadLarge(exchange.request) &&
  (exchange.responseBodyBytes === 0 || ownPageOf(exchange) !== null);

/** What ws says to a path that is not its own (WebSocketServer.shouldHandle); Engine.IO writes “Bad request”. */
const isRefusalOfWs = ({ request, responseBodyPreview }: HttpExchangeFacts): boolean =>
  responseBodyPreview.trim() === "Bad Request" &&
  request !== null &&
  wantsWebSocket(request) &&
  /[?&]EIO=\d/.test(request.target);

/**
 * The router of Express or NestJS answers for Socket.IO's path: where Socket.IO is attached it takes every request for it,
 * and says so when the fields of an upgrade are missing.
 */
const isExpressWithoutSocketIo = ({ request, responseBodyPreview }: HttpExchangeFacts): boolean =>
  // Nobody asks for Socket.IO at /: a proxy took the path away.
  /^\/[^?]+\?(?:.*&)?EIO=\d/.test(request?.target ?? "") && PATH_SEEN.test(responseBodyPreview);

/** Its own page: the proxy has no place for the path. Any other comes from behind it. */
function notFoundCauses(
  exchange: HttpExchangeFacts,
  path: string,
  connection: ConnectionFacts,
  context: Context,
): (Cause | false)[] {
  if (ownPageOf(exchange) !== null) {
    const site = otherSite(exchange, connection, context);
    const place = noPlaceFor(proxyOf(exchange), path);
    // Another name is served at this path: it has its place.
    const isServed = site && site.args["other"] !== undefined;
    return [isServed ? lesser(place) : place, site, cause("possible", "wrongPath", { path })];
  }
  const changed = rewritten(exchange);
  if (changed) return [changed, cause("possible", "wrongPath", { path })];
  if (isExpressWithoutSocketIo(exchange)) {
    // Socket.IO at another path hangs up on an upgrade (destroyUpgrade), and leaves polls to the others.
    const sawUpgrade = !isPoll(exchange) && proxyOf(exchange) === null;
    return [
      cause("likely", "socketIoNotAttached", { path }),
      cause(sawUpgrade ? "possible" : "likely", "wrongPath", { path }),
    ];
  }
  const isLost = mayLoseUpgrades(proxyOf(exchange)) && !isUnknownPath(exchange, connection, context);
  return [
    // The backend's router saw a plain GET: the proxy that named itself did pass it on.
    ...(PLAIN_GET.test(exchange.responseBodyPreview) &&
    proxyOf(exchange) !== null &&
    !isUnknownPath(exchange, connection, context)
      ? upgradeLines(proxyOf(exchange), path)
      : isLost
        ? lostUpgrade(exchange, path)
        : []),
    cause("likely", "wrongPath", { path }),
    /uvicorn/i.test(exchange.response ? (fieldValue(exchange.response, "server") ?? "") : "")
      ? cause("likely", "asgiNoLibrary", {})
      : !isLost && mayBeDevServer(connection, exchange) && cause("possible", "devProxyWs", { path }),
  ];
}

/** The client's own request had both fields. */
const asksForUpgrade = (exchange: HttpExchangeFacts): boolean =>
  !asksPlainly(exchange) && exchange.request !== null && wantsWebSocket(exchange.request);

/** A poll needs no upgrade: where it finds nothing, either, the fields are not what is missing. */
function isUnknownPath(exchange: HttpExchangeFacts, connection: ConnectionFacts, context: Context): boolean {
  if (isPoll(exchange)) return true;
  const path = pathOf(targetOf(exchange));
  return (context.others().askedOf.get(serverOf(connection)) ?? []).some(
    (other) => isPoll(other) && other.response?.status === 404 && pathOf(targetOf(other)) === path,
  );
}

function causesOf(kind: Kind, connection: ConnectionFacts, context: Context): (Cause | false)[] {
  const exchange = handshakeOf(connection);
  if (exchange === null) return [];
  const hostCheck = hostCheckOf(exchange);
  if (hostCheck) return [hostCheck];
  const origin = exchange.request ? fieldValue(exchange.request, "origin") : null;
  const wantsOrigin = origin === null && ABOUT_ORIGIN.test(exchange.responseBodyPreview);
  const isBare = exchange.request !== null && connection.tokens.length === 0 && !mayLogIn(exchange.request);
  const hasCookie = exchange.request !== null && fieldValue(exchange.request, "cookie") !== null;
  const server = exchange.response ? (fieldValue(exchange.response, "server") ?? "") : "";
  const path = pathOf(targetOf(exchange));
  const isOff = isOffByServerClock(connection, context.analysis);
  // The refusal of uvicorn and of daphne names nobody and says nothing; others that forbid tell why, or who they are.
  const isSilent = exchange.responseBodyBytes === 0;
  const isAsgi = /uvicorn|daphne|hypercorn/i.test(server) || (isSilent && /\bwebsockets\/\d/.test(server));
  const mayBeAsgi = isAsgi || (server === "" && isSilent);
  // Its own page: whatever the backend would have said, it was not asked.
  const proxy = ownPageOf(exchange);
  const before = frontNamed(proxyOf(exchange));
  const front = before === "other" ? forwarderOf(exchange.request) : before;
  const host =
    proxy === null &&
    mayChangeHost(front) &&
    mayMissHost(connection, exchange, context) &&
    cause("possible", "hostNotPassed", { front });
  // nginx drops fields with an underscore in their names (underscores_in_headers off).
  const underscored =
    proxy === null && /nginx|openresty|tengine/i.test(server)
      ? exchange.request?.fields.find(({ name }) => name.includes("_") && isCredentialField(name))
      : undefined;
  switch (kind) {
    case "fieldsTooLarge":
      return [cause(saysTooLarge(exchange) ? "certain" : "likely", "fieldsTooLarge", {})];
    case "badRequest":
      if (UVICORN_WITHOUT.test(exchange.responseBodyPreview)) return [cause("certain", "asgiNoLibrary", {})];
      if (SAW_NO_UPGRADE.test(exchange.responseBodyPreview) && asksForUpgrade(exchange))
        return [...lostUpgrade(exchange, path), cause("possible", "proxyChangedRequest", {})];
      if (ABOUT_SUBPROTOCOL.test(exchange.responseBodyPreview))
        return [cause("likely", "subprotocolMismatch", {}), cause("possible", "proxyChangedRequest", {})];
      return [
        unreadProxyHeader(connection),
        isPoll(exchange) &&
          exchange.request !== null &&
          fieldHas(exchange.request, "upgrade", "websocket") &&
          cause("certain", "upgradeOnPolls", { path }),
        isRefusalOfWs(exchange) && cause("likely", "serversShareUpgrades", {}),
        isRefusalOfWs(exchange) && cause("likely", "notSocketIoServer", {}),
        ...(HANDSHAKE_FIELDS.test(exchange.responseBodyPreview)
          ? [cause("likely", "badHandshakeFields", {}), cause("likely", "proxyChangedRequest", {})]
          : [
              cause("likely", "wrongPath", { path }),
              cause("possible", "badHandshakeFields", {}),
              cause("possible", "proxyChangedRequest", {}),
            ]),
      ];
    case "unauthorized":
      return [
        underscored !== undefined && cause("likely", "proxyDropsCredentials", { name: underscored.name.toLowerCase() }),
        proxy !== null && cause("likely", "proxyWantsLogin", { proxy }),
        proxy === null && isBare && cause("likely", "credentialsMissing", {}),
        isOff && cause("likely", "clockSkew", {}),
        cause(proxy === null && !isOff && !isBare ? "likely" : "possible", "tokenRejected", {}),
        proxy === null && !isOff && !isBare && cause("possible", "clockSkew", {}),
        host,
        !hasCookie && cause("possible", "cookieMissing", {}),
      ];
    case "forbidden":
      if (proxy !== null)
        return [
          cause("likely", "proxyForbids", { proxy, front: frontNamed(proxy) }),
          cause("possible", "gatewayPolicy", {}),
        ];
      return [
        isOff && cause("likely", "clockSkew", {}),
        origin !== null && originCause("likely", origin),
        wantsOrigin && cause("likely", "originMissing", {}),
        mayBeAsgi && cause(isAsgi && isSilent ? "likely" : "possible", "asgiNoRoute", { path }),
        cause(origin === null && !wantsOrigin ? "likely" : "possible", "tokenRejected", {}),
        host,
        cause("possible", "gatewayPolicy", {}),
      ];
    case "bodyTooLarge":
      return [
        (proxy === null ? pollLimit(connection, context.sessions) : null) ??
          cause(proxy === null ? "likely" : "certain", "bodyLimit", { proxy }),
      ];
    case "notFound":
      return notFoundCauses(exchange, path, connection, context);
    case "method":
      return [cause("likely", "pathNotWebSocket", { path }), cause("possible", "methodChanged", {})];
    case "upgradeRequired":
      return wantsOtherVersion(exchange)
        ? [cause("likely", "versionOther", {}), cause("possible", "upgradeFieldsMissing", { path })]
        : [...lostUpgrade(exchange, path), cause("possible", "versionOther", {})];
    case "tooMany":
      return [
        proxy === null ? cause("certain", "rateLimited", {}) : cause("certain", "proxyLimits", { proxy }),
        cause("likely", "reconnectStorm", {}),
      ];
    case "unavailable":
      return [cause("likely", "serverClosing", {}), cause("possible", "noHealthyBackend", {})];
    case "serverError":
      return serverErrorCauses(connection, exchange, context);
    default:
      if (exchange?.response?.status === 408) return [cause("likely", "requestTooSlow", {})];
      return (
        serviceRefusal(exchange) ?? [cause("possible", "gatewayPolicy", {}), cause("possible", "handlerThrew", {})]
      );
  }
}

/**
 * A proxy stands before whoever refused, and the capture holds only one of its legs: that it passed Host on cannot be seen, or,
 * behind it, is not so by the page's Origin. Servers that compare the two, or serve several names, refuse then.
 */
function mayMissHost({ id }: ConnectionFacts, exchange: HttpExchangeFacts, { joins }: Context): boolean {
  if (exchange.request === null || joins.behind.has(id) || joins.before.has(id)) return false;
  if (forwardedBy(exchange) === null) return proxyOf(exchange) !== null;
  const origin = /^[a-z]+:\/\/([^/]+)$/i.exec(fieldValue(exchange.request, "origin") ?? "")?.[1];
  const host = fieldValue(exchange.request, "host");
  const nameOf = (authority: string) => authority.replace(/:\d+$/, "").toLowerCase();
  return origin !== undefined && host !== null && nameOf(origin) !== nameOf(host);
}

function check(connection: ConnectionFacts, context: Context) {
  if (outcomeOf(connection) !== "refused") return null;
  const exchange = handshakeOf(connection);
  // `eio.request.refused` knows what Engine.IO says.
  if (!exchange?.request || !exchange.response || engineIoCode(exchange) !== null) return null;
  const server = serverOf(connection);
  const { status, reason } = exchange.response;
  const body = bodyLine(exchange.responseBodyPreview);
  const kind = kindOf(status, exchange);
  const alone = checkAlone(exchange, connection);
  if (alone !== null && context.joins.before.has(connection.id)) return null;
  const check = refusingCheck(exchange, connection, context.others());
  return draft("http.upgrade.refused", kind, {
    at: exchange.response.first,
    confidence: kind === "fieldsTooLarge" && !saysTooLarge(exchange) ? "likely" : undefined,
    foldBy: String(status),
    args: { ...refusalArgs(exchange, server), body },
    evidence: [
      shows(connection.proxyHeader, "proxyHeader", {}),
      askedFor(exchange, fieldValue(exchange.request, "origin")),
      shows(exchange.response.first, "response", { status, reason }),
      body === "" ? null : shows(exchange.response.last, "responseBody", { text: body }),
      check?.answered ?? null,
    ],
    causes: [check?.cause ?? alone, ...causesOf(kind, connection, context)],
  });
}

export const upgradeRefused: Rule = {
  id: "http.upgrade.refused",
  severity: "error",
  spec: "RFC 6455 §4.1, §4.2.2",
  causes: [
    "recoveredBySelf",
    "upgradeOnPolls",
    "proxyHeaderUnread",
    "hostNotAllowed",
    "socketIoNotAttached",
    "wrongPath",
    "fieldsTooLarge",
    "bodyLimit",
    "announcedLimit",
    "authRequest",
    "forwardAuth",
    "nginxUpgradeLines",
    "apacheUpgrade",
    "frontUpgrade",
    "frontRoute",
    "proxyTlsFailed",
    "proxyUpgradeOff",
    "proxyRewritesPath",
    "serversShareUpgrades",
    "notSocketIoServer",
    "subprotocolMismatch",
    "proxyWantsLogin",
    "proxyForbids",
    "proxyLimits",
    "nginxFailed",
    "connectionLimit",
    "asgiNoRoute",
    "asgiNoLibrary",
    "tokenRejected",
    "originRefused",
    "originNull",
    "originMissing",
    "hostNotPassed",
    "proxyChangesHost",
    "proxyDropsCredentials",
    "locationMissing",
    "nginxOtherSite",
    "upgradeFieldsMissing",
    "badHandshakeFields",
    "devProxyWs",
    "requestTooSlow",
    "gatewayPolicy",
    "rateLimited",
    "awsClientLeft",
    "awsForwardedFor",
    "awsProtocol",
    "handlerThrew",
    "serverClosing",
    "noHealthyBackend",
    "clockSkew",
    "proxyChangedRequest",
    "cookieMissing",
    "credentialsMissing",
    "pathNotWebSocket",
    "methodChanged",
    "versionOther",
    "reconnectStorm",
  ],
  sources: [
    "https://www.rfc-editor.org/rfc/rfc6455#section-4.2.2",
    "https://github.com/websockets/ws/blob/master/lib/websocket-server.js",
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html",
  ],
  check,
};
