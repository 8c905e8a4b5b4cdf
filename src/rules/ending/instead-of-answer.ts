import type { Side } from "../../base/brand.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { CloseFrameFacts } from "../../store/websocket-types.ts";
import type { Context } from "../context/context.ts";
import { cause } from "../draft.ts";
import { frontNamed } from "../handshake/fronts.ts";
import { handshakeOf, proxyOf } from "../handshake/upgrade-outcome.ts";
import { endOf, otherSide, spanMs } from "../reading/reading.ts";
import type { Cause, Confidence } from "../types.ts";
import { hasBackendDied, hasDied } from "./end-signs.ts";

/** Who hangs up this soon after a Close is not stuck, and had no time to be waited for. */
const AT_ONCE_MS = 500;

/** Why a side ended TCP at once where it should have answered a Close; null: it did not, or only later. */
export function endedInstead(
  connection: ConnectionFacts,
  close: CloseFrameFacts,
  to: Side,
  context: Context,
): (Cause | false)[] | null {
  const { tcp } = connection;
  if (tcp.firstCloser !== to || spanMs(close, endOf(connection)) > AT_ONCE_MS + (tcp.roundTripMs ?? 0)) return null;
  const reset = tcp.ending === "rst" ? tcp.resets.find(({ packet }) => packet === tcp.closedAt?.packet) : undefined;
  // Its system did not have the connection any more (RFC 9293 §3.10.7.1): no program was there to answer.
  if (reset?.answers?.packet === close.packet && !reset.hasAck)
    return [cause("likely", "connectionUnknown", { from: to, to: otherSide(to) })];
  const handshake = to === "server" ? handshakeOf(connection) : null;
  const proxy = handshake && proxyOf(handshake);
  const hasEnded = to === "server" && hasDied(connection, context);
  if (hasEnded && proxy !== null)
    return [
      cause("likely", "proxyRestarted", { front: frontNamed(proxy) }),
      cause("possible", "proxyOrBehind", { proxy }),
    ];
  const isGone = hasEnded || (to === "server" && hasBackendDied(connection, context));
  return [
    processEnded(isGone ? "likely" : "possible", to, reset !== undefined),
    proxy !== null && cause(isGone ? "possible" : "likely", "proxyOrBehind", { proxy }),
    dropped(isGone || proxy !== null ? "possible" : "likely", to, reset !== undefined),
    cause("possible", "closeIgnored", { to }),
  ];
}

/** The Close lay unread when the system ended what the process had left: then it does so by RST. */
function processEnded(confidence: Confidence, to: Side, byReset: boolean): Cause {
  if (byReset) return cause(confidence, "processCrashed", { from: to });
  return cause(confidence, to === "server" ? "serverDied" : "clientKilled", {});
}

/** Its program ended the connection below the WebSocket. */
function dropped(confidence: Confidence, to: Side, byReset: boolean): Cause {
  if (byReset) return cause(confidence, "closedWithUnread", { from: to });
  return cause(confidence, to === "server" ? "serverTerminated" : "clientTerminated", {});
}
