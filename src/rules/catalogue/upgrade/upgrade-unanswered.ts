import { cameAfterLeaving } from "../../../store/answered-late.ts";
import type { HttpExchangeFacts } from "../../../store/http-types.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { openThere } from "../../context/open-there.ts";
import { cause, draft, lesser, shows } from "../../draft.ts";
import { waitedAtEnd } from "../../ending/hung-up-poll.ts";
import { handshakeOf, isClosedUnread, outcomeOf, proxyOf } from "../../handshake/upgrade-outcome.ts";
import { mayBeDevServer } from "../../handshake/vite.ts";
import { endingEvidence } from "../../reading/ending.ts";
import {
  clientOf,
  endOf,
  fieldValue,
  hasEnded,
  NS_PER_MS,
  pathOf,
  serverOf,
  spanMs,
  targetOf,
  watchedUntil,
} from "../../reading/reading.ts";
import { stallWithin } from "../../reading/stall.ts";
import { before, within } from "../../reading/time-index.ts";
import { sealedRequest } from "../../sealed/sealed-request.ts";
import { isGivenUp } from "../../sessions/session-use.ts";
import type { Cause, EvidenceItem } from "../../types.ts";
import { ENGINE_IO_DESTROY_MS, workersTaken } from "../../upgrade/answer-causes.ts";
import { answeredTogether } from "../../upgrade/answered-together.ts";
import { askedFor } from "../../upgrade/asked.ts";
import { isOfProxy, speaksTls } from "../../upgrade/backend-scheme.ts";
import { askedInsideHttp2 } from "../../upgrade/http2.ts";
import { unansweredOpening } from "../../upgrade/polls.ts";
import { unreadProxyHeader } from "../../upgrade/proxy-header.ts";
import type { Rule } from "../rule.ts";
import { isDroppedUnread } from "./upgrade-dropped.ts";

/** How late or early the second of Engine.IO looks from here. */
const DESTROYED_WITHIN_MS = 150;

/** A setting needs no time to drop a request. */
const AT_ONCE_MS = 200;

/** An answer this soon after the client's FIN was caused by it, however long the path. */
const PROVOKED_MS = 1000;

/** A request that came right before the capture's end may yet be answered. */
const LEAST_WAIT_MS = 2000;

/** A proxy asks its backend within this time. */
const PASSED_ON_NS = 2e9;

/** Socket.IO's request for a session; of two legs that carried it the backend's is told. */
function checkPoll(connection: ConnectionFacts, context: Context) {
  const found = unansweredOpening(connection, context.analysis);
  const request = found?.exchange.request;
  if (!found || !request) return null;
  const askedNs = request.first.timestampNs;
  const isPassedOn = within(context.others().asked, askedNs, askedNs + PASSED_ON_NS).some(
    (other) =>
      serverOf(other.connection) !== serverOf(connection) &&
      other.exchange.request !== null &&
      other.exchange.request.first.packet > request.first.packet &&
      other.exchange.request.target === request.target &&
      (other.exchange.response === null || cameAfterLeaving(other.connection.tcp, other.exchange)),
  );
  if (isPassedOn) return null;
  const target = targetOf(found.exchange);
  return draft("http.upgrade.unanswered", "poll", {
    at: request.first,
    args: { target, server: serverOf(connection), client: clientOf(connection), afterMs: found.waitedMs },
    evidence: [askedFor(found.exchange), endingEvidence(connection), lateAnswer(found.exchange)],
    causes: [
      cause("likely", "pollUnanswered", { path: pathOf(target) }),
      // Node answers nothing where only Socket.IO listens, and for another path.
      cause("possible", "wrongPath", { path: pathOf(target) }),
    ],
  });
}

/** The poll of a running session that its server hung up on, as a process does that ends. */
function checkHungUp(connection: ConnectionFacts, context: Context) {
  const found = waitedAtEnd(connection, context);
  if (found === null) return null;
  const { exchange } = found.asked;
  return draft("http.upgrade.unanswered", "pollHungUp", {
    at: endOf(connection),
    args: {
      target: targetOf(exchange),
      server: serverOf(connection),
      client: clientOf(connection),
      afterMs: found.afterMs,
    },
    evidence: [askedFor(exchange), endingEvidence(connection)],
    causes: [cause("likely", "serverDied", {}), cause("possible", "serverTerminated", {})],
  });
}

function checkUnanswered(connection: ConnectionFacts, context: Context) {
  if (connection.tls?.rhythm) return sealedRequest(connection, context);
  if (askedInsideHttp2(connection) !== null) return null;
  const outcome = outcomeOf(connection);
  if (outcome === "none") return checkPoll(connection, context) ?? checkHungUp(connection, context);
  if (isGivenUp(connection, context)) return null;
  if (outcome === "late") return checkLate(connection, context);
  const isDropped = outcome === "dropped" && isDroppedUnread(connection, context);
  if ((outcome !== "unanswered" && !isDropped) || connection.tcp.halves[1].missingBytes > 0) return null;
  const request = handshakeOf(connection)?.request;
  const exchange = handshakeOf(connection);
  if (!exchange || !request) return null;
  const { tcp } = connection;
  const target = targetOf(exchange);
  const path = pathOf(target);
  const base = { target, server: serverOf(connection), client: clientOf(connection) };
  const asked = shows(request.first, "upgradeRequest", { target, host: fieldValue(request, "host") });
  const afterMs = spanMs(request.last, endOf(connection));
  if (hasEnded(connection) && tcp.firstCloser === "server") {
    if (isDropped || isClosedUnread(connection)) return closedUnread(connection, base, context);
    const isEngineIo = Math.abs(afterMs - ENGINE_IO_DESTROY_MS) < DESTROYED_WITHIN_MS;
    return draft("http.upgrade.unanswered", "serverClosed", {
      at: endOf(connection),
      args: { ...base, afterMs },
      evidence: [shows(connection.proxyHeader, "proxyHeader", {}), asked, endingEvidence(connection)],
      causes: [
        unreadProxyHeader(connection),
        isEngineIo && cause("likely", "engineIoPath", { path }),
        !isEngineIo && isViteAt(connection, context) && cause("likely", "devProxyDown", { path }),
        // Servers that look at the path themselves destroy what they do not know.
        cause(isEngineIo ? "possible" : "likely", "wrongPath", { path }),
        cause(isEngineIo ? "possible" : "likely", "handlerThrew", {}),
        afterMs < AT_ONCE_MS &&
          isOfProxy(connection, exchange, context) &&
          speaksTls(connection, context) === "unknown" &&
          cause("possible", "proxySpeaksPlain", { backend: serverOf(connection) }),
        // A backend is not asked for names, and few servers of applications drop a request by a setting.
        afterMs < AT_ONCE_MS && !context.joins.before.has(connection.id) && cause("possible", "backendGone", {}),
        afterMs < AT_ONCE_MS &&
          !context.joins.before.has(connection.id) &&
          cause("possible", "gatewayDrops", { host: fieldValue(request, "host") }),
      ],
    });
  }
  const causes = unansweredCauses(connection, context, path);
  if (hasEnded(connection) && tcp.firstCloser === "client") {
    const front = context.joins.before.get(connection.id)?.front;
    const left = front === undefined ? null : leftBefore(front, connection, context);
    const byClient = {
      at: endOf(connection),
      causes,
      evidence: [asked, left, endingEvidence(connection), lateAnswer(exchange)],
    };
    if (front === undefined)
      return draft("http.upgrade.unanswered", "clientGaveUp", { ...byClient, args: { ...base, afterMs } });
    const byProxy = { ...byClient, evidence: [asked, left, endingEvidence(connection, "proxy")] };
    return left !== null
      ? draft("http.upgrade.unanswered", "clientGaveUp", {
          ...byProxy,
          args: { ...base, client: clientOf(front), afterMs },
        })
      : draft("http.upgrade.unanswered", "proxyGaveUp", {
          ...byProxy,
          args: { ...base, afterMs, status: handshakeOf(front)?.response?.status },
        });
  }
  const waitedMs = (watchedUntil(connection, context.analysis.clockNs) - request.last.timestampNs) / 1e6;
  if (waitedMs < LEAST_WAIT_MS || isLeftOut(connection)) {
    // Where sockets do open, this one may well have been next. A running capture goes on, and so will tell.
    if (context.analysis.live || context.others().sockets.size > 0) return null;
    return draft("http.upgrade.unanswered", "pending", {
      severity: "note",
      at: request.first,
      args: { ...base, afterMs: Math.min(waitedMs, afterMs) },
      evidence: [asked, shows(connection.last, "lastPacket", {})],
      causes: causes.map((one) => one && lesser(one)),
    });
  }
  return draft("http.upgrade.unanswered", "silent", {
    at: endOf(connection),
    args: { ...base, afterMs: waitedMs },
    evidence: [asked, shows(connection.last, "lastPacket", {})],
    causes,
  });
}

/**
 * The request was not acknowledged, and not sent again either, as it would have been within a second or two (RFC 6298): the
 * capture lacks what came of it.
 */
const isLeftOut = ({ tcp }: ConnectionFacts): boolean => tcp.halves[0].unacknowledged?.retransmissions === 0;

/** What came when nobody waited for it any more. */
const lateAnswer = ({ response }: HttpExchangeFacts): EvidenceItem | null =>
  response && shows(response.first, "response", { status: response.status, reason: response.reason });

/** A proxy whose own client hung up first gave up because of it: that FIN or RST, as evidence; null: it did not. */
function leftBefore(front: ConnectionFacts, back: ConnectionFacts, { joins }: Context): EvidenceItem | null {
  const { closedAt, firstCloser, ending } = front.tcp;
  if (closedAt === null || firstCloser !== "client") return null;
  const timeOf = ({ id }: ConnectionFacts, ns: number): number => ns - (joins.aheadNs.get(id) ?? 0);
  if (timeOf(front, closedAt.timestampNs) > timeOf(back, endOf(back).timestampNs)) return null;
  const leg = `${clientOf(front)} → ${serverOf(front)}`;
  return shows(closedAt, ending === "rst" ? "legRst" : "legFin", { leg, from: "client" });
}

interface Asked {
  readonly target: string;
  readonly server: string;
  readonly client: string;
}

/** The end came before the request did: nobody looked at it. Either nobody takes connections there, or it is only a forwarder. */
function closedUnread(connection: ConnectionFacts, base: Asked, context: Context) {
  const { tcp } = connection;
  const open = openThere(connection, context);
  return draft("http.upgrade.unanswered", "closedUnread", {
    at: endOf(connection),
    args: { ...base, afterMs: tcp.established === null ? 0 : spanMs(tcp.established, endOf(connection)) },
    evidence: [shows(tcp.established, "established", {}), endingEvidence(connection)],
    causes: [
      open > 0 && cause("likely", "outOfDescriptors", {}),
      open > 0 && cause("likely", "connectionLimit", { count: open }),
      cause(open > 0 ? "possible" : "likely", "forwarderAlone", { port: connection.server.port }),
      open === 0 && cause("possible", "outOfDescriptors", {}),
    ],
  });
}

/** The client gave up, and the 101 came afterwards: there is a server, it is too slow for this client. */
function checkLate(connection: ConnectionFacts, context: Context) {
  const exchange = handshakeOf(connection);
  const { closedAt } = connection.tcp;
  if (!exchange?.request || !exchange.response || closedAt === null) return null;
  const target = targetOf(exchange);
  const { request, response } = exchange;
  const together = answeredTogether(connection, exchange, context);
  return draft("http.upgrade.unanswered", "late", {
    at: request.first,
    args: {
      target,
      server: serverOf(connection),
      client: clientOf(connection),
      afterMs: spanMs(request.last, closedAt),
      lateMs: spanMs(request.last, response.first),
    },
    evidence: [
      shows(request.first, "upgradeRequest", { target, host: fieldValue(request, "host") }),
      endingEvidence(connection),
      shows(response.first, "response", { status: response.status, reason: response.reason }),
    ],
    causes: [
      together > 0 && cause("likely", "serverStoodStill", { count: together + 1 }),
      cause(together > 0 ? "possible" : "likely", "slowHandshake", {}),
      stallWithin(connection, request.first.timestampNs, response.first.timestampNs) !== null &&
        cause("likely", "lossyPath", {}),
      context.joins.behind.has(connection.id) && cause("possible", "backendSilent", { path: pathOf(target) }),
    ],
  });
}

/** A proxy that answers as soon as its client is gone had been waiting itself; what comes much later was under way. */
function lateCauses(connection: ConnectionFacts, exchange: HttpExchangeFacts, path: string): (Cause | false)[] {
  const isProvoked = exchange.response !== null && spanMs(endOf(connection), exchange.response.first) < PROVOKED_MS;
  const status = exchange.response?.status;
  const isGateway = proxyOf(exchange) !== null || status === 502 || status === 504;
  if (isProvoked && isGateway)
    return [cause("likely", "backendSilent", { path }), cause("possible", "backendFirewalled", {})];
  return [
    cause(isProvoked ? "possible" : "likely", "slowHandshake", {}),
    isProvoked && cause("likely", "serverBlocked", {}),
    isGateway && cause("possible", "backendSilent", { path }),
  ];
}

/** A server that answers others meanwhile ignores this one; one that does not even take connections any more is stuck. */
function unansweredCauses(connection: ConnectionFacts, context: Context, path: string): (Cause | false)[] {
  // Vite answers its own sockets and leaves the others' alone (server/middlewares/proxy.ts).
  if (isViteAt(connection, context))
    return [cause("likely", "devProxyWs", { path }), cause("possible", "upgradeIgnored", { path })];
  const exchange = handshakeOf(connection);
  if (exchange !== null && exchange.response !== null) return lateCauses(connection, exchange, path);
  const { accepted, failed } = context.others();
  const endpoint = serverOf(connection);
  const [from, to] = [connection.first.timestampNs, endOf(connection).timestampNs];
  const meanwhile = accepted.get(endpoint);
  // Nobody can say of a server that it does not answer when it had no time to.
  if (connection.tcp.firstCloser === "client" && to - from < AT_ONCE_MS * NS_PER_MS)
    return [cause("likely", "pageLeft", {}), cause("possible", "serverBlocked", {})];
  const earlier = acceptedBefore(connection, context);
  if (hasServed(earlier, path))
    return [
      ...(servesOthers(earlier, connection)
        ? [
            cause("likely", "acceptsNobody", {}),
            workersTaken(connection, context),
            cause("likely", "slowHandshake", {}),
          ]
        : [cause("likely", "serverBlocked", {})]),
      !context.joins.before.has(connection.id) && cause("possible", "backendSilent", { path }),
    ];
  const answersOthers =
    meanwhile !== undefined &&
    within(meanwhile, from, to).some(({ exchanges }) => exchanges.some(({ response }) => response !== null));
  const dials = failed.get(endpoint);
  const isPatient = to - from >= LEAST_WAIT_MS * NS_PER_MS;
  const isTaken = exchange !== null && isTakenByEngineIo(exchange, (to - from) / NS_PER_MS);
  const takesNobody = dials !== undefined && within(dials, from, to).some(({ kind }) => kind === "tcp-unanswered");
  return [
    takesNobody && cause("likely", "serverBlocked", {}),
    !takesNobody && isTaken && cause("likely", "slowHandshake", {}),
    cause(takesNobody || isTaken ? "possible" : "likely", "upgradeIgnored", { path }),
    !takesNobody && !isTaken && isPatient && cause("possible", "slowHandshake", {}),
    !takesNobody && workersTaken(connection, context),
    !takesNobody && mayBeDevServer(connection, exchange) && cause("possible", "devProxyWs", { path }),
    !takesNobody && !context.joins.before.has(connection.id) && cause("possible", "nodeProxyNoWs", {}),
    !takesNobody && !answersOthers && cause("likely", "serverBlocked", {}),
  ];
}

/** The last connections that the server had accepted before this one. */
function acceptedBefore(connection: ConnectionFacts, context: Context): readonly ConnectionFacts[] {
  const accepted = context.others().accepted.get(serverOf(connection));
  if (accepted === undefined) return [];
  return before(accepted, connection.first.timestampNs).filter((other) => other !== connection);
}

/** Engine.IO lets go of a path that nobody takes within a second: it that waits longer has taken it, and asks before it accepts. */
const isTakenByEngineIo = ({ request }: HttpExchangeFacts, waitedMs: number): boolean =>
  /[?&]EIO=\d/.test(request?.target ?? "") && waitedMs >= ENGINE_IO_DESTROY_MS + DESTROYED_WITHIN_MS;

/** A WebSocket of this path is among them: the path has a handler. */
const hasServed = (earlier: readonly ConnectionFacts[], path: string): boolean =>
  earlier.some((other) => {
    const exchange = handshakeOf(other);
    return other.webSocket !== null && exchange?.response?.status === 101 && pathOf(targetOf(exchange)) === path;
  });

/** They go on hearing from the server while this connection waits: its program runs. */
function servesOthers(earlier: readonly ConnectionFacts[], connection: ConnectionFacts): boolean {
  const [from, to] = [connection.first.timestampNs, endOf(connection).timestampNs];
  if (to - from < LEAST_WAIT_MS * NS_PER_MS) return false;
  return earlier.some(({ webSocket, tcp }) => {
    const spoke = webSocket?.lastFrame[1] ?? null;
    const pauseMs = tcp.halves[1].longestPause?.ms ?? 0;
    return spoke !== null && spoke.timestampNs > (from + to) / 2 && pauseMs < (to - from) / NS_PER_MS / 2;
  });
}

/** The same port serves Vite's own WebSocket. */
const isViteAt = (connection: ConnectionFacts, { others }: Context): boolean =>
  others().viteServers.has(serverOf(connection));

export const upgradeUnanswered: Rule = {
  id: "http.upgrade.unanswered",
  severity: "error",
  spec: "RFC 6455 §4.2.2",
  causes: [
    "acceptsNobody",
    "outOfDescriptors",
    "connectionLimit",
    "workersTaken",
    "forwarderAlone",
    "recoveredBySelf",
    "slowHandshake",
    "lossyPath",
    "backendSilent",
    "backendFirewalled",
    "pollUnanswered",
    "engineIoPath",
    "upgradeIgnored",
    "devProxyWs",
    "nodeProxyNoWs",
    "devProxyDown",
    "handlerThrew",
    "proxyHeaderUnread",
    "gatewayDrops",
    "backendGone",
    "proxySpeaksPlain",
    "pageLeft",
    "wrongPath",
    "serverBlocked",
    "serverStoodStill",
    "requestNotAnswered",
    "serverDied",
    "serverTerminated",
    "keysWouldTell",
  ],
  sources: ["https://github.com/socketio/socket.io/blob/main/packages/engine.io/lib/server.ts"],
  check: checkUnanswered,
};
