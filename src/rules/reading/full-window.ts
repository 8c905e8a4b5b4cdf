import type { Side } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { TcpFacts } from "../../store/tcp-types.ts";
import { spanMs } from "./reading.ts";

/** Who reads again is sent what had waited, and hears of the end with it. */
const JUST_BEFORE_MS = 2000;

/** A time in which one side took nothing: its window was closed (RFC 9293 §3.8.6.1). */
export interface FullWindow {
  readonly since: Mark;
  readonly ms: number;
}

/**
 * The longest time that the window of `side` was closed until `at`, or until just before; null: it was open. Who wakes
 * reads in gulps, and closes its window for a moment between them: the last time is not the one that counts.
 */
export function fullWindow({ events }: TcpFacts, side: Side, at: Mark): FullWindow | null {
  let longest: FullWindow | null = null;
  let closed: Mark | null = null;
  const note = (since: Mark, until: Mark) => {
    const ms = spanMs(since, until);
    if (spanMs(until, at) <= JUST_BEFORE_MS && (longest === null || ms > longest.ms)) longest = { since, ms };
  };
  for (const event of events) {
    if (event.from !== side) continue;
    if (event.timestampNs > at.timestampNs) break;
    if (event.kind === "zero-window") closed ??= event;
    if (event.kind !== "window-open" || closed === null) continue;
    note(closed, event);
    closed = null;
  }
  if (closed !== null) note(closed, at);
  return longest;
}

/** How long it had been closed; 0: it was open. An earlier time ended nothing. */
export const fullUntil = (tcp: TcpFacts, side: Side, at: Mark): number => fullWindow(tcp, side, at)?.ms ?? 0;

const LEAST_FULL_MS = 2000;

/** Its window stayed closed until then: the other side could not send, and no path was to blame. */
export function stoppedReading(tcp: TcpFacts, side: Side, at: Mark): FullWindow | null {
  const full = fullWindow(tcp, side, at);
  return full !== null && full.ms >= LEAST_FULL_MS ? full : null;
}
