import { type Side, sideOf } from "../base/brand.ts";
import type { ConnectionFacts, TcpEvent } from "../store/types.ts";
import { spanMs } from "./reading.ts";

/** A time in which nothing of one side got through: its oldest segment was sent again and again (RFC 6298 §5). */
export interface Stall {
  readonly from: Side;
  readonly first: TcpEvent;
  readonly last: TcpEvent;
  readonly repeats: number;
  readonly ms: number;
}

const LEAST_REPEATS = 3;
const LEAST_MS = 500;
/** Each timeout doubles the next (§5.5); the first two may be equal (tail loss probe). */
const LEAST_GROWTH = 1.4;

/** Segments sent again without answer are equal, and come at growing distances; lost ones here and there do neither. */
export function stallsOf({ tcp }: ConnectionFacts): Stall[] {
  return ([0, 1] as const).flatMap((direction) => {
    const from = sideOf(direction);
    const stalls: Stall[] = [];
    let run: TcpEvent[] = [];
    const close = () => {
      const [first, last] = [run[0], run.at(-1)];
      if (first && last && run.length >= LEAST_REPEATS && spanMs(first, last) >= LEAST_MS)
        stalls.push({ from, first, last, repeats: run.length, ms: spanMs(first, last) });
    };
    for (const event of tcp.events) {
      if (event.kind !== "retransmission" || event.from !== from) continue;
      if (!continues(run, event)) {
        close();
        run = [];
      }
      run.push(event);
    }
    close();
    return stalls;
  });
}

function continues(run: readonly TcpEvent[], event: TcpEvent): boolean {
  const [before, last] = [run.at(-2), run.at(-1)];
  if (last === undefined || event.value !== last.value) return last === undefined;
  if (before === undefined) return true;
  const gap = event.timestampNs - last.timestampNs;
  return gap >= (last.timestampNs - before.timestampNs) * (run.length === 2 ? 0.8 : LEAST_GROWTH);
}

/** The longest stall that touches this time. */
export function stallWithin(connection: ConnectionFacts, fromNs: number, toNs: number): Stall | null {
  const touching = stallsOf(connection).filter(
    ({ first, last }) => first.timestampNs <= toNs && last.timestampNs >= fromNs,
  );
  return touching.reduce<Stall | null>((a, b) => (a === null || b.ms > a.ms ? b : a), null);
}
