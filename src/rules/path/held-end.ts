import type { Side } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { type Stall, stallWithin } from "../reading/stall.ts";

/** What waited behind an interruption comes right after it: so does the end of who gave up meanwhile. */
export const JUST_BEFORE_NS = 1e9;

/**
 * The path is open again, and this side's own lost bytes wait for their next repetition, which by then is seldom: what it
 * wrote since waits behind them and comes with them. The stall of the other side that ended when that showed; null: none.
 */
export function stallHolding(connection: ConnectionFacts, at: Mark, from: Side): Stall | null {
  const late = connection.tcp.events.findLast(
    (event) =>
      event.kind === "late" &&
      event.from === from &&
      event.timestampNs <= at.timestampNs &&
      event.timestampNs >= at.timestampNs - JUST_BEFORE_NS,
  );
  const knownNs = late?.sentNs ?? null;
  return knownNs === null ? null : stallWithin(connection, knownNs - JUST_BEFORE_NS, knownNs);
}
