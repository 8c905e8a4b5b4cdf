import type { Mark } from "../../base/packet-view.ts";
import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { pairKey, passedFrom } from "../context/others.ts";
import { type PolledSession, sidGiven } from "../context/polled-sessions.ts";
import { cause, shows } from "../draft.ts";
import { areAlike, asksAlike, isSameHost } from "../handshake/same-client.ts";
import { forwardedBy, handshakeOf, isPoll, outcomeOf } from "../handshake/upgrade-outcome.ts";
import { clientOf, endOf, serverOf, spanMs } from "../reading/reading.ts";
import { before, within } from "../reading/time-index.ts";
import type { CauseId, EvidenceItem, RuleId } from "../types.ts";
import { sidOf, wasLetIn } from "./let-in.ts";
import type { Judged } from "./story.ts";

/** Errors about one attempt, that the client's next attempt may repair: a token refreshed, a server that was starting. */
const ATTEMPTS: ReadonlySet<RuleId> = new Set([
  "tcp.open.refused",
  "tcp.open.unanswered",
  "tcp.open.icmp",
  "http.upgrade.refused",
  "http.upgrade.gateway-error",
  "http.upgrade.unanswered",
  "http.upgrade.dropped",
  "http.upgrade.page-returned",
  "jwt.expired",
]);

/** They tell already why the next attempt got in. */
const KNOWN: ReadonlySet<CauseId> = new Set([
  "serverStartedLater",
  "serverStopped",
  "serverStoodStill",
  "pathInterrupted",
]);

/** A refusal that lasts longer had to be repaired by somebody; a port that is closed says the same to everybody. */
const RETRIES_WITHIN_NS = 60e9;

/**
 * An attempt that failed, after which the same client got its WebSocket, or its session on polls, from the same server: still
 * worth a warning, but nothing that is broken now. Told after the story, so that what follows from the failure still follows
 * from it.
 */
export function withRecovery(judged: Judged, context: Context): Judged {
  const { connection, severity, draft, rule } = judged;
  if (connection === null || severity !== "error" || !ATTEMPTS.has(rule.id)) return judged;
  // Too short a timer has not passed.
  if (draft.causes[0]?.id === "pollTimeout") return judged;
  const isLetIn = letInBy(judged, context);
  const taken = takenByOther(connection, context);
  if (taken !== null)
    return { ...judged, severity: "warning", draft: { ...draft, evidence: [...draft.evidence, taken] } };
  const next = earliest(nextSocket(connection, isLetIn, context), nextPolls(connection, isLetIn, context));
  if (next === null) return withAnswer(judged, connection, context);
  const recovered = shows(next.at, next.isPolled ? "recoveredByPolls" : "recovered", {});
  const isKnown = draft.causes.some(({ id }) => KNOWN.has(id));
  return {
    ...judged,
    severity: "warning",
    draft: {
      ...draft,
      args: { ...draft.args, recoveredMs: spanMs(failedAt(connection), next.at) },
      evidence: recovered === null ? draft.evidence : [...draft.evidence, recovered],
      causes: isKnown ? draft.causes : [cause("likely", "recoveredBySelf", {}), ...draft.causes],
    },
  };
}

/** What says that a server is not there. */
const ABSENCES: ReadonlySet<RuleId> = new Set(["tcp.open.refused", "http.upgrade.gateway-error"]);

/**
 * A server that was not there when it was asked, and refuses what the same client asks soon after: that it was starting is not
 * what is wrong now.
 */
function withAnswer(judged: Judged, connection: ConnectionFacts, context: Context): Judged {
  if (!ABSENCES.has(judged.rule.id)) return judged;
  const exchange = handshakeOf(connection);
  const end = failedAt(connection).timestampNs;
  const later = within(context.others().asked, end, end + RETRIES_WITHIN_NS).filter(
    (one) =>
      pairKey(one.connection) === pairKey(connection) &&
      one.exchange.response !== null &&
      (exchange === null || asksAlike(connection, one.exchange)) &&
      haveOneClock(one.connection, connection, context),
  );
  const answer = later.find(({ exchange: one }) => isRefusal(one))?.exchange.response ?? null;
  if (answer === null || !later.every(({ exchange: one }) => isRefusal(one))) return judged;
  const refusedAgain = within(
    context.others().failed.get(serverOf(connection)) ?? NONE,
    answer.first.timestampNs,
    end + RETRIES_WITHIN_NS,
  );
  if (refusedAgain.length > 0) return judged;
  const { draft } = judged;
  const shown = shows(answer.first, "response", { status: answer.status, reason: answer.reason });
  const evidence = shown === null ? draft.evidence : [...draft.evidence, shown];
  return { ...judged, severity: "warning", draft: { ...draft, evidence } };
}

const NONE = { times: [], items: [] };

const isRefusal = ({ response }: HttpExchangeFacts): boolean =>
  response !== null && response.status >= 300 && response.status < 500;

/** A balancer asks the next of its servers at once. */
const NEXT_WITHIN_NS = 100e6;

/** The proxy that was not let in asked another server in its place, which answered well: its client noticed nothing. */
function takenByOther(dial: ConnectionFacts, context: Context): EvidenceItem | null {
  if (!dial.kind.startsWith("tcp-")) return null;
  const { asked } = context.others();
  const end = endOf(dial).timestampNs;
  const instead = within(asked, end, end + NEXT_WITHIN_NS).find(
    ({ connection, exchange }) =>
      connection.client.address === dial.client.address &&
      serverOf(connection) !== serverOf(dial) &&
      isWell(exchange) &&
      (forwardedBy(exchange) !== null || passedFrom(exchange, connection, context.others()) !== null),
  );
  if (instead?.exchange.response == null) return null;
  const { connection, exchange } = instead;
  const { first, status, reason } = exchange.response as NonNullable<typeof exchange.response>;
  return shows(first, "legAnswered", { leg: `${clientOf(connection)} → ${serverOf(connection)}`, status, reason });
}

const isWell = ({ response }: HttpExchangeFacts): boolean => response !== null && response.status < 400;

/** Where it is the login that failed, it is the login that must come through. */
function letInBy({ draft, rule }: Judged, context: Context): (attempt: ConnectionFacts, sid: string | null) => boolean {
  if (rule.id !== "jwt.expired") return () => true;
  const { namespace } = draft.args;
  const name = typeof namespace === "string" ? namespace : undefined;
  return (attempt, sid) => wasLetIn(attempt, sid, name, context);
}

type IsLetIn = ReturnType<typeof letInBy>;

interface Next {
  readonly at: Mark;
  readonly isPolled: boolean;
}

const earliest = (a: Next | null, b: Next | null): Next | null =>
  a === null || (b !== null && b.at.timestampNs < a.at.timestampNs) ? b : a;

/** Polls share connections, which live on. */
function failedAt(connection: ConnectionFacts): Mark {
  const exchange = handshakeOf(connection);
  return (exchange !== null && isPoll(exchange) ? exchange.response?.last : null) ?? endOf(connection);
}

/** The first WebSocket that this client got for the same target afterwards; null: none, or it had one all the time. */
function nextSocket(connection: ConnectionFacts, isLetIn: IsLetIn, context: Context): Next | null {
  const sockets = context.others().sockets.get(pairKey(connection));
  if (sockets === undefined) return null;
  const gotIn = (one: ConnectionFacts): boolean =>
    isOpenedInTime(one) && isLetIn(one, sidOf(one)) && haveOneClock(one, connection, context);
  const end = failedAt(connection).timestampNs;
  const exchange = handshakeOf(connection);
  if (exchange === null) return asNext(within(sockets, end, Number.POSITIVE_INFINITY).find(gotIn));
  // Who has this WebSocket open already is another user, or another tab, behind the same address.
  const isOther = before(sockets, end).some((one) => asksAlike(one, exchange) && endOf(one).timestampNs > end);
  if (isOther) return null;
  const next = within(sockets, end, end + RETRIES_WITHIN_NS).find((one) => gotIn(one) && asksAlike(one, exchange));
  const isSame =
    next !== undefined &&
    isSameHost(next, connection) &&
    !goesOn(connection, exchange, next.webSocket?.openedAt.timestampNs ?? 0, endOf(next).timestampNs, context);
  return isSame ? asNext(next) : null;
}

const asNext = (one: ConnectionFacts | undefined): Next | null =>
  one?.webSocket ? { at: one.webSocket.openedAt, isPolled: false } : null;

/** The first session on polls that this client got afterwards, where it was polls that failed, or nothing was asked yet. */
function nextPolls(connection: ConnectionFacts, isLetIn: IsLetIn, context: Context): Next | null {
  const exchange = handshakeOf(connection);
  if (exchange !== null && !isPoll(exchange)) return null;
  const sessions = context.polledSessions().get(pairKey(connection));
  if (sessions === undefined) return null;
  const end = failedAt(connection).timestampNs;
  const isAlike = ({ exchange: other }: PolledSession): boolean =>
    exchange === null || areAlike(other.request, exchange.request);
  const next = within(sessions, end, exchange === null ? Number.POSITIVE_INFINITY : end + RETRIES_WITHIN_NS).find(
    (one) =>
      isAlike(one) &&
      isLetIn(one.connection, sidGiven(one.exchange) ?? null) &&
      haveOneClock(one.connection, connection, context),
  );
  if (next === undefined) return null;
  const found = { at: next.openedAt, isPolled: true };
  if (exchange === null) return found;
  const earlier = before(sessions, end).filter(isAlike);
  const isOther = earlier.some((one) => one.lastNs > end);
  // What fails in one session after the other, as at a proxy with too short a timer, has not passed.
  const openedNs = next.openedAt.timestampNs;
  const beforeNs = earlier.at(-1)?.openedAt.timestampNs ?? 0;
  const isAgain =
    goesOn(connection, exchange, openedNs, openedNs + RETRIES_WITHIN_NS, context) ||
    goesOn(connection, exchange, beforeNs - RETRIES_WITHIN_NS, beforeNs, context);
  return !isOther && !isAgain && isSameHost(next.connection, connection) ? found : null;
}

/** Who has got in does not ask for another one and get the same refusal: then it is another user's. */
const goesOn = (
  connection: ConnectionFacts,
  { response }: HttpExchangeFacts,
  fromNs: number,
  toNs: number,
  context: Context,
): boolean =>
  within(context.others().asked, fromNs, toNs).some(
    ({ connection: later, exchange }) =>
      pairKey(later) === pairKey(connection) &&
      response !== null &&
      exchange.response?.status === response.status &&
      asksAlike(connection, exchange),
  );

const SAME_CLOCK_NS = 1e6;

/** Of two captures one may have an earlier WebSocket at a later time: what comes next is known by one clock alone. */
const haveOneClock = (a: ConnectionFacts, b: ConnectionFacts, { joins }: Context): boolean =>
  Math.abs((joins.aheadNs.get(a.id) ?? 0) - (joins.aheadNs.get(b.id) ?? 0)) <= SAME_CLOCK_NS;

/** A 101 that came when the client had hung up let nobody in. */
const isOpenedInTime = (connection: ConnectionFacts): boolean => outcomeOf(connection) !== "late";
