import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { pairKey } from "../context/others.ts";
import { endOf, livedMs, serverOf } from "../reading/reading.ts";
import { within } from "../reading/time-index.ts";

// A timer runs for each connection by itself: of those that end in one moment after unlike silences, or unlike lives, it ended none.

/** nginx leaves a timer as it is for so long after it was set (event/ngx_event_timer.h, NGX_TIMER_LAZY_DELAY). */
export const LAZY_MS = 300;
/** A timer goes off as late as its program gets to it. */
const LATE_MS = 20;
const TOGETHER_NS = 100e6;

/** So unlike are these silences, whose ends lie so far apart, that no timer of one length ended both. */
export const isOtherSilence = (oneMs: number, otherMs: number, apartNs: number, looseMs = 0): boolean =>
  Math.abs(oneMs - otherMs) > Math.max(LAZY_MS + LATE_MS, looseMs) + Math.abs(apartNs) / 1e6;

export const idleMsOf = ({ tcp }: ConnectionFacts): number => (tcp.idleBeforeCloseNs ?? 0) / 1e6;

/** null: nobody saw it open. */
export const lifeMsOf = (connection: ConnectionFacts): number | null => {
  const { webSocket } = connection;
  return webSocket === null || webSocket.midstream ? null : livedMs(connection, webSocket.openedAt, endOf(connection));
};

/**
 * Whoever ended this WebSocket without a Close ended another one of the same kind in the same moment, after a silence (or a
 * life) that is longer or shorter than a timer explains which is off by up to `looseMs`.
 */
export function endedBesideUnlike(
  connection: ConnectionFacts,
  { others, joins }: Context,
  looseMs = 0,
  measure: (one: ConnectionFacts) => number | null = idleMsOf,
): boolean {
  const ownMs = measure(connection);
  if (ownMs === null) return false;
  const { dropped, abandoned } = others();
  const { firstCloser } = connection.tcp;
  const ended =
    firstCloser === "server" ? dropped.get(serverOf(connection)) : firstCloser && abandoned.get(pairKey(connection));
  if (!ended) return false;
  const end = endOf(connection).timestampNs;
  // Several captures may hold the same one.
  const own = joins.copyOf.get(connection.id) ?? connection.id;
  return within(ended, end - TOGETHER_NS, end + TOGETHER_NS).some((other) => {
    const otherMs = measure(other);
    return (
      otherMs !== null &&
      (joins.copyOf.get(other.id) ?? other.id) !== own &&
      isOtherSilence(
        otherMs,
        ownMs,
        // Seen at the client, a silence of its own is longer by the way to the proxy.
        Math.abs(endOf(other).timestampNs - end) + Math.max(tripNs(other), tripNs(connection)),
        looseMs,
      )
    );
  });
}

const tripNs = ({ tcp }: ConnectionFacts): number => (tcp.roundTripMs ?? 0) * 1e6;
