import type { Direction } from "../base/brand.ts";
import type { PauseFacts } from "../store/tcp-types.ts";
import type { ConnectionFacts } from "../store/types.ts";
import type { MissedBeat } from "./heartbeat.ts";
import { directionOf, NS_PER_MS, otherSide, spokeBetween } from "./reading.ts";
import { stallWithin } from "./stall.ts";

const LEAST_MS = 2000;
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
  if (pause === null || missed.acknowledged === false || peer.missingBytes > 0) return null;
  if (pause.ms < Math.max(LEAST_MS, TIMES_OTHERS * pause.nextMs)) return null;
  const wokeNs = pause.until.timestampNs;
  const sinceNs = wokeNs - pause.ms * NS_PER_MS;
  const endNs = missed.first.timestampNs + missed.waitedMs * NS_PER_MS;
  if (sinceNs > missed.first.timestampNs + TOGETHER_NS || wokeNs < endNs - TOGETHER_NS) return null;
  const reactionNs = NS_PER_MS * Math.max(REACTION_MS, 4 * (tcp.roundTripMs ?? 0));
  const isReaction = wokeNs >= endNs && wokeNs - endNs < reactionNs;
  // It may never have known pings, and had nothing to say.
  const isQuiet = wokeNs < endNs && missed.beat.answered === 0;
  return isReaction || isQuiet || stallWithin(connection, sinceNs, wokeNs) !== null ? null : pause;
}

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
