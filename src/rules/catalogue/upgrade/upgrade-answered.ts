import type { Mark } from "../../../base/packet-view.ts";
import type { ArpFacts } from "../../../store/across-types.ts";
import type { HttpExchangeFacts } from "../../../store/http-types.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import { type Context, keyOf } from "../../context/context.ts";
import { cause, draft, lesser, shows } from "../../draft.ts";
import { endingOnLeg, hungUpBehind } from "../../ending/hung-up-poll.ts";
import { forwarderOf, frontNamed, fronts } from "../../handshake/fronts.ts";
import {
  askOf,
  asksPlainly,
  contentType,
  forwardedBy,
  handshakeOf,
  isPoll,
  type Outcome,
  outcomeOf,
  proxyOf,
  refusalArgs,
} from "../../handshake/upgrade-outcome.ts";
import { bodyLine, fieldValue, pathOf, serverOf, spanMs, targetOf } from "../../reading/reading.ts";
import { within } from "../../reading/time-index.ts";
import { isJustOpened } from "../../sessions/session-use.ts";
import type { Cause, CauseId } from "../../types.ts";
import {
  gatewayCauses,
  isPolledAlike,
  pageCauses,
  unavailableCauses,
  upgradeLines,
} from "../../upgrade/answer-causes.ts";
import { askedFor } from "../../upgrade/asked.ts";
import { isLoginCheck } from "../../upgrade/login-check.ts";
import { otherSite } from "../../upgrade/other-site.ts";
import { serviceCauses } from "../../upgrade/service-codes.ts";
import { isStandIn } from "../../upgrade/stand-in-page.ts";
import { isUnreachable, searchInVain } from "../../upgrade/unreachable-backend.ts";
import type { Rule } from "../rule.ts";

/** The exchange, when the handshake came out like this and was answered. */
function answered(connection: ConnectionFacts, outcome: Outcome) {
  if (outcomeOf(connection) !== outcome) return null;
  const exchange = handshakeOf(connection);
  if (!exchange?.request || !exchange.response) return null;
  const { request, response } = exchange;
  const target = targetOf(exchange);
  const evidence = [
    askedFor(exchange),
    shows(response.first, "response", { status: response.status, reason: response.reason }),
  ];
  return { exchange, request, response, target, path: pathOf(target), evidence, server: serverOf(connection) };
}

export const upgradeRedirected: Rule = {
  id: "http.upgrade.redirected",
  severity: "error",
  spec: "RFC 6455 §4.1, WHATWG WebSockets §2.1",
  causes: ["redirectToHttps", "nginxOtherSite", "trailingSlash", "loginRedirect", "movedElsewhere"],
  sources: ["https://websockets.spec.whatwg.org/#websocket-opening-handshake"],
  check(connection, context) {
    const found = answered(connection, "redirected");
    if (found === null) return null;
    const location = fieldValue(found.response, "location");
    const isSecure = /^(https|wss):/i.test(location ?? "");
    const path = (location ?? "").replace(/^[a-z]+:\/\/[^/]*/i, "").split("?")[0] ?? "";
    const followed = hasFollowed(connection, found.response.last, { path, isSecure }, context);
    return draft("http.upgrade.redirected", followed ? "followed" : isPoll(found.exchange) ? "poll" : "plain", {
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
        isSecure && cause("likely", "redirectToHttps", {}),
        isSecure && mayBeOtherSite(found.exchange, connection, context),
        path === `${found.path}/` && cause("certain", "trailingSlash", { path: found.path }),
        /login|auth|signin|sso/i.test(location ?? "") && cause("likely", "loginRedirect", {}),
        location === null
          ? cause("possible", "redirectToHttps", {})
          : !isSecure &&
            path !== `${found.path}/` &&
            cause("likely", "movedElsewhere", { path: location.split("?")[0] ?? "" }),
      ],
    });
  },
};

/** A block that only redirects is the default one, often: what it answers for has a block of its own, or none. */
function mayBeOtherSite(exchange: HttpExchangeFacts, connection: ConnectionFacts, context: Context): Cause | false {
  const site = otherSite(exchange, connection, context);
  return site && lesser(site);
}

const FOLLOWS_WITHIN_NS = 5e9;

/** The same client asked for what the redirect names right after, and got its WebSocket: of one to TLS, inside TLS. */
function hasFollowed(
  { client }: ConnectionFacts,
  after: Mark,
  { path, isSecure }: { readonly path: string; readonly isSecure: boolean },
  { others }: Context,
): boolean {
  const from = after.timestampNs;
  return within(others().asked, from, from + FOLLOWS_WITHIN_NS).some(
    ({ connection, exchange }) =>
      connection.client.address === client.address &&
      (!isSecure || connection.tls !== null) &&
      exchange.response?.status === 101 &&
      exchange.request !== null &&
      pathOf(exchange.request.target) === (path === "" ? "/" : path),
  );
}

export const pageReturned: Rule = {
  id: "http.upgrade.page-returned",
  severity: "error",
  spec: "RFC 6455 §4.2.2",
  causes: [
    "recoveredBySelf",
    "fellToSpa",
    "noUpgradeListener",
    "nginxUpgradeLines",
    "apacheUpgrade",
    "frontUpgrade",
    "proxyUpgradeOff",
    "caddyNoRoute",
    "caddyOtherSite",
    "frontRoute",
    "locationMissing",
    "backendDown",
    "backendCrashed",
  ],
  sources: ["https://nginx.org/en/docs/http/websocket.html", "https://github.com/socketio/socket.io/issues/3508"],
  check(connection, context) {
    const found = answered(connection, "page");
    if (found === null) return null;
    const type = contentType(found.exchange);
    const isPage = /html/i.test(type ?? "");
    const hungUp = hungUpBehind({ connection, exchange: found.exchange }, context.others())?.connection ?? null;
    const isInstead = hungUp !== null || isStandIn(connection, found.exchange, context);
    return draft("http.upgrade.page-returned", isInstead ? "standIn" : isPage ? "page" : "other", {
      confidence: isInstead && hungUp === null ? "likely" : undefined,
      at: found.response.first,
      args: {
        status: found.response.status,
        ask: askOf(found.exchange),
        target: found.target,
        server: found.server,
        contentType: type,
      },
      evidence: [hungUp && endingOnLeg(hungUp), ...found.evidence, bodyEvidence(found.exchange)],
      causes: isInstead
        ? standInCauses(found.exchange, hungUp !== null)
        : pageCauses(found.exchange, isPage, found.path),
    });
  },
};

function standInCauses(exchange: HttpExchangeFacts, hasHungUp: boolean): Cause[] {
  const front = frontNamed(proxyOf(exchange));
  if (hasHungUp) return [cause("certain", "backendCrashed", { front })];
  return [cause("likely", "backendDown", { front }), cause("possible", "backendCrashed", { front })];
}

function bodyEvidence(exchange: HttpExchangeFacts) {
  const text = bodyLine(exchange.responseBodyPreview);
  return text === "" ? null : shows(exchange.response?.last, "responseBody", { text });
}

/** A port that refuses does so at once, and so does a scheme that is wrong. */
const SAID_BY_UNREACHABLE: ReadonlySet<CauseId> = new Set(["backendFirewalled", "backendDown", "proxyScheme"]);

function gatewayErrorCauses(
  { exchange, request, response, path }: NonNullable<ReturnType<typeof answered>>,
  connection: ConnectionFacts,
  hasHungUp: boolean,
  search: ArpFacts | null,
  context: Context,
): (Cause | false)[] {
  const afterMs = spanMs(request.last, response.first);
  if (hasHungUp) return [cause("certain", "backendCrashed", { front: frontNamed(proxyOf(exchange)) })];
  const isPolled = isPoll(exchange) || isPolledAlike(connection, exchange, context);
  const usual =
    response.status === 503
      ? unavailableCauses(connection, exchange, afterMs, context)
      : gatewayCauses(exchange, afterMs, path, isPolled);
  const ofService = serviceCauses(exchange, path, usual, isPolled);
  if (ofService !== null || response.status === 503) return ofService ?? usual;
  if (search === null && !isUnreachable(connection, exchange, context))
    return isJustOpened(exchange, context) ? crashedFirst(exchange, usual) : usual;
  return [
    cause("likely", "backendUnreachable", { server: search?.target }),
    ...usual.map((one) => one && !SAID_BY_UNREACHABLE.has(one.id) && lesser(one)),
  ];
}

/** A backend that has just opened this session was there, and died of what came next. */
function crashedFirst(exchange: HttpExchangeFacts, usual: readonly (Cause | false)[]): (Cause | false)[] {
  const left = usual.filter((one) => one && one.id !== "backendCrashed");
  return [
    cause("likely", "backendCrashed", { front: frontNamed(proxyOf(exchange)) }),
    ...left.map((one) => one && lesser(one)),
  ];
}

export const gatewayError: Rule = {
  id: "http.upgrade.gateway-error",
  severity: "error",
  spec: "RFC 9110 §15.6",
  causes: [
    "recoveredBySelf",
    "backendDown",
    "backendSilent",
    "pollUnanswered",
    "backendCrashed",
    "proxyScheme",
    "engineIoRewritten",
    "pollTimeout",
    "backendFirewalled",
    "edgeRefused",
    "edgeNotReached",
    "edgeTls",
    "edgeTunnel",
    "awsTargets",
    "backendUnreachable",
    "noHealthyBackend",
    "healthCheckFails",
    "serverClosing",
    "nginxLimits",
    "ingressEmpty",
    "proxyRetried",
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
    const afterMs = spanMs(found.request.last, found.response.first);
    const hungUp = isPoll(found.exchange)
      ? (hungUpBehind({ connection, exchange: found.exchange }, context.others())?.connection ?? null)
      : null;
    const search = searchInVain(connection, found.exchange, context);
    const [asked, ...others] = found.evidence;
    const causes = gatewayErrorCauses(found, connection, hungUp !== null, search, context);
    return draft("http.upgrade.gateway-error", status === 503 ? "unavailable" : "plain", {
      at: found.response.first,
      // Of a host that is not reached both come, as it falls out, for one fault.
      foldBy: causes.some((one) => one && one.id === "backendUnreachable") ? "unreachable" : String(status),
      args: { ...refusalArgs(found.exchange, found.server), afterMs },
      evidence: [
        asked ?? null,
        hungUp && endingOnLeg(hungUp),
        search && shows(search.first, "arpRequest", { sender: search.sender, target: search.target }),
        ...others,
        bodyEvidence(found.exchange),
      ],
      causes,
    });
  },
};

export const fieldsStripped: Rule = {
  id: "http.upgrade.fields-stripped",
  severity: "error",
  spec: "RFC 6455 §4.2.1, RFC 9110 §7.6.1",
  causes: ["nginxUpgradeLines", "apacheUpgrade", "frontUpgrade", "proxyUpgradeOff"],
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
    // The configuration to change speaks of the path that the client asked for.
    const front = context.joins.before.get(connection.id)?.front;
    const path = pathOf((front && handshakeOf(front)?.request?.target) ?? target);
    if (isSubrequest(connection, context)) return null;
    // Of several proxies in a row the one is to blame whose own client still asked for it.
    if (front !== undefined && outcomeOf(front) === "stripped") return null;
    const upgrade = fieldValue(request, "upgrade");
    const variant = request.version === "1.0" ? "http10" : upgrade === null ? "http11" : "connection";
    const shown = { version: request.version, connection: fieldValue(request, "connection"), marks: proxy };
    return draft("http.upgrade.fields-stripped", variant, {
      confidence: proxy === null && request.version !== "1.0" ? "likely" : "certain",
      at: request.first,
      args: { target, server: serverOf(connection), client: proxyAddress(connection, front), proxy },
      evidence: [
        upgrade === null
          ? shows(request.first, "requestWithoutUpgrade", shown)
          : shows(request.first, "requestWithoutConnection", { ...shown, upgrade }),
        response === null
          ? null
          : shows(response.first, "response", { status: response.status, reason: response.reason }),
      ],
      causes: upgradeLines(proxyBefore(connection, context), path),
    });
  },
};

const LOOPBACK = /^(?:127\.|::1$)/;

/** Who calls the next one on the same machine is known by the address at which its own clients find it. */
const proxyAddress = ({ client }: ConnectionFacts, front: ConnectionFacts | undefined): string =>
  front !== undefined && LOOPBACK.test(client.address) ? serverOf(front) : client.address;

/**
 * nginx's auth_request asks another location first and passes the client's fields on, Sec-WebSocket-Key among them: a
 * login check and no WebSocket. It is told by the true request beside it, or by nginx answering for itself.
 */
function isSubrequest(connection: ConnectionFacts, context: Context): boolean {
  const exchange = handshakeOf(connection);
  const answeredNs = exchange?.response?.first.timestampNs ?? Number.POSITIVE_INFINITY;
  const uses = context.keyUses.get(keyOf(exchange) ?? "");
  const latest = uses === undefined ? undefined : latestTrueUses(uses).get(connection.client.address);
  if (latest !== undefined && latest >= answeredNs) return true;
  const join = context.joins.before.get(connection.id);
  return join !== undefined && isLoginCheck(join);
}

const known = new WeakMap<readonly ConnectionFacts[], ReadonlyMap<string, number>>();

/** When each client last asked for a WebSocket with a key that all of these bear: looked up once for thousands. */
function latestTrueUses(uses: readonly ConnectionFacts[]): ReadonlyMap<string, number> {
  const made = known.get(uses);
  if (made !== undefined) return made;
  const latest = new Map<string, number>();
  for (const use of uses) {
    const exchange = handshakeOf(use);
    if (exchange !== null && asksPlainly(exchange)) continue;
    const askedNs = exchange?.request?.first.timestampNs ?? 0;
    latest.set(use.client.address, Math.max(latest.get(use.client.address) ?? 0, askedNs));
  }
  known.set(uses, latest);
  return latest;
}

/** By what it adds, or as its answer to the client names it. */
function proxyBefore(connection: ConnectionFacts, { joins }: Context): string | null {
  const front = joins.before.get(connection.id)?.front;
  const answer = front === undefined ? null : handshakeOf(front);
  const id = forwarderOf(handshakeOf(connection)?.request ?? null);
  return fronts.find((one) => one.id === id)?.name ?? (answer === null ? null : proxyOf(answer));
}
