import { CLIENT, type Direction, otherDirection, relativeNs, SERVER, sideOf } from "../../../base/brand.ts";
import type { Mark } from "../../../base/packet-view.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { cause, type Draft, draft, lesser, shows } from "../../draft.ts";
import { openedBeside } from "../../path/meanwhile.ts";
import { clientOf, directionOf, livedMs, NS_PER_MS, otherSide, watchedUntil } from "../../reading/reading.ts";
import { stallWithin } from "../../reading/stall.ts";
import { bothLate } from "../../rhythm/both-late.ts";
import { hasInterval } from "../../rhythm/heartbeat.ts";
import { isSilentAround, streamPause } from "../../rhythm/stream-pause.ts";
import type { Rule } from "../rule.ts";

/** Fewer pings show no rhythm. */
const LEAST_PINGS = 3;
/** One may be late, two may be lost and sent again. */
const INTERVALS = 3.5;
const LEAST_SILENCE_MS = 3000;

/**
 * Pings came regularly and then, with all else of that side, stayed away, while the connection stands open: who only listens
 * sends nothing that could go unacknowledged, and does not notice that the other side, or the path, is gone.
 */
function checkDirection(connection: ConnectionFacts, direction: Direction, context: Context): Draft | null {
  const { webSocket, tcp } = connection;
  const beat = webSocket?.heartbeat[direction];
  if (!beat || beat.lastPing === null || beat.intervalMs === null || !hasInterval(beat, LEAST_PINGS)) return null;
  if (tcp.closedAt !== null || tcp.ending !== "open" || tcp.oneWay || tcp.evicted) return null;
  const { lastPacket } = tcp.halves[direction];
  const silentSince = lastPacket ?? beat.lastPing;
  const untilNs = watchedUntil(connection, context.analysis.clockNs);
  const silentMs = (untilNs - silentSince.timestampNs) / NS_PER_MS;
  if (silentMs < Math.max(LEAST_SILENCE_MS, INTERVALS * beat.intervalMs)) return null;
  if (tcp.halves[otherDirection(direction)].unacknowledged !== null) return null;
  if (isHeardBeyond(connection, direction, silentSince, context)) return null;
  const from = sideOf(direction);
  const to = otherSide(from);
  // The same client reaches the same port all the while.
  const [opened = null] = openedBeside(connection, silentSince.timestampNs, untilNs, context);
  return draft("ws.ping.stopped", "plain", {
    at: silentSince,
    confidence: "likely",
    args: { from, to, silentMs, intervalMs: beat.intervalMs },
    evidence: [
      shows(beat.lastPing, "lastPing", { from }),
      opened && shows(opened.tcp.established, "openedMeanwhile", { client: clientOf(opened) }),
    ],
    causes: [
      opened !== null && cause("likely", "pathStateLost", {}),
      cause(opened === null ? "likely" : "possible", "peerVanished", { to: from }),
      opened === null && cause("possible", "firewallState", {}),
      from === "server" && cause("possible", "serverBlocked", {}),
      cause("possible", "listenerWithoutTimeout", { to }),
    ],
  });
}

/**
 * Pings came regularly, stayed away for several intervals, and went on: the side that sends them stood still for a while, and
 * nobody gave the connection up for it. An outage of the path shows by what is sent again.
 */
function checkPause(connection: ConnectionFacts, direction: Direction): Draft | null {
  const { webSocket, tcp, close } = connection;
  const beat = webSocket?.heartbeat[direction];
  const pause = beat?.longestPause ?? null;
  if (!beat || pause === null || beat.intervalMs === null || beat.pings <= LEAST_PINGS) return null;
  if (close.verdict !== "open" && close.verdict !== "clean") return null;
  const sinceNs = pause.until.timestampNs - pause.ms * NS_PER_MS;
  const since = { ...pause.until, timestampNs: relativeNs(sinceNs) };
  const silentMs = livedMs(connection, since, pause.until);
  if (silentMs < Math.max(LEAST_SILENCE_MS, INTERVALS * beat.intervalMs)) return null;
  if (tcp.halves[direction].missingBytes > 0 || stallWithin(connection, sinceNs, pause.until.timestampNs) !== null)
    return null;
  const from = sideOf(direction);
  return draft("ws.ping.stopped", "paused", {
    at: pause.until,
    args: { from, silentMs, intervalMs: beat.intervalMs },
    evidence: [shows(pause.until, "pingAgain", { from, pauseMs: silentMs })],
    causes: [cause("likely", "peerBlocked", { to: from }), cause("possible", "pathInterrupted", { idleMs: silentMs })],
  });
}

/**
 * A server that publishes at a steady pace and does not ping: its messages show a standstill as pings would. A client's pace
 * is none: browsers hold back the timers of a page that nobody looks at, and people mute their microphones.
 */
function checkStream(connection: ConnectionFacts, context: Context): Draft | null {
  const { verdict } = connection.close;
  if (verdict !== "open" && verdict !== "clean") return null;
  const late = bothLate(connection);
  const pause = late ?? streamPause(connection, SERVER);
  if (pause === null) return null;
  // A server that lets somebody in meanwhile does not stand still.
  const sinceNs = pause.until.timestampNs - pause.ms * NS_PER_MS;
  if (openedBeside(connection, sinceNs, pause.until.timestampNs, context).some(answersBefore(pause.until))) return null;
  const parts = {
    at: pause.until,
    confidence: "likely" as const,
    args: { from: "server", silentMs: pause.ms, intervalMs: pause.intervalMs },
    evidence: [shows(pause.until, "messageAgain", { from: "server", pauseMs: pause.ms })],
  };
  if (late !== null)
    return draft("ws.ping.stopped", "bothLate", {
      ...parts,
      args: { silentMs: late.ms, intervalMs: late.intervalMs },
      evidence: (["client", "server"] as const).map((from) => {
        const { longestPause } = connection.tcp.halves[directionOf(from)];
        return longestPause && shows(longestPause.until, "dataAgain", { from, pauseMs: longestPause.ms });
      }),
      causes: [cause("likely", "pathInterrupted", { idleMs: late.ms })],
    });
  const stuck = cause("likely", "peerBlocked", { to: "server" });
  const path = cause("likely", "pathInterrupted", { idleMs: pause.ms });
  // What it made up for may be answers: then the questions had got through.
  const wasAsked =
    (connection.webSocket?.lastMessage[0]?.timestampNs ?? 0) > sinceNs &&
    !isSilentAround(connection, CLIENT, { ...pause.until, timestampNs: relativeNs(sinceNs) }, pause.until);
  if (pause.isMadeUp)
    return draft("ws.ping.stopped", "streamLate", {
      ...parts,
      causes: wasAsked ? [stuck, lesser(path)] : [path, lesser(stuck)],
    });
  return draft("ws.ping.stopped", "streamPaused", {
    ...parts,
    causes: [stuck, cause("possible", "sourcePaused", { from: "server" }), lesser(path)],
  });
}

const answersBefore =
  (until: Mark) =>
  ({ webSocket }: ConnectionFacts): boolean =>
    webSocket !== null && !webSocket.midstream && webSocket.openedAt.timestampNs < until.timestampNs;

/** Its pings reach the proxy between, which passes nothing on: the other leg tells of that. */
function isHeardBeyond({ id }: ConnectionFacts, direction: Direction, since: Mark, { joins }: Context): boolean {
  const leg = direction === SERVER ? joins.behind.get(id)?.back : joins.before.get(id)?.front;
  const lastPacket = leg?.tcp.halves[direction].lastPacket ?? null;
  return lastPacket !== null && lastPacket.timestampNs > since.timestampNs;
}

export const pingStopped: Rule = {
  id: "ws.ping.stopped",
  severity: "warning",
  spec: "RFC 6455 §5.5.2",
  causes: [
    "pathStateLost",
    "peerVanished",
    "firewallState",
    "serverBlocked",
    "listenerWithoutTimeout",
    "peerBlocked",
    "sourcePaused",
    "pathInterrupted",
  ],
  sources: ["https://github.com/websockets/ws#how-to-detect-and-close-broken-connections"],
  check: (connection, context) => {
    const byPings = ([1, 0] as const)
      .map((direction) => checkDirection(connection, direction, context) ?? checkPause(connection, direction))
      .filter((item) => item !== null);
    return byPings.length > 0 ? byPings : checkStream(connection, context);
  },
};
