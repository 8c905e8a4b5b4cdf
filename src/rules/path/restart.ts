import type { Side } from "../../base/brand.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { isRefusedByHost } from "../context/refused-by-host.ts";
import { directionOf, endOf, otherSide, serverOf } from "../reading/reading.ts";
import { stallsOf } from "../reading/stall.ts";
import { within } from "../reading/time-index.ts";
import { hostRanOn } from "./host-clock.ts";
import { openedBeside } from "./meanwhile.ts";

/** An answer to a ping is missed at the next one; timers are late by little. */
const PATIENCE_SHARE = 0.9;
const HEARD_SHARE_NS = 0.9e6;
const REFUSED_WITHIN_NS = 10e9;

/** It answered by an RST that acknowledges nothing: its system does not have this connection (RFC 9293 §3.5.2). */
export const hasForgotten = ({ tcp }: ConnectionFacts, side: Side): boolean =>
  tcp.resets.some(({ from, answers, hasAck }) => from === side && answers !== null && !hasAck);

/**
 * This side was gone for a while and, back again, knew nothing of the connection: it restarted, unless its own heartbeat
 * had the time to give the WebSocket up meanwhile. A port that refuses afterwards shows it: what listens there is gone.
 */
export function hasRestarted(connection: ConnectionFacts, side: Side, goneMs: number, context: Context): boolean {
  const { tcp } = connection;
  // Who was heard again on this connection, if only by an acknowledgment, still knew it then.
  const { lastPacket } = tcp.halves[directionOf(side)];
  const isHeard =
    lastPacket !== null && lastPacket.timestampNs > endOf(connection).timestampNs - goneMs * HEARD_SHARE_NS;
  if (
    !hasForgotten(connection, side) ||
    isHeard ||
    isBetweenRepeats(connection, side) ||
    isBackEarlier(connection, side, goneMs, context) ||
    hostRanOn(connection, side, context)
  )
    return false;
  return (side === "server" && refusesSince(connection, goneMs, context)) || goneMs < patienceOf(connection, side);
}

/** Whoever watches for pings waits for one more than the next (the client's half of the heartbeat that ws describes). */
const AWAITED_PINGS = 2;

/**
 * A client that hears of the server by its pings may have given the WebSocket up, where they stayed away for long: its
 * system answers then as one that has restarted does.
 */
export function mayHaveGivenUp({ webSocket }: ConnectionFacts, side: Side, goneMs: number): boolean {
  const pingMs = webSocket?.heartbeat[directionOf(otherSide(side))].intervalMs ?? null;
  return side === "client" && pingMs !== null && goneMs > AWAITED_PINGS * pingMs;
}

/** It sent the same again and again, and its next repetition was not due yet: it was there all the while. */
const isBetweenRepeats = (connection: ConnectionFacts, side: Side): boolean =>
  stallsOf(connection).some(
    ({ from, hadArrived, last, untilNs }) =>
      from === side &&
      !hadArrived &&
      last.timestampNs < endOf(connection).timestampNs &&
      endOf(connection).timestampNs <= untilNs,
  );

/**
 * The client's next connection came about while this one was still silent: its host was up before it knew nothing of this
 * one, and a program that was ended and started again, or gave it up, explains that as well.
 */
function isBackEarlier(connection: ConnectionFacts, side: Side, goneMs: number, context: Context): boolean {
  const end = endOf(connection).timestampNs;
  return side === "client" && openedBeside(connection, end - goneMs * 1e6, end, context).length > 0;
}

function refusesSince(connection: ConnectionFacts, goneMs: number, context: Context): boolean {
  const attempts = context.others().failed.get(serverOf(connection));
  const end = endOf(connection).timestampNs;
  return (
    attempts !== undefined &&
    within(attempts, end - goneMs * 1e6, end + REFUSED_WITHIN_NS).some((one) => isRefusedByHost(one, context))
  );
}

/** How long this side's own heartbeat waits at least, in ms; infinite: it shows none. */
function patienceOf({ webSocket, session }: ConnectionFacts, side: Side): number {
  const { timers, heartbeat } = session?.engineIo ?? { timers: null, heartbeat: null };
  const direction = directionOf(side);
  if (timers !== null) {
    const isPinger = (heartbeat?.[direction].pings ?? 0) > 0;
    return isPinger ? timers.pingTimeoutMs : timers.pingIntervalMs + timers.pingTimeoutMs;
  }
  const intervals = [webSocket?.heartbeat[direction].intervalMs, session?.heartbeat?.intervalMs];
  const known = intervals.filter((ms) => ms != null && ms > 0) as number[];
  return known.length === 0 ? Number.POSITIVE_INFINITY : PATIENCE_SHARE * Math.min(...known);
}
