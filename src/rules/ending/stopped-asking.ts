import type { Side } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { ApplicationBeatFacts } from "../../store/session-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { endedBy } from "../reading/ending.ts";
import { firstClose } from "../reading/first-close.ts";
import { directionOf, NS_PER_MS, otherSide, spanMs } from "../reading/reading.ts";
import { stallWithin } from "../reading/stall.ts";
import { blamesNobody, TIMED_OUT } from "../rhythm/heartbeat.ts";
import { hasDied } from "./end-signs.ts";
import { isLoginTimeout } from "./login-timeout.ts";

/** An application's heartbeat that was always answered and then not sent any more; its peer waited, and ended the connection. */
export interface StoppedAsking {
  readonly beat: ApplicationBeatFacts;
  readonly last: Mark;
  /** Who had waited for it. */
  readonly closer: Side;
  readonly ended: Mark;
  readonly waitedMs: number;
  /** The reason of the Close says so. */
  readonly isSaid: boolean;
  /** It went on with other messages: its program ran. */
  readonly spoke: boolean;
}

const LEAST_BEATS = 2;
/** One that is merely late is not missed. */
const LEAST_INTERVALS = 1.5;
/** Who waits much longer without saying why has another reason: timers for a heartbeat are a few intervals. */
const MOST_INTERVALS = 6;

export function stoppedAsking(connection: ConnectionFacts, context: Context): StoppedAsking | null {
  const { session, tcp, webSocket } = connection;
  const beat = session?.heartbeat ?? null;
  // Engine.IO has timers of its own, which its rules know.
  if (beat === null || webSocket === null || session?.engineIo != null || tcp.oneWay) return null;
  const { lastAsked: last, from, intervalMs } = beat;
  if (last === null || beat.answered < LEAST_BEATS || beat.unansweredAtEnd.length > 0) return null;
  const closer = otherSide(from);
  const ended = endedBy(connection, closer);
  if (ended === null || ended.timestampNs <= last.timestampNs) return null;
  const close = firstClose(connection)?.close ?? null;
  const isSaid = close !== null && TIMED_OUT.test(close.reason) && !isLoginTimeout(close.reason);
  // Another reason, or none that blames anybody.
  if (close !== null && !isSaid && (close.reason !== "" || blamesNobody(close))) return null;
  if (close === null && hasDied(connection, context)) return null;
  const waitedMs = spanMs(last, ended);
  if (waitedMs < LEAST_INTERVALS * intervalMs || (!isSaid && waitedMs > MOST_INTERVALS * intervalMs)) return null;
  if (!isSaid && isNotDue(beat, ended)) return null;
  if (!isReached(connection, from, last, ended, intervalMs)) return null;
  const said = webSocket.lastMessage[directionOf(from)];
  const spoke = said !== null && said.timestampNs > last.timestampNs && said.timestampNs < ended.timestampNs;
  return { beat, last, closer, ended, waitedMs, isSaid, spoke };
}

/** Many ask again only when they were answered: a late answer delays the next question, too. */
const isNotDue = ({ lastAnswer, intervalMs }: ApplicationBeatFacts, ended: Mark): boolean =>
  lastAnswer !== null && spanMs(lastAnswer, ended) < LEAST_INTERVALS * intervalMs;

/** Its host was heard when the next one was due, and nothing was stuck: the path has no part in it. Nor have pings. */
function isReached(connection: ConnectionFacts, from: Side, last: Mark, ended: Mark, intervalMs: number): boolean {
  const { tcp, webSocket } = connection;
  const direction = directionOf(from);
  const other = directionOf(otherSide(from));
  const heard = tcp.halves[direction].lastPacket;
  const stuck = tcp.halves[other].unacknowledged;
  return (
    heard !== null &&
    heard.timestampNs > last.timestampNs + intervalMs * NS_PER_MS &&
    (stuck === null || stuck.since.timestampNs >= ended.timestampNs) &&
    (webSocket?.heartbeat[other].missing ?? 0) === 0 &&
    stallWithin(connection, last.timestampNs, ended.timestampNs) === null
  );
}
