import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { pairKey } from "../context/others.ts";
import { cause, shows } from "../draft.ts";
import { asksAlike, isSameHost } from "../handshake/same-client.ts";
import { handshakeOf, outcomeOf } from "../handshake/upgrade-outcome.ts";
import { endOf, spanMs } from "../reading/reading.ts";
import { before, within } from "../reading/time-index.ts";
import type { CauseId, RuleId } from "../types.ts";
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
const KNOWN: ReadonlySet<CauseId> = new Set(["serverStartedLater", "serverStopped", "pathInterrupted"]);

/** A refusal that lasts longer had to be repaired by somebody; a port that is closed says the same to everybody. */
const RETRIES_WITHIN_NS = 60e9;

/**
 * An attempt that failed, after which the same client got its WebSocket from the same server: still worth a warning, but
 * nothing that is broken now. Told after the story, so that what follows from the failure still follows from it.
 */
export function withRecovery(judged: Judged, context: Context): Judged {
  const { connection, severity, draft, rule } = judged;
  if (connection === null || severity !== "error" || !ATTEMPTS.has(rule.id)) return judged;
  const next = nextSuccess(connection, context);
  if (next?.webSocket == null) return judged;
  const { openedAt } = next.webSocket;
  const recovered = shows(openedAt, "recovered", {});
  const isKnown = draft.causes.some(({ id }) => KNOWN.has(id));
  return {
    ...judged,
    severity: "warning",
    draft: {
      ...draft,
      args: { ...draft.args, recoveredMs: spanMs(endOf(connection), openedAt) },
      evidence: recovered === null ? draft.evidence : [...draft.evidence, recovered],
      causes: isKnown ? draft.causes : [cause("likely", "recoveredBySelf", {}), ...draft.causes],
    },
  };
}

/** The first WebSocket that this client got for the same target afterwards; null: none, or it had one all the time. */
function nextSuccess(connection: ConnectionFacts, context: Context): ConnectionFacts | null {
  const sockets = context.others().sockets.get(pairKey(connection));
  if (sockets === undefined) return null;
  const end = endOf(connection).timestampNs;
  const exchange = handshakeOf(connection);
  if (exchange === null) return within(sockets, end, Number.POSITIVE_INFINITY).find(gotIn) ?? null;
  // Who has this WebSocket open already is another user, or another tab, behind the same address.
  const isOther = before(sockets, end).some((one) => asksAlike(one, exchange) && endOf(one).timestampNs > end);
  if (isOther) return null;
  const next =
    within(sockets, end, end + RETRIES_WITHIN_NS).find((one) => gotIn(one) && asksAlike(one, exchange)) ?? null;
  return next !== null && isSameHost(next, connection) && !goesOn(connection, exchange, next, context) ? next : null;
}

/** Who has a WebSocket does not ask for another one and get the same refusal: then it is another user's. */
function goesOn(
  connection: ConnectionFacts,
  { response }: HttpExchangeFacts,
  next: ConnectionFacts,
  context: Context,
): boolean {
  const from = next.webSocket?.openedAt.timestampNs ?? 0;
  return within(context.others().asked, from, endOf(next).timestampNs).some(
    ({ connection: later, exchange }) =>
      pairKey(later) === pairKey(connection) &&
      response !== null &&
      exchange.response?.status === response.status &&
      asksAlike(connection, exchange),
  );
}

/** A 101 that came when the client had hung up let nobody in. */
const gotIn = (connection: ConnectionFacts): boolean => outcomeOf(connection) !== "late";
