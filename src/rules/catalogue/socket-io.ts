import type { ConnectionFacts } from "../../store/types.ts";
import { endedBy } from "../ending.ts";
import { earlier, serverOf, spanMs } from "../reading.ts";
import { cause, type Draft, draft, type Rule, shows } from "../rule.ts";
import { handshakeOf } from "../upgrade-outcome.ts";

/** A session over WebSocket from its start, ended by the server without a CONNECT: the client speaks no Socket.IO. */
function checkConnectMissing(connection: ConnectionFacts): Draft | null {
  const { session, webSocket } = connection;
  const engineIo = session?.engineIo;
  if (!session || !webSocket || !engineIo?.open || engineIo.transport !== "websocket") return null;
  const resumed = /[?&]sid=/.test(handshakeOf(connection)?.request?.target ?? "");
  if (resumed || engineIo.version === 3 || session.socketIo.some((namespace) => namespace.connectRequested !== null))
    return null;
  const ended = endedBy(connection, "server");
  if (ended === null) return null;
  const sent = webSocket.messages[0].text + webSocket.messages[0].binary;
  return draft("sio.connect.missing", sent === 0 ? "silent" : "other", {
    confidence: "likely",
    at: engineIo.open,
    args: { server: serverOf(connection), waitedMs: spanMs(engineIo.open, ended) },
    evidence: [
      shows(engineIo.open, "engineIoOpen", { from: "server" }),
      shows(earlier(webSocket.firstFrame[0], ended), "firstMessage", { from: "client" }),
      shows(ended, "endOfSession", { from: "server" }),
    ],
    causes: [cause("likely", "notSocketIoClient", {})],
  });
}

export const connectMissing: Rule = {
  id: "sio.connect.missing",
  severity: "error",
  spec: "Socket.IO protocol v5, connection to a namespace",
  causes: ["notSocketIoClient"],
  sources: [
    "https://socket.io/docs/v4/server-options/#connecttimeout",
    "https://socket.io/docs/v4/socket-io-protocol/",
  ],
  check: checkConnectMissing,
};

function checkConnectRefused(connection: ConnectionFacts): Draft[] {
  const drafts: Draft[] = [];
  for (const { name, refused, connectRequested, hasAuth } of connection.session?.socketIo ?? []) {
    if (refused === null) continue;
    const { message } = refused;
    const unknown = /invalid namespace/i.test(message);
    const args = { namespace: name, message, server: serverOf(connection) };
    const expired = connection.tokens.length > 0;
    drafts.push(
      draft("sio.connect.refused", unknown ? "namespace" : hasAuth ? "auth" : "noAuth", {
        at: refused,
        foldBy: `${name} ${message}`,
        args,
        evidence: [
          shows(connectRequested, hasAuth ? "connectWithAuth" : "connectWithoutAuth", { namespace: name }),
          shows(refused, "connectError", { namespace: name, message }),
        ],
        causes: unknown
          ? [cause("certain", "namespaceUnknown", { namespace: name })]
          : [
              !hasAuth && cause("likely", "authMissing", {}),
              cause(hasAuth ? "likely" : "possible", "tokenRejected", {}),
              expired && cause("possible", "clockSkew", {}),
            ],
      }),
    );
  }
  return drafts;
}

export const connectErrored: Rule = {
  id: "sio.connect.refused",
  severity: "error",
  spec: "Socket.IO protocol v5, CONNECT_ERROR",
  causes: ["namespaceUnknown", "authMissing", "tokenRejected", "clockSkew"],
  sources: ["https://socket.io/docs/v4/middlewares/", "https://socket.io/docs/v4/socket-io-protocol/"],
  check: checkConnectRefused,
};

function checkDisconnected(connection: ConnectionFacts): Draft[] {
  const drafts: Draft[] = [];
  for (const { name, disconnected, connected } of connection.session?.socketIo ?? []) {
    if (disconnected === null || disconnected.from !== "server") continue;
    drafts.push(
      draft("sio.disconnected", "plain", {
        at: disconnected,
        foldBy: name,
        args: { namespace: name, afterMs: connected === null ? null : spanMs(connected, disconnected) },
        evidence: [
          shows(connected, "namespaceConnected", { namespace: name }),
          shows(disconnected, "namespaceDisconnected", { namespace: name }),
        ],
        causes: [cause("likely", "gatewayDisconnects", { namespace: name }), cause("possible", "tokenRejected", {})],
      }),
    );
  }
  return drafts;
}

export const disconnected: Rule = {
  id: "sio.disconnected",
  severity: "warning",
  spec: "Socket.IO protocol v5, DISCONNECT",
  causes: ["gatewayDisconnects", "tokenRejected"],
  sources: ["https://socket.io/docs/v4/server-socket-instance/#socketdisconnectclose"],
  check: checkDisconnected,
};
