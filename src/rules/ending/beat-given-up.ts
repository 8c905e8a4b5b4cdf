import type { Side } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { ApplicationBeatFacts } from "../../store/session-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { endedBy } from "../reading/ending.ts";
import { directionOf, spanMs } from "../reading/reading.ts";
import { TIMED_OUT } from "../rhythm/heartbeat.ts";

// How the sender of an application's heartbeat ends the connection for it.

/** What a library says when it fails a connection for what it got: no patience had run out. */
export const FAILED: ReadonlySet<number | null | undefined> = new Set([1002, 1003, 1007, 1009, 1010]);

export const codeOf = ({ webSocket }: ConnectionFacts, side: Side) => webSocket?.closeFrames[directionOf(side)]?.code;

/** The sender of the heartbeat ended the connection, and not as who merely leaves. */
export function gaveUp(connection: ConnectionFacts, from: Side, isNamed: boolean): Mark | null {
  const code = codeOf(connection, from);
  return code === 1001 || (code === 1000 && !isNamed) ? null : endedBy(connection, from);
}

/** Patience is seldom shorter; who just asked and leaves had no time to be answered. */
const LEAST_PATIENCE_MS = 2000;
const TIMES_ROUND_TRIP = 8;

/**
 * Many wait for each answer by a timer that is shorter than their interval: one question without an answer is enough for them.
 * Only of those that call themselves pings, and where no Close says that its sender merely leaves.
 */
export function ranOut(connection: ConnectionFacts, beat: ApplicationBeatFacts, first: Mark): boolean {
  const { from, by } = beat;
  const ended = gaveUp(connection, from, by === "name");
  if (by !== "name" || ended === null) return false;
  const waitedMs = spanMs(first, ended);
  const reason = connection.webSocket?.closeFrames[directionOf(from)]?.reason ?? "";
  if (TIMED_OUT.test(reason)) return waitedMs > 0;
  if (reason !== "" || codeOf(connection, from) === 1000) return false;
  return waitedMs >= Math.max(LEAST_PATIENCE_MS, TIMES_ROUND_TRIP * (connection.tcp.roundTripMs ?? 0));
}
