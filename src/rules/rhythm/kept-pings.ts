import { type Direction, otherDirection, SERVER } from "../../base/brand.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import type { Join } from "../context/legs.ts";
import { hasGap, NS_PER_MS } from "../reading/reading.ts";
import { stallWithin } from "../reading/stall.ts";
import type { MissedBeat } from "./heartbeat.ts";

/** The leg on the other side of the proxy, and when the first unanswered ping was sent by the clock of that leg's capture. */
interface OtherLeg {
  readonly join: Join;
  readonly other: ConnectionFacts;
  readonly firstNs: number;
}

function otherLeg(
  { first }: MissedBeat,
  { id }: ConnectionFacts,
  direction: Direction,
  { joins }: Context,
): OtherLeg | null {
  const isServers = direction === SERVER;
  const join = isServers ? joins.before.get(id) : joins.behind.get(id);
  if (join === undefined) return null;
  const firstNs = first.timestampNs + (isServers ? -join.aheadNs : join.aheadNs);
  return { join, other: isServers ? join.front : join.back, firstNs };
}

/** The proxy that took the pings and did not pass them on, or kept the pongs; null: none is known to have. */
export function keptBy(
  missed: MissedBeat,
  connection: ConnectionFacts,
  direction: Direction,
  context: Context,
): string | null {
  const leg = otherLeg(missed, connection, direction, context);
  if (leg === null || isStuckOn(leg, missed)) return null;
  const { join, other, firstNs } = leg;
  const [own, next] = [connection.webSocket, other.webSocket];
  // Whoever stopped reading on the other leg holds the proxy up.
  if (!own || !next || next.midstream || other.tcp.halves.some(({ zeroWindows }) => zeroWindows > 0)) return null;
  const isWhole = other.tcp.halves.every(({ missingBytes }) => missingBytes === 0);
  if (!(isWhole ? isKept(own.heartbeat[direction], next.heartbeat[direction]) : isKeptSince(firstNs, missed, other)))
    return null;
  return direction === SERVER ? join.back.client.address : join.front.server.address;
}

/** On the other leg of the proxy nothing got through while the pinger waited. */
export function isStuck(
  missed: MissedBeat,
  connection: ConnectionFacts,
  direction: Direction,
  context: Context,
): boolean {
  const leg = otherLeg(missed, connection, direction, context);
  return leg !== null && isStuckOn(leg, missed);
}

/** What a proxy writes waits unseen in its system while what it wrote before is sent again and again. */
function isStuckOn({ other, firstNs }: OtherLeg, { waitedMs }: MissedBeat): boolean {
  const untilNs = firstNs + waitedMs * NS_PER_MS;
  const { closedAt, halves } = other.tcp;
  return (
    (closedAt !== null && closedAt.timestampNs <= firstNs) ||
    halves.some(
      ({ unacknowledged: waiting }) =>
        waiting !== null && waiting.retransmissions > 0 && waiting.since.timestampNs <= untilNs,
    ) ||
    stallWithin(other, firstNs, untilNs) !== null
  );
}

type Beat = MissedBeat["beat"];

/** All pings of both legs are in the capture: counted, they need no clock. */
const isKept = (taken: Beat, passed: Beat): boolean => taken.pings > passed.pings || taken.answered < passed.answered;

/** The capture lacks some of the other leg: what counts is what came there since the first ping that got no answer. */
function isKeptSince(firstNs: number, { pinger, beat }: MissedBeat, other: ConnectionFacts): boolean {
  const direction = pinger === "server" ? SERVER : otherDirection(SERVER);
  const passed = other.webSocket?.heartbeat[direction];
  if (passed === undefined) return false;
  // The clocks of two captures agree but for the path between.
  const sinceNs = firstNs - Math.max(LEAST_SLACK_MS, SLACK_SHARE * (beat.intervalMs ?? 0)) * NS_PER_MS;
  const isAnswered = (passed.lastAnsweredPing?.timestampNs ?? 0) > sinceNs;
  const isPassed = (passed.lastPing?.timestampNs ?? 0) > sinceNs;
  return isAnswered || (!isPassed && !hasGap(other, pinger, sinceNs));
}

const LEAST_SLACK_MS = 500;
const SLACK_SHARE = 0.3;
