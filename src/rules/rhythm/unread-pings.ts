import { type Direction, otherDirection } from "../../base/brand.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { NS_PER_MS } from "../reading/reading.ts";
import { missedBeat } from "./heartbeat.ts";

const MOST_OF_IT = 0.5;
const LATE_MS = 1000;

/** The latest of the pongs of this side came when it read again: its window had been shut for most of that time. */
export function pongsWhenReading({ tcp, webSocket }: ConnectionFacts, direction: Direction): boolean {
  const slowest = webSocket?.heartbeat[otherDirection(direction)].slowest ?? null;
  const { longestZeroWindowNs } = tcp.halves[direction];
  if (slowest === null || slowest.roundTripMs < LATE_MS) return false;
  return longestZeroWindowNs > MOST_OF_IT * slowest.roundTripMs * NS_PER_MS;
}

/** Pings stayed without pong because this side had stopped reading: the heartbeat tells of it. */
export const leavesPingsUnread = (connection: ConnectionFacts, direction: Direction, context: Context): boolean =>
  missedBeat(connection, otherDirection(direction), context)?.blocked === true;
