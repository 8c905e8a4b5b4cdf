import { type Side, sideOf } from "../../../base/brand.ts";
import { isBefore } from "../../../base/packet-view.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { CloseFrameFacts } from "../../../store/websocket-types.ts";
import type { Context } from "../../context/context.ts";
import { cause, type Draft, draft, shows } from "../../draft.ts";
import { endedInstead } from "../../ending/instead-of-answer.ts";
import { passedOnBy } from "../../handshake/passed-on.ts";
import { closeMetNobody, endingEvidence } from "../../reading/ending.ts";
import { type FirstClose, firstClose, mayAnswerUnseen } from "../../reading/first-close.ts";
import { endOf, hasUnreadEnd, otherSide, spanMs } from "../../reading/reading.ts";
import { stallWithin } from "../../reading/stall.ts";
import { frozenAround } from "../../rhythm/standstill.ts";
import type { Cause } from "../../types.ts";
import type { Rule } from "../rule.ts";

/** The one who had asked waited, hung up, and reads no answer any more. */
function answeredLate({ tcp }: ConnectionFacts, first: FirstClose, answer: CloseFrameFacts): Draft | null {
  const { close, direction } = first;
  const from = sideOf(direction);
  const { fin } = tcp.halves[direction];
  if (fin === null || !isBefore(fin, answer) || spanMs(close, fin) < GAVE_UP_MS) return null;
  return draft("ws.close.unanswered", "late", {
    at: fin,
    args: { from, to: otherSide(from), code: close.code, waitedMs: spanMs(close, fin), lateMs: spanMs(fin, answer) },
    evidence: [
      shows(close, "closeFrame", { from, code: close.code, reason: close.reason }),
      shows(fin, "fin", { from }),
      shows(answer, "closeFrame", { from: otherSide(from), code: answer.code, reason: answer.reason }),
    ],
    causes: [cause("likely", "peerBlocked", { to: otherSide(from) })],
  });
}

/** Sooner it did not wait for an answer. */
const GAVE_UP_MS = 500;

/** How long a side may take to answer a Close before it counts as not answering (browsers wait 20 to 60 s). */
const LEAST_WAIT_MS = 3000;

/** A side said nothing for as long as it was waited for. */
function whySilent(connection: ConnectionFacts, close: CloseFrameFacts, to: Side): (Cause | false)[] {
  // Nothing got through meanwhile, so neither did the Close, or its answer.
  const stall = stallWithin(connection, close.timestampNs, endOf(connection).timestampNs);
  if (stall !== null && stall.last.timestampNs > close.timestampNs)
    return [cause("likely", "pathInterrupted", { idleMs: stall.ms }), cause("possible", "closeIgnored", { to })];
  const frozen = frozenAround(connection, close, to);
  // It only passes on what its own client says, and hangs up when its timer is over.
  if (frozen === null && to === "client" && passedOnBy(connection) !== null)
    return [cause("likely", "clientBehindSilent", {}), cause("possible", "closeIgnored", { to })];
  return [
    frozen !== null && cause("likely", "stoodStill", { to, idleMs: frozen.ms }),
    cause(frozen === null ? "likely" : "possible", "closeIgnored", { to }),
    frozen === null && cause("possible", "peerBlocked", { to }),
    connection.tcp.firstCloser !== to && cause("possible", "leftWithoutWaiting", { from: otherSide(to) }),
  ];
}

function check(connection: ConnectionFacts, context: Context): Draft | null {
  const found = firstClose(connection);
  const { tcp, webSocket } = connection;
  if (found === null || webSocket === null) return null;
  const { close, direction } = found;
  const answer = webSocket.closeFrames[direction === 0 ? 1 : 0];
  const from = sideOf(direction);
  const to = otherSide(from);
  const peer = tcp.halves[direction === 0 ? 1 : 0];
  // A Close that met an ended connection could not be answered.
  if (tcp.firstCloser === to && tcp.closedAt !== null && tcp.closedAt.timestampNs <= close.timestampNs) return null;
  if (closeMetNobody(connection, from)) return null;
  if (mayAnswerUnseen(connection, found)) return null;
  if (answer !== null) return answeredLate(connection, found, answer);
  if (peer.missingBytes > peer.truncatedBytes || hasUnreadEnd(connection, to) || tcp.oneWay) return null;
  const base = { from, to, code: close.code, waitedMs: spanMs(close, endOf(connection)) };
  const evidence = [
    shows(close, "closeFrame", { from, code: close.code, reason: close.reason }),
    endingEvidence(connection),
  ];
  const causes = endedInstead(connection, close, to, context) ?? whySilent(connection, close, to);
  if (tcp.firstCloser === null) {
    if (base.waitedMs < LEAST_WAIT_MS) return null;
    return draft("ws.close.unanswered", "open", { at: close, args: base, evidence, causes });
  }
  // Who sends Close and hangs up at once gives the peer no chance: that is leaving, not a peer that is silent.
  if (tcp.firstCloser === from && base.waitedMs < LEAST_WAIT_MS)
    return draft("ws.close.unanswered", "leftAtOnce", {
      at: close,
      severity: "note",
      args: base,
      evidence,
      causes: [cause("likely", "leftWithoutWaiting", { from })],
    });
  const variant = tcp.ending === "rst" ? "rst" : "fin";
  return draft("ws.close.unanswered", variant, {
    at: close,
    args: { ...base, closer: tcp.firstCloser },
    evidence,
    causes,
  });
}

export const closeUnanswered: Rule = {
  id: "ws.close.unanswered",
  severity: "warning",
  spec: "RFC 6455 §5.5.1, §7.1.2",
  causes: [
    "stoodStill",
    "pathInterrupted",
    "closeIgnored",
    "clientBehindSilent",
    "serverDied",
    "processCrashed",
    "serverTerminated",
    "clientKilled",
    "clientTerminated",
    "closedWithUnread",
    "proxyRestarted",
    "proxyOrBehind",
    "connectionUnknown",
    "peerBlocked",
    "leftWithoutWaiting",
  ],
  sources: ["https://www.rfc-editor.org/rfc/rfc6455#section-5.5.1"],
  check,
};
