import { relativeNs } from "../../base/brand.ts";
import type { PauseFacts } from "../../store/tcp-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { livedMs, NS_PER_MS } from "../reading/reading.ts";
import { stallWithin } from "../reading/stall.ts";
import { demands, longestPauseOf, standsOut } from "./silence.ts";
import { evenPace, isSeenWhole, type StreamPause } from "./stream-pause.ts";

const LEAST_MS = 3000;
const PAUSE_INTERVALS = 8;
/** Two sides that know nothing of each other do not stop and go on together: the repetition that ends it may take its time. */
const APART_MS = 1500;
const SHARED = 0.7;

/**
 * Both sides talk all the time, fell silent together for far longer than ever, and went on together; and what one of them
 * sends at an even pace came all the same, behind the pause. Applications that pause have nothing to make up for. An outage
 * that lies before the point of capture shows no other sign: what was repeated meanwhile got lost there.
 */
export function bothLate(connection: ConnectionFacts): StreamPause | null {
  const [client, server] = connection.tcp.halves.map(({ longestPause }) => longestPause);
  if (!client || !server || !areOne(client, server)) return null;
  for (const direction of [1, 0] as const) {
    const silence = longestPauseOf(connection, direction);
    if (silence === null || !standsOut(silence, demands.frozen) || !isSeenWhole(connection, direction)) return null;
  }
  const until = server.until.timestampNs < client.until.timestampNs ? server.until : client.until;
  const sinceNs = Math.max(sinceOf(client), sinceOf(server));
  const ms = livedMs(connection, { ...until, timestampNs: relativeNs(sinceNs) }, until);
  if (ms < LEAST_MS || stallWithin(connection, sinceNs, until.timestampNs) !== null) return null;
  const paces = [evenPace(connection, 1, server, 0), evenPace(connection, 0, client, 0)];
  const pace = paces.find((one) => one?.isMadeUp === true && ms >= PAUSE_INTERVALS * one.intervalMs);
  return pace == null ? null : { until, ms, ...pace };
}

const sinceOf = ({ until, ms }: PauseFacts): number => until.timestampNs - ms * NS_PER_MS;

const areOne = (a: PauseFacts, b: PauseFacts): boolean =>
  Math.abs(a.until.timestampNs - b.until.timestampNs) <= APART_MS * NS_PER_MS &&
  Math.abs(sinceOf(a) - sinceOf(b)) <= APART_MS * NS_PER_MS &&
  Math.min(a.ms, b.ms) >= SHARED * Math.max(a.ms, b.ms);
