import { type Side, sideOf } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { TcpEvent } from "../../store/tcp-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { spanMs } from "./reading.ts";

/** A time in which nothing of one side got through: its oldest segment was sent again and again (RFC 6298 §5). */
export interface Stall {
  readonly from: Side;
  readonly first: TcpEvent;
  readonly last: TcpEvent;
  /** Its end: the acknowledgment, at the latest when the next repetition would have come. */
  readonly untilNs: number;
  readonly repeats: number;
  /** From the first transmission to the acknowledgment, or to the end: what its sender waited. */
  readonly ms: number;
  /** The first transmission of what waited. */
  readonly sinceNs: number;
  /** It had arrived and was acknowledged at once: the acknowledgments are what got lost. */
  readonly hadArrived: boolean;
}

const LEAST_REPEATS = 3;
const LEAST_MS = 500;
/** Each timeout doubles the next (§5.5); the first two may be equal (tail loss probe). */
const LEAST_GROWTH = 1.4;
/** By how much the next distance grows, with some leeway. */
const NEXT_TIMES = 2.2;

export const stallsOf = (connection: ConnectionFacts): Stall[] => runsOf(connection).filter((one) => !one.hearsOn);

/**
 * Sent again and again though it had arrived, by a side that heard new data of the other one all the while: the path is open,
 * and so slow that the acknowledgment, which comes behind that data, takes longer than the sender waits.
 */
export const slowRunsOf = (connection: ConnectionFacts): Stall[] => runsOf(connection).filter((one) => one.hearsOn);

interface Run extends Stall {
  readonly hearsOn: boolean;
}

/** It is one segment that is sent again without answer, at growing distances; lost ones here and there are others each. */
function runsOf({ tcp }: ConnectionFacts): Run[] {
  return ([0, 1] as const).flatMap((direction) => {
    const from = sideOf(direction);
    const stalls: Run[] = [];
    let run: TcpEvent[] = [];
    const close = () => {
      const [first, before, last] = [run[0], run.at(-2), run.at(-1)];
      if (!first || !before || !last || run.length < LEAST_REPEATS || spanMs(first, last) < LEAST_MS) return;
      const nextNs = last.timestampNs + NEXT_TIMES * (last.timestampNs - before.timestampNs);
      const untilNs = last.acknowledgedNs ?? nextNs;
      const sinceNs = Math.min(first.timestampNs, first.sentNs ?? first.timestampNs);
      // Who hangs up waits no longer, and an acknowledgment that never came ends nothing.
      const endNs = Math.min(last.acknowledgedNs ?? last.timestampNs, endBehind(tcp.closedAt, first));
      const [ms, hadArrived] = [(endNs - sinceNs) / 1e6, first.sentNs === null];
      const hearsOn = hadArrived && hearsAllAlong(run);
      stalls.push({ from, first, last, sinceNs, untilNs, repeats: run.length, ms, hadArrived, hearsOn });
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

/** Between most of its repetitions its acknowledgments moved on. */
function hearsAllAlong(run: readonly TcpEvent[]): boolean {
  const heard = run.filter(({ advancedNs }, index) => {
    const before = run[index - 1];
    return before !== undefined && advancedNs != null && advancedNs > before.timestampNs;
  });
  return heard.length > (run.length - 1) / 2;
}

const endBehind = (closedAt: Mark | null, first: Mark): number =>
  closedAt !== null && closedAt.timestampNs > first.timestampNs ? closedAt.timestampNs : Number.POSITIVE_INFINITY;

function continues(run: readonly TcpEvent[], event: TcpEvent): boolean {
  const [before, last] = [run.at(-2), run.at(-1)];
  if (last === undefined || event.streamOffset !== last.streamOffset) return last === undefined;
  if (before === undefined) return true;
  const gap = event.timestampNs - last.timestampNs;
  return gap >= (last.timestampNs - before.timestampNs) * (run.length === 2 ? 0.8 : LEAST_GROWTH);
}

/** The longest stall that touches this time. */
export function stallWithin(connection: ConnectionFacts, fromNs: number, toNs: number): Stall | null {
  const touching = stallsOf(connection).filter(({ first, untilNs }) => first.timestampNs <= toNs && untilNs >= fromNs);
  return touching.reduce<Stall | null>((a, b) => (a === null || b.ms > a.ms ? b : a), null);
}
