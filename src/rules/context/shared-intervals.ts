import { SERVER } from "../../base/brand.ts";
import type { Analysis, ConnectionFacts } from "../../store/types.ts";
import type { BeatFacts } from "../../store/websocket-types.ts";
import { serverOf } from "../reading/reading.ts";

/** So many pings show an interval; of two the distance may be a pause. */
const LEAST_PINGS = 3;
/** A timer is the same for all WebSockets of a server, or this one is nobody's. */
const ALIKE_TIMES = 1.1;

interface Range {
  readonly least: number;
  readonly most: number;
}

/**
 * A server pings all its WebSockets alike: one that ended after its first pings has the interval of those that lived longer.
 * What is changed are copies; most captures have nothing to change.
 */
export function withSharedIntervals(analysis: Analysis): Analysis {
  const isYoung = ({ webSocket }: ConnectionFacts): boolean => {
    const pings = webSocket?.heartbeat[SERVER].pings ?? 0;
    return pings > 0 && pings < LEAST_PINGS;
  };
  if (!analysis.connections.some(isYoung)) return analysis;
  const ranges = rangesOf(analysis.connections);
  const connections = analysis.connections.map((connection) => {
    const range = isYoung(connection) ? ranges.get(serverOf(connection)) : undefined;
    return range === undefined || range.most > ALIKE_TIMES * range.least ? connection : withInterval(connection, range);
  });
  return { ...analysis, connections };
}

function rangesOf(connections: readonly ConnectionFacts[]): Map<string, Range> {
  const ranges = new Map<string, Range>();
  for (const connection of connections) {
    const { pings, intervalMs } = connection.webSocket?.heartbeat[SERVER] ?? { pings: 0, intervalMs: null };
    if (pings < LEAST_PINGS || intervalMs === null) continue;
    const { least, most } = ranges.get(serverOf(connection)) ?? { least: intervalMs, most: intervalMs };
    ranges.set(serverOf(connection), { least: Math.min(least, intervalMs), most: Math.max(most, intervalMs) });
  }
  return ranges;
}

function withInterval(connection: ConnectionFacts, { least }: Range): ConnectionFacts {
  const { webSocket } = connection;
  if (webSocket === null) return connection;
  const [client, server] = webSocket.heartbeat;
  const shared: BeatFacts = { ...server, intervalMs: least, intervalIsShared: true };
  return { ...connection, webSocket: { ...webSocket, heartbeat: [client, shared] } };
}
