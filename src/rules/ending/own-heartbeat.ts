import { type Direction, sideOf } from "../../base/brand.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { cause } from "../draft.ts";
import { spanMs } from "../reading/reading.ts";
import { pausedMs } from "../rhythm/data-rhythm.ts";
import { hasInterval } from "../rhythm/heartbeat.ts";
import { isAiohttp } from "../timers/library-timers.ts";
import type { Cause } from "../types.ts";

// How the closer's own heartbeat may have ended a connection whose peer answered.

/** Its last ping came far later than its interval says: it had stood still, and went on with its own deadline passed. */
export function oversleptDeadline(connection: ConnectionFacts, closer: Direction): Cause | null {
  const { webSocket, tcp } = connection;
  const beat = webSocket?.heartbeat[closer];
  if (!beat || beat.lastPing === null || beat.lastAnsweredPing === null || tcp.closedAt === null) return null;
  if (beat.missing > 0 || beat.pings - beat.answered > 1) return null;
  const pauseMs = spanMs(beat.lastAnsweredPing, beat.lastPing);
  const afterMs = spanMs(beat.lastPing, tcp.closedAt);
  // Of two pings nobody knows the interval: then its messages must have paused with them.
  const intervalMs = hasInterval(beat, 3) ? beat.intervalMs : null;
  const isPause =
    intervalMs === null
      ? Math.abs(pausedMs(connection, closer) - pauseMs) < PAUSE_SHARE * pauseMs
      : pauseMs >= OVERSLEPT_TIMES * intervalMs;
  if (!isPause || afterMs < 0 || afterMs > pauseMs * PAUSE_SHARE) return null;
  return cause("likely", "deadlineOverslept", { to: sideOf(closer), idleMs: pauseMs, intervalMs });
}

const OVERSLEPT_TIMES = 2.5;
const PAUSE_SHARE = 0.2;

/** aiohttp's patience for a pong is half its interval; it sees pongs only while the handler reads. */
export function isOnHalfTick(connection: ConnectionFacts, closer: Direction): boolean {
  const { webSocket, tcp } = connection;
  const beat = webSocket?.heartbeat[closer];
  if (!beat || beat.lastPing === null || beat.lastPong === null || tcp.closedAt === null) return false;
  if (!isAiohttp(connection, sideOf(closer)) || beat.lastPong.timestampNs < beat.lastPing.timestampNs) return false;
  const intervalMs = beat.intervalMs ?? (webSocket ? spanMs(webSocket.openedAt, beat.lastPing) : 0);
  const lateMs = Math.abs(spanMs(beat.lastPing, tcp.closedAt) - intervalMs / 2);
  return lateMs <= Math.max(TICK_MS, TICK_SHARE * intervalMs);
}

/** Where pings come often, one of them is always the last. */
const CHANCE = 0.1;

/** It hung up while the pong to its newest ping was still under way, or shortly late: its heartbeat has hardly any patience. */
export function impatience({ webSocket, tcp }: ConnectionFacts, closer: Direction): Cause | false {
  const beat = webSocket?.heartbeat[closer];
  if (!beat || beat.lastPing === null || tcp.closedAt === null) return false;
  // One packet with both: no timer is set to nothing. Whoever passes on what is left hangs up so.
  if (beat.lastPing.packet === tcp.closedAt.packet) return false;
  const isAnswered = beat.lastPong !== null && beat.lastPong.timestampNs > beat.lastPing.timestampNs;
  if (isAnswered && (beat.lastPong?.timestampNs ?? 0) <= tcp.closedAt.timestampNs) return false;
  const waitedMs = spanMs(beat.lastPing, tcp.closedAt);
  const roundTripMs = beat.roundTripMs?.median ?? tcp.roundTripMs ?? 0;
  const isRare = beat.intervalMs !== null && waitedMs < CHANCE * beat.intervalMs && waitedMs > 2 * roundTripMs;
  // Seen at the pinger, the first ping may be the last: only the path's round trip tells that its pong had no chance.
  if (!isRare && waitedMs >= roundTripMs) return false;
  return cause("likely", "patienceTooShort", { to: sideOf(closer), waitedMs, roundTripMs });
}

const LEAST_PINGS = 2;
const TICK_SHARE = 0.02;
const TICK_MS = 20;
/** A busy program's timers come late; early only seems what was under way for longer the time before. */
const LATE_MS = 50;

/** Each ping was answered, and the end came just when the next one was due: the heartbeat's own code ended it. */
export function isOnTick({ webSocket, tcp }: ConnectionFacts, closer: Direction): boolean {
  const beat = webSocket?.heartbeat[closer];
  if (!beat || beat.intervalMs === null || beat.lastPing === null || tcp.closedAt === null) return false;
  if (beat.pings < LEAST_PINGS || beat.answered < beat.pings) return false;
  const lateMs = spanMs(beat.lastPing, tcp.closedAt) - beat.intervalMs;
  const leastMs = TICK_SHARE * beat.intervalMs;
  return lateMs <= Math.max(LATE_MS, leastMs) && -lateMs <= Math.max(TICK_MS, leastMs);
}
