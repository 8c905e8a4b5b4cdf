import { type Direction, type Side, sideOf } from "../../../base/brand.ts";
import { isBefore, type Mark } from "../../../base/packet-view.ts";
import { sidIn } from "../../../base/session-id.ts";
import type { HttpExchangeFacts } from "../../../store/http-types.ts";
import type { EngineIoFacts } from "../../../store/session-types.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { cause, type Draft, draft, shows } from "../../draft.ts";
import { forwardedBy, handshakeOf, outcomeOf, proxyOf } from "../../handshake/upgrade-outcome.ts";
import { endedBy, endingEvidence } from "../../reading/ending.ts";
import {
  clientOf,
  directionOf,
  endOf,
  fieldValue,
  hasEnded,
  hasGap,
  isUnread,
  NS_PER_MS,
  otherSide,
  pathOf,
  serverOf,
  spanMs,
  targetOf,
  watchedUntil,
} from "../../reading/reading.ts";
import { type Stall, stallWithin } from "../../reading/stall.ts";
import { missedIn } from "../../rhythm/heartbeat.ts";
import { cachedHandshake } from "../../sessions/cached-handshake.ts";
import { openedOnPolls } from "../../sessions/opened-on-polls.ts";
import { silentClient, silentServer, unposted } from "../../sessions/poll-heartbeat.ts";
import { isGivenUp, wasDismissed, wasRefused } from "../../sessions/session-use.ts";
import { upgradeLines } from "../../upgrade/answer-causes.ts";
import type { Rule } from "../rule.ts";
import { isRepeatedRefusal } from "../upgrade/eio-refused.ts";

/** Both sides wait so much longer than the timers say, for the way there and back. */
const SLACK_MS = 500;
const SHOWN_PINGS = 5;
const ALIVE_MS = 1000;
const ON_THE_WAY_MS = 1000;

/** Pings of one side that the other left unanswered. */
function checkPongs(
  connection: ConnectionFacts,
  engineIo: EngineIoFacts,
  direction: Direction,
  context: Context,
): Draft | null {
  const patienceMs = engineIo.timers?.pingTimeoutMs;
  const missed = missedIn(engineIo.heartbeat[direction], connection, direction, context, patienceMs);
  if (missed === null) return null;
  const from = sideOf(direction);
  const to = otherSide(from);
  const intervalMs = engineIo.timers?.pingIntervalMs ?? missed.beat.intervalMs;
  const timeoutMs = engineIo.timers?.pingTimeoutMs;
  const ended = endedBy(connection, from);
  const base = { from, to, missing: missed.dead.length, intervalMs, timeoutMs };
  const evidence = [
    shows(missed.beat.lastPong, "lastPong", { from: to }),
    ...missed.dead
      .slice(0, SHOWN_PINGS)
      .map((ping) =>
        shows(ping, ping.acknowledged === true ? "unansweredPingAcknowledged" : "unansweredPing", { from }),
      ),
    ended === null ? null : shows(ended, "endOfSession", { from }),
    endingEvidence(connection),
  ];
  // Whoever does not read finds nothing: neither the ping nor its answer.
  const unread = missed.blocked ? to : missed.deaf ? from : null;
  // A pong may be under way for as long.
  const isHasty = timeoutMs != null && timeoutMs < ON_THE_WAY_MS;
  const causes = [
    unread !== null && cause("likely", "peerStoppedReading", { to: unread }),
    isHasty && cause("likely", "engineIoTimers", {}),
    missed.acknowledged === false
      ? cause("likely", "peerVanished", { to })
      : to === "client"
        ? cause("likely", "pageFrozen", { patienceMs: intervalMs && 3 * intervalMs })
        : cause("likely", "serverBlocked", {}),
    cause("likely", "peerBlocked", { to }),
    !isHasty && cause("possible", "engineIoTimers", {}),
  ].filter((one) => !missed.deaf || !one || one.id === "peerStoppedReading");
  // Before a proxy the path to the client is another one.
  const front = to === "client" ? context.joins.before.get(connection.id)?.front : undefined;
  const stall =
    ended &&
    (stallWithin(connection, missed.first.timestampNs, ended.timestampNs) ??
      (front ? stallWithin(front, missed.first.timestampNs, endOf(front).timestampNs) : null));
  if (ended !== null && stall !== null)
    return draft("eio.pong.missing", "gaveUpPath", {
      at: missed.first,
      severity: "error",
      args: { ...base, waitedMs: spanMs(missed.first, ended), outageMs: stall.ms },
      evidence: [...evidence, shows(stall.first, "retransmission", { from: stall.from })],
      causes: [cause("likely", "pathInterrupted", { idleMs: stall.ms }), cause("possible", "engineIoTimers", {})],
    });
  // An end that came sooner than the timer is no timeout: the server was stopped, or left for a reason of its own.
  const tooSoon = ended !== null && timeoutMs != null && spanMs(missed.first, ended) < timeoutMs - SLACK_MS;
  if (tooSoon) return null;
  // Who hung up by itself before it was overdue kept nobody waiting.
  const left = ended === null ? endedBy(connection, to) : null;
  if (left !== null && timeoutMs != null && spanMs(missed.first, left) < timeoutMs) return null;
  if (ended !== null && to === "client" && missed.beat.answered === 0 && answersClose(connection, ended))
    return draft("eio.pong.missing", "neverPongs", {
      at: missed.first,
      severity: "error",
      args: { ...base, waitedMs: spanMs(missed.first, ended) },
      evidence: [...evidence, shows(connection.webSocket?.closeFrames[0], "closeFrame", { from: to })],
      // A browser answers the Close for a page that stands still.
      causes: isFromBrowser(connection)
        ? [
            cause("likely", "pageFrozen", { patienceMs: intervalMs && 3 * intervalMs }),
            cause("possible", "neverPongsEngineIo", {}),
          ]
        : [cause("likely", "neverPongsEngineIo", {}), cause("possible", "peerBlocked", { to })],
    });
  if (ended !== null)
    return draft("eio.pong.missing", "gaveUp", {
      at: missed.first,
      severity: "error",
      args: { ...base, waitedMs: spanMs(missed.first, ended) },
      evidence,
      causes,
    });
  return draft("eio.pong.missing", "waiting", {
    at: missed.first,
    args: { ...base, waitedMs: missed.waitedMs },
    evidence,
    causes,
  });
}

/** Browsers name themselves so, one and all. */
const isFromBrowser = (connection: ConnectionFacts): boolean => {
  const request = handshakeOf(connection)?.request;
  return !!request && /^Mozilla\//.test(fieldValue(request, "user-agent") ?? "");
};

/** Whoever answers a Close at once neither sleeps nor is stuck. */
function answersClose({ webSocket }: ConnectionFacts, ended: Mark): boolean {
  const answer = webSocket?.closeFrames[0] ?? null;
  return answer !== null && answer.timestampNs >= ended.timestampNs && spanMs(ended, answer) < ALIVE_MS;
}

/** What this side said after that moment may be among what the capture lacks. */
const mayHaveSpoken = (connection: ConnectionFacts, side: Side, since: Mark): boolean =>
  hasGap(connection, side, since.timestampNs) || isUnread(connection, side, since.timestampNs);

/** This ping was among what had been sent again and again, and not yet acknowledged, when the other side ended it. */
function heldUp(connection: ConnectionFacts, from: Side, ping: Mark, ended: Mark): Stall | null {
  const stall = stallWithin(connection, ping.timestampNs, ended.timestampNs);
  if (stall === null || stall.from !== from || stall.hadArrived) return null;
  return stall.sinceNs <= ping.timestampNs && stall.untilNs > ended.timestampNs ? stall : null;
}

/** Smaller ones hold nothing up. */
const LARGE_BYTES = 64 * 1024;

/** A large message of this side was still coming in: its pings are messages as well, and wait behind it (RFC 6455 §5.4). */
function wasUnderWay({ webSocket }: ConnectionFacts, from: Side, at: Mark): boolean {
  if (webSocket === null) return false;
  const direction = directionOf(from);
  const unfinished = webSocket.unfinishedMessage[direction];
  if (unfinished !== null && unfinished.bytes >= LARGE_BYTES) return isBefore(unfinished, at);
  const largest = webSocket.largestMessage[direction];
  return largest !== null && webSocket.largestMessageBytes[direction] >= LARGE_BYTES && isBefore(at, largest);
}

/** The server pings (before version 4 the client), and who hears none for interval plus timeout closes. */
function checkPings(connection: ConnectionFacts, engineIo: EngineIoFacts, context: Context): Draft | null {
  const { timers } = engineIo;
  if (timers === null) return null;
  const from: Side = engineIo.version === 3 ? "client" : "server";
  const to = otherSide(from);
  const ended = endedBy(connection, to);
  if (ended === null) return null;
  // One that comes after the end was held up on the way, or seen where it was sent it had not arrived by then.
  const { lastPing: newest, lastAnsweredPing } = engineIo.heartbeat[directionOf(from)];
  const held = newest && heldUp(connection, from, newest, ended);
  const lastPing = newest !== null && (newest.timestampNs > ended.timestampNs || held) ? lastAnsweredPing : newest;
  const since = lastPing ?? engineIo.open ?? openedOnPolls(connection, engineIo, context);
  if (since === null || mayHaveSpoken(connection, from, since)) return null;
  const waitedMs = spanMs(since, ended);
  const stall = stallWithin(connection, since.timestampNs, endOf(connection).timestampNs);
  const patienceMs = timers.pingIntervalMs + timers.pingTimeoutMs;
  const base = { from, to, waitedMs, intervalMs: timers.pingIntervalMs, timeoutMs: timers.pingTimeoutMs };
  if (newest !== null && held !== null && waitedMs >= patienceMs - SLACK_MS)
    return draft("eio.pong.missing", "pingsLost", {
      at: since,
      severity: "error",
      confidence: "likely",
      // Its Close may have been held up as well.
      args: { ...base, waitedMs: Math.min(waitedMs, patienceMs) },
      evidence: [
        shows(since, lastPing === null ? "engineIoOpen" : "lastPing", { from: lastPing === null ? "server" : from }),
        shows(newest, "unansweredPing", { from }),
        shows(held.first, "retransmission", { from }),
        shows(ended, "endOfSession", { from: to }),
      ],
      causes: [cause("likely", "pathInterrupted", {})],
    });
  if (Math.abs(waitedMs - patienceMs) > SLACK_MS) return null;
  const isBusy = wasUnderWay(connection, from, ended);
  const parts = {
    at: since,
    severity: "error" as const,
    confidence: "likely" as const,
    evidence: [
      shows(since, lastPing === null ? "engineIoOpen" : "lastPing", { from: lastPing === null ? "server" : from }),
      stall && shows(stall.first, "retransmission", { from: stall.from }),
      shows(ended, "endOfSession", { from: to }),
    ],
    causes: [
      stall !== null && cause("likely", "pathInterrupted", { idleMs: stall.ms }),
      isBusy && cause("likely", "queuedBehindData", {}),
      from === "server"
        ? cause(stall === null && !isBusy ? "likely" : "possible", "serverBlocked", {})
        : cause(stall === null ? "likely" : "possible", "pageFrozen", { patienceMs: 3 * timers.pingIntervalMs }),
      stall === null && cause("possible", "peerVanished", { to: from }),
    ],
  };
  return stall === null
    ? draft("eio.pong.missing", "noPing", { ...parts, args: base })
    : draft("eio.pong.missing", "noPingPath", { ...parts, args: { ...base, outageMs: stall.ms } });
}

/** The same of a session that only polls: its pings and pongs come on as many connections as it has requests. */
function checkPolls(connection: ConnectionFacts, engineIo: EngineIoFacts, context: Context): Draft | null {
  const { timers } = engineIo;
  if (timers === null) return null;
  const { pingIntervalMs: intervalMs, pingTimeoutMs: timeoutMs } = timers;
  const server = silentServer(connection, engineIo, context);
  const waitedMs = server === null ? 0 : spanMs(server.since, server.until);
  if (server !== null && Math.abs(waitedMs - intervalMs - timeoutMs) <= SLACK_MS)
    return draft("eio.pong.missing", "noPing", {
      at: server.since,
      severity: "error",
      confidence: "likely",
      args: { from: "server", to: "client", waitedMs, intervalMs, timeoutMs },
      evidence: [
        shows(server.since, server.isPing ? "lastPing" : "lastHeard", { from: "server" }),
        shows(server.until, "endOfPolling", { from: "client" }),
      ],
      causes: [cause("likely", "serverBlocked", {}), cause("possible", "peerVanished", { to: "server" })],
    });
  const mute = unposted(connection, engineIo, context);
  const muteMs = mute === null ? 0 : spanMs(mute.since, mute.until);
  if (mute !== null && Math.abs(muteMs - timeoutMs) <= SLACK_MS)
    return draft("eio.pong.missing", "pongNotPosted", {
      at: mute.since,
      severity: "error",
      confidence: "likely",
      args: { from: "server", to: "client", waitedMs: muteMs, intervalMs, timeoutMs },
      evidence: [
        shows(mute.since, "lastPing", { from: "server" }),
        shows(mute.until, "endOfSession", { from: "server" }),
      ],
      // Who knows the heartbeat was stopped at it.
      causes: [
        !mute.hasAnswered && cause("likely", "neverPongsEngineIo", {}),
        cause(mute.hasAnswered ? "likely" : "possible", "peerBlocked", { to: "client" }),
      ],
    });
  const client = silentClient(connection, engineIo, context);
  const awayMs = client === null ? 0 : spanMs(client.since, client.until);
  if (client === null || awayMs < timeoutMs) return null;
  return draft("eio.pong.missing", "pollsStopped", {
    at: client.since,
    severity: "error",
    confidence: "likely",
    args: { from: "server", to: "client", waitedMs: awayMs, intervalMs, timeoutMs },
    evidence: [
      shows(client.since, "lastPing", { from: "server" }),
      shows(client.until, "pollsAgain", { from: "client" }),
    ],
    causes: [
      cause("likely", "pageFrozen", { patienceMs: 3 * intervalMs }),
      cause("likely", "peerBlocked", { to: "client" }),
      cause("possible", "pathInterrupted", { idleMs: awayMs }),
    ],
  });
}

function checkHeartbeat(connection: ConnectionFacts, context: Context): Draft | null {
  const engineIo = connection.session?.engineIo;
  if (engineIo?.transport === "polling") return checkPolls(connection, engineIo, context);
  if (engineIo?.transport !== "websocket") return null;
  const byPings = checkPings(connection, engineIo, context);
  // Pongs to pings that did not arrive are not missing.
  if (byPings?.variant === "pingsLost") return byPings;
  return checkPongs(connection, engineIo, 1, context) ?? checkPongs(connection, engineIo, 0, context) ?? byPings;
}

export const engineIoPongMissing: Rule = {
  id: "eio.pong.missing",
  severity: "warning",
  spec: "Engine.IO protocol v4, heartbeat",
  causes: [
    "pathInterrupted",
    "peerStoppedReading",
    "pageFrozen",
    "queuedBehindData",
    "serverBlocked",
    "stoodStill",
    "overslept",
    "peerBlocked",
    "peerVanished",
    "engineIoTimers",
    "neverPongsEngineIo",
  ],
  sources: [
    "https://socket.io/docs/v4/engine-io-protocol/#heartbeat",
    "https://socket.io/docs/v4/server-options/#pingtimeout",
  ],
  check: checkHeartbeat,
};

/** A server that is asked for a WebSocket may take so long to answer. */
const ANSWER_MS = 2000;

/** The connection is open, and there was hardly time to answer. */
const mayBeAnswered = (connection: ConnectionFacts, asked: Mark, { analysis }: Context): boolean =>
  !hasEnded(connection) && watchedUntil(connection, analysis.clockNs) - asked.timestampNs < ANSWER_MS * NS_PER_MS;

const isLacking = ({ tcp }: ConnectionFacts): boolean => tcp.halves[1].missingBytes > 0;

/** Polling works, the WebSocket of the same session does not: everything is slower, and nothing tells the user. */
function checkUpgrade(connection: ConnectionFacts, context: Context): Draft | null {
  const exchange = handshakeOf(connection);
  const target = exchange?.request?.target ?? "";
  if (!/[?&]transport=websocket/.test(target) || !/[?&]sid=/.test(target) || !exchange?.request) return null;
  // The session itself is unknown there, and that was said: nobody goes on trying.
  if (isRepeatedRefusal(exchange, context)) return null;
  const answeredNs = (exchange.response?.last ?? endOf(connection)).timestampNs;
  if (wasDismissed(sidIn(target) ?? "", answeredNs, context)) return null;
  if ((exchange.response?.status ?? 101) === 101 && isGivenUp(connection, context)) return null;
  const engineIo = connection.session?.engineIo;
  const evidence = [shows(exchange.request.first, "upgradeRequest", { target: targetOf(exchange) })];
  const args = { server: serverOf(connection), client: clientOf(connection), status: exchange.response?.status };
  const path = pathOf(targetOf(exchange));
  const sid = sidIn(target) ?? "";
  const cached = cachedHandshake(sid, path, context);
  // Two clients had one session, and the refusals of the other's requests tell it.
  if (cached !== null && connection.webSocket !== null && wasRefused(sid, context)) return null;
  // The answer may be among what the capture lacks: behind its end, or in a hole.
  if (
    exchange.response === null &&
    (mayBeAnswered(connection, exchange.request.last, context) || isLacking(connection))
  )
    return null;
  if (connection.webSocket === null)
    return draft("eio.upgrade.failed", "refused", {
      at: (exchange.response ?? exchange.request).first,
      args,
      evidence,
      causes: [
        cached,
        // A proxy that passed them on has no part in it.
        ...(isPassedOnWhole(exchange, connection) ? [] : upgradeLines(proxyOf(exchange), path)),
        cached === null && cause("likely", "noStickySession", {}),
      ],
    });
  if (!engineIo?.probeSent || engineIo.probeAnswered !== null || !hasEnded(connection)) return null;
  if (mayHaveSpoken(connection, "server", engineIo.probeSent)) return null;
  return draft("eio.upgrade.failed", "probe", {
    at: engineIo.probeSent,
    args,
    evidence: [...evidence, shows(engineIo.probeSent, "probe", { from: "client" }), endingEvidence(connection)],
    // Who answered 101 got the upgrade, and knew the session.
    causes: [cached, cause("possible", "serverBlocked", {})],
  });
}

const isPassedOnWhole = (exchange: HttpExchangeFacts, connection: ConnectionFacts): boolean =>
  forwardedBy(exchange) !== null && outcomeOf(connection) !== "stripped";

export const engineIoUpgradeFailed: Rule = {
  id: "eio.upgrade.failed",
  severity: "warning",
  spec: "Engine.IO protocol v4, upgrade",
  causes: [
    "handshakeCached",
    "nginxUpgradeLines",
    "apacheUpgrade",
    "frontUpgrade",
    "proxyUpgradeOff",
    "noStickySession",
    "serverBlocked",
  ],
  sources: ["https://socket.io/docs/v4/engine-io-protocol/#upgrade"],
  check: checkUpgrade,
};
