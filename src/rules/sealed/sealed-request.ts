import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { cause, type Draft, draft, shows } from "../draft.ts";
import { endingEvidence } from "../reading/ending.ts";
import { endOf, hasEnded, serverOf, watchedUntil } from "../reading/reading.ts";
import { mayCarryWebSocket } from "../reading/sealed.ts";
import { isTimerLike } from "../rhythm/heartbeat.ts";

/** A page that is left meanwhile gives up sooner; so does a request that waits its turn. */
const LEAST_WAIT_MS = 2000;
/** Whoever holds a request back on purpose, until there is news (long polling), does so for less. */
const LEAST_WAIT_IN_OPEN_MS = 60_000;

/**
 * Inside TLS whose keys nobody gave: the client asked for something once, and not a single record came in answer. Of a server
 * that hangs up at once `tls.handshake.failed` tells.
 */
export function sealedRequest(connection: ConnectionFacts, context: Context): Draft | null {
  const { tls, tcp } = connection;
  const rhythm = tls?.rhythm ?? null;
  if (tls === null || rhythm === null || tls.decrypted || !tls.handshakeComplete || tls.refusal !== null) return null;
  if (!mayCarryWebSocket(connection, context) || tcp.oneWay || rhythm.holes) return null;
  // Nothing but that one request, and perhaps its close_notify.
  if (rhythm.last[0]?.packet !== rhythm.since.packet || rhythm.answerBytes !== null) return null;
  if (tcp.halves[0].unacknowledged !== null) return null;
  const isOver = hasEnded(connection);
  const untilNs = isOver ? endOf(connection).timestampNs : watchedUntil(connection, context.analysis.clockNs);
  const afterMs = (untilNs - rhythm.since.timestampNs) / 1e6;
  if (afterMs < (isOver ? LEAST_WAIT_MS : LEAST_WAIT_IN_OPEN_MS)) return null;
  const isAsked = context.ports.length > 0;
  return draft("http.upgrade.unanswered", "sealed", {
    severity: isAsked ? undefined : "warning",
    confidence: isAsked || (tcp.firstCloser === "client" && isTimerLike(afterMs)) ? "likely" : "possible",
    at: rhythm.since,
    args: { server: serverOf(connection), name: tls.serverName, closer: isOver ? tcp.firstCloser : null, afterMs },
    evidence: [
      shows(tls.clientHello, "tlsHello", { name: tls.serverName }),
      shows(rhythm.since, "lastRecord", { from: "client" }),
      endingEvidence(connection),
    ],
    causes: [
      cause("likely", "requestNotAnswered", {}),
      cause("possible", "serverBlocked", {}),
      cause("possible", "keysWouldTell", {}),
    ],
  });
}
