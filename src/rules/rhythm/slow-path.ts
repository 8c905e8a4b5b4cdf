import { type Direction, otherDirection, type Side } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { SlowAcknowledgment, TcpFacts } from "../../store/tcp-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { NS_PER_MS, spanMs } from "../reading/reading.ts";
import { slowRunsOf } from "../reading/stall.ts";

/** Slower than usual by so much, it is not what the path is like. */
const SLOW_TIMES = 4;
/** A path that takes so long from the start is slow for any heartbeat that counts in seconds. */
const SLOW_ROUND_TRIP_MS = 1000;

/**
 * A sender that waits sends again, or has learned from slow ones before it how long to wait (RFC 6298 §2): a single one
 * without a repetition is rather one whose acknowledgment the capture missed.
 */
const isOfPath = ({ isRepeated, inRow }: SlowAcknowledgment): boolean => isRepeated || inRow >= LEAST_IN_ROW;

const LEAST_IN_ROW = 2;

/** A loss that was soon mended does not explain a long wait. */
const LEAST_SHARE = 0.5;

/**
 * Bytes of this side that were missing for most of that time: they had been lost before the point of capture, and what it
 * said after them waited too. null: none.
 */
export function cameLate({ events }: TcpFacts, side: Side, sinceNs: number, untilNs: number): (Mark & Late) | null {
  let longest: (Mark & Late) | null = null;
  for (const { kind, from, packet, sentNs, timestampNs } of events) {
    if (kind !== "late" || from !== side || sentNs == null || timestampNs < sinceNs || sentNs > untilNs) continue;
    const withinNs = Math.min(timestampNs, untilNs) - Math.max(sentNs, sinceNs);
    const ms = (timestampNs - sentNs) / NS_PER_MS;
    if (withinNs < LEAST_SHARE * (untilNs - sinceNs) || ms < (longest?.ms ?? 0)) continue;
    longest = { packet, timestampNs, ms };
  }
  return longest;
}

interface Late {
  readonly ms: number;
}

/**
 * How long packets took meanwhile to come through and be acknowledged, in ms, where that was long: what the systems of both
 * ends acknowledge by themselves says nothing of their programs. null: it was not.
 */
export function slowPathMs(connection: ConnectionFacts, sinceNs: number, untilNs: number): number | null {
  const { tcp } = connection;
  const usualMs = tcp.roundTripMs ?? 0;
  const outrun = slowRunsOf(connection)
    .filter(({ first, last }) => first.timestampNs <= untilNs && last.timestampNs >= sinceNs)
    .map(({ first, last }) => spanMs(first, last));
  const slow = tcp.halves
    .flatMap(({ slowAcknowledgment }) => slowAcknowledgment ?? [])
    .filter((one) => isOfPath(one) && one.sinceNs <= untilNs && one.sinceNs + one.ms * NS_PER_MS >= sinceNs)
    .map(({ ms }) => ms);
  const slowestMs = Math.max(0, ...slow, ...outrun);
  if (usualMs >= SLOW_ROUND_TRIP_MS) return Math.max(usualMs, slowestMs);
  return slowestMs > 0 && slowestMs >= SLOW_TIMES * usualMs ? slowestMs : null;
}

/** As slow as an acknowledgment has to be to count. */
const LEAST_LATE_MS = 750;

export interface UnheardPongs {
  readonly since: Mark;
  readonly bytes: number;
  readonly afterMs: number;
}

/**
 * What the other side had sent, the last pong included, had been under way for long when this side ended the connection, and
 * its system had not acknowledged it. No program keeps a system from that: the path was slow, or lost it.
 */
export function pongsUnheard({ tcp, webSocket }: ConnectionFacts, pinger: Direction): UnheardPongs | null {
  const { lastPong } = webSocket?.heartbeat[pinger] ?? { lastPong: null };
  const waiting = tcp.halves[otherDirection(pinger)].unacknowledged;
  if (lastPong === null || waiting === null || tcp.closedAt === null || tcp.oneWay) return null;
  const { since, bytes } = waiting;
  // Sent again: whoever sent it had no acknowledgment, and not only the capture.
  if (lastPong.timestampNs < since.timestampNs || waiting.retransmissions === 0) return null;
  const afterMs = spanMs(since, tcp.closedAt);
  if (afterMs < Math.max(LEAST_LATE_MS, SLOW_TIMES * (tcp.roundTripMs ?? 0))) return null;
  return { since, bytes, afterMs };
}
