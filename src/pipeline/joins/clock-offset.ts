import type { ConnectionFacts } from "../../store/types.ts";
import type { Origin } from "./settled-connections.ts";

/** How far the clock of the second capture is ahead of the first's, and by how much that may be off. */
export interface ClockOffset {
  readonly offsetNs: number;
  readonly errorNs: number;
}

/** One connection in two captures; the first was taken nearer to the client. */
export interface Pair {
  readonly first: Origin;
  readonly second: Origin;
}

/** Nothing arrives before it is sent, but for what the clocks went apart meanwhile. */
const DRIFT_NS = 5e6;

/** By how much later, by both clocks, packets come to the second capture: the client's and the server's that were fastest. */
interface Way {
  readonly thereNs: number;
  readonly backNs: number;
}

/** By the last packets that both captures hold; null: of one direction or both there is none. */
export function wayOf({ first, second }: Pair): Way | null {
  const client = first.clientIndex;
  const server = client === 0 ? 1 : 0;
  const there = second.halves[client].recent?.aheadOf(first.halves[client].recent) ?? null;
  const back = second.halves[server].recent?.aheadOf(first.halves[server].recent) ?? null;
  return there === null || back === null ? null : { thereNs: there.leastNs, backNs: back.mostNs };
}

/**
 * By one packet of each direction that both captures hold. As in NTP (RFC 5905 §8): both ways taken as equally long, the
 * difference bounds the error. null: they have no such packets.
 */
function offsetOf({ first, second }: Pair): ClockOffset | null {
  const timed = first.synSeen && second.synSeen && first.synAckSeen && second.synAckSeen;
  if (timed) return between({ thereNs: second.synNs - first.synNs, backNs: second.synAckNs - first.synAckNs });
  const way = wayOf({ first, second });
  return way === null || way.thereNs - way.backNs < -DRIFT_NS ? null : between(way);
}

const between = ({ thereNs, backNs }: Way): ClockOffset => ({
  offsetNs: (thereNs + backNs) / 2,
  errorNs: Math.abs(thereNs - backNs) / 2,
});

/** A proxy passes the request and its answer on: by both, the clocks of captures on its two sides can be compared. */
export function clocksOfLegs(front: ConnectionFacts, back: ConnectionFacts): ClockOffset | null {
  const [asked, passed] = [front.upgrade?.exchange, back.upgrade?.exchange];
  if (!asked?.request || !asked.response || !passed?.request || !passed.response) return null;
  const thereNs = passed.request.first.timestampNs - asked.request.last.timestampNs;
  const backNs = passed.response.last.timestampNs - asked.response.first.timestampNs;
  return thereNs - backNs < -DRIFT_NS ? null : between({ thereNs, backNs });
}

/** Captures have one clock each: what one of their connections tells holds for those that tell nothing. */
export class CaptureClocks {
  private readonly own: ReadonlyMap<Pair, ClockOffset | null>;
  private readonly best = new Map<string, ClockOffset>();

  constructor(pairs: readonly Pair[]) {
    this.own = new Map(pairs.map((pair) => [pair, offsetOf(pair)]));
    for (const [pair, clocks] of this.own) {
      if (clocks === null) continue;
      const { offsetNs, errorNs } = clocks;
      this.note(keyOf(pair.first, pair.second), clocks);
      this.note(keyOf(pair.second, pair.first), { offsetNs: -offsetNs, errorNs });
    }
  }

  of(pair: Pair): ClockOffset | null {
    return this.own.get(pair) ?? this.best.get(keyOf(pair.first, pair.second)) ?? null;
  }

  private note(key: string, clocks: ClockOffset): void {
    if (clocks.errorNs < (this.best.get(key)?.errorNs ?? Number.POSITIVE_INFINITY)) this.best.set(key, clocks);
  }
}

const keyOf = (a: Origin, b: Origin): string => `${a.vantage} ${b.vantage}`;
