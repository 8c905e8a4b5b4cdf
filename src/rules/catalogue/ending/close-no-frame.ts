import { otherDirection, type Side, sideOf } from "../../../base/brand.ts";
import type { Mark } from "../../../base/packet-view.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { endedByProxy } from "../../context/legs.ts";
import { cause, type Draft, draft, lesser, shows } from "../../draft.ts";
import { isBehindMessage } from "../../ending/behind-message.ts";
import { closeLost } from "../../ending/close-lost.ts";
import { diedOnConnect } from "../../ending/died-on-connect.ts";
import {
  backendLostBehind,
  blamesMessage,
  hasBackendDied,
  hasDied,
  isHalfClosed,
  leftTogether,
} from "../../ending/end-signs.ts";
import { forgedFin } from "../../ending/forged-fin.ts";
import { mqttSilence, silenceEvidence, tookLeave } from "../../ending/mqtt-silence.ts";
import { endOfOneSide } from "../../ending/one-sided-end.ts";
import { impatience, isOnHalfTick, isOnTick, oversleptDeadline } from "../../ending/own-heartbeat.ts";
import { proxyAsClientCauses, proxyEnded } from "../../ending/proxy-ending.ts";
import { gaveUpPolls, LEAST_IDLE_MS, proxyTimer } from "../../ending/proxy-timer.ts";
import { readDeadline } from "../../ending/read-deadline.ts";
import { sealedEnd } from "../../ending/sealed-endings.ts";
import { unreadEnding } from "../../ending/unread-ending.ts";
import { frontNamed } from "../../handshake/fronts.ts";
import { passedOnBy } from "../../handshake/passed-on.ts";
import { forwardedBy, handshakeOf, outcomeOf, proxyOf } from "../../handshake/upgrade-outcome.ts";
import { type Interruption, interruptionBefore } from "../../path/interruption.ts";
import { endingEvidence, fatalAlerts, isNotified } from "../../reading/ending.ts";
import { firstClose } from "../../reading/first-close.ts";
import { saidBefore } from "../../reading/last-words.ts";
import {
  clientOf,
  directionOf,
  endOf,
  hasUnreadEnd,
  isBlind,
  lastSender,
  later,
  livedMs,
  openFor,
  otherSide,
  serverOf,
} from "../../reading/reading.ts";
import { isOnOwnBeat } from "../../rhythm/data-rhythm.ts";
import { isTimerLike, missedBeat, missesOwnPings } from "../../rhythm/heartbeat.ts";
import { pongsUnheard, slowPathMs } from "../../rhythm/slow-path.ts";
import { stoppedBeat, stoppedData, stoppedOfEither } from "../../rhythm/stopped-beat.ts";
import { isGivenUp } from "../../sessions/session-use.ts";
import { clientTimer, timerCauses } from "../../timers/timer-causes.ts";
import type { Cause } from "../../types.ts";
import type { Rule } from "../rule.ts";

/** Data this short before the end: it did not end for being idle. */
const BUSY_MS = 1000;

/** The 1006 label: an established WebSocket whose TCP ended with no Close frame (RFC 6455 §7.1.5). */
function check(connection: ConnectionFacts, context: Context) {
  const { webSocket, tcp, close } = connection;
  if (webSocket === null) return sealedEnding(connection, context);
  if (close.verdict === "open" || outcomeOf(connection) === "late" || tookLeave(connection)) return null;
  // Its session failed elsewhere, and that is told.
  if (webSocket.firstFrame[0] === null && isGivenUp(connection, context)) return null;
  if (close.clientSees?.code !== 1006 && close.serverSees?.code !== 1006) return null;
  // A FIN without Close is none by the book, whatever the other side had said; an RST may only follow from a Close.
  const { firstCloser } = tcp;
  const silent: readonly Side[] = firstCloser === null || tcp.ending === "rst" ? ["client", "server"] : [firstCloser];
  if (silent.some((side) => hasUnreadEnd(connection, side))) return null;
  const first = firstClose(connection);
  // A Close that came only after the other side's FIN is an answer to the end, not the end. One's own FIN may overtake one's Close.
  const isLate =
    first !== null &&
    sideOf(first.direction) !== firstCloser &&
    tcp.closedAt !== null &&
    tcp.closedAt.timestampNs < first.close.timestampNs;
  if (!isLate && webSocket.closeFrames.some((close) => close?.delivered === true)) return null;
  if (first !== null && sideOf(first.direction) === firstCloser) return closeLost(connection, first);
  const end = endOf(connection);
  const lastPong = later(webSocket.heartbeat[0].lastPong, webSocket.heartbeat[1].lastPong);
  // A ping into the closed connection is none of its life.
  const lastPing = webSocket.heartbeat
    .map((beat) => (beat.lastPing !== null && beat.lastPing.timestampNs <= end.timestampNs ? beat.lastPing : null))
    .reduce(later, null);
  const idleMs = tcp.idleBeforeCloseNs === null ? null : tcp.idleBeforeCloseNs / 1e6;
  const facts = {
    client: clientOf(connection),
    server: serverOf(connection),
    clientCode: close.clientSees?.code,
    serverCode: close.serverSees?.code,
    idleMs: idleMs !== null && idleMs >= BUSY_MS ? idleMs : null,
    busyMs: idleMs !== null && idleMs < BUSY_MS ? idleMs : null,
    sincePongMs:
      lastPong === null || livedMs(connection, lastPong, end) < BUSY_MS ? null : livedMs(connection, lastPong, end),
    sincePingMs: lastPing === null ? null : livedMs(connection, lastPing, end),
    ...openFor(connection, end),
    cutBytes: webSocket.incompleteFrameBytes[0] || webSocket.incompleteFrameBytes[1] || null,
  };
  const unheard = pongsUnheard(connection, directionOf(tcp.firstCloser ?? "server"));
  const evidence = [
    silenceEvidence(connection, mqttSilence(connection)),
    shows(unheard?.since, "firstUnacknowledged", {
      from: tcp.firstCloser === "client" ? "server" : "client",
      bytes: unheard?.bytes ?? 0,
    }),
    shows(later(webSocket.lastFrame[0], webSocket.lastFrame[1]), "lastData", { from: lastSender(connection) }),
    lastPing === null ? null : shows(lastPing, "lastPing", { from: pingerOf(connection) }),
    lastPong === null
      ? null
      : shows(lastPong, "lastPong", { from: pingerOf(connection) === "client" ? "server" : "client" }),
    ...fatalAlerts(connection),
    endingEvidence(connection),
    ...tcp.resets
      .filter((reset) => reset.afterFin)
      .slice(0, 1)
      .map((reset) => shows(reset, "rst", { from: reset.from })),
  ];
  const byProxy = endedByProxy(connection, context.joins);
  if (byProxy !== null) return byProxy.front === connection ? proxyEnded(connection, byProxy, context) : null;
  if (isBlind(connection)) return endOfOneSide(connection);
  const closer = tcp.firstCloser;
  const said = closer === null ? null : saidBefore(connection, closer, end);
  const usual = causesOf(connection, context);
  const parts = {
    at: end,
    evidence: [said?.evidence ?? null, ...evidence],
    causes: [...(said?.causes ?? []), ...usual.map((one) => (said?.notice && one ? lesser(one) : one))],
  };
  if (closer === null || tcp.ending === "silent" || tcp.ending === "open")
    return draft("ws.close.no-close-frame", "silent", { ...parts, args: facts });
  const forged = forgedFin(connection, closer, parts);
  if (forged !== null) return forged;
  const unread =
    missedBeat(connection, directionOf(closer), context)?.gaveUp === true ? null : unreadEnding(connection, closer);
  if (unread !== null) return unread;
  const outage = tcp.ending === "fin" ? interruptionBefore(connection, end, closer) : null;
  if (outage !== null) return afterOutage(connection, outage, closer, parts);
  const marks = closer === "client" ? passedOnBy(connection) : null;
  if (marks !== null && tcp.ending !== "icmp" && !context.joins.before.has(connection.id))
    return draft("ws.close.no-close-frame", "proxyAsClient", {
      ...parts,
      confidence: forwardedBy(handshakeOf(connection)) === null ? "likely" : undefined,
      args: {
        proxy: connection.client.address,
        server: serverOf(connection),
        marks,
        idleMs: idleMs !== null && idleMs >= LEAST_IDLE_MS ? idleMs : null,
        serverCode: facts.serverCode,
        openMs: facts.openMs,
        atLeast: facts.atLeast,
      },
      causes:
        missedBeat(connection, 0, context)?.gaveUp === true
          ? []
          : proxyAsClientCauses(connection, context, idleMs ?? 0),
    });
  return draft("ws.close.no-close-frame", variantOf(connection), { ...parts, args: { ...facts, closer } });
}

function variantOf(connection: ConnectionFacts) {
  const { ending } = connection.tcp;
  if (ending === "icmp" || ending === "rst") return ending;
  return isNotified(connection) ? "notified" : "fin";
}

/** Inside TLS without keys: a proxy that ended the other leg too, which can be read, is the better story. */
function sealedEnding(connection: ConnectionFacts, context: Context) {
  const byProxy = endedByProxy(connection, context.joins);
  return byProxy?.front === connection ? proxyEnded(connection, byProxy, context) : sealedEnd(connection, context);
}

/** Nothing got through until just before it ended: the first sign of life and the end came together. */
function afterOutage(
  connection: ConnectionFacts,
  { ms, length, repeats, paused, acknowledging, unanswered, evidence }: Interruption,
  closer: Side,
  { at }: { readonly at: Mark },
): Draft {
  const { clientSees, serverSees } = connection.close;
  const codes = { closer, clientCode: clientSees?.code, serverCode: serverSees?.code };
  const common = { at, evidence: [...evidence, endingEvidence(connection)] };
  if (acknowledging)
    return draft("ws.close.no-close-frame", "afterStandstill", {
      ...common,
      confidence: "likely",
      args: { ...codes, to: otherSide(closer), outageMs: ms },
      causes: [cause("likely", "peerBlocked", { to: closer })],
    });
  if (repeats === null)
    return draft("ws.close.no-close-frame", paused ? "afterPause" : "afterSilence", {
      ...common,
      confidence: "likely",
      args: { ...codes, outageMs: ms },
      causes: [
        cause(paused ? "possible" : "likely", "pathInterrupted", { idleMs: ms }),
        cause(paused ? "likely" : "possible", "peerBlocked", { to: closer }),
      ],
    });
  // Whatever a program does, its system goes on acknowledging and sending again.
  const causes = [cause("likely", "pathInterrupted", {})];
  return unanswered === null
    ? draft("ws.close.no-close-frame", "afterOutage", { ...common, args: { ...codes, ...length }, causes })
    : draft("ws.close.no-close-frame", "afterDeafness", {
        ...common,
        args: { ...codes, ...length, from: unanswered, to: otherSide(unanswered), repeats },
        causes,
      });
}

const pingerOf = ({ webSocket }: ConnectionFacts) => {
  const [client, server] = [webSocket?.heartbeat[0].pings ?? 0, webSocket?.heartbeat[1].pings ?? 0];
  return client > server ? "client" : "server";
};

function causesOf(connection: ConnectionFacts, context: Context): (Cause | false | null)[] {
  const { tcp } = connection;
  const closer = tcp.firstCloser;
  if (closer === null) return [cause("likely", "pathDied", {})];
  const direction = directionOf(closer);
  const missed = missedBeat(connection, direction, context);
  // What these did is a finding of its own, from which this one follows.
  if (missed?.gaveUp === true || tcp.ending === "rst") return [];
  const thrownOut = closer === "server" ? context.evictions().get(connection.id) : undefined;
  if (thrownOut !== undefined)
    return [
      cause("likely", "evictEachOtherUnsaid", { count: thrownOut.turns }),
      cause("possible", "serverTerminated", {}),
    ];
  const named = timerCauses(connection, context);
  const unkept = missed === null ? mqttSilence(connection) : null;
  if (unkept !== null)
    return [
      unkept,
      cause("likely", "peerBlocked", { to: otherSide(closer) }),
      ...named.map(lesser),
      closer === "server" ? cause("possible", "serverTerminated", {}) : cause("possible", "clientTerminated", {}),
    ];
  const idle = (tcp.idleBeforeCloseNs ?? 0) / 1e6;
  const onMessage = blamesMessage(connection, direction);
  const stoodStill = missesOwnPings(connection, direction, idle);
  const onOwnBeat = isOnOwnBeat(connection, direction, endOf(connection).timestampNs);
  const byTimer = idle >= LEAST_IDLE_MS && isTimerLike(idle) && !stoodStill && !onOwnBeat;
  const handshake = handshakeOf(connection);
  const proxy =
    closer === "server" && handshake !== null ? (proxyOf(handshake) ?? gaveUpPolls(connection, context)) : null;
  const died = closer === "server" && hasDied(connection, context);
  if (proxy !== null && missed === null && hasBackendDied(connection, context))
    return [cause("likely", "backendLost", { proxy }), cause("possible", "proxyOrBehind", { proxy })];
  const lostBehind = closer === "server" && missed === null ? backendLostBehind(connection, context) : null;
  if (lostBehind !== null) return lostBehind;
  const timer = proxy !== null && missed === null ? proxyTimer(connection, proxy, context) : null;
  const byProxyTimer = timer?.confidence === "likely" ? timer : null;
  if (proxy !== null && missed === null && died)
    return [
      byProxyTimer,
      cause(byProxyTimer === null ? "likely" : "possible", "proxyRestarted", { front: frontNamed(proxy) }),
      cause("possible", "proxyOrBehind", { proxy }),
    ];
  if (proxy !== null && missed === null && named.length === 0)
    return [
      stoppedBeat(connection, direction, idle) ?? stoppedData(connection, otherDirection(direction)),
      byProxyTimer,
      cause(byProxyTimer !== null || stoodStill ? "possible" : "likely", "proxyOrBehind", { proxy }),
      byProxyTimer === null && timer,
      onMessage,
      cause("possible", "serverDied", {}),
    ];
  if (isHalfClosed(connection, direction))
    return [cause("certain", "halfClosed", { from: closer, to: otherSide(closer) })];
  const peer = tcp.halves[otherDirection(direction)];
  // The kernel of a process that is gone sends its FIN, and knows nothing of TLS.
  const notified = connection.tls?.closings[direction] != null;
  // A frame cut off in the middle, and a reader that had stopped: the writer gave up with its buffer full.
  const stuffed = (connection.webSocket?.incompleteFrameBytes[direction] ?? 0) > 0 && peer.longestZeroWindowNs >= 1e9;
  const overslept = missed === null ? oversleptDeadline(connection, direction) : null;
  const stopped = missed === null && idle >= LEAST_IDLE_MS ? stoppedOfEither(connection, direction, idle) : null;
  const deadline = missed === null ? readDeadline(connection, direction) : null;
  const lastPing = connection.webSocket?.heartbeat[direction].lastPing;
  const slowMs =
    missed === null && lastPing ? slowPathMs(connection, lastPing.timestampNs, endOf(connection).timestampNs) : null;
  const unheard = missed === null && slowMs === null ? pongsUnheard(connection, direction) : null;
  const ownTimer =
    closer === "client" && missed === null && overslept === null ? clientTimer(connection, context) : null;
  const isByDeadline = deadline?.confidence === "likely";
  return [
    // Seen where the pongs leave: they may have come too late where they are waited for.
    slowMs !== null && cause("likely", "pongsTooSlow", { to: closer, afterMs: slowMs }),
    unheard !== null &&
      cause("likely", "pongsUnheard", { to: closer, from: otherSide(closer), afterMs: unheard.afterMs }),
    overslept,
    missed === null && overslept === null && impatience(connection, direction),
    missed === null &&
      isOnTick(connection, direction) &&
      cause(slowMs === null && unheard === null ? "likely" : "possible", "heartbeatBlind", { to: closer }),
    missed === null && isOnHalfTick(connection, direction) && cause("likely", "aiohttpNotReading", { to: closer }),
    stopped,
    deadline,
    ownTimer,
    ...(missed === null ? named.map((one) => (stopped === null ? one : lesser(one))) : []),
    stoodStill && missed === null && pausedPings(connection, closer, idle),
    byTimer &&
      missed === null &&
      named.length === 0 &&
      ownTimer === null &&
      cause(stopped === null ? "likely" : "possible", "unknownIdleTimer", { idleMs: idle }),
    stuffed && cause("likely", "backpressure", {}),
    missed === null && isBehindMessage(connection, direction) && cause("likely", "queuedBehindData", {}),
    onMessage !== null && (ownTimer !== null || leftTogether(connection, context)) ? lesser(onMessage) : onMessage,
    died ? diedOnConnect(connection) : null,
    closer === "server" && cause(died || isByDeadline ? "possible" : "likely", "serverTerminated", {}),
    closer === "server" && !notified && cause(died ? "likely" : "possible", "serverDied", {}),
    closer === "client" &&
      !notified &&
      cause(ownTimer === null && !isByDeadline ? "likely" : "possible", "clientKilled", {}),
    closer === "client" &&
      ownTimer === null &&
      cause(notified || onOwnBeat ? "likely" : "possible", "clientTerminated", {}),
    peer.zeroWindows > 0 && cause(stuffed ? "likely" : "possible", "backpressure", {}),
    !byTimer &&
      !stoodStill &&
      !onOwnBeat &&
      idle > 10_000 &&
      named.length === 0 &&
      ownTimer === null &&
      cause("possible", "unknownIdleTimer", { idleMs: idle }),
  ];
}

/** Where the ends' own stamps do not speak against it, the capture's clock may have been set forward. */
const pausedPings = ({ tcp }: ConnectionFacts, to: Side, idleMs: number): Cause =>
  tcp.clockAgreed !== null && tcp.clockAgreed.packet === tcp.closedAt?.packet
    ? cause("likely", "programPaused", { to, idleMs })
    : cause("likely", "pingsPaused", { to, idleMs });

export const noCloseFrame: Rule = {
  id: "ws.close.no-close-frame",
  severity: "error",
  spec: "RFC 6455 §7.1.5, §7.1.6",
  causes: [
    "saidWhy",
    "saidInProtocol",
    "mqttRefused",
    "passwordRefused",
    "replacedElsewhere",
    "mqttClientSilent",
    "mqttPingUnanswered",
    "evictEachOtherUnsaid",
    "pongsTooSlow",
    "pongsUnheard",
    "tokenRejected",
    "pingsPaused",
    "programPaused",
    "deadlineOverslept",
    "aiohttpNotReading",
    "dataStopped",
    "sourceStopped",
    "readDeadline",
    "heartbeatStopped",
    "heartbeatBlind",
    "patienceTooShort",
    "timerFits",
    "failedOnMessage",
    "halfClosed",
    "serverTerminated",
    "serverDied",
    "connectHandlerThrew",
    "backendLost",
    "clientKilled",
    "clientTerminated",
    "clientLifetimeTimer",
    "clientSilenceTimer",
    "unknownIdleTimer",
    "pathDied",
    "otherDirection",
    "pathInterrupted",
    "peerBlocked",
    "backpressure",
    "queuedBehindData",
    "peerStoppedReading",
    "writeTimer",
    "nginxReadTimeout",
    "haproxyTunnelTimeout",
    "proxyIdleTimer",
    "clientBehindLeft",
    "proxyRestarted",
    "proxyLifetime",
    "proxyOrBehind",
    "injectingBox",
    "leftWithoutWaiting",
    "proxyInPath",
    "backendMarkedDown",
    "keysWouldTell",
  ],
  sources: [
    "https://www.rfc-editor.org/rfc/rfc6455#section-7.1.5",
    "https://github.com/websockets/ws/blob/master/doc/ws.md#websocketterminate",
  ],
  check,
};
