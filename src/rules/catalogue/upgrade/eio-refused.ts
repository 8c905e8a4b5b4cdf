import { isBefore, type Mark } from "../../../base/packet-view.ts";
import { sidIn } from "../../../base/session-id.ts";
import type { HttpExchangeFacts } from "../../../store/http-types.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { WebSocketFacts } from "../../../store/websocket-types.ts";
import type { Context } from "../../context/context.ts";
import { passedFrom, passedOn } from "../../context/others.ts";
import { cause, draft, lesser, shows } from "../../draft.ts";
import { type EngineIoRefusal, engineIoCode, refusalMessage } from "../../handshake/engine-io-code.ts";
import { hasOtherPort } from "../../handshake/passed-on.ts";
import { forwardedBy, handshakeOf, isPoll, proxyOf, refusalArgs } from "../../handshake/upgrade-outcome.ts";
import { isAboutLogin } from "../../reading/last-words.ts";
import {
  bodyLine,
  endpointText,
  fieldValue,
  hasGap,
  NS_PER_MS,
  pathOf,
  serverOf,
  targetOf,
} from "../../reading/reading.ts";
import { cachedHandshake } from "../../sessions/cached-handshake.ts";
import { hasLivedOn } from "../../sessions/lived-on.ts";
import { wasDismissed } from "../../sessions/session-use.ts";
import type { Cause } from "../../types.ts";
import { upgradeLines } from "../../upgrade/answer-causes.ts";
import { isOfProxy } from "../../upgrade/backend-scheme.ts";
import { hostCheckOf } from "../../upgrade/host-check.ts";
import { originCause } from "../../upgrade/page-origin.ts";
import type { Rule } from "../rule.ts";

function causesOf(
  kind: EngineIoRefusal,
  exchange: HttpExchangeFacts,
  connection: ConnectionFacts,
  context: Context,
): (Cause | false)[] {
  const target = targetOf(exchange);
  const path = pathOf(target);
  const origin = exchange.request ? fieldValue(exchange.request, "origin") : null;
  const isOfSession = kind === "session" || kind === "badRequest";
  const cached = isOfSession ? cachedHandshake(sidOf(exchange), path, context) : null;
  if (cached !== null) return [cached, cached.confidence !== "certain" && cause("possible", "noStickySession", {})];
  switch (kind) {
    case "transport":
      return transportCauses(exchange);
    case "noTransport":
      return noTransportCauses(exchange, connection, context);
    case "session":
      return unknownSessionCauses(exchange, connection, context);
    case "protocolVersion":
      return [cause("certain", "engineIoVersions", {})];
    case "forbidden":
      if (origin !== null && /not an accepted origin/.test(exchange.responseBodyPreview))
        return [originCause("certain", origin)];
      return [
        hostCheckOf(exchange),
        cause("likely", "allowRequest", {}),
        // Its own word alone says nothing of why.
        cause(isAboutLogin(exchange.responseBodyPreview) ? "likely" : "possible", "tokenRejected", {}),
      ];
    case "sessionEnded":
      return [];
    default:
      // A WebSocket was asked for; Engine.IO 6 says code 3 where it sees a plain GET.
      if (/[?&]transport=websocket/.test(target))
        return [
          ...upgradeLines(proxyOf(exchange), path),
          cause("possible", "noStickySession", {}),
          cause("possible", "proxyChangedRequest", {}),
        ];
      return [cause("likely", "noStickySession", {}), cause("possible", "proxyChangedRequest", {})];
  }
}

/** Of one address behind a proxy it is known that no balancing of addresses helps. */
function unknownSessionCauses(exchange: HttpExchangeFacts, connection: ConnectionFacts, context: Context): Cause[] {
  if (openedElsewhere(exchange, connection, context) !== null) return [cause("certain", "noStickySession", {})];
  const opened = openedBy(exchange, connection, context, (server) => server === serverOf(connection));
  // No server comes back so soon.
  const isSoon = opened !== null && answeredNs(exchange) - opened.at.timestampNs < RESTARTS_WITHIN_MS * NS_PER_MS;
  const restarted = cause(isSoon ? "possible" : "likely", "serverRestarted", {});
  if (opened === null || !isOfProxy(connection, exchange, context))
    return [cause("likely", "noStickySession", {}), restarted];
  return [cause("likely", "workersNotSticky", {}), restarted];
}

const RESTARTS_WITHIN_MS = 1000;

/** Another server of the same client opened this session. */
const openedElsewhere = (exchange: HttpExchangeFacts, connection: ConnectionFacts, context: Context) =>
  openedBy(exchange, connection, context, (server) => server !== serverOf(connection));

function openedBy(
  exchange: HttpExchangeFacts,
  connection: ConnectionFacts,
  { sessions }: Context,
  isWanted: (server: string) => boolean,
) {
  const sid = sidOf(exchange);
  const other = (sessions().get(sid) ?? []).find(
    ({ client, session, server }) =>
      client.address === connection.client.address &&
      isWanted(endpointText(server)) &&
      session?.engineIo?.sid === sid &&
      session.engineIo.open !== null,
  );
  return other?.session?.engineIo?.open ? { server: serverOf(other), at: other.session.engineIo.open } : null;
}

/** A proxy may stand before the server, whose own request was another one. */
const transportCauses = (exchange: HttpExchangeFacts): Cause[] =>
  proxyOf(exchange) === null
    ? [cause("certain", "transportNotAllowed", {})]
    : [cause("likely", "transportNotAllowed", {}), cause("possible", "proxyDropsQuery", {})];

/** Without a query: a client that speaks something else, or a proxy that dropped it. */
function noTransportCauses(exchange: HttpExchangeFacts, connection: ConnectionFacts, context: Context): Cause[] {
  const other = cause("likely", "notSocketIoClient", {});
  if (exchange.request?.target.includes("?") !== false) return [other];
  const join = context.joins.before.get(connection.id);
  const before = join ? handshakeOf(join.front) : passedFrom(exchange, connection, context.others())?.exchange;
  if (/[?&]transport=/.test(before?.request?.target ?? "")) return [cause("certain", "proxyDropsQuery", {})];
  const isPassedOn =
    forwardedBy(exchange) !== null || (exchange.request !== null && hasOtherPort(connection, exchange.request));
  return isPassedOn ? [cause("likely", "proxyDropsQuery", {}), lesser(other)] : [other];
}

/** A server of version 4 says 101 to a client of version 3 and then writes its refusal into the stream as HTTP. */
function inFrames(connection: ConnectionFacts) {
  const { webSocket, upgrade } = connection;
  const target = upgrade?.exchange.request?.target ?? "";
  const event = webSocket?.events.find((item) => item.code === "not-websocket" && item.from === "server");
  if (event === undefined || !upgrade || !/[?&]EIO=/.test(target)) return null;
  const version = /[?&]EIO=(\d)/.exec(target)?.[1];
  return draft("eio.request.refused", "inFrames", {
    confidence: "likely",
    at: event,
    args: { server: serverOf(connection), target: targetOf(upgrade.exchange), version },
    evidence: [
      shows(upgrade.exchange.request?.first, "upgradeRequest", { target: targetOf(upgrade.exchange) }),
      shows(event, "violation", { from: "server", rule: event.section }),
    ],
    causes: [cause("likely", "engineIoVersions", {})],
  });
}

/** Engine.IO 3 says how long a packet is; a client that asked for 4 cannot read that. */
const isOldOpening = ({ request, response, responseBodyPreview }: HttpExchangeFacts): boolean =>
  response?.status === 200 && /[?&]EIO=4/.test(request?.target ?? "") && /^\d+:0\{"sid"/.test(responseBodyPreview);

/** What a server of version 2 or older says to a client of version 3 or newer: it knows no EIO=4 and answers as it always did. */
function oldServer(connection: ConnectionFacts, { others }: Context) {
  const parts = {
    args: { server: serverOf(connection), target: "" },
    causes: [cause("certain", "engineIoVersions", {})],
  };
  const poll = connection.exchanges.find(isOldOpening);
  const passed = poll === undefined ? null : passedOn(poll, connection, others());
  if (passed !== null && isOldOpening(passed.exchange)) return null;
  if (poll?.request && poll.response)
    return draft("eio.request.refused", "oldServer", {
      ...parts,
      at: poll.response.first,
      args: { ...parts.args, target: targetOf(poll) },
      evidence: [
        shows(poll.request.first, "request", { method: poll.request.method, target: targetOf(poll) }),
        shows(poll.response.last, "responseBody", { text: bodyLine(poll.responseBodyPreview).slice(0, 12) }),
      ],
    });
  const { session, webSocket, upgrade } = connection;
  if (session?.engineIo?.version !== 4 || session.engineIo.open === null || !webSocket || !upgrade) return null;
  // From version 5 of its protocol on, Socket.IO connects nobody who has not asked for it, be it where the capture has a hole.
  if (hasGap(connection, "client", 0)) return null;
  const unasked = session.socketIo.find(
    ({ name, connected, connectRequested }) =>
      name === "/" &&
      connected !== null &&
      !hasSpokenBefore(webSocket, connected) &&
      (connectRequested?.timestampNs ?? Number.POSITIVE_INFINITY) > connected.timestampNs,
  );
  if (unasked?.connected == null || webSocket.midstream) return null;
  return draft("eio.request.refused", "oldServer", {
    ...parts,
    at: unasked.connected,
    args: { ...parts.args, target: targetOf(upgrade.exchange) },
    evidence: [
      shows(upgrade.exchange.request?.first, "upgradeRequest", { target: targetOf(upgrade.exchange) }),
      shows(session.engineIo.open, "engineIoOpen", { from: "server" }),
      shows(unasked.connected, "namespaceConnected", { namespace: "/" }),
    ],
  });
}

/** It may have asked before the server's greeting told that this is Socket.IO. */
const hasSpokenBefore = ({ firstFrame }: WebSocketFacts, at: Mark): boolean =>
  firstFrame[0] !== null && isBefore(firstFrame[0], at);

const sidOf = ({ request }: HttpExchangeFacts): string => sidIn(request?.target) ?? "";

const answeredNs = ({ response }: HttpExchangeFacts): number => response?.first.timestampNs ?? Number.POSITIVE_INFINITY;

/** The same session was refused before, by another process or on the other leg of the proxy. */
export const isRepeatedRefusal = (exchange: HttpExchangeFacts, { sessions }: Context): boolean =>
  (sessions().get(sidOf(exchange)) ?? []).some(({ exchanges }) =>
    exchanges.some(
      (earlier) =>
        earlier !== exchange &&
        sidOf(earlier) === sidOf(exchange) &&
        answeredNs(earlier) < answeredNs(exchange) &&
        engineIoCode(earlier) === "session",
    ),
  );

/** The session was over before: what still asks for it (the client's own good-bye, a poll that was under way) is no trouble. */
function hadEnded(exchange: HttpExchangeFacts, connection: ConnectionFacts, context: Context): boolean {
  const sid = sidOf(exchange);
  const at = answeredNs(exchange);
  if (wasDismissed(sid, at, context)) return true;
  return (context.sessions().get(sid) ?? []).some((other) => {
    const closed = other.session?.engineIo?.closed;
    if (closed && other.session?.engineIo?.sid === sid && closed.timestampNs < at) return true;
    const ended = other !== connection && hasLivedOn(other) ? other.tcp.closedAt : null;
    if (ended !== null && ended.timestampNs < at) return true;
    return other.exchanges.some(
      (earlier) =>
        earlier !== exchange &&
        earlier.response !== null &&
        earlier.response.status >= 300 &&
        answeredNs(earlier) < at &&
        sidOf(earlier) === sid &&
        engineIoCode(earlier) === null,
    );
  });
}

/** A poll that the proxy passed on without its query: told of the leg that shows it. */
function hasLostItsQuery(exchange: HttpExchangeFacts, connection: ConnectionFacts, { others }: Context): boolean {
  const passed = passedOn(exchange, connection, others());
  return passed !== null && engineIoCode(passed.exchange) === "noTransport";
}

function check(connection: ConnectionFacts, context: Context) {
  for (const exchange of connection.exchanges) {
    const refusal = engineIoCode(exchange);
    if (refusal === null || !exchange.request || !exchange.response) continue;
    if (refusal === "session" && isRepeatedRefusal(exchange, context)) continue;
    if (refusal === "transport" && isPoll(exchange) && hasLostItsQuery(exchange, connection, context)) continue;
    const kind = refusal === "session" && hadEnded(exchange, connection, context) ? "sessionEnded" : refusal;
    const body = bodyLine(exchange.responseBodyPreview);
    const target = targetOf(exchange);
    const { status, reason } = exchange.response;
    const opened = kind === "session" ? openedElsewhere(exchange, connection, context) : null;
    return draft("eio.request.refused", kind, {
      at: exchange.response.first,
      severity: kind === "sessionEnded" ? "note" : undefined,
      // Each of them refuses the sessions of the others.
      isAcrossServers: opened !== null,
      args: { ...refusalArgs(exchange, serverOf(connection)), body, said: refusalMessage(exchange) },
      evidence: [
        opened && shows(opened.at, "openedThere", { server: opened.server }),
        shows(exchange.request.first, "request", { method: exchange.request.method, target }),
        shows(exchange.response.first, "response", { status, reason }),
        shows(exchange.response.last, "responseBody", { text: body }),
      ],
      causes: causesOf(kind, exchange, connection, context),
    });
  }
  return oldServer(connection, context) ?? inFrames(connection);
}

export const engineIoRefused: Rule = {
  id: "eio.request.refused",
  severity: "error",
  spec: "Engine.IO protocol v4",
  causes: [
    "noStickySession",
    "workersNotSticky",
    "handshakeCached",
    "serverRestarted",
    "engineIoVersions",
    "nginxUpgradeLines",
    "apacheUpgrade",
    "frontUpgrade",
    "proxyUpgradeOff",
    "hostNotAllowed",
    "originRefused",
    "originNull",
    "allowRequest",
    "transportNotAllowed",
    "proxyChangedRequest",
    "proxyDropsQuery",
    "notSocketIoClient",
    "tokenRejected",
  ],
  sources: [
    "https://github.com/socketio/socket.io/blob/main/packages/engine.io/lib/server.ts",
    "https://socket.io/docs/v4/troubleshooting-connection-issues/",
  ],
  check,
};
