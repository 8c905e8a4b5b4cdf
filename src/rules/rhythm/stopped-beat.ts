import { CLIENT, type Direction, otherDirection, SERVER, sideOf } from "../../base/brand.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { cause } from "../draft.ts";
import { endOf, NS_PER_MS } from "../reading/reading.ts";
import type { Cause } from "../types.ts";
import { stoppedPublishing } from "./data-rhythm.ts";
import { missesOwnPings } from "./heartbeat.ts";

/** An end whose pings should have broken the silence: it fell silent, and the timer only noticed. */
export function stoppedBeat(connection: ConnectionFacts, direction: Direction, idleMs: number): Cause | null {
  return stoppedPings(connection, direction, idleMs) ?? stoppedData(connection, direction);
}

function stoppedPings(connection: ConnectionFacts, direction: Direction, idleMs: number): Cause | null {
  const intervalMs = connection.webSocket?.heartbeat[direction].intervalMs ?? null;
  if (intervalMs === null || !missesOwnPings(connection, direction, idleMs)) return null;
  return cause("likely", "heartbeatStopped", { from: sideOf(direction), intervalMs, idleMs });
}

/** Who sent data at a steady pace, and then none: the same without pings. */
export function stoppedData(connection: ConnectionFacts, direction: Direction): Cause | null {
  const stop = stoppedPublishing(connection, direction, endOf(connection).timestampNs);
  if (stop === null) return null;
  const { sinceNs, ms: idleMs, intervalMs } = stop;
  const from = sideOf(direction);
  const aliveNs = lastBeatNs(connection, direction);
  // What was on its way with the last message shows nothing.
  if (aliveNs - sinceNs <= Math.max(LEAST_ALIVE_NS, ALIVE_SHARE * idleMs * NS_PER_MS))
    return cause("likely", "dataStopped", { from, intervalMs, idleMs });
  return cause("likely", "sourceStopped", { from, intervalMs, idleMs, aliveMs: (aliveNs - sinceNs) / NS_PER_MS });
}

const LEAST_ALIVE_NS = 2e9;
const ALIVE_SHARE = 0.25;

/** Its last ping or pong. */
function lastBeatNs({ webSocket }: ConnectionFacts, direction: Direction): number {
  if (webSocket === null) return 0;
  const [own, others] = [webSocket.heartbeat[direction], webSocket.heartbeat[otherDirection(direction)]];
  return Math.max(
    own.pings > 0 ? (own.lastPing?.timestampNs ?? 0) : 0,
    others.pings > 0 ? (others.lastPong?.timestampNs ?? 0) : 0,
  );
}

/** The server's pings stayed away, for which its client hung up; or somebody's stream did. */
export const stoppedOfEither = (connection: ConnectionFacts, closer: Direction, idleMs: number): Cause | null =>
  (closer === CLIENT && stoppedPings(connection, SERVER, idleMs)) ||
  (stoppedData(connection, SERVER) ?? stoppedData(connection, CLIENT));
