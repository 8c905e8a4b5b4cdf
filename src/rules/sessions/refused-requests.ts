import type { Mark } from "../../base/packet-view.ts";
import type { SocketIoNamespaceFacts } from "../../store/session-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { isKnownWhole, isSameLeg, seenOf } from "../context/sessions.ts";
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
  if (!isKnownWhole(facts.sid, context.sessions())) return null;
  const leg = seenOf(connection, facts, context.sessions()).filter((seen) => isSameLeg(seen.connection, connection));
  // One thing that a user may not do says nothing of the login, where anything else was served before.
  const isOfUser = refusalKind(first.message) === "permission";
  if (isOfUser && !leg.some((seen) => seen.facts.connected !== null)) return null;
  const sinceNs = isOfUser ? 0 : first.timestampNs;
  if (leg.some(({ facts: { served } }) => served === undefined || (served !== null && served.timestampNs > sinceNs)))
    return null;
  if (leg.some((seen) => hasGap(seen.connection, "server", sinceNs))) return null;
  if (hasUnreadPolls(connection, sinceNs, endOf(connection).timestampNs, context)) return null;
  return { first, kept, count: facts.errors + (facts.failedAcks?.count ?? 0) - begins };
}

export const failureEvidence = ({ kept }: RefusedRequests): (EvidenceItem | null)[] =>
  kept.map((one) =>
    one.isAck
      ? shows(one, "errorAck", { event: one.event, message: one.message })
      : shows(one, "errorEvent", { event: one.event, message: one.message }),
  );
