import type { Mark } from "../../base/packet-view.ts";
import type { SocketIoNamespaceFacts } from "../../store/session-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { isKnownWhole, isSameLeg, type Seen, seenOf } from "../context/sessions.ts";
import { shows } from "../draft.ts";
import { endOf, hasGap } from "../reading/reading.ts";
import { isRefusal, refusalKind } from "../reading/refusal-message.ts";
import type { EvidenceItem } from "../types.ts";
import { hasUnreadPolls } from "./unread-polls.ts";

/** What the server said of a request that failed: by an event, or in the acknowledgment of one. Untrusted text. */
interface Failure extends Mark {
  readonly event: string;
  readonly message: string;
  readonly isAck: boolean;
}

export interface RefusedRequests {
  readonly first: Failure;
  readonly kept: readonly Failure[];
  readonly count: number;
}

const failuresOf = ({ firstErrors, failedAcks }: SocketIoNamespaceFacts): Failure[] =>
  [
    ...firstErrors.map((one) => ({ ...one, isAck: false })),
    ...(failedAcks?.first ?? []).map((one) => ({ ...one, isAck: true })),
  ].sort((a, b) => a.timestampNs - b.timestampNs);

export const firstRefusal = (facts: SocketIoNamespaceFacts): Failure | null =>
  failuresOf(facts).find(({ message }) => isRefusal(message)) ?? null;

export const firstFailure = (facts: SocketIoNamespaceFacts): Failure | null => failuresOf(facts)[0] ?? null;

/**
 * A client that stays connected and gets nothing any more but refusals of who it is. What the server sends of something else
 * after that, an error of another kind too, shows that it lets the client do something.
 */
export function refusedRequests(
  connection: ConnectionFacts,
  facts: SocketIoNamespaceFacts,
  context: Context,
): RefusedRequests | null {
  const failures = failuresOf(facts);
  const begins = failures.findIndex(({ message }) => isRefusal(message));
  const kept = begins === -1 ? [] : failures.slice(begins);
  const [first] = kept;
  if (first === undefined) return null;
  const { told } = facts;
  if (kept.some(({ message }) => !isRefusal(message)) || (told !== null && !isRefusal(told.message))) return null;
  // One thing that a user may not do says nothing of the login, where anything else was served before.
  const isOfUser = refusalKind(first.message) === "permission";
  if (isOfUser && !legOf(connection, facts, context).some((seen) => seen.facts.connected !== null)) return null;
  if (!isNothingServedSince(isOfUser ? 0 : first.timestampNs, connection, facts, context)) return null;
  return { first, kept, count: countOf(facts) - begins };
}

/** An error of the server's own, and none of who asks or what is asked; NestJS says it of whatever is no WsException. */
export const isServersFault = (message: string): boolean => /^internal (?:server )?error\.?$/i.test(message.trim());

/** Whoever asks once and meets a fault may have met the one thing that is broken. */
const LEAST_FAILED = 3;

/** A client that stays connected and gets nothing any more but faults of the server. */
export function failedRequests(
  connection: ConnectionFacts,
  facts: SocketIoNamespaceFacts,
  context: Context,
): RefusedRequests | null {
  const kept = failuresOf(facts);
  const [first] = kept;
  const count = countOf(facts);
  if (first === undefined || count < LEAST_FAILED) return null;
  const { told } = facts;
  if (!kept.every(({ message }) => isServersFault(message)) || (told !== null && !isServersFault(told.message)))
    return null;
  return isNothingServedSince(first.timestampNs, connection, facts, context) ? { first, kept, count } : null;
}

const countOf = ({ errors, failedAcks }: SocketIoNamespaceFacts): number => errors + (failedAcks?.count ?? 0);

const legOf = (connection: ConnectionFacts, facts: SocketIoNamespaceFacts, context: Context): Seen[] =>
  seenOf(connection, facts, context.sessions()).filter((seen) => isSameLeg(seen.connection, connection));

/** Nothing but failures came from the server in this namespace, and the capture lacks nothing that could have. */
function isNothingServedSince(
  sinceNs: number,
  connection: ConnectionFacts,
  facts: SocketIoNamespaceFacts,
  context: Context,
): boolean {
  if (!isKnownWhole(facts.sid, context.sessions())) return false;
  const leg = legOf(connection, facts, context);
  return (
    leg.every(({ facts: { served } }) => served !== undefined && (served === null || served.timestampNs <= sinceNs)) &&
    !leg.some((seen) => hasGap(seen.connection, "server", sinceNs)) &&
    !hasUnreadPolls(connection, sinceNs, endOf(connection).timestampNs, context)
  );
}

export const failureEvidence = ({ kept }: RefusedRequests): (EvidenceItem | null)[] =>
  kept.map((one) =>
    one.isAck
      ? shows(one, "errorAck", { event: one.event, message: one.message })
      : shows(one, "errorEvent", { event: one.event, message: one.message }),
  );
