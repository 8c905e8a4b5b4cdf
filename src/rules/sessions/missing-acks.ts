import * as limits from "../../base/limits.ts";
import type { AwaitedAck, SocketIoNamespaceFacts } from "../../store/session-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { isHandedOn, isKnownWhole, onLeg, type Seen, seenOf } from "../context/sessions.ts";
import { cause, type Draft, draft, shows } from "../draft.ts";
import { endedBy } from "../reading/ending.ts";
import { earlier, endOf, hasEnded, hasGap, hasUnreadEnd, watchedUntil } from "../reading/reading.ts";

/** Callers give up after a few seconds; a server that says nothing meanwhile may only be slow. */
const LEAST_WAIT_MS = 5000;
const LEAST_WAIT_OF_SILENT_MS = 10_000;
/** Against the slowest acknowledgment that came. */
const LEAST_TIMES_SLOWER = 3;
/** One that is only a few seconds old may yet come. */
const CLEAR_WAIT_MS = 10_000;

/** Events whose acknowledgment never came although the session lived on: the caller's callback never runs. */
export const missingAcks = (connection: ConnectionFacts, context: Context): Draft[] =>
  (connection.session?.socketIo ?? [])
    .map((facts) => missingIn(connection, facts, context))
    .filter((found) => found !== null);

function missingIn(connection: ConnectionFacts, facts: SocketIoNamespaceFacts, context: Context): Draft | null {
  const { acks, name: namespace } = facts;
  const [oldest] = acks?.missing ?? [];
  if (acks === undefined || oldest === undefined) return null;
  if (hasGap(connection, "server", oldest.timestampNs) || hasUnreadEnd(connection, "server")) return null;
  if (!isKnownWhole(facts.sid, context.sessions())) return null;
  const all = seenOf(connection, facts, context.sessions());
  // NestJS sends an event that says what failed in place of the acknowledgment: that is told by itself.
  if (all.some((seen) => seen.facts.told !== null) || !isLetIn(all)) return null;
  if (isHandedOn(connection, all, (other) => other.acks?.missing[0] ?? null, oldest)) return null;
  const untilNs = endOfWaiting(connection, facts, context);
  const overdue = acks.missing.filter((one) => isOverdue(connection, one, untilNs, acks.slowestMs));
  const [first] = overdue;
  if (first === undefined) return null;
  const isAll = acks.answered === 0;
  const heard = connection.webSocket?.lastFrame[1] ?? null;
  const isHeard = heard !== null && heard.timestampNs > first.timestampNs;
  const isDeaf = isAll && !all.some((seen) => seen.facts.acks?.serverSpoke === true);
  const missing = acks.missing.length < limits.awaitedAcks ? overdue.length : acks.asked - acks.answered;
  const waitedMs = (untilNs - first.timestampNs) / 1e6;
  const args = { namespace, missing, event: first.event, waitedMs };
  const parts = {
    at: first,
    severity: isAll && (missing > 1 || waitedMs >= CLEAR_WAIT_MS) ? ("warning" as const) : ("note" as const),
    foldBy: `${namespace} ${first.event}`,
    evidence: [
      shows(
        onLeg(connection, all, (other) => other.connected),
        "namespaceConnected",
        { namespace },
      ),
      ...overdue.slice(0, 4).map((one) => shows(one, "unansweredEvent", { namespace, event: one.event })),
      isHeard ? shows(heard, "lastData", { from: "server" }) : null,
    ],
    causes: [
      isDeaf && cause("likely", "handlersElsewhere", { namespace }),
      cause("likely", "ackNotCalled", { event: first.event }),
      !isHeard && cause("possible", "serverBlocked", {}),
    ],
  };
  return isAll
    ? draft("app.silent", isDeaf ? "noAckNothing" : "noAck", { ...parts, args })
    : draft("app.silent", "someAcks", { ...parts, args: { ...args, answered: acks.answered } });
}

/** Where the asking was not seen, nobody knows; who was refused or is not answered yet waits for something else. */
const isLetIn = (all: readonly Seen[]): boolean =>
  all.every(({ facts }) => facts.connectRequested === null) || all.some(({ facts }) => facts.connected !== null);

/** Who leaves, or is turned out, waits no longer. */
function endOfWaiting(connection: ConnectionFacts, { disconnected }: SocketIoNamespaceFacts, context: Context): number {
  const ended = earlier(endedBy(connection, "client"), endedBy(connection, "server"));
  const end = earlier(ended ?? (hasEnded(connection) ? endOf(connection) : null), disconnected);
  return end?.timestampNs ?? watchedUntil(connection, context.analysis.clockNs);
}

function isOverdue(connection: ConnectionFacts, asked: AwaitedAck, untilNs: number, slowestMs: number): boolean {
  const waitedMs = (untilNs - asked.timestampNs) / 1e6;
  if (waitedMs < LEAST_WAIT_MS || waitedMs < LEAST_TIMES_SLOWER * slowestMs) return false;
  const heard = connection.webSocket?.lastFrame[1] ?? null;
  // What the server had not said when the connection broke may have been lost with it.
  if (heard !== null && heard.timestampNs >= asked.timestampNs) return true;
  return waitedMs >= LEAST_WAIT_OF_SILENT_MS && !hasEnded(connection);
}
