import type { Mark } from "../../base/packet-view.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { beatKey } from "../context/others.ts";
import { cause, type Draft, draft, shows } from "../draft.ts";
import { directionOf, hasGap, isUnread, otherSide, spanMs } from "../reading/reading.ts";
import { stallWithin } from "../reading/stall.ts";
import { TIMED_OUT } from "../rhythm/heartbeat.ts";
import { codeOf, FAILED, gaveUp } from "./beat-given-up.ts";
import { hasDied } from "./end-signs.ts";

/** A timer that asks again finds that nothing came: how far from its beat that may be. */
const TICK_SHARE = 0.05;
const TICK_MS = 100;
const MARKS_SHOWN = 5;

/**
 * An application's pings, none of which was answered, until who sends them ended the connection: for that, if its Close says so,
 * if it came when the next ping was due, or if the same ping is answered on other connections of the server.
 */
export function askedInVain(connection: ConnectionFacts, context: Context): Draft | null {
  const { session, tcp, webSocket } = connection;
  const beat = session?.askedInVain;
  const [first, last] = [beat?.unansweredAtEnd[0], beat?.lastAsked];
  if (beat === undefined || !first || !last || session?.engineIo != null || tcp.oneWay) return null;
  const { from, intervalMs, sample } = beat;
  const to = otherSide(from);
  if (FAILED.has(codeOf(connection, from))) return null;
  if (hasGap(connection, to, first.timestampNs) || isUnread(connection, to, first.timestampNs)) return null;
  const ended = gaveUp(connection, from, true);
  if (ended === null || ended.timestampNs <= last.timestampNs || reachedNobody(connection, first, ended)) return null;
  if (from === "server" && hasDied(connection, context)) return null;
  // What came before the capture may have been answered.
  const isCut = webSocket?.midstream === true;
  const isKnown = context.others().answeredBeats.has(beatKey(connection, beat));
  const isSaid = TIMED_OUT.test(webSocket?.closeFrames[directionOf(from)]?.reason ?? "");
  const isOnTick = Math.abs(spanMs(last, ended) - intervalMs) <= Math.max(TICK_MS, TICK_SHARE * intervalMs);
  if (!isKnown && !isSaid && !isOnTick) return null;
  return draft("app.heartbeat.missing", "neverAnswered", {
    severity: "error",
    confidence: "likely",
    at: first,
    args: {
      from,
      to,
      missing: beat.sent,
      intervalMs,
      waitedMs: spanMs(first, ended),
      sample,
      code: codeOf(connection, from),
    },
    evidence: [
      ...beat.unansweredAtEnd.slice(0, MARKS_SHOWN).map((asked) => shows(asked, "unansweredBeat", { from })),
      shows(ended, "endOfSession", { from }),
    ],
    causes: isCut
      ? [cause("likely", "peerBlocked", { to }), cause("possible", "beatHandlerStopped", { to })]
      : [
          cause("likely", isKnown ? "beatHandlerStopped" : "beatNotKnown", { to }),
          cause("possible", "peerBlocked", { to }),
        ],
  });
}

/** The path did not bring them there: they show nothing of the program. */
function reachedNobody(connection: ConnectionFacts, first: Mark, ended: Mark): boolean {
  return (
    connection.tcp.halves.some(({ unacknowledged }) => unacknowledged !== null) ||
    stallWithin(connection, first.timestampNs, ended.timestampNs) !== null
  );
}
