import type { Mark } from "../../../base/packet-view.ts";
import type { EngineIoFacts, SocketIoNamespaceFacts } from "../../../store/session-types.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { hasCredentials, isHandedOn, onLeg, type Seen, seenOf, toldOf } from "../../context/sessions.ts";
import { cause, type Draft, draft, lesser, shows } from "../../draft.ts";
import { forwardedBy, handshakeOf } from "../../handshake/upgrade-outcome.ts";
import { endedBy } from "../../reading/ending.ts";
import { isAboutLogin } from "../../reading/last-words.ts";
import { earlier, hasGap, hasUnreadEnd, serverOf, spanMs, targetOf } from "../../reading/reading.ts";
import { refusalCause } from "../../reading/refusal-causes.ts";
import { isRefusal, refusalKind, saysOtherTerm } from "../../reading/refusal-message.ts";
import { saysReplaced } from "../../reading/replaced.ts";
import { CLOSED_AGAIN, closedBeneath } from "../../sessions/closed-beneath.ts";
import { connectTimeoutMs } from "../../sessions/connect-timeout.ts";
import { droppedEvidence, droppedIn, withDropped } from "../../sessions/dropped-credentials.ts";
import { dismissal, hasPosted } from "../../sessions/poll-heartbeat.ts";
import { hasUnreadPolls } from "../../sessions/unread-polls.ts";
import { isAtOnce } from "../../sessions/verdicts.ts";
import type { Cause } from "../../types.ts";
import { unusedSessions } from "../../upgrade/unused-sessions.ts";
import type { Rule } from "../rule.ts";

/** Socket.IO's server says nothing but open, ping and close before a CONNECT came: one that does speaks Engine.IO alone. */
function saidMore({ webSocket }: ConnectionFacts, { heartbeat, closed }: EngineIoFacts): boolean {
  if (webSocket === null) return false;
  const [, { text, binary }] = webSocket.messages;
  return text + binary > 1 + heartbeat[1].pings + (closed?.from === "server" ? 1 : 0);
}

/** A session over WebSocket from its start, ended by the server without a CONNECT: the client speaks no Socket.IO. */
function checkConnectMissing(connection: ConnectionFacts): Draft | null {
  const { session, webSocket } = connection;
  const engineIo = session?.engineIo;
  if (!session || !webSocket || !engineIo?.open || engineIo.transport !== "websocket") return null;
  // The CONNECT may have been among what the capture lacks.
  if (hasGap(connection, "client", 0) || hasUnreadEnd(connection, "client")) return null;
  const resumed = /[?&]sid=/.test(handshakeOf(connection)?.request?.target ?? "");
  if (resumed || engineIo.version === 3 || session.socketIo.some((namespace) => namespace.connectRequested !== null))
    return null;
  const ended = endedBy(connection, "server");
  if (ended === null || saidMore(connection, engineIo)) return null;
  const sent = webSocket.messages[0].text + webSocket.messages[0].binary;
  const pongs = engineIo.heartbeat[1].answered;
  return draft("sio.connect.missing", sent === 0 ? "silent" : sent === pongs ? "onlyPongs" : "other", {
    confidence: "likely",
    at: engineIo.open,
    args: {
      server: serverOf(connection),
      waitedMs: spanMs(engineIo.open, ended),
      timeoutMs: connectTimeoutMs([connection], engineIo.open, ended),
    },
    evidence: [
      shows(engineIo.open, "engineIoOpen", { from: "server" }),
      shows(earlier(webSocket.firstFrame[0], ended), "firstMessage", { from: "client" }),
      shows(ended, "endOfSession", { from: "server" }),
    ],
    causes: [cause("likely", sent > 0 && sent === pongs ? "neverAsksIn" : "notSocketIoClient", {})],
  });
}

/** The same of a session that only polls: the server ends it by a packet when its time for that is up. */
function checkPolledMissing(connection: ConnectionFacts, context: Context): Draft | null {
  const engineIo = connection.session?.engineIo;
  const found = engineIo?.transport === "polling" ? dismissal(connection, engineIo, context) : null;
  if (!engineIo || found === null || hasPosted(found.polls, "40")) return null;
  const { own, until } = found;
  const open = own.map(({ session }) => session?.engineIo).find((one) => one?.sid === engineIo.sid && one?.open)?.open;
  const timeoutMs = connectTimeoutMs(own, open ?? null, until);
  if (!open || timeoutMs === null) return null;
  return draft("sio.connect.missing", "polled", {
    confidence: "likely",
    at: open,
    args: { server: serverOf(connection), waitedMs: spanMs(open, until), timeoutMs },
    evidence: [shows(open, "engineIoOpen", { from: "server" }), shows(until, "endOfSession", { from: "server" })],
    causes: [cause("likely", "neverAsksIn", {})],
  });
}

/** Sessions that a client opens one after the other, and goes on with none of them. */
function checkUnused(connection: ConnectionFacts, context: Context): Draft | null {
  const unused = unusedSessions(connection, context);
  if (unused === null) return null;
  const { first, last, count } = unused;
  const target = targetOf(first.exchange);
  const elsewhere = cause("possible", "noStickySession", {});
  return draft("sio.connect.missing", "unused", {
    confidence: "likely",
    at: first.at,
    args: {
      server: serverOf(connection),
      client: connection.client.address,
      count,
      spanMs: spanMs(first.at, last.at),
    },
    evidence: [
      shows(first.exchange.request?.first, "request", { method: "GET", target }),
      shows(first.at, "engineIoOpen", { from: "server" }),
      shows(last.at, "engineIoOpen", { from: "server" }),
    ],
    // Of several servers behind one proxy another may have got what came of it.
    causes:
      forwardedBy(first.exchange) === null
        ? [cause("likely", "openingUnread", {}), elsewhere]
        : [{ ...elsewhere, confidence: "likely" }, cause("likely", "openingUnread", {})],
  });
}

export const connectMissing: Rule = {
  id: "sio.connect.missing",
  severity: "error",
  spec: "Socket.IO protocol v5, connection to a namespace",
  causes: ["notSocketIoClient", "neverAsksIn", "openingUnread", "noStickySession"],
  sources: [
    "https://socket.io/docs/v4/server-options/#connecttimeout",
    "https://socket.io/docs/v4/socket-io-protocol/",
  ],
  check: (connection, context) =>
    checkConnectMissing(connection) ?? checkPolledMissing(connection, context) ?? checkUnused(connection, context),
};

function checkConnectRefused(connection: ConnectionFacts, context: Context): Draft[] {
  const drafts: Draft[] = [];
  for (const facts of connection.session?.socketIo ?? []) {
    const { name, refused } = facts;
    if (refused === null) continue;
    const sessions = context.sessions();
    const all = seenOf(connection, facts, sessions);
    if (isHandedOn(connection, all, (other) => other.refused, refused)) continue;
    const { message, details } = refused;
    const unknown = /invalid namespace/i.test(message);
    const hasAuth = hasCredentials(facts, all, sessions);
    const asked = onLeg(connection, all, (other) => other.connectRequested);
    const isUnseen = asked === null && !hasAuth && mayHaveAsked(connection, refused, context);
    const dropped = unknown ? null : droppedIn(connection, facts.sid, sessions);
    drafts.push(
      draft("sio.connect.refused", unknown ? "namespace" : hasAuth ? "auth" : isUnseen ? "unseen" : "noAuth", {
        at: refused,
        foldBy: `${name} ${message}`,
        args: { namespace: name, message, details, server: serverOf(connection) },
        evidence: [
          shows(asked, all.some((seen) => seen.facts.hasAuth) ? "connectWithAuth" : "connectWithoutAuth", {
            namespace: name,
          }),
          droppedEvidence(dropped),
          shows(refused, "connectError", { namespace: name, message }),
        ],
        causes: unknown
          ? [cause("certain", "namespaceUnknown", { namespace: name })]
          : withDropped(
              dropped,
              all.some((seen) => seen.facts.hasAuth),
              refusalCauses(connection, hasAuth, isUnseen, `${message} ${details ?? ""}`, all),
            ),
      }),
    );
  }
  return drafts;
}

/** What the client asked with may be among what the capture lacks. */
const mayHaveAsked = (connection: ConnectionFacts, refused: Mark, context: Context): boolean =>
  connection.tcp.opening === "not-captured" ||
  hasGap(connection, "client", 0) ||
  hasUnreadPolls(connection, 0, refused.timestampNs, context);

/** Reasons that no clock changes. */
const NO_MATTER_OF_TIME = /malformed|revoked|撤销|吊销/i;

/** What the server's own words point at comes first; what they do not speak of is only possible then. */
function refusalCauses(
  connection: ConnectionFacts,
  hasAuth: boolean,
  isUnseen: boolean,
  words: string,
  all: readonly Seen[],
): (Cause | false | null)[] {
  const kind = refusalKind(words);
  const slip = all.find(({ facts }) => facts.authSlip !== undefined)?.facts.authSlip;
  const others = credentialCauses(
    connection,
    hasAuth || (isUnseen && kind !== "noToken"),
    !NO_MATTER_OF_TIME.test(words),
  );
  const slipped: (Cause | false)[] = [
    slip === "unset" && cause("likely", "tokenUnset", {}),
    slip === "bearer" && cause("likely", "bearerInAuth", {}),
  ];
  if (kind === "failure") return [cause("likely", "checkFailed", {})];
  if (kind === "limit") return [cause("likely", "serverLimits", {})];
  if ((kind === "expired" || kind === "otherKey") && (hasAuth || isUnseen))
    return [
      ...slipped,
      refusalCause(kind),
      kind === "expired" && connection.tokens.length > 0 && cause("possible", "clockSkew", {}),
    ];
  if (kind === "otherTerm")
    return [refusalCause(kind), (hasAuth || isUnseen) && cause("possible", "tokenRejected", {})];
  if (kind === "permission" && (hasAuth || isUnseen))
    return [...slipped, refusalCause(kind), cause("possible", "tokenRejected", {})];
  if (kind === "noToken" && hasAuth && slip !== "unset")
    return [cause("likely", "tokenElsewhere", {}), ...slipped, ...others.map((one) => one && lesser(one))];
  const isSlip = slipped.some((one) => one !== false);
  return [...slipped, ...others.map((one) => (one && (isSlip || kind === "other") ? lesser(one) : one))];
}

const credentialCauses = (connection: ConnectionFacts, hasAuth: boolean, mayBeTime = true): (Cause | false)[] => [
  !hasAuth && cause("likely", "authMissing", {}),
  cause(hasAuth ? "likely" : "possible", "tokenRejected", {}),
  mayBeTime && connection.tokens.length > 0 && cause("possible", "clockSkew", {}),
];

export const connectErrored: Rule = {
  id: "sio.connect.refused",
  severity: "error",
  spec: "Socket.IO protocol v5, CONNECT_ERROR",
  causes: [
    "namespaceUnknown",
    "proxyDropsCredentials",
    "checkFailed",
    "serverLimits",
    "tokenElsewhere",
    "tokenUnset",
    "bearerInAuth",
    "authMissing",
    "tokenRejected",
    "tokenNotRenewed",
    "tokenOfOthers",
    "permissionMissing",
    "otherTermOver",
    "clockSkew",
  ],
  sources: ["https://socket.io/docs/v4/middlewares/", "https://socket.io/docs/v4/socket-io-protocol/"],
  check: checkConnectRefused,
};

/** The server ended the namespace. Right after it had accepted the client, or with an error, that is a refusal. */
function disconnectOf(connection: ConnectionFacts, facts: SocketIoNamespaceFacts, context: Context): Draft | null {
  const { name: namespace, disconnected } = facts;
  if (disconnected?.from !== "server") return null;
  const sessions = context.sessions();
  const all = seenOf(connection, facts, sessions);
  if (isHandedOn(connection, all, (other) => other.disconnected, disconnected)) return null;
  const connected = onLeg(connection, all, (other) => other.connected);
  const told = toldOf({ ...facts, told: onLeg(connection, all, (other) => other.told) });
  const afterMs = connected === null ? null : spanMs(connected, disconnected);
  const dropped = droppedIn(connection, facts.sid, sessions);
  const evidence = [
    droppedEvidence(dropped),
    shows(connected, "namespaceConnected", { namespace }),
    told === null ? null : shows(told, "errorEvent", { event: told.event, message: told.message }),
    shows(disconnected, "namespaceDisconnected", { namespace }),
  ];
  const gateway = cause("likely", "gatewayDisconnects", { namespace });
  const login = () =>
    withDropped(
      dropped,
      all.some((seen) => seen.facts.hasAuth),
      credentialCauses(connection, hasCredentials(facts, all, sessions)),
    );
  if (told !== null) {
    const { event, message } = told;
    const said =
      dropped === null && hasCredentials(facts, all, sessions) ? saidOf(`${event} ${message}`, afterMs) : null;
    return draft("sio.disconnected", "told", {
      at: disconnected,
      severity: "error",
      foldBy: `${namespace} ${message}`,
      args: { namespace, afterMs, event, message },
      evidence,
      causes: saysReplaced(message)
        ? [cause("likely", "replacedElsewhere", {})]
        : saysOtherTerm(message)
          ? [refusalCause("otherTerm"), gateway]
          : isAboutLogin(message) || isRefusal(`${event} ${message}`)
            ? [...(said ?? login()), gateway]
            : [gateway],
    });
  }
  if (isAtOnce(afterMs))
    return draft("sio.disconnected", "atOnce", {
      at: disconnected,
      severity: "error",
      foldBy: namespace,
      args: { namespace, afterMs },
      evidence,
      causes: [gateway, ...login()],
    });
  return draft("sio.disconnected", "plain", {
    at: disconnected,
    foldBy: namespace,
    args: { namespace, afterMs },
    evidence,
    causes: [gateway, cause("possible", "tokenRejected", {})],
  });
}

/** What the last words before a DISCONNECT point at more closely than at the login as such. */
function saidOf(words: string, afterMs: number | null): (Cause | null)[] | null {
  const kind = refusalKind(words);
  if (kind === "expired" && afterMs !== null && !isAtOnce(afterMs)) return [cause("likely", "tokenRanOut", {})];
  return kind === "expired" || kind === "otherKey" || kind === "permission" ? [refusalCause(kind)] : null;
}

/** Engine.IO and Socket.IO servers end a connection on which something comes that is no packet of theirs (“parse error”). */
function parseErrorOf(connection: ConnectionFacts): Draft | null {
  const wrong = connection.session?.notAPacket ?? null;
  const ended = endedBy(connection, "server");
  if (wrong === null || ended === null || ended.timestampNs < wrong.timestampNs) return null;
  const afterMs = spanMs(wrong, ended);
  if (!isAtOnce(afterMs)) return null;
  return draft("sio.disconnected", "parseError", {
    at: ended,
    severity: "error",
    foldBy: wrong.text,
    args: { server: serverOf(connection), afterMs, text: wrong.text },
    evidence: [
      shows(wrong, "lastText", { from: "client", text: wrong.text }),
      shows(ended, "endOfSession", { from: "server" }),
    ],
    causes: [cause("likely", "notAPacket", {})],
  });
}

function closedBeneathOf(connection: ConnectionFacts, context: Context): Draft | null {
  const found = context.evictions().has(connection.id) ? null : closedBeneath(connection, context);
  if (found === null) return null;
  const { namespace, isLetIn, begun, ended, afterMs, times } = found;
  // Whoever is just about to connect is cut off by any stop.
  if (!isLetIn && times < CLOSED_AGAIN) return null;
  return draft("sio.disconnected", isLetIn ? "closedBeneath" : "closedUnasked", {
    at: ended,
    severity: times >= CLOSED_AGAIN ? "error" : "warning",
    foldBy: namespace,
    args: { namespace, afterMs },
    evidence: [
      isLetIn ? shows(begun, "namespaceConnected", { namespace }) : shows(begun, "engineIoOpen", { from: "server" }),
      shows(ended, "endOfSession", { from: "server" }),
    ],
    causes: [cause("likely", "engineClosed", {}), times < CLOSED_AGAIN && cause("possible", "serverShutdown", {})],
  });
}

const checkDisconnected = (connection: ConnectionFacts, context: Context): Draft[] =>
  [
    ...(connection.session?.socketIo ?? []).map((facts) => disconnectOf(connection, facts, context)),
    parseErrorOf(connection),
    closedBeneathOf(connection, context),
  ].filter((found) => found !== null);

export const disconnected: Rule = {
  id: "sio.disconnected",
  severity: "warning",
  spec: "Socket.IO protocol v5, DISCONNECT",
  causes: [
    "gatewayDisconnects",
    "engineClosed",
    "serverShutdown",
    "replacedElsewhere",
    "proxyDropsCredentials",
    "authMissing",
    "tokenRejected",
    "tokenNotRenewed",
    "tokenRanOut",
    "tokenOfOthers",
    "permissionMissing",
    "otherTermOver",
    "clockSkew",
    "notAPacket",
  ],
  sources: ["https://socket.io/docs/v4/server-socket-instance/#socketdisconnectclose"],
  check: checkDisconnected,
};
