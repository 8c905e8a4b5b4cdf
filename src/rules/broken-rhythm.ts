import { type Direction, type Side, sideOf } from "../base/brand.ts";
import type { ConnectionFacts } from "../store/types.ts";
import { NS_PER_MS } from "./reading.ts";

/** A side that had been sending at a steady pace right until a silence. */
export interface BrokenRhythm {
  readonly of: Side;
  readonly intervalMs: number;
}

const LEAST_PINGS = 3;
const LEAST_SEGMENTS = 10;
/** How far the longest gap may be from the usual one: people are not that even. */
const EVEN_TIMES = 2;
/** Gaps of less than a second are not noted: a download has far shorter ones. */
const LEAST_INTERVAL_MS = 100;
/** Two pings or data may be late; the silence begins with them. */
const LATE_TIMES = 2.5;
const SILENT_TIMES = 8;
/** Who had been at it for a fraction of the silence only may just have been done. */
const TALKED_SHARE = 0.1;
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
  if (!beat || beat.intervalMs === null || beat.lastPing === null || beat.pings < LEAST_PINGS) return null;
  const { intervalMs, lastPing, longestPause: pause } = beat;
  const pingedAgain = lastPing.timestampNs > sinceNs;
  if (pingedAgain && (pause === null || pause.ms < silentMs / 2)) return null;
  const lastNs = pingedAgain && pause !== null ? pause.until.timestampNs - pause.ms * NS_PER_MS : lastPing.timestampNs;
  return silentMs > LATE_TIMES * intervalMs && reaches(lastNs, intervalMs, sinceNs) ? intervalMs : null;
}

function dataUntil(
  { tcp, webSocket }: ConnectionFacts,
  direction: Direction,
  sinceNs: number,
  silentMs: number,
): number | null {
  const { longestPause: pause, dataSegments, firstData, lastData } = tcp.halves[direction];
  if (firstData === null || lastData === null) return null;
  // Where it spoke again, the silence is its longest pause; else it is what came after its last data.
  const spokeAgain = lastData.timestampNs > sinceNs + (silentMs * NS_PER_MS) / 2;
  if (spokeAgain && (pause === null || pause.ms < silentMs / 2)) return null;
  const segments = spokeAgain ? (pause?.segmentsBefore ?? 0) : dataSegments;
  const longestMs = (spokeAgain ? pause?.nextMs : pause?.ms) ?? 0;
  const lastNs = spokeAgain && pause !== null ? pause.until.timestampNs - pause.ms * NS_PER_MS : lastData.timestampNs;
  const talkedMs = (lastNs - (webSocket?.openedAt ?? firstData).timestampNs) / NS_PER_MS;
  const intervalMs = talkedMs / Math.max(1, segments);
  const isEven = longestMs === 0 ? intervalMs >= LEAST_INTERVAL_MS : longestMs <= EVEN_TIMES * intervalMs;
  if (segments < LEAST_SEGMENTS || !isEven || talkedMs < Math.max(LEAST_TALKED_MS, TALKED_SHARE * silentMs))
    return null;
  const isBroken = silentMs >= SILENT_TIMES * Math.max(intervalMs, longestMs);
  return isBroken && reaches(lastNs, Math.max(intervalMs, longestMs), sinceNs) ? intervalMs : null;
}
