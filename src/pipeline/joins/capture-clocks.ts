import { appendTo } from "../../base/append-to.ts";
import type { ConnectionId } from "../../base/brand.ts";
import type { JoinFacts } from "../../store/across-types.ts";
import type { Origin } from "./settled-connections.ts";

/** Of connections that were captured by one clock. */
type Clock = string;

interface Neighbour {
  readonly clock: Clock;
  readonly aheadNs: number;
}

/**
 * How far the clock by which each connection was captured is ahead of the first capture's: joins tell it of their captures, and
 * what else these hold has the same clock. Empty: nothing is known to differ. `pieceOf`: which of the captures that were taken
 * for parts of one holds a connection.
 */
export function clocksOfConnections(
  tracked: readonly Origin[],
  joins: readonly JoinFacts[],
  pieceOf: (id: number) => number,
): ReadonlyMap<ConnectionId, number> {
  const timed = joins.filter(({ clockOffsetNs }) => clockOffsetNs !== null);
  if (timed.length === 0) return new Map();
  const vantages = new Map(tracked.map(({ id, vantage }) => [id, vantage]));
  const vantageOf = (id: number): number => vantages.get(id) ?? 0;
  // Parts of one capture after all would have one clock.
  const inPieces = new Set(
    timed
      .map(({ connections: [front, back] }) => [vantageOf(front), vantageOf(back)])
      .filter(([front, back]) => front === back)
      .map(([front]) => front),
  );
  const clockOf = (id: number): Clock => `${vantageOf(id)} ${inPieces.has(vantageOf(id)) ? pieceOf(id) : 0}`;
  const neighbours = new Map<Clock, Neighbour[]>();
  // Those that are known best come first.
  for (const { connections, clockOffsetNs } of timed.sort((a, b) => (a.clockErrorNs ?? 0) - (b.clockErrorNs ?? 0))) {
    const [front, back] = [clockOf(connections[0]), clockOf(connections[1])];
    appendTo(neighbours, front, { clock: back, aheadNs: clockOffsetNs ?? 0 });
    appendTo(neighbours, back, { clock: front, aheadNs: -(clockOffsetNs ?? 0) });
  }
  const ahead = aheadOf(neighbours);
  return new Map(tracked.map(({ id }) => [id as ConnectionId, ahead.get(clockOf(id)) ?? 0]));
}

function aheadOf(neighbours: ReadonlyMap<Clock, readonly Neighbour[]>): Map<Clock, number> {
  const ahead = new Map<Clock, number>();
  for (const start of neighbours.keys()) {
    if (ahead.has(start)) continue;
    ahead.set(start, 0);
    const waiting = [start];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      for (const { clock, aheadNs } of neighbours.get(at) ?? []) {
        if (ahead.has(clock)) continue;
        ahead.set(clock, (ahead.get(at) ?? 0) + aheadNs);
        waiting.push(clock);
      }
    }
  }
  return ahead;
}
