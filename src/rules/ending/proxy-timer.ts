import type { Mark } from "../../base/packet-view.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { refusesAfter } from "../context/refused-by-host.ts";
import { cause } from "../draft.ts";
import { frontNamed } from "../handshake/fronts.ts";
import { handshakeOf } from "../handshake/upgrade-outcome.ts";
import { endOf, lastSender, livedMs, serverOf, spanMs } from "../reading/reading.ts";
import { within } from "../reading/time-index.ts";
import { isTimerLike, missesOwnPings } from "../rhythm/heartbeat.ts";
import { endedBesideUnlike, idleMsOf, LAZY_MS } from "../timers/unlike-silences.ts";
import type { Cause, Confidence } from "../types.ts";
import { TOGETHER_NS } from "./end-signs.ts";

// The idle timer of a proxy, whatever it is set to: nothing but the time itself tells of it.

/** Silence this short before the end is no timer's work. */
export const LEAST_IDLE_MS = 2000;
/** Nothing came but what the opening brought. */
const OPENING_MS = 1000;
const REPEATS_WITHIN_NS = 600e9;

/** Timers of nginx are whole seconds, and go off up to 0.3 s early. */
export const isEarly = (idleMs: number): boolean => idleMs % 1000 > 1000 - LAZY_MS;
export const isWholeSeconds = (idleMs: number): boolean => isTimerLike(idleMs) || isEarly(idleMs);

/**
 * The proxy that the 101 names ended it after a silence as timers end it: of whole seconds. nginx may have counted from
 * a packet shortly before the last one; that fits many silences by chance, so it is likely only where nothing was ever
 * said but the opening, or where another connection ended after the same time. null: it does not look like a timer.
 */
export function proxyTimer(connection: ConnectionFacts, proxy: string, context: Context): Cause | null {
  const idleMs = idleMsOf(connection);
  if (idleMs < LEAST_IDLE_MS || missesOwnPings(connection, 1, idleMs)) return null;
  if (refusesAfter(connection, context) || endedBesideUnlike(connection, context)) return null;
  const front = frontNamed(proxy);
  const args = { idleMs, pingSeconds: Math.max(1, Math.floor(idleMs / 2000)) };
  const isExact = isTimerLike(idleMs) || isTimerLike(idleMs - onTheWayMs(connection));
  if (front !== "nginx") return isExact ? cause("likely", "proxyIdleTimer", { ...args, front }) : null;
  const isOfPolls = gaveUpPolls(connection, context) !== null;
  if (!isExact && !isOfPolls && !countsFromBefore(connection, idleMs)) return null;
  const confidence: Confidence =
    isExact || isOfPolls || isIdleSinceOpening(connection, idleMs) || repeats(connection, idleMs, context)
      ? "likely"
      : "possible";
  return cause(confidence, "nginxReadTimeout", args);
}

/** Seen at the client, what it said last reached the proxy later, and the end came back. */
const onTheWayMs = (connection: ConnectionFacts): number =>
  lastSender(connection) === "client" ? (connection.tcp.roundTripMs ?? 0) : 0;

/** Whole seconds since another packet than the last one, shortly before that. */
function countsFromBefore(connection: ConnectionFacts, idleMs: number): boolean {
  const { tcp } = connection;
  const end = endOf(connection);
  const marks: readonly (Mark | null | undefined)[] = [
    handshakeOf(connection)?.request?.last,
    connection.webSocket?.openedAt,
    tcp.halves[0].lastData,
    tcp.halves[1].lastData,
  ];
  return marks.some((mark) => {
    if (!mark) return false;
    const ms = spanMs(mark, end);
    return ms >= idleMs && ms - idleMs < LAZY_MS && ms % 1000 < TICK_MS + (tcp.roundTripMs ?? 0);
  });
}

const TICK_MS = 50;

export const isIdleSinceOpening = (connection: ConnectionFacts, idleMs: number): boolean =>
  connection.webSocket !== null &&
  !connection.webSocket.midstream &&
  livedMs(connection, connection.webSocket.openedAt, endOf(connection)) - idleMs < OPENING_MS;

/** The proxy that waits for polls of the same place as long as this was silent, and no longer; null: none is known to. */
export function gaveUpPolls(connection: ConnectionFacts, { others }: Context): string | null {
  const idleMs = idleMsOf(connection);
  const polls = others().timedOutPolls.get(serverOf(connection));
  return polls?.find(({ waitedMs }) => Math.abs(waitedMs - idleMs) < LAZY_MS)?.proxy ?? null;
}

/** Another one ended at another time, after the same silence. */
const repeats = (connection: ConnectionFacts, idleMs: number, context: Context): boolean =>
  droppedAround(connection, REPEATS_WITHIN_NS, context).some(
    (other) =>
      Math.abs(endOf(other).timestampNs - endOf(connection).timestampNs) > TOGETHER_NS &&
      Math.abs(idleMsOf(other) - idleMs) < LAZY_MS,
  );

function droppedAround(connection: ConnectionFacts, ns: number, context: Context): readonly ConnectionFacts[] {
  const dropped = context.others().dropped.get(serverOf(connection));
  const end = endOf(connection).timestampNs;
  return dropped === undefined ? [] : within(dropped, end - ns, end + ns).filter((other) => other !== connection);
}
