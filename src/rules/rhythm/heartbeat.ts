import { type Direction, type Side, sideOf } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { BeatFacts, CloseFrameFacts, UnansweredPing } from "../../store/websocket-types.ts";
import type { Context } from "../context/context.ts";
import { closeMetNobody } from "../reading/ending.ts";
import { hasEnded, isBehindHole, isUnread, later, otherSide, spanMs, watchedUntil } from "../reading/reading.ts";

/** Pings of one side that stayed unanswered long enough to count, and what came of it. */
export interface MissedBeat {
  readonly pinger: Side;
  readonly beat: BeatFacts;
  readonly dead: readonly UnansweredPing[];
  readonly first: UnansweredPing;
  readonly last: UnansweredPing;
  /** From the first unanswered ping to the end of the connection, or to now. */
  readonly waitedMs: number;
  readonly sincePongMs: number | null;
  /** The pinger gave the connection up for it. */
  readonly gaveUp: boolean;
  /** The pinger closed it with a code that blames nobody: perhaps for it. */
  readonly closedPlainly: boolean;
  /** TCP acknowledged them: the peer's host lives. null: mixed, or the capture cannot tell. */
  readonly acknowledged: boolean | null;
  /** The peer had stopped reading. */
  readonly blocked: boolean;
  /** The pinger itself had: pongs wait behind what it does not read. */
  readonly deaf: boolean;
}

/** A pong on its way when the end came is not missing: it may take this long, or four usual round trips. */
const LEAST_WAIT_MS = 1000;
const SHORT_WAIT_MS = 250;

export const missedBeat = (connection: ConnectionFacts, direction: Direction, context: Context): MissedBeat | null =>
  connection.webSocket === null
    ? null
    : missedIn(connection.webSocket.heartbeat[direction], connection, direction, context);

/**
 * The same for any pings that the side of `direction` sends: WebSocket's own, or Engine.IO's. `patienceMs`: as long as their
 * sender has said that it waits; a pong that comes later is missing, however short that is.
 */
export function missedIn(
  beat: BeatFacts,
  connection: ConnectionFacts,
  direction: Direction,
  context: Context,
  patienceMs = Number.POSITIVE_INFINITY,
): MissedBeat | null {
  const { webSocket, tcp } = connection;
  if (webSocket === null || beat.missing === 0) return null;
  const silentSinceNs = tcp.oneWay ? silentSince(connection, direction) : Number.NEGATIVE_INFINITY;
  if (silentSinceNs === null) return null;
  const pinger = sideOf(direction);
  const closing = later(null, webSocket.closeFrames[direction]) ?? tcp.closedAt;
  const endNs = closing?.timestampNs ?? watchedUntil(connection, context.analysis.clockNs);
  // The path delivered the ping, and its sender hung up without a word: then it was waiting for that pong.
  const isShort = closing !== null && closing === tcp.closedAt && tcp.firstCloser === pinger;
  const pongMs = 4 * (beat.roundTripMs?.median ?? 0);
  const leastNs = (ping: UnansweredPing): number =>
    1e6 * Math.min(patienceMs, Math.max(isShort && ping.acknowledged === true ? SHORT_WAIT_MS : LEAST_WAIT_MS, pongMs));
  const dead = beat.unanswered.filter(
    (ping) =>
      endNs - ping.timestampNs >= leastNs(ping) &&
      ping.timestampNs > silentSinceNs &&
      ping.timestampNs > (beat.lastAnsweredPing?.timestampNs ?? Number.NEGATIVE_INFINITY),
  );
  const last = dead.at(-1);
  if (last === undefined) return null;
  const peer = tcp.halves[direction === 0 ? 1 : 0];
  // A pong behind a hole was seen here, and handed to nobody.
  const isLost = beat.lastPong !== null && isBehindHole(connection, otherSide(pinger), beat.lastPong);
  if (isLost && beat.lastAnsweredPing !== null)
    dead.unshift({ ...beat.lastAnsweredPing, acknowledged: last.acknowledged, acknowledgedLate: false });
  const first = dead[0] ?? last;
  // Packets that were cut behind their first frames: a pong may have been in what the capture does not hold.
  if (isUnread(connection, otherSide(pinger), first.timestampNs)) return null;
  const lastPong: Mark | null = isLost ? null : beat.lastPong;
  return {
    pinger,
    beat: isLost ? { ...beat, lastPong: null } : beat,
    dead,
    first,
    last,
    waitedMs: (endNs - first.timestampNs) / 1e6,
    sincePongMs: lastPong === null ? null : Math.max(0, (endNs - lastPong.timestampNs) / 1e6),
    // Its Close is enough: whether the peer ever answers it does not matter.
    gaveUp:
      (hasEnded(connection) || webSocket.closeFrames[direction] !== null) && gaveUp(connection, direction, pinger),
    closedPlainly: closedPlainly(connection, direction),
    acknowledged: dead.every((ping) => ping.acknowledged === true)
      ? true
      : dead.every((ping) => ping.acknowledged === false)
        ? false
        : null,
    blocked:
      peer.zeroWindowSince !== null ||
      (peer.longestZeroWindowNs > 0 && peer.longestZeroWindowNs / 1e6 >= spanMs(first, last)),
    deaf: isDeaf(connection, direction, last),
  };
}

/** It does not read, and has something to read: pongs would come behind that. */
function isDeaf({ tcp }: ConnectionFacts, direction: Direction, ping: Mark): boolean {
  const { zeroWindowSince } = tcp.halves[direction];
  return zeroWindowSince !== null && zeroWindowSince.timestampNs <= ping.timestampNs;
}

/**
 * Since when the pinger's acknowledgments, all that was captured, stand still: its peer sent nothing any more, so no pong.
 * null: they do not, or it is the pinger that was not captured.
 */
function silentSince({ tcp, webSocket }: ConnectionFacts, direction: Direction): number | null {
  const peer = tcp.halves[direction === 0 ? 1 : 0];
  if (tcp.halves[direction].packets === 0 || peer.packets > 0) return null;
  return (peer.lastAcknowledged ?? webSocket?.openedAt)?.timestampNs ?? null;
}

/** People set timers to whole seconds, and timers are late by little. */
export const isTimerLike = (ms: number): boolean => ms % 1000 < 50;

/** A reason that blames the heartbeat although the code says that all is well. */
export const TIMED_OUT = /time.?out|timed out|heart.?beat|\bping\b|\bpong\b|keep.?alive|\bidle\b|inactiv/i;

/** The pinger ended it: by its Close, its FIN or its RST, before the peer did. */
function gaveUp(connection: ConnectionFacts, direction: Direction, pinger: Side): boolean {
  const own = firstCloseOf(connection, direction);
  if (own !== null) return !blamesNobody(own);
  const { firstCloser, oneWay, halves, closedAt } = connection.tcp;
  // What a peer that wakes up says to a connection that had ended meanwhile ended nothing.
  const isClosed =
    !closeMetNobody(connection, otherSide(pinger)) &&
    (connection.webSocket?.closeFrames ?? []).some(
      (close) => close !== null && (closedAt === null || close.timestampNs <= closedAt.timestampNs),
    );
  const hungUp = firstCloser === pinger || (oneWay && halves[direction].fin !== null);
  return !isClosed && hungUp;
}

function closedPlainly(connection: ConnectionFacts, direction: Direction): boolean {
  const own = firstCloseOf(connection, direction);
  return own !== null && blamesNobody(own);
}

/** All is well, a restart, an overload, or what the peer had sent: none of them says that a pong is missing. */
const OTHER_REASONS: ReadonlySet<number | null> = new Set([1000, 1001, 1002, 1003, 1007, 1009, 1012, 1013]);

export const blamesNobody = ({ code, reason }: CloseFrameFacts): boolean =>
  OTHER_REASONS.has(code) && !TIMED_OUT.test(reason);

/** The Close of this side, unless it answers the peer's. */
function firstCloseOf({ webSocket }: ConnectionFacts, direction: Direction): CloseFrameFacts | null {
  const own = webSocket?.closeFrames[direction] ?? null;
  const peers = webSocket?.closeFrames[direction === 0 ? 1 : 0] ?? null;
  return own !== null && peers !== null && peers.timestampNs < own.timestampNs ? null : own;
}

const LEAST_PINGS = 3;

/** It has pinged so often, or others show at what interval it does. */
export const hasInterval = ({ pings, intervalIsShared }: BeatFacts, leastPings: number): boolean =>
  pings >= leastPings || (intervalIsShared === true && pings > 0);

/**
 * Its own pings should have broken that silence at least twice: whoever sends them was not idle. Its program stood still, or
 * the clock of the capture jumped (NTP, a virtual machine that was paused) and there was no silence.
 */
export function missesOwnPings({ webSocket }: ConnectionFacts, direction: Direction, idleMs: number): boolean {
  const beat = webSocket?.heartbeat[direction];
  return beat?.intervalMs != null && hasInterval(beat, LEAST_PINGS) && idleMs > 2 * beat.intervalMs;
}

/**
 * The peer answers each of these pings, but with a payload of its own (RFC 6455 §5.5.3 wants the ping's): who compares takes
 * its pongs for unsolicited ones. All of them came like that: one that comes at other times too is a heartbeat of the peer's.
 */
export const answersWrongly = ({ missing, wrongPongs, unsolicitedPongs }: BeatFacts): boolean =>
  missing > 0 && wrongPongs >= missing && wrongPongs === unsolicitedPongs;
