import type { Direction, Side } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { PauseFacts } from "../../store/tcp-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { fullUntil } from "../reading/full-window.ts";
import { directionOf, hasGap, NS_PER_MS, otherSide, spanMs, spokeBetween } from "../reading/reading.ts";
import { stallWithin } from "../reading/stall.ts";
import type { MissedBeat } from "./heartbeat.ts";
import { demands, lastingSilence, longestPauseOf, standsOut } from "./silence.ts";
import { slowPathMs } from "./slow-path.ts";

/** Its other pauses are the calm between two messages. */
const TIMES_OTHERS = 2;
/** What it sends when it wakes, and whatever ends the connection then, come together. */
const TOGETHER_NS = 1e9;
/** Who answers an end so soon was awake before. */
const REACTION_MS = 250;

/**
 * A program that stood still while pings waited for it, and went on: it sent nothing at all in that time, and far longer
 * than ever. null: nothing shows that it woke up, or that it slept.
 */
export function stoodStill(missed: MissedBeat, connection: ConnectionFacts): PauseFacts | null {
  const { tcp } = connection;
  const peer = tcp.halves[directionOf(otherSide(missed.pinger))];
  const pause = peer.longestPause;
  if (pause === null || missed.acknowledged === false) return null;
  if (pause.ms < Math.max(demands.frozen.leastMs, TIMES_OTHERS * pause.nextMs)) return null;
  const wokeNs = pause.until.timestampNs;
  const sinceNs = wokeNs - pause.ms * NS_PER_MS;
  if (mayHaveSpoken(connection, otherSide(missed.pinger), sinceNs, wokeNs)) return null;
  const endNs = missed.first.timestampNs + missed.waitedMs * NS_PER_MS;
  if (sinceNs > missed.first.timestampNs + TOGETHER_NS || wokeNs < endNs - TOGETHER_NS) return null;
  const reactionNs = NS_PER_MS * Math.max(REACTION_MS, 4 * (tcp.roundTripMs ?? 0));
  const isReaction = wokeNs >= endNs && wokeNs - endNs < reactionNs;
  // It may never have known pings, and had nothing to say.
  const isQuiet = wokeNs < endNs && missed.beat.answered === 0;
  return isReaction || isQuiet || stallWithin(connection, sinceNs, wokeNs) !== null ? null : pause;
}

/** The other side went on that far into the pause, and was acknowledged: the path was open all the while. */
const HEARD_SHARE = 0.5;
const SILENT_SHARE = 0.75;

/**
 * The program of `from` stood still until just before `at`: it had talked regularly, then said nothing for far longer than
 * ever while its system went on acknowledging what the other side sent, and talked again only to end it in the same breath.
 */
export function frozenBefore(connection: ConnectionFacts, at: Mark, from: Side): PauseFacts | null {
  const pause = farLongestPause(connection, from);
  if (pause === null || pause.peerSpokeMs < HEARD_SHARE * pause.ms || wasSilentToo(connection, pause, from))
    return null;
  const wokeNs = pause.until.timestampNs;
  if (wokeNs > at.timestampNs || at.timestampNs - wokeNs > TOGETHER_NS) return null;
  if (slowPathMs(connection, wokeNs - pause.ms * NS_PER_MS, wokeNs) !== null) return null;
  // It had something to say, and the other side took nothing.
  return fullUntil(connection.tcp, otherSide(from), at) > pause.ms / 2 ? null : pause;
}

/** Its last data, and how long it has said nothing since. */
interface Standstill {
  readonly last: Mark;
  readonly ms: number;
}

/** It paused before, and not for nearly as long. */
const TIMES_PAUSED = 3;

/**
 * The program of `from` stood still when the connection ended at `at`: it had talked regularly, pings and answers included, then
 * said nothing any more while its system went on acknowledging what the other side sent.
 */
export function stillUntil(connection: ConnectionFacts, at: Mark, from: Side): Standstill | null {
  const [own, other] = [directionOf(from), directionOf(otherSide(from))];
  const { lastData: last } = connection.tcp.halves[own];
  const silence = lastingSilence(connection, own, at.timestampNs);
  if (last === null || silence === null || mayHaveSpoken(connection, from, last.timestampNs)) return null;
  if (!standsOut(silence, demands.stopped) || silence.ms < TIMES_PAUSED * silence.longestMs) return null;
  const { lastAcknowledged } = connection.tcp.halves[other];
  const heardMs = lastAcknowledged === null ? 0 : spanMs(last, lastAcknowledged);
  if (heardMs < HEARD_SHARE * silence.ms || stallWithin(connection, last.timestampNs, at.timestampNs) !== null)
    return null;
  return fullUntil(connection.tcp, otherSide(from), at) > silence.ms / 2 ? null : { last, ms: silence.ms };
}

/** The other side's own pause lasted through nearly all of it: what came through to its system at the end shows nothing of before. */
function wasSilentToo({ tcp }: ConnectionFacts, pause: PauseFacts, from: Side): boolean {
  const other = tcp.halves[directionOf(otherSide(from))].longestPause;
  if (other === null) return false;
  const sinceNs = (one: PauseFacts): number => one.until.timestampNs - one.ms * NS_PER_MS;
  const sharedNs =
    Math.min(pause.until.timestampNs, other.until.timestampNs) - Math.max(sinceNs(pause), sinceNs(other));
  return sharedNs > SILENT_SHARE * pause.ms * NS_PER_MS;
}

/**
 * The program of `from` stood still when the other side said something at `at`, which its system acknowledged: it had talked
 * regularly, stopped before that, and went on only long after.
 */
export function frozenAround(connection: ConnectionFacts, at: Mark, from: Side): PauseFacts | null {
  const pause = farLongestPause(connection, from);
  if (pause === null || connection.webSocket === null) return null;
  const wokeNs = pause.until.timestampNs;
  const isAround =
    wokeNs - pause.ms * NS_PER_MS <= at.timestampNs && wokeNs >= at.timestampNs + demands.frozen.leastMs * NS_PER_MS;
  const waiting = connection.tcp.halves[directionOf(otherSide(from))].unacknowledged;
  const isAcknowledged = waiting === null || waiting.since.timestampNs > at.timestampNs;
  return isAround && isAcknowledged ? pause : null;
}

/** The one pause of this side that is no calm between two messages, seen whole and on a path that was open. */
function farLongestPause(connection: ConnectionFacts, from: Side): PauseFacts | null {
  const { longestPause } = connection.tcp.halves[directionOf(from)];
  const silence = longestPauseOf(connection, directionOf(from));
  if (longestPause === null || silence === null || !standsOut(silence, demands.frozen)) return null;
  const untilNs = longestPause.until.timestampNs;
  const isSeen = !mayHaveSpoken(connection, from, silence.sinceNs, untilNs);
  return isSeen && stallWithin(connection, silence.sinceNs, untilNs) === null ? longestPause : null;
}

/** In that time the capture lacks bytes of this side, or it lacks some and nobody knows when they were sent. */
const mayHaveSpoken = (connection: ConnectionFacts, side: Side, sinceNs: number, untilNs?: number): boolean =>
  connection.tcp.halves[directionOf(side)].missingBytes > 0 &&
  (!hasGap(connection, side, 0) || connection.tls !== null || hasGap(connection, side, sinceNs, untilNs));

/** This side sent something between the two moments, though the last that it sent may have come later. */
export function goesOn(connection: ConnectionFacts, direction: Direction, fromNs: number, toNs: number): boolean {
  if (spokeBetween(connection, direction, fromNs, toNs)) return true;
  const { longestPause, firstData } = connection.tcp.halves[direction];
  const pauseMs = longestPause?.ms ?? LEAST_PAUSE_MS;
  // Where it was first heard later, nobody knows how long it had been silent.
  return (
    firstData !== null &&
    firstData.timestampNs < toNs &&
    spokeBetween(connection, direction, toNs - 1, Number.POSITIVE_INFINITY) &&
    pauseMs < (toNs - fromNs) / NS_PER_MS
  );
}

/** Shorter ones are not noted. */
const LEAST_PAUSE_MS = 1000;
