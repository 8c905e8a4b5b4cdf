import { type Direction, otherDirection, relativeNs, sideOf } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { PauseFacts } from "../../store/tcp-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { WebSocketFacts } from "../../store/websocket-types.ts";
import { endOf, isUnread, livedMs, NS_PER_MS, spanMs } from "../reading/reading.ts";
import { stallWithin } from "../reading/stall.ts";
import { messageSilence } from "./silence.ts";

/** One pause in a stream that a timer sends. */
export interface StreamPause {
  readonly until: Mark;
  readonly ms: number;
  readonly intervalMs: number;
  /** What should have come in the pause came behind it: it had been sent, or was made up for. */
  readonly isMadeUp: boolean;
}

const LEAST_PAUSE_MS = 5000;
const PAUSE_INTERVALS = 8;
/** On either side of the pause: fewer are no rhythm, unless their distances are as good as equal. */
const LEAST_MESSAGES = 10;
const LEAST_EVEN_MESSAGES = 6;
const EVEN_TIMES = 1.4;
/** Sound, games and answers that are streamed word by word send more often, and pause when nobody talks. */
const LEAST_INTERVAL_MS = 150;
/** A timer's distances are even: no other pause may be longer, neither pace may differ by more. */
const LONGEST_INTERVALS = 2;
const PACE_TIMES = 1.4;
const MADE_UP_SHARE = 0.8;
/** The stream lasts as long as the connection: work that is reported while it goes on begins later, or ends sooner. */
const EDGE_INTERVALS = 3;
const EDGE_MS = 1000;
/** What the receiver's window held up. */
const LEAST_WINDOW_NS = 1e9;
/** Of the other side's heartbeat: how even it is, and how often it came in the pause. */
const STEADY_TIMES = 1.5;
const LEAST_BEATS = 3;

/**
 * Messages came at an even pace all the time, but for one long pause in which this side sent nothing at all, not even a pong.
 * null: no such pace, no such pause, or something else explains it.
 */
export function streamPause(connection: ConnectionFacts, direction: Direction): StreamPause | null {
  const { webSocket, tcp } = connection;
  const half = tcp.halves[direction];
  const { longestPause: pause } = half;
  if (webSocket === null || pause === null) return null;
  const pace = evenPace(connection, direction, pause, LEAST_INTERVAL_MS);
  if (pace === null) return null;
  const { until } = pause;
  const since = { ...until, timestampNs: relativeNs(until.timestampNs - pause.ms * NS_PER_MS) };
  const ms = livedMs(connection, since, until);
  if (ms < Math.max(LEAST_PAUSE_MS, PAUSE_INTERVALS * pace.intervalMs)) return null;
  if (!isSeenWhole(connection, direction) || stallWithin(connection, since.timestampNs, until.timestampNs) !== null)
    return null;
  return mayBeWanted(connection, otherDirection(direction), since, pause) ? null : { until, ms, ...pace };
}

/** The capture holds all that this side sent, and the other side took it. */
export const isSeenWhole = (connection: ConnectionFacts, direction: Direction): boolean =>
  connection.tcp.halves[direction].missingBytes === 0 &&
  !connection.tcp.oneWay &&
  !isUnread(connection, sideOf(direction), 0) &&
  connection.tcp.halves[otherDirection(direction)].longestZeroWindowNs <= LEAST_WINDOW_NS;

/** The usual distance of its messages, the same before and after the pause; null: it is not even. */
export function evenPace(
  connection: ConnectionFacts,
  direction: Direction,
  pause: PauseFacts,
  leastIntervalMs: number,
): Pick<StreamPause, "intervalMs" | "isMadeUp"> | null {
  const { webSocket } = connection;
  if (webSocket === null) return null;
  const [first, last] = [webSocket.firstFrame[direction], webSocket.lastMessage[direction]];
  if (first === null || last === null) return null;
  const { text, binary } = webSocket.messages[direction];
  const before = messagesBefore(connection, webSocket, direction, pause);
  const intervalMs = (spanMs(first, pause.until) - pause.ms) / (before - 1);
  const lastedMs = spanMs(pause.until, last);
  const missing = pause.ms / intervalMs;
  const isMadeUp = text + binary - before - lastedMs / intervalMs >= MADE_UP_SHARE * missing;
  const after = text + binary - before - (isMadeUp ? missing : 0);
  const afterMs = lastedMs / after;
  const [quick, slow] = [Math.min(intervalMs, afterMs), Math.max(intervalMs, afterMs)];
  const isEqual = pause.nextMs > 0 && pause.nextMs <= EVEN_TIMES * quick;
  if (Math.min(before, after) < (isEqual ? LEAST_EVEN_MESSAGES : LEAST_MESSAGES)) return null;
  if (quick < leastIntervalMs || slow > PACE_TIMES * quick || pause.nextMs > LONGEST_INTERVALS * quick) return null;
  const edgeMs = Math.max(EDGE_MS, EDGE_INTERVALS * slow);
  if (spanMs(webSocket.openedAt, first) > edgeMs || spanMs(last, endOf(connection)) > edgeMs) return null;
  return { intervalMs: (spanMs(first, last) - pause.ms) / (before - 1 + after), isMadeUp };
}

/** Its hello with what goes with it, its tickets or its Finished, and the opening of the WebSocket. */
const TLS_OPENING_SEGMENTS = 4;

/** Each is a segment, or equally many; what had piled up in the pause came in fewer. The first of an opening is its answer. */
function messagesBefore(
  { tcp, tls }: ConnectionFacts,
  webSocket: WebSocketFacts,
  direction: Direction,
  pause: PauseFacts,
): number {
  const { text, binary } = webSocket.messages[direction];
  const { ping, pong } = webSocket.frames[direction];
  const opening = webSocket.midstream ? 0 : tls === null ? 1 : TLS_OPENING_SEGMENTS;
  const { dataSegments } = tcp.halves[direction];
  const share = (text + binary) / Math.max(text + binary + ping + pong, dataSegments - opening);
  return (pause.segmentsBefore - opening) * share;
}

/** What stops a stream is on its way while the last messages come. */
const ON_ITS_WAY_NS = 1e9;

/** The other side's own longest pause holds this one: it spoke again only later. */
export function isSilentAround({ tcp }: ConnectionFacts, peer: Direction, since: Mark, until: Mark): boolean {
  const { longestPause } = tcp.halves[peer];
  if (longestPause === null) return false;
  const sinceNs = longestPause.until.timestampNs - longestPause.ms * NS_PER_MS;
  return sinceNs <= since.timestampNs - ON_ITS_WAY_NS && longestPause.until.timestampNs > until.timestampNs;
}

/** A message of the other side may have stopped the stream, or started it again; one of a steady pace, a heartbeat, does not. */
function mayBeWanted(connection: ConnectionFacts, peer: Direction, since: Mark, { ms, until }: PauseFacts): boolean {
  const talk = messageSilence(connection, peer, since.timestampNs);
  if (talk === null || talk.ms > 0 || isSilentAround(connection, peer, since, until)) return false;
  const isSteady = talk.longestMs <= STEADY_TIMES * talk.intervalMs;
  return talk.sent < LEAST_MESSAGES || !isSteady || ms < LEAST_BEATS * talk.intervalMs;
}
