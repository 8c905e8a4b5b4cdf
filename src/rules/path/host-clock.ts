import type { Side } from "../../base/brand.ts";
import type { HalfFacts } from "../../store/tcp-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { directionOf, endOf } from "../reading/reading.ts";
import { openedBeside } from "./meanwhile.ts";

/** Ticks a second of the clocks that systems stamp their segments by. */
const RATES = [1000, 250, 100] as const;
/** Of two clocks that nobody sets; a SYN may be stamped a little before it leaves. */
const DRIFT = 0.001;
const LEAST_TOLERANCE_NS = 12e6;
/** Those who come back do so soon. */
const BACK_WITHIN_NS = 60e9;

/**
 * The SYN of a later connection is stamped exactly so much later by the same clock. A system that restarts begins its stamps
 * anew, and most begin them elsewhere for each connection: that they differ says nothing, that they agree is no chance.
 */
function goesOn({ synStamp: old }: HalfFacts, { synStamp: young }: HalfFacts): boolean {
  if (old === null || young === null || young.timestampNs <= old.timestampNs) return false;
  const ns = young.timestampNs - old.timestampNs;
  const ticks = (young.value - old.value) | 0;
  return RATES.some((rate) => Math.abs(ticks * (1e9 / rate) - ns) <= LEAST_TOLERANCE_NS + DRIFT * ns);
}

/** The host of this side did not restart since the connection began: a later one shows that its clock ran on. */
export function hostRanOn(connection: ConnectionFacts, side: Side, context: Context): boolean {
  const direction = directionOf(side);
  const replacedBy = context.others().replacedBy.get(connection.id);
  const lastHeardNs = (connection.tcp.halves[direction].lastPacket ?? connection.first).timestampNs;
  const later = openedBeside(connection, lastHeardNs, endOf(connection).timestampNs + BACK_WITHIN_NS, context);
  return [...(replacedBy === undefined ? [] : [replacedBy]), ...later].some((other) =>
    goesOn(connection.tcp.halves[direction], other.tcp.halves[direction]),
  );
}
