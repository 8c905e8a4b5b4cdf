import { type Direction, otherDirection } from "../../base/brand.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { NS_PER_MS, spanMs } from "../reading/reading.ts";
import { demands, longestPauseOf, messageSilence, type Silence, standsOut } from "./silence.ts";

/** How far the longest gap may be from the usual one: people and page loads are not that even. */
const EVEN_TIMES = 4;

/** This side had sent messages at a steady pace, and then none any more; null: it may just have had nothing to say. */
export function stoppedTalking(connection: ConnectionFacts, direction: Direction, untilNs: number): Silence | null {
  const silence = silenceUntil(connection, direction, untilNs);
  if (silence === null || silence.longestMs > EVEN_TIMES * silence.intervalMs) return null;
  return standsOut(silence, demands.stopped) ? silence : null;
}

/** Something of it may still have come after that time: what was sent again behind an outage meets a closed socket. */
function silenceUntil(connection: ConnectionFacts, direction: Direction, untilNs: number): Silence | null {
  const silence = messageSilence(connection, direction, untilNs);
  if (silence === null || silence.ms >= 0) return silence;
  const pause = longestPauseOf(connection, direction);
  const isAcross = pause !== null && pause.sinceNs < untilNs && pause.sinceNs + pause.ms * NS_PER_MS > untilNs;
  return isAcross ? { ...pause, ms: (untilNs - pause.sinceNs) / NS_PER_MS } : silence;
}

/** The same, of a side whose messages were no answers: those stop with the questions. */
export function stoppedPublishing(connection: ConnectionFacts, direction: Direction, untilNs: number): Silence | null {
  const [own, peers] = [direction, otherDirection(direction)].map((side) => {
    const { text, binary } = connection.webSocket?.messages[side] ?? { text: 0, binary: 0 };
    return text + binary;
  });
  return (own ?? 0) > 2 * (peers ?? 0) ? stoppedTalking(connection, direction, untilNs) : null;
}

/** One pause far longer than all others between this side's messages; 0: there was none. */
export function pausedMs(connection: ConnectionFacts, direction: Direction): number {
  const silence = messageSilence(connection, direction, Number.POSITIVE_INFINITY);
  if (silence === null) return 0;
  const { longestMs: pauseMs, talkedMs, sent } = silence;
  const { leastMs, timesUsual } = demands.stopped;
  return pauseMs >= Math.max(leastMs, (timesUsual * (talkedMs - pauseMs)) / sent) ? pauseMs : 0;
}

/** How far from its pace a timer's message may be. */
const BEAT_SHARE = 0.05;
const LEAST_MESSAGES = 3;

/**
 * This side ended it when its next message was due: a timer of its own that sends one each time, and then did not. Whatever is
 * idle for less than that is no timer for idleness.
 */
export function isOnOwnBeat({ webSocket }: ConnectionFacts, direction: Direction, untilNs: number): boolean {
  const [first, last] = [webSocket?.firstFrame[direction], webSocket?.lastMessage[direction]];
  if (!webSocket || !first || !last) return false;
  const { text, binary } = webSocket.messages[direction];
  const idleMs = (untilNs - last.timestampNs) / NS_PER_MS;
  const longestMs = webSocket.longestMessageGapNs[direction] / NS_PER_MS;
  const isEven = (ms: number): boolean => Math.abs(ms - idleMs) <= BEAT_SHARE * idleMs;
  return text + binary >= LEAST_MESSAGES && isEven(longestMs) && isEven(spanMs(first, last) / (text + binary - 1));
}
