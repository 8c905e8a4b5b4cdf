import { CLIENT, type Direction, SERVER, sideOf } from "../../base/brand.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { cause } from "../draft.ts";
import { endOf } from "../reading/reading.ts";
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
  return cause("likely", "dataStopped", {
    from: sideOf(direction),
    intervalMs: stop.intervalMs,
    idleMs: stop.ms,
  });
}

/** The server's pings stayed away, for which its client hung up; or somebody's stream did. */
export const stoppedOfEither = (connection: ConnectionFacts, closer: Direction, idleMs: number): Cause | null =>
  (closer === CLIENT && stoppedPings(connection, SERVER, idleMs)) ||
  (stoppedData(connection, SERVER) ?? stoppedData(connection, CLIENT));
