import { type Direction, otherDirection, sideOf } from "../../base/brand.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { cause } from "../draft.ts";
import { later, livedMs, NS_PER_MS } from "../reading/reading.ts";
import type { Cause } from "../types.ts";

/** Shorter ones are hardly set, and whole seconds are met by chance. */
const LEAST_MS = 5000;
/** Settings are round: these are met by chance once in a hundred times, whole seconds once in twenty. */
const ROUND_MS = 5000;
const LEAST_LIKELY_MS = 10_000;
const LATE_MS = 50;
/** What is measured at the other end is longer by a round trip: with a slow path no number is a round one. */
const MOST_ROUND_TRIP_MS = 100;
/** It went on talking itself. */
const LEAST_SEGMENTS = 3;

/**
 * Its peer had been silent for a round time, though it talked itself: a deadline for reading, which only what is received puts
 * off. Where both were silent any idle timer fits as well.
 */
export function readDeadline(connection: ConnectionFacts, closer: Direction): Cause | null {
  const { tcp, webSocket } = connection;
  const end = tcp.closedAt;
  if (end === null || webSocket === null || webSocket.midstream || tcp.oneWay) return null;
  const [own, peer] = [tcp.halves[closer], tcp.halves[otherDirection(closer)]];
  if (own.lastData === null || own.dataSegments < LEAST_SEGMENTS || peer.missingBytes > 0) return null;
  // Of a peer that spoke behind the end nobody knows what it had said last before it.
  if (peer.lastData !== null && peer.lastData.timestampNs > end.timestampNs) return null;
  const heard = later(peer.lastData, webSocket.openedAt) ?? webSocket.openedAt;
  const silentMs = livedMs(connection, heard, end);
  const roundTripMs = tcp.roundTripMs ?? 0;
  const quietMs = (end.timestampNs - own.lastData.timestampNs) / NS_PER_MS;
  if (silentMs < LEAST_MS || roundTripMs > MOST_ROUND_TRIP_MS || quietMs > silentMs / 2) return null;
  // Nothing of what it said got through: then the silence is the path's.
  const acknowledged = own.lastAcknowledged?.timestampNs ?? 0;
  if (acknowledged < heard.timestampNs + (silentMs / 2) * NS_PER_MS) return null;
  const isNear = (unitMs: number): boolean => silentMs % unitMs <= LATE_MS + roundTripMs;
  if (!isNear(1000)) return null;
  const timerMs = silentMs - (silentMs % 1000);
  return cause(timerMs >= LEAST_LIKELY_MS && isNear(ROUND_MS) ? "likely" : "possible", "readDeadline", {
    to: sideOf(closer),
    from: sideOf(otherDirection(closer)),
    timerMs,
    pingSeconds: Math.max(1, Math.floor(timerMs / 2000)),
  });
}
