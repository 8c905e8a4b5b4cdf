import type { SlowAcknowledgment } from "../store/tcp-types.ts";
import type { ConnectionFacts } from "../store/types.ts";
import { NS_PER_MS } from "./reading.ts";

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

/**
 * How long packets took meanwhile to come through and be acknowledged, in ms, where that was long: what the systems of both
 * ends acknowledge by themselves says nothing of their programs. null: it was not.
 */
export function slowPathMs({ tcp }: ConnectionFacts, sinceNs: number, untilNs: number): number | null {
  const usualMs = tcp.roundTripMs ?? 0;
  const slow = tcp.halves
    .flatMap(({ slowAcknowledgment }) => slowAcknowledgment ?? [])
    .filter((one) => isOfPath(one) && one.sinceNs <= untilNs && one.sinceNs + one.ms * NS_PER_MS >= sinceNs)
    .map(({ ms }) => ms);
  const slowestMs = Math.max(0, ...slow);
  if (usualMs >= SLOW_ROUND_TRIP_MS) return Math.max(usualMs, slowestMs);
  return slowestMs > 0 && slowestMs >= SLOW_TIMES * usualMs ? slowestMs : null;
}
