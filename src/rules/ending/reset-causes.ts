import type { Side } from "../../base/brand.ts";
import type { ResetFacts, TcpFacts } from "../../store/tcp-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { cause, lesser } from "../draft.ts";
import { stoppedReading } from "../reading/full-window.ts";
import { directionOf, otherSide } from "../reading/reading.ts";
import { isTimerLike } from "../rhythm/heartbeat.ts";
import { stoppedData } from "../rhythm/stopped-beat.ts";
import { clientTimer } from "../timers/timer-causes.ts";
import type { Cause } from "../types.ts";
import { blamesMessage, hasDied } from "./end-signs.ts";
import { cutOverLimit } from "./library-limits.ts";
import { isNearer } from "./reset-signs.ts";

const LEAST_TIMER_MS = 2000;

/** Why somebody resets a connection that is in use. */
export function resetCauses(
  connection: ConnectionFacts,
  reset: ResetFacts,
  context: Context,
): (Cause | null | false)[] {
  const { tcp, webSocket } = connection;
  const { from } = reset;
  const to = otherSide(from);
  // What it answers is not in a capture of one direction.
  const isUnknown = !reset.hasAck && (reset.answers !== null || tcp.oneWay);
  const idleMs = (tcp.idleBeforeCloseNs ?? 0) / 1e6;
  // Unasked, after whole seconds of silence: HAProxy ends a tunnel like this towards the backend.
  const died = from === "server" && hasDied(connection, context);
  const byTimer = reset.answers === null && idleMs >= LEAST_TIMER_MS && isTimerLike(idleMs);
  // It gave up while nobody took what it sent; its FIN waited behind that, and what came then met no socket any more.
  if (stoppedReading(tcp, to, reset) !== null)
    return [
      cause("likely", "peerStoppedReading", { to }),
      isUnknown ? cause("possible", "connectionUnknown", { from, to }) : cause("possible", "abortiveClose", { from }),
    ];
  // An RST that only answers something tells of no timer: it says when the something came.
  const ownTimer = from === "client" && !isUnknown ? clientTimer(connection, context) : null;
  const onMessage = blamesMessage(connection, directionOf(from)) ?? false;
  const overLimit = onMessage === false || isUnknown ? null : cutOverLimit(connection, to);
  const isOther = byTimer || died || ownTimer !== null || overLimit !== null;
  return [
    // It had gone on all the time until some while before.
    webSocket === null || isUnknown ? false : stoppedData(connection, directionOf(from)),
    overLimit,
    ownTimer ?? false,
    isUnknown && isNearer(reset) && cause("likely", "natForgot", { from }),
    isUnknown && from === "server" && cause(wasJustHeard(tcp, reset) ? "likely" : "possible", "natRebound", {}),
    // RFC 9293 §3.10.7.1: a system that has no such connection answers with an RST that acknowledges nothing.
    isUnknown && cause("likely", "connectionUnknown", { from, to }),
    byTimer &&
      ownTimer === null &&
      cause("likely", "proxyIdleTimer", {
        front: "other",
        idleMs,
        pingSeconds: Math.max(1, Math.floor(idleMs / 2000)),
      }),
    (ownTimer !== null || overLimit !== null) && onMessage !== false ? lesser(onMessage) : onMessage,
    // A socket that is closed so sends an RST that acknowledges.
    !isUnknown && hasSpoken(connection, to) && cause(isOther ? "possible" : "likely", "closedWithUnread", { from }),
    !isUnknown && cause(isOther ? "possible" : "likely", "abortiveClose", { from }),
    cause(died ? "likely" : "possible", "processCrashed", { from }),
    cause("possible", "middleboxReset", {}),
  ];
}

/** Something of this side can have been left unread. */
function hasSpoken({ webSocket, tcp }: ConnectionFacts, side: Side): boolean {
  if (webSocket === null) return tcp.halves[directionOf(side)].lastData !== null;
  const { midstream, lastFrame, incompleteFrameBytes } = webSocket;
  return midstream || lastFrame[directionOf(side)] !== null || incompleteFrameBytes[directionOf(side)] > 0;
}

/** No host restarts in so short a time, and a process that ends is heard of. */
const RESTART_NS = 2e9;

const wasJustHeard = ({ halves }: TcpFacts, reset: ResetFacts): boolean => {
  const { lastData } = halves[directionOf(reset.from)];
  return lastData !== null && reset.timestampNs - lastData.timestampNs < RESTART_NS;
};
