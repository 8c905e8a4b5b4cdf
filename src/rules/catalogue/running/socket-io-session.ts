import type { Mark } from "../../../base/packet-view.ts";
import type { SocketIoNamespaceFacts } from "../../../store/session-types.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { isHandedOn, isKnownWhole, isSameLeg, onLeg, seenOf } from "../../context/sessions.ts";
import { cause, type Draft, draft, shows } from "../../draft.ts";
import { noGreetingOf } from "../../ending/no-greeting.ts";
import { endedBy, endingEvidence } from "../../reading/ending.ts";
import { endOf, hasEnded, hasGap, later, serverOf, watchedUntil } from "../../reading/reading.ts";
import { refusalCause } from "../../reading/refusal-causes.ts";
import { isRefusal, refusalKind } from "../../reading/refusal-message.ts";
import { connectTimeoutMs } from "../../sessions/connect-timeout.ts";
import { mayHaveLivedOn } from "../../sessions/lived-on.ts";
import {
  failedRequests,
  failureEvidence,
  firstFailure,
  firstRefusal,
  isServersFault,
  refusedRequests,
} from "../../sessions/refused-requests.ts";
import { endOfPolls, pollsOf } from "../../sessions/session-polls.ts";
import { hasUnreadPolls } from "../../sessions/unread-polls.ts";
import type { EvidenceItem } from "../../types.ts";
import type { Rule } from "../rule.ts";

/** The longest that checks of a login usually take. */
const LEAST_WAIT_MS = 5000;
/** Sooner when the server itself ends the session for it (Socket.IO's connectTimeout). */
const LEAST_TIMEOUT_MS = 1000;

/** CONNECT got neither CONNECT nor CONNECT_ERROR: the server's middleware hangs. */
function unansweredOf(connection: ConnectionFacts, facts: SocketIoNamespaceFacts, context: Context): Draft | null {
  const { connectRequested: asked, name: namespace } = facts;
  if (asked === null || !isKnownWhole(facts.sid, context.sessions())) return null;
  const all = seenOf(connection, facts, context.sessions());
  if (all.some((seen) => seen.facts.connected !== null || seen.facts.refused !== null)) return null;
  if (isHandedOn(connection, all, (other) => other.connectRequested, asked)) return null;
  const lived = livedOnWebSocket(connection, facts, asked, context) ?? livedOnPolls(connection, facts, asked, context);
  if (lived === null) return null;
  const { untilNs, endedByServer, ending, heard, mates } = lived;
  const waitedMs = (untilNs - asked.timestampNs) / 1e6;
  if (waitedMs < (endedByServer === null ? LEAST_WAIT_MS : LEAST_TIMEOUT_MS)) return null;
  const opened = mates.map(({ session }) => session?.engineIo?.open ?? null).find((open) => open !== null) ?? null;
  return draft("sio.connect.unanswered", "plain", {
    at: asked,
    foldBy: namespace,
    args: {
      namespace,
      server: serverOf(connection),
      waitedMs,
      timeoutMs: connectTimeoutMs(mates, opened, endedByServer),
    },
    evidence: [
      shows(asked, facts.hasAuth ? "connectWithAuth" : "connectWithoutAuth", { namespace }),
      shows(heard, "lastData", { from: "server" }),
      ending,
    ],
    causes: [cause("likely", "middlewareHangs", { namespace }), cause("possible", "serverBlocked", {})],
  });
}

/** A session that was seen to live on while its CONNECT waited. */
interface Lived {
  readonly untilNs: number;
  readonly endedByServer: Mark | null;
  readonly ending: EvidenceItem | null;
  /** The server's last word. */
  readonly heard: Mark | null;
  readonly mates: readonly ConnectionFacts[];
}

function livedOnWebSocket(
  connection: ConnectionFacts,
  { sid }: SocketIoNamespaceFacts,
  asked: Mark,
  context: Context,
): Lived | null {
  const mates = sid === null ? [connection] : (context.sessions().get(sid) ?? []);
  const carrier = mates.find((one) => mayHaveLivedOn(one) && isSameLeg(one, connection));
  if (carrier === undefined || hasGap(carrier, "server", asked.timestampNs)) return null;
  const untilNs = hasEnded(carrier) ? endOf(carrier).timestampNs : watchedUntil(carrier, context.analysis.clockNs);
  if (hasUnreadPolls(connection, asked.timestampNs, untilNs, context)) return null;
  return {
    untilNs,
    endedByServer: endedBy(carrier, "server"),
    ending: endingEvidence(carrier),
    heard: carrier.webSocket?.lastFrame[1] ?? null,
    mates,
  };
}

function livedOnPolls(
  connection: ConnectionFacts,
  { sid }: SocketIoNamespaceFacts,
  asked: Mark,
  context: Context,
): Lived | null {
  const session = pollsOf(connection, sid, context);
  const end = session && endOfPolls(session);
  if (session === null || end === null) return null;
  const untilNs = end.until?.timestampNs ?? context.analysis.clockNs;
  if (hasUnreadPolls(connection, asked.timestampNs, untilNs, context, session)) return null;
  const heard = session.polls.reduce<Mark | null>((last, { response }) => later(last, response?.last ?? null), null);
  return {
    untilNs,
    endedByServer: end.closedByServer,
    ending: shows(end.closedByServer, "endOfSession", { from: "server" }),
    heard,
    mates: session.own,
  };
}

const each =
  (of: (connection: ConnectionFacts, facts: SocketIoNamespaceFacts, context: Context) => Draft | null) =>
  (connection: ConnectionFacts, context: Context): Draft[] =>
    (connection.session?.socketIo ?? [])
      .map((facts) => of(connection, facts, context))
      .filter((found) => found !== null);

export const connectUnanswered: Rule = {
  id: "sio.connect.unanswered",
  severity: "error",
  spec: "Socket.IO protocol v5, connection to a namespace",
  causes: ["middlewareHangs", "notSocketIoServer", "serversShareUpgrades", "serverBlocked"],
  sources: ["https://socket.io/docs/v4/middlewares/", "https://socket.io/docs/v4/engine-io-protocol/"],
  check: (connection, context) => noGreetingOf(connection, context) ?? each(unansweredOf)(connection, context),
};

/** The client is let in, and refused whatever it asks for. */
function refusedOf(connection: ConnectionFacts, facts: SocketIoNamespaceFacts, context: Context): Draft | null {
  const found = refusedRequests(connection, facts, context);
  if (found === null) return null;
  const all = seenOf(connection, facts, context.sessions());
  if (all.some((seen) => seen.facts.disconnected?.from === "server")) return null;
  if (isHandedOn(connection, all, firstRefusal, found.first)) return null;
  const { name: namespace } = facts;
  const { message } = found.first;
  const connected = onLeg(connection, all, (other) => other.connected);
  return draft("sio.exception", "refused", {
    at: found.first,
    severity: "warning",
    foldBy: `${namespace} ${message}`,
    args: { namespace, message, count: found.count },
    evidence: [shows(connected, "namespaceConnected", { namespace }), ...failureEvidence(found)],
    causes: [refusalCause(refusalKind(message)), cause("possible", "handlerException", {})],
  });
}

/** The client is let in, and whatever it asks for fails at the server. */
function failingOf(connection: ConnectionFacts, facts: SocketIoNamespaceFacts, context: Context): Draft | null {
  const found = failedRequests(connection, facts, context);
  if (found === null) return null;
  const all = seenOf(connection, facts, context.sessions());
  if (all.some((seen) => seen.facts.disconnected?.from === "server")) return null;
  if (isHandedOn(connection, all, firstFailure, found.first)) return null;
  const { name: namespace } = facts;
  const { message } = found.first;
  return draft("sio.exception", "failing", {
    at: found.first,
    severity: "warning",
    foldBy: `${namespace} ${message}`,
    args: { namespace, message, count: found.count },
    evidence: [
      shows(
        onLeg(connection, all, (other) => other.connected),
        "namespaceConnected",
        { namespace },
      ),
      ...failureEvidence(found),
    ],
    causes: [cause("likely", "plainError", {})],
  });
}

/** An event of the server that says error, and a client that stays connected: the request failed, not the connection. */
function exceptionOf(connection: ConnectionFacts, facts: SocketIoNamespaceFacts, context: Context): Draft | null {
  const { told, disconnected, name: namespace } = facts;
  if (told === null || disconnected?.from === "server") return null;
  const all = seenOf(connection, facts, context.sessions());
  if (all.some((seen) => seen.facts.disconnected?.from === "server")) return null;
  if (isHandedOn(connection, all, (other) => other.told, told)) return null;
  const kept = facts.firstErrors.length === 0 ? [told] : facts.firstErrors;
  // Of several the one that says who may not is the one to begin with.
  const chosen =
    kept.find(({ message }) => isRefusal(message)) ?? onLeg(connection, all, (other) => other.told) ?? told;
  const { event, message } = chosen;
  return draft("sio.exception", "plain", {
    at: chosen,
    foldBy: `${namespace} ${message}`,
    args: { namespace, event, message, others: facts.errors > 1 ? facts.errors - 1 : null },
    evidence: (facts.errors > 1 ? kept : [chosen]).map((one) =>
      shows(one, "errorEvent", { event: one.event, message: one.message }),
    ),
    causes: [
      isRefusal(message) && refusalCause(refusalKind(message)),
      isServersFault(message) ? cause("likely", "plainError", {}) : cause("likely", "handlerException", {}),
    ],
  });
}

export const exception: Rule = {
  id: "sio.exception",
  severity: "note",
  spec: "Socket.IO protocol v5, EVENT",
  causes: ["tokenRejected", "tokenNotRenewed", "tokenOfOthers", "permissionMissing", "plainError", "handlerException"],
  sources: ["https://docs.nestjs.com/websockets/exception-filters"],
  check: each(
    (connection, facts, context) =>
      refusedOf(connection, facts, context) ??
      failingOf(connection, facts, context) ??
      exceptionOf(connection, facts, context),
  ),
};
