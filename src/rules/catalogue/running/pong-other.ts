import type { Direction } from "../../../base/brand.ts";
import { sideOf } from "../../../base/brand.ts";
import type { Mark } from "../../../base/packet-view.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import { cause, type Draft, draft, shows } from "../../draft.ts";
import { forwardedBy, handshakeOf } from "../../handshake/upgrade-outcome.ts";
import {
  directionOf,
  earlier,
  endOf,
  isBehindHole,
  isUnread,
  livedMs,
  NS_PER_MS,
  otherSide,
  spanMs,
} from "../../reading/reading.ts";
import { slowRunsOf, stallWithin } from "../../reading/stall.ts";
import { answersWrongly } from "../../rhythm/heartbeat.ts";
import { cameLate, slowPathMs } from "../../rhythm/slow-path.ts";
import { pongsWhenReading } from "../../rhythm/unread-pings.ts";
import type { Rule } from "../rule.ts";

/** Below this no pong is late: slow but steady paths are healthy. */
const LATE_MS = 1000;
const LATE_MEDIANS = 8;
/** A loss now and then is what a path does, and TCP mends it within this: where most pongs come in time, nobody has to act. */
const MENDED_MS = 3000;

const each =
  (check: (connection: ConnectionFacts, direction: Direction) => Draft | null) => (connection: ConnectionFacts) =>
    ([1, 0] as const).map((direction) => check(connection, direction)).filter((item) => item !== null);

function checkLate(connection: ConnectionFacts, direction: Direction): Draft | null {
  const beat = connection.webSocket?.heartbeat[direction];
  const slowest = beat?.slowest;
  if (!beat || !slowest || beat.roundTripMs === null) return null;
  const { median } = beat.roundTripMs;
  const overInterval =
    beat.intervalMs !== null && slowest.roundTripMs >= beat.intervalMs && slowest.roundTripMs >= LATE_MS;
  const overMedian = slowest.roundTripMs >= Math.max(LATE_MS, LATE_MEDIANS * median);
  const isFilled = isOfFullPath(connection, slowest.roundTripMs, beat.roundTripMs.min);
  if (!overInterval && !overMedian && !isFilled) return steadilyLate(connection, direction);
  if (clockJumped(connection, direction, slowest.ping, slowest.pong)) return null;
  const from = sideOf(direction);
  const to = otherSide(from);
  // Pongs that the capture missed in between: the next one then seems to answer an older ping.
  if (isUnread(connection, to, slowest.ping.timestampNs) || isBehindHole(connection, to, slowest.pong)) return null;
  const stall = stallWithin(connection, slowest.ping.timestampNs, slowest.pong.timestampNs);
  const late = cameLate(connection.tcp, to, slowest.ping.timestampNs, slowest.pong.timestampNs);
  const isSlow =
    isFilled || late !== null || slowPathMs(connection, slowest.ping.timestampNs, slowest.pong.timestampNs) !== null;
  const isOfPath = stall !== null || isSlow;
  const isUnreading = pongsWhenReading(connection, directionOf(to));
  const isMended = stall === null && isSlow && 2 * beat.late < beat.answered && slowest.roundTripMs < MENDED_MS;
  return draft("ws.pong.late", isOfPath ? "byPath" : "plain", {
    severity: isMended ? "note" : undefined,
    at: stall?.first ?? slowest.ping,
    explainsUntil: slowest.pong.timestampNs,
    args: {
      from,
      to,
      late: Math.max(1, beat.late),
      slowestMs: slowest.roundTripMs,
      medianMs: median,
      intervalMs: beat.intervalMs,
    },
    evidence: [
      shows(slowest.ping, "slowestPing", { from }),
      shows(late, "cameLate", { from: to, ms: late?.ms ?? 0 }),
      shows(slowest.pong, "slowestPong", { from: to, ms: slowest.roundTripMs }),
    ],
    causes: [
      stall !== null && cause("likely", "pathInterrupted", { idleMs: stall.ms }),
      isUnreading && cause("likely", "peerStoppedReading", { to }),
      stall === null && cause(isSlow ? "likely" : "possible", "slowPath", {}),
      cause(isOfPath || isUnreading ? "possible" : "likely", "peerBlocked", { to }),
      cause(isFilled ? "likely" : "possible", "queuedBehindData", {}),
    ],
  });
}

/** Longer than people wait. */
const FILLED_MS = 5000;

/**
 * Most pongs are late, so that the usual one is, too; but the path was quick once, and its acknowledgments came too late at
 * other times as well: it is filled with data that waits for its turn.
 */
const isOfFullPath = (connection: ConnectionFacts, slowestMs: number, leastMs: number): boolean =>
  slowestMs >= Math.max(FILLED_MS, LATE_MEDIANS * leastMs) &&
  slowRunsOf(connection).some(({ first, last }) => spanMs(first, last) >= FILLED_MS);

/** So many pongs, all of them late, are no accident. */
const LEAST_PONGS = 3;

/** Each pong comes late, and none because of the path: its round trip is short, and acknowledgments come in time. */
function steadilyLate(connection: ConnectionFacts, direction: Direction): Draft | null {
  const beat = connection.webSocket?.heartbeat[direction];
  const { roundTripMs: pathMs } = connection.tcp;
  if (!beat?.slowest || beat.roundTripMs === null || pathMs === null || beat.answered < LEAST_PONGS) return null;
  const { min: leastMs, median: medianMs } = beat.roundTripMs;
  if (leastMs < Math.max(LATE_MS, LATE_MEDIANS * pathMs)) return null;
  const [from, to] = [sideOf(direction), otherSide(sideOf(direction))];
  const { ping, pong } = beat.slowest;
  if (isUnread(connection, to, ping.timestampNs)) return null;
  if (slowPathMs(connection, ping.timestampNs, pong.timestampNs) !== null) return null;
  const marks = to === "client" ? forwardedBy(handshakeOf(connection)) : null;
  // Looked at from the end: a pong that is one ping behind seems to answer the next one.
  const isBehind = beat.skipped > 0 && beat.intervalMs !== null;
  return draft("ws.pong.late", "steady", {
    at: ping,
    explainsUntil: pong.timestampNs,
    confidence: "likely",
    args: {
      from,
      to,
      leastMs,
      medianMs,
      pathMs,
      intervalMs: beat.intervalMs,
      olderMs: isBehind ? medianMs + (beat.intervalMs ?? 0) : null,
    },
    evidence: [
      shows(ping, "slowestPing", { from }),
      shows(pong, "slowestPong", { from: to, ms: beat.slowest.roundTripMs }),
    ],
    causes: [
      marks !== null && cause("likely", "behindProxy", { marks }),
      cause("likely", "answersLate", { to }),
      cause("possible", "queuedBehindData", {}),
      cause("possible", "slowPath", {}),
    ],
  });
}

/**
 * TCP's acknowledgment came as late as the pong, and yet nothing was sent again: no sender waits so long (RFC 6298 §2: at
 * most a second before the first round trip is known). It was the capture's clock that was set forward.
 */
function clockJumped({ tcp }: ConnectionFacts, direction: Direction, ping: Mark, pong: Mark): boolean {
  const slow = tcp.halves[direction].slowAcknowledgment;
  if (slow === null || slow.ms < LEAST_JUMP_MS || slow.ms < LATE_MEDIANS * (tcp.roundTripMs ?? 0)) return false;
  const isThis = slow.sinceNs <= pong.timestampNs && slow.sinceNs + slow.ms * NS_PER_MS >= ping.timestampNs;
  const isRepeated = tcp.events.some(
    ({ kind, from, timestampNs }) =>
      kind === "retransmission" &&
      from === sideOf(direction) &&
      timestampNs >= ping.timestampNs &&
      timestampNs <= pong.timestampNs,
  );
  return isThis && !isRepeated && tcp.eventsDropped === 0;
}

/** Longer than any first retransmission waits. */
const LEAST_JUMP_MS = 3000;

export const pongLate: Rule = {
  id: "ws.pong.late",
  severity: "warning",
  spec: "RFC 6455 §5.5.3",
  causes: [
    "pathInterrupted",
    "peerStoppedReading",
    "peerBlocked",
    "answersLate",
    "behindProxy",
    "queuedBehindData",
    "slowPath",
  ],
  sources: ["https://www.rfc-editor.org/rfc/rfc6455#section-5.5.3"],
  check: each(checkLate),
};

function checkUnsolicited(connection: ConnectionFacts, direction: Direction): Draft | null {
  const beat = connection.webSocket?.heartbeat[direction];
  // The first pong of a connection that was open already may answer a ping from before.
  const before = connection.webSocket?.midstream === true ? 1 : 0;
  if (!beat || beat.unsolicitedPongs <= before) return null;
  // They are answers, if wrong ones.
  if (answersWrongly(beat)) return null;
  const from = otherSide(sideOf(direction));
  if (isUnread(connection, sideOf(direction), 0)) return null;
  return draft("ws.pong.unsolicited", "plain", {
    at: connection.webSocket?.openedAt ?? connection.first,
    args: { from, count: beat.unsolicitedPongs },
    evidence: [shows(beat.lastPong, "lastPong", { from })],
    causes: [cause("likely", "oneWayHeartbeat", {})],
  });
}

export const pongUnsolicited: Rule = {
  id: "ws.pong.unsolicited",
  severity: "note",
  spec: "RFC 6455 §5.5.3",
  causes: ["oneWayHeartbeat"],
  sources: ["https://www.rfc-editor.org/rfc/rfc6455#section-5.5.3"],
  check: each(checkUnsolicited),
};

const LONG_LIVED_MS = 60_000;

/** From then on pings wait behind data that does not get through: none is seen, and there may be one all the same. */
const stuckSince = ({ tcp: { halves } }: ConnectionFacts): Mark | null =>
  earlier(halves[0].unacknowledged?.since, halves[1].unacknowledged?.since);

/** Nobody probes a long-lived connection: a dead path is noticed by nobody, an idle one is cut by somebody. */
function checkAbsent(connection: ConnectionFacts): Draft | null {
  const { webSocket } = connection;
  if (webSocket === null) return null;
  const openMs = livedMs(connection, webSocket.openedAt, stuckSince(connection) ?? endOf(connection));
  const [client, server] = webSocket.heartbeat;
  const anyBeat = client.pings + server.pings + client.unsolicitedPongs + server.unsolicitedPongs > 0;
  const hasOwnBeat = /[?&]EIO=/.test(handshakeOf(connection)?.request?.target ?? "");
  // A browser's only way to ask is a message: an application's own heartbeat is one.
  const hasMessageBeat = connection.session?.heartbeat != null;
  if (openMs < LONG_LIVED_MS || anyBeat || hasOwnBeat || hasMessageBeat) return null;
  const idleMs = connection.tcp.idleBeforeCloseNs === null ? null : connection.tcp.idleBeforeCloseNs / 1e6;
  return draft("ws.ping.absent", "plain", {
    at: webSocket.openedAt,
    args: { openMs, idleMs },
    evidence: [
      webSocket.midstream ? shows(connection.first, "firstSeen", {}) : shows(webSocket.openedAt, "switched", {}),
      shows(connection.last, "lastPacket", {}),
    ],
    causes: [cause("certain", "addHeartbeat", {})],
  });
}

export const pingAbsent: Rule = {
  id: "ws.ping.absent",
  severity: "note",
  spec: "RFC 6455 §5.5.2",
  causes: ["addHeartbeat"],
  sources: ["https://github.com/websockets/ws#how-to-detect-and-close-broken-connections"],
  check: checkAbsent,
};
