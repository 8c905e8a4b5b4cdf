import { sidIn } from "../../base/session-id.ts";
import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { openThere } from "../context/open-there.ts";
import { cause } from "../draft.ts";
import { frontNamed, isRouted, mustBeTold } from "../handshake/fronts.ts";
import { ownPageOf } from "../handshake/own-page.ts";
import { handshakeOf, isPoll, isTimedOutPoll, proxyOf } from "../handshake/upgrade-outcome.ts";
import { fieldValue, pathOf, serverOf, UNKNOWN_BACKEND, wantsWebSocket } from "../reading/reading.ts";
import { before, within } from "../reading/time-index.ts";
import type { Cause, Confidence, FrontId } from "../types.ts";

/** Engine.IO destroys an upgrade that no handler took after 1000 ms (engine.io/lib/server.ts, destroyUpgradeTimeout). */
export const ENGINE_IO_DESTROY_MS = 1000;

/** Who says 504 at once says it for another reason. */
const READ_TIMEOUT_LEAST_MS = 5000;

/** A port that is closed says so sooner, as long as the way there is usual. */
const POLL_TAKEN_MS = 500;
/** A host that nobody finds on its own network is given up after three questions, one a second (Linux, mcast_solicit). */
const UNREACHABLE_MS = 3050;
const UNREACHABLE_OFF_MS = 150;

/** How to make that proxy pass an upgrade on; who names nobody is nginx, most often. */
export function upgradeLines(proxy: string | null, path: string): Cause[] {
  const front = frontNamed(proxy);
  if (front === "apache") return [cause("likely", "apacheUpgrade", { path })];
  if (front !== "nginx" && mustBeTold(front)) return [cause("likely", "frontUpgrade", { front, path })];
  return proxy !== null && front !== "nginx"
    ? [cause("likely", "proxyUpgradeOff", {})]
    : [cause("likely", "nginxUpgradeLines", { path }), cause("possible", "proxyUpgradeOff", {})];
}

/** The server says that it got no upgrade, though the client asked for one: lost at the proxy that is named, or at one before it. */
export function lostUpgrade(exchange: HttpExchangeFacts, path: string): Cause[] {
  const proxy = proxyOf(exchange);
  const front = frontNamed(proxy);
  return front !== "nginx" && mustBeTold(front)
    ? upgradeLines(proxy, path)
    : [cause("likely", "upgradeFieldsMissing", { path })];
}

/** A proxy that served the path itself has no place for it. */
export function noPlaceFor(proxy: string | null, path: string, backend: string = UNKNOWN_BACKEND): Cause {
  const front = frontNamed(proxy);
  return isRouted(front)
    ? cause("likely", "frontRoute", { front, path })
    : cause("likely", "locationMissing", { path, backend });
}

/** A plain GET came to whoever answered; proxies that pass upgrades on by themselves are hardly why. */
export const mayLoseUpgrades = (proxy: string | null): boolean => mustBeTold(frontNamed(proxy));

/** A page comes from the rule for pages; JSON and the like from a backend that saw a plain GET. */
export function pageCauses(exchange: HttpExchangeFacts, isPage: boolean, path: string): (Cause | false)[] {
  const proxy = proxyOf(exchange);
  const spa = (confidence: Confidence) => cause(confidence, "fellToSpa", { path, backend: UNKNOWN_BACKEND });
  if (proxy === null) return [cause("likely", "noUpgradeListener", { path }), spa("possible")];
  const front = frontNamed(proxy);
  if (front === "caddy" && exchange.responseBodyBytes === 0) {
    const host = exchange.request && fieldValue(exchange.request, "host");
    return [cause("likely", "caddyNoRoute", { path }), host !== null && cause("likely", "caddyOtherSite", { host })];
  }
  if (isPage && isRouted(front))
    return [cause("likely", "frontRoute", { front, path }), cause("possible", "noUpgradeListener", { path })];
  if (isPage) return [spa("likely"), cause("possible", "noUpgradeListener", { path })];
  return [...upgradeLines(proxy, path), cause("likely", "noUpgradeListener", { path }), spa("possible")];
}

/** `isPolled`: a poll is what was not answered, or fails beside it. */
export function gatewayCauses(
  exchange: HttpExchangeFacts,
  afterMs: number,
  path: string,
  isPolled: boolean,
): (Cause | false)[] {
  const status = exchange.response?.status;
  const front = frontNamed(proxyOf(exchange));
  if (isTimedOutPoll(exchange)) return [cause("likely", "pollTimeout", { idleMs: afterMs })];
  // A poll of a running session that had waited so long had got through to the backend.
  if (
    status === 502 &&
    isPoll(exchange) &&
    sidIn(exchange.request?.target) !== null &&
    afterMs >= POLL_TAKEN_MS &&
    Math.abs(afterMs - UNREACHABLE_MS) > UNREACHABLE_OFF_MS
  )
    return [cause("likely", "backendCrashed", { front }), cause("possible", "backendDown", { front })];
  if (status === 504 || status === 524 || afterMs >= READ_TIMEOUT_LEAST_MS)
    return [
      isPolled ? cause("likely", "pollUnanswered", { path }) : cause("likely", "backendSilent", { path }),
      cause("likely", "backendFirewalled", {}),
    ];
  // Who refuses the connection does so at once; Engine.IO lets go of a path that is not its own after this second.
  if (Math.abs(afterMs - ENGINE_IO_DESTROY_MS) < 150)
    return [
      exchange.request !== null &&
        wantsWebSocket(exchange.request) &&
        /[?&]EIO=/.test(exchange.request.target) &&
        cause("likely", "engineIoRewritten", { path }),
      cause("likely", "backendCrashed", { front }),
      cause("possible", "backendDown", { front }),
    ];
  if (saysOtherwiseWhenRefused(exchange, front))
    return [cause("likely", "backendCrashed", { front }), cause("possible", "proxyScheme", { front })];
  return [
    cause("likely", "backendDown", { front }),
    cause("possible", "backendCrashed", { front }),
    cause("possible", "backendFirewalled", {}),
    cause("possible", "proxyScheme", { front }),
  ];
}

/**
 * HAProxy, Apache (mod_proxy) and lighttpd say 503 where no backend takes the connection: their 502 (of lighttpd: 500) comes of
 * one that did take it, and broke off or said what is no HTTP. Apache says it of a name that it cannot look up, too, and tells so in its page.
 */
const saysOtherwiseWhenRefused = (exchange: HttpExchangeFacts, front: FrontId): boolean =>
  (exchange.response?.status === 500 ||
    (exchange.response?.status === 502 && (front === "haproxy" || front === "apache"))) &&
  !/DNS lookup failure/i.test(exchange.responseBodyPreview);

/** Socket.IO's client asks again within seconds (reconnectionDelayMax 5 s); what fails later may fail of something else. */
export const BESIDE_NS = 60e9;

/** A poll, or another one that opens a session at the same path and got the same word: it is not only upgrades that get no answer. */
export const isPolledAlike = (
  connection: ConnectionFacts,
  { request, response }: HttpExchangeFacts,
  { others }: Context,
): boolean =>
  (others().askedOf.get(serverOf(connection)) ?? []).some(
    (other) =>
      isPoll(other) &&
      other.request !== null &&
      request !== null &&
      other.response?.status === response?.status &&
      !/[?&]sid=/.test(other.request.target) &&
      pathOf(other.request.target) === pathOf(request.target) &&
      Math.abs(other.request.first.timestampNs - request.first.timestampNs) <= BESIDE_NS,
  );

/** A proxy says 503 when it has nobody to ask; or when it, or the backend's share of it, is full. */
export function unavailableCauses(
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
  const front = frontNamed(proxyOf(exchange));
  const ill = open === 0 && checkedIll(connection, exchange, context);
  if (ownPageOf(exchange) === "HAProxy" && afterMs >= WAITED_MS)
    return [
      full,
      ill,
      // WebSockets that are open there show that it can connect; without any it was more likely trying to.
      cause(open > 0 ? "possible" : "likely", "proxyRetried", { idleMs: afterMs }),
      cause(open > 0 ? "likely" : "possible", "proxyQueue", { idleMs: afterMs }),
    ];
  return [
    full,
    ill,
    cause(open > 0 || ill ? "possible" : "likely", "noHealthyBackend", {}),
    open === 0 && !ill && cause("likely", "backendDown", { front }),
    cause("possible", "serverClosing", {}),
  ];
}

/** RFC 6455 §4.4: with 426 a server names the versions that it speaks; 13 is not among them. */
export function wantsOtherVersion({ response }: HttpExchangeFacts): boolean {
  const spoken = response === null ? null : fieldValue(response, "sec-websocket-version");
  return spoken !== null && !/\b13\b/.test(spoken);
}

/** mod_proxy's own page names it. */
const TLS_TO_BACKEND = /Error during SSL Handshake with remote server/;

/** Of 500 and the like: nginx that says so itself has not asked its backend, or not got so far. */
export function serverErrorCauses(
  connection: ConnectionFacts,
  exchange: HttpExchangeFacts,
  context: Context,
): (Cause | false)[] {
  if (TLS_TO_BACKEND.test(exchange.responseBodyPreview))
    return [cause("certain", "proxyTlsFailed", { front: frontNamed(proxyOf(exchange)) })];
  const threw = [cause("likely", "handlerThrew", {}), cause("possible", "serverClosing", {})];
  if (ownPageOf(exchange) !== "nginx") return threw;
  const open = openThere(connection, context);
  return [cause("likely", "nginxFailed", {}), open > 0 && cause("likely", "connectionLimit", { count: open })];
}

const CHECKED_WITHIN_NS = 60e9;

/** Plain GETs of another host, answered by no 2xx or 3xx in the minutes around: the proxy asks whether its backend is well. */
function checkedIll(connection: ConnectionFacts, { request }: HttpExchangeFacts, context: Context): Cause | false {
  const atNs = (request?.first ?? connection.first).timestampNs;
  const { asked } = context.others();
  const checks = [...before(asked, atNs), ...within(asked, atNs + 1, atNs + CHECKED_WITHIN_NS)].filter(
    (other) =>
      serverOf(other.connection) !== serverOf(connection) &&
      other.exchange.request !== null &&
      other.exchange.request.first.timestampNs >= atNs - CHECKED_WITHIN_NS &&
      /^(?:GET|HEAD|OPTIONS)$/.test(other.exchange.request.method) &&
      !wantsWebSocket(other.exchange.request) &&
      (other.exchange.response?.status ?? 0) >= 400,
  );
  const last = checks.at(-1);
  if (last === undefined) return false;
  const backend = serverOf(last.connection);
  const same = checks.filter((other) => serverOf(other.connection) === backend);
  if (same.length < LEAST_CHECKS) return false;
  return cause("likely", "healthCheckFails", {
    backend,
    status: last.exchange.response?.status ?? 0,
    count: same.length,
  });
}

/** As many in a row make a balancer believe it. */
const LEAST_CHECKS = 2;

/** HAProxy that waits before it says that nobody is there believed somebody to be there: it says so at once where none is up. */
const WAITED_MS = 500;

/** Fewer leave workers free in any setting that one meets. */
const LEAST_TAKEN = 4;
/** The smallest default that one meets: 25 threads of a process of Apache; sixteen processes or threads are often set. */
const LIKELY_TAKEN = 16;

/** A request that waits while so many WebSockets are open there: each may hold a worker of the server. */
export function workersTaken(connection: ConnectionFacts, context: Context): Cause | false {
  const count = openThere(connection, context, handshakeOf(connection)?.request?.first.timestampNs);
  return count >= LEAST_TAKEN && cause(count >= LIKELY_TAKEN ? "likely" : "possible", "workersTaken", { count });
}
