import { isBefore } from "../../../base/packet-view.ts";
import { sidIn } from "../../../base/session-id.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import { isViolation } from "../../../store/unread.ts";
import type { Context } from "../../context/context.ts";
import { endedByProxy } from "../../context/legs.ts";
import { cause, draft, shows } from "../../draft.ts";
import { failedOnMessage } from "../../ending/end-signs.ts";
import { switched } from "../../handshake/switched.ts";
import { handshakeOf } from "../../handshake/upgrade-outcome.ts";
import { endingEvidence } from "../../reading/ending.ts";
import { firstClose } from "../../reading/first-close.ts";
import { firstVerdict, saidBefore } from "../../reading/last-words.ts";
import { directionOf, endOf, hasEnded, pathOf, serverOf, spanMs } from "../../reading/reading.ts";
import { within } from "../../reading/time-index.ts";
import { isWordless } from "../../reading/turned-away.ts";
import { cachedHandshake } from "../../sessions/cached-handshake.ts";
import { CLOSED_AGAIN, timesClosedBeneath } from "../../sessions/closed-beneath.ts";
import { isGivenUp, wasRefused } from "../../sessions/session-use.ts";
import { cameThroughProxy, waitingInFront } from "../../upgrade/node-proxy.ts";
import type { Rule } from "../rule.ts";

const AT_ONCE_MS = 1000;
/** The server took the WebSocket and closed it by the book before it said anything: a refusal that looks like an end. */
function checkPolite(connection: ConnectionFacts, context: Context) {
  const { webSocket } = connection;
  const found = switched(connection);
  const first = firstClose(connection);
  if (found === null || webSocket === null || first?.direction !== 1) return null;
  const { close } = first;
  if (close.code !== 1000 && close.code !== null) return null;
  // More may have been said than the capture holds.
  if (connection.tcp.halves[1].missingBytes > 0) return null;
  const afterMs = spanMs(webSocket.openedAt, close);
  const args = { server: found.server, code: close.code ?? 1005, reason: close.reason, afterMs };
  const ended = shows(close, "closeFrame", { from: "server", code: close.code, reason: close.reason });
  const verdict = firstVerdict(connection, close);
  const explained = saidBefore(connection, "server", close);
  if (verdict !== null)
    return draft("http.upgrade.closed-at-once", "told", {
      at: close,
      severity: "warning",
      args: { ...args, text: verdict.text },
      evidence: [...found.evidence(), explained.evidence, ended],
      causes: explained.causes,
    });
  if (!isWordless(connection, close)) return null;
  // Engine.IO closes so at once what wants a session that has its WebSocket already (engine.io/lib/server.ts).
  const sid = sidIn(handshakeOf(connection)?.request?.target);
  const cached = sid === null ? null : cachedHandshake(sid, pathOf(found.target), context);
  if (sid !== null && cached !== null && wasRefused(sid, context)) return null;
  // Told of the session, which it was to carry.
  if (timesClosedBeneath(connection, context) >= CLOSED_AGAIN) return null;
  return draft("http.upgrade.closed-at-once", "close", {
    at: close,
    severity: "warning",
    args: { ...args, target: found.target },
    evidence: [...found.evidence(), ended],
    causes:
      cached === null
        ? [
            cause("likely", "tokenRejected", {}),
            cause("likely", "handlerThrew", {}),
            cause("possible", "serverClosing", {}),
          ]
        : [cached],
  });
}

/** The client hung up, and its proxy did the same behind it: the client's own leg tells why. */
function isPassedOn({ id, tcp }: ConnectionFacts, { joins }: Context): boolean {
  const front = joins.before.get(id)?.front;
  return front?.webSocket != null && tcp.firstCloser === "client" && front.tcp.firstCloser === "client";
}

/**
 * The RST of a system that knows no such connection: it answers a packet that came after the 101, and acknowledges nothing
 * (RFC 9293 §3.10.7.1). The client had been gone before, and whatever ended it, it is no verdict on the 101.
 */
function isUnknownThere({ tcp, webSocket }: ConnectionFacts): boolean {
  const reset = tcp.resets.find(({ packet }) => packet === tcp.closedAt?.packet);
  if (reset === undefined || webSocket === null || reset.from !== "client" || reset.hasAck) return false;
  return reset.answers !== null && reset.answers.packet > webSocket.openedAt.packet;
}

const BESIDE_NS = 60e9;

/** This server closed another WebSocket as soon, before anything had been said on it. */
function closesUnasked(connection: ConnectionFacts, { others }: Context): boolean {
  const dropped = others().dropped.get(serverOf(connection));
  if (dropped === undefined) return false;
  const at = endOf(connection).timestampNs;
  return within(dropped, at - BESIDE_NS, at + BESIDE_NS).some((other) => {
    const { webSocket, tcp } = other;
    if (other === connection || webSocket === null || tcp.closedAt === null || tcp.halves[0].missingBytes > 0)
      return false;
    const [asked, said] = webSocket.firstFrame;
    const isUnasked = asked === null || isBefore(tcp.closedAt, asked);
    return said === null && isUnasked && spanMs(webSocket.openedAt, tcp.closedAt) <= AT_ONCE_MS;
  });
}

/** 101, and then the connection ended before a single frame. */
function checkClosedAtOnce(connection: ConnectionFacts, context: Context) {
  const { webSocket, tcp } = connection;
  const found = switched(connection);
  if (
    found === null ||
    webSocket === null ||
    tcp.closedAt === null ||
    tcp.firstCloser === null ||
    !hasEnded(connection)
  )
    return null;
  // Its proxy hung up on both sides: neither end did.
  if (endedByProxy(connection, context.joins) !== null || isPassedOn(connection, context)) return null;
  const [clientClose, serverClose] = webSocket.closeFrames;
  if (serverClose !== null) return checkPolite(connection, context);
  if (clientClose !== null) return null;
  if ((webSocket.eventCounts["not-websocket"] ?? 0) > 0) return null;
  // It was given what it must not take (RFC 6455 §7.1.7): that is the story, however early it came.
  const { firstCloser } = tcp;
  if (webSocket.events.some((event) => event.from !== firstCloser && isViolation(event))) return null;
  // What the other side had sent already does not matter: the closer never took part.
  if (webSocket.firstFrame[directionOf(tcp.firstCloser)] !== null) return null;
  if (tcp.halves[0].missingBytes + tcp.halves[1].missingBytes > 0) return null;
  const afterMs = spanMs(webSocket.openedAt, endOf(connection));
  if (afterMs > AT_ONCE_MS) return null;
  if (isUnknownThere(connection) || isGivenUp(connection, context)) return null;
  const waiting = waitingInFront(connection, context);
  if (waiting !== null)
    return draft("http.upgrade.closed-at-once", "proxyDropped", {
      at: found.response.first,
      onset: handshakeOf(waiting)?.request?.first,
      args: { server: found.server, target: found.target, proxy: serverOf(waiting), afterMs },
      evidence: [...found.evidence(), endingEvidence(connection, "proxy")],
      causes: [cause("likely", "nodeProxyNoWs", {})],
    });
  // What the server does to everybody it does not do for a message, and an RST only says that one was not read.
  const isUsual = tcp.firstCloser === "server" && closesUnasked(connection, context);
  const afterMessageMs = isUsual ? null : failedOnMessage(connection, directionOf(tcp.firstCloser));
  return draft("http.upgrade.closed-at-once", tcp.ending === "rst" && !isUsual ? "rst" : "fin", {
    at: found.response.first,
    args: { server: found.server, target: found.target, closer: tcp.firstCloser, afterMs },
    evidence: [...found.evidence(), endingEvidence(connection)],
    causes:
      tcp.firstCloser === "server"
        ? [
            afterMessageMs !== null &&
              cause("likely", "failedOnMessage", { from: "client", to: "server", afterMs: afterMessageMs }),
            cause("likely", "handlerThrew", {}),
            cause("possible", "upgradedTwice", {}),
            cause("possible", "tokenRejected", {}),
          ]
        : [
            cameThroughProxy(connection) && cause("likely", "nodeProxyNoWs", {}),
            cause("likely", "clientRejected101", {}),
            cause("possible", "pageLeft", {}),
          ],
  });
}

export const closedAtOnce: Rule = {
  id: "http.upgrade.closed-at-once",
  severity: "error",
  spec: "RFC 6455 §4.1, §7.1.5",
  causes: [
    "saidWhy",
    "saidInProtocol",
    "mqttRefused",
    "passwordRefused",
    "replacedElsewhere",
    "handshakeCached",
    "failedOnMessage",
    "handlerThrew",
    "upgradedTwice",
    "nodeProxyNoWs",
    "clientRejected101",
    "tokenRejected",
    "pageLeft",
    "serverClosing",
  ],
  sources: ["https://github.com/nginx-proxy/nginx-proxy/issues/1331"],
  check: checkClosedAtOnce,
};
