import type { Side } from "../base/brand.ts";
import { isBefore, type Mark } from "../base/packet-view.ts";
import type { TcpFacts } from "../store/tcp-types.ts";
import { spanMs } from "./reading.ts";

/** Who reads again is sent what had waited, and hears of the end with it. */
const JUST_BEFORE_MS = 2000;

/** How long the window of `side` had been closed until `at`, or until just before; 0: it was open. An earlier one ended nothing. */
export function fullUntil({ events }: TcpFacts, side: Side, at: Mark): number {
  const own = events.filter(({ from, timestampNs }) => from === side && timestampNs <= at.timestampNs);
  const closed = own.findLast(({ kind }) => kind === "zero-window");
  if (closed === undefined) return 0;
  const until = own.find((event) => event.kind === "window-open" && isBefore(closed, event)) ?? at;
  return spanMs(until, at) > JUST_BEFORE_MS ? 0 : spanMs(closed, until);
}
