import { type Direction, type Side, sideOf } from "../../base/brand.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { NS_PER_MS } from "../reading/reading.ts";
import { hasInterval } from "./heartbeat.ts";
import { demands, lastingSilence, longestPauseOf, standsOut } from "./silence.ts";

/** A side that had been sending at a steady pace right until a silence. */
export interface BrokenRhythm {
  readonly of: Side;
  readonly intervalMs: number;
}

const LEAST_PINGS = 3;
/** How far the longest gap may be from the usual one: people are not that even. */
const EVEN_TIMES = 2;
/** Gaps of less than a second are not noted: a download has far shorter ones. */
const LEAST_INTERVAL_MS = 100;
/** Two pings or data may be late; the silence begins with them. */
const LATE_TIMES = 2.5;
/** What a page fetches as it opens is over by then. */
const LEAST_TALKED_MS = 5000;

/**
 * What broke off at the silence that began at `sinceNs`: regular pings or regular data that should have gone on. Such a connection was not idle, and no idle timer applies to it; null: it may have been.
 */
export function brokenRhythm(connection: ConnectionFacts, sinceNs: number, silentMs: number): BrokenRhythm | null {
  for (const direction of [1, 0] as const) {
    const intervalMs =
      pingsUntil(connection, direction, sinceNs, silentMs) ?? dataUntil(connection, direction, sinceNs, silentMs);
    if (intervalMs !== null) return { of: sideOf(direction), intervalMs };
  }
  return null;
}

/** They lasted until the silence. */
const reaches = (lastNs: number, intervalMs: number, sinceNs: number): boolean =>
  sinceNs - lastNs <= LATE_TIMES * intervalMs * NS_PER_MS;

function pingsUntil(
  { webSocket }: ConnectionFacts,
  direction: Direction,
  sinceNs: number,
  silentMs: number,
): number | null {
  const beat = webSocket?.heartbeat[direction];
  if (!beat || beat.intervalMs === null || beat.lastPing === null || !hasInterval(beat, LEAST_PINGS)) return null;
  const { intervalMs, lastPing, longestPause: pause } = beat;
  const pingedAgain = lastPing.timestampNs > sinceNs;
  if (pingedAgain && (pause === null || pause.ms < silentMs / 2)) return null;
  const lastNs = pingedAgain && pause !== null ? pause.until.timestampNs - pause.ms * NS_PER_MS : lastPing.timestampNs;
  return silentMs > LATE_TIMES * intervalMs && reaches(lastNs, intervalMs, sinceNs) ? intervalMs : null;
}

function dataUntil(
  connection: ConnectionFacts,
  direction: Direction,
  sinceNs: number,
  silentMs: number,
): number | null {
  const untilNs = sinceNs + silentMs * NS_PER_MS;
  const lasting = lastingSilence(connection, direction, untilNs);
  if (lasting === null) return null;
  // Where it spoke again, the silence is its longest pause; else it is what came after its last data.
  const spokeAgain = lasting.ms < silentMs / 2;
  const own = spokeAgain ? longestPauseOf(connection, direction) : lasting;
  if (own === null || (spokeAgain && own.ms < silentMs / 2)) return null;
  const { intervalMs, longestMs, talkedMs } = own;
  const isEven = longestMs === 0 ? intervalMs >= LEAST_INTERVAL_MS : longestMs <= EVEN_TIMES * intervalMs;
  if (!isEven || talkedMs < LEAST_TALKED_MS || !standsOut({ ...own, ms: silentMs }, demands.broken)) return null;
  return reaches(own.sinceNs, Math.max(intervalMs, longestMs), sinceNs) ? intervalMs : null;
}
