import { appendTo } from "../../base/append-to.ts";
import type { ConnectionId } from "../../base/brand.ts";
import type { JoinFacts } from "../../store/across-types.ts";
import type { Origin } from "./settled-connections.ts";

interface Neighbour {
  readonly vantage: number;
  readonly aheadNs: number;
}

/**
 * How far the clock by which each connection was captured is ahead of the first capture's: joins tell it of their captures, and
 * what else these hold has the same clock. Empty: nothing is known to differ.
 */
export function clocksOfConnections(
  tracked: readonly Origin[],
  joins: readonly JoinFacts[],
): ReadonlyMap<ConnectionId, number> {
  const timed = joins.filter(({ clockOffsetNs }) => clockOffsetNs !== null);
  if (timed.length === 0) return new Map();
  const vantages = new Map(tracked.map(({ id, vantage }) => [id, vantage]));
  const vantageOf = (id: ConnectionId): number => vantages.get(id) ?? 0;
  const neighbours = new Map<number, Neighbour[]>();
  // Those that are known best come first.
  for (const { connections, clockOffsetNs } of timed.sort((a, b) => (a.clockErrorNs ?? 0) - (b.clockErrorNs ?? 0))) {
    const [front, back] = [vantageOf(connections[0]), vantageOf(connections[1])];
    appendTo(neighbours, front, { vantage: back, aheadNs: clockOffsetNs ?? 0 });
    appendTo(neighbours, back, { vantage: front, aheadNs: -(clockOffsetNs ?? 0) });
  }
  const ahead = aheadOf(neighbours);
  return new Map(tracked.map(({ id, vantage }) => [id as ConnectionId, ahead.get(vantage) ?? 0]));
}

function aheadOf(neighbours: ReadonlyMap<number, readonly Neighbour[]>): Map<number, number> {
  const ahead = new Map<number, number>();
  for (const start of neighbours.keys()) {
    if (ahead.has(start)) continue;
    ahead.set(start, 0);
    const waiting = [start];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      for (const { vantage, aheadNs } of neighbours.get(at) ?? []) {
        if (ahead.has(vantage)) continue;
        ahead.set(vantage, (ahead.get(at) ?? 0) + aheadNs);
        waiting.push(vantage);
      }
    }
  }
  return ahead;
}
