import type { ConnectionFacts } from "../../store/types.ts";
import { type EngineIoRefusal, engineIoCode } from "../engine-io-code.ts";
import { bodyLine, pathOf, serverOf, targetOf } from "../reading.ts";
import { cause, draft, type Rule, shows } from "../rule.ts";
import type { Cause } from "../types.ts";
import { refusalArgs } from "../upgrade-outcome.ts";

function causesOf(kind: EngineIoRefusal, target: string): Cause[] {
  const path = pathOf(target);
  switch (kind) {
    case "transport":
      return [cause("likely", "upgradeFieldsMissing", { path }), cause("possible", "transportNotAllowed", {})];
    case "session":
      return [cause("likely", "noStickySession", {}), cause("likely", "serverRestarted", {})];
    case "protocolVersion":
      return [cause("certain", "engineIoVersions", {})];
    case "forbidden":
      return [cause("likely", "allowRequest", {}), cause("possible", "tokenRejected", {})];
    default:
      return [cause("likely", "noStickySession", {}), cause("possible", "proxyChangedRequest", {})];
  }
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

function check(connection: ConnectionFacts) {
  for (const exchange of connection.exchanges) {
    const kind = engineIoCode(exchange);
    if (kind === null || !exchange.request || !exchange.response) continue;
    const body = bodyLine(exchange.responseBodyPreview);
    const target = targetOf(exchange);
    const { status, reason } = exchange.response;
    return draft("eio.request.refused", kind, {
      at: exchange.response.first,
      args: { ...refusalArgs(connection, exchange, serverOf(connection)), body },
      evidence: [
        shows(exchange.request.first, "request", { method: exchange.request.method, target }),
        shows(exchange.response.first, "response", { status, reason }),
        shows(exchange.response.last, "responseBody", { text: body }),
      ],
      causes: causesOf(kind, target),
    });
  }
  return inFrames(connection);
}

export const engineIoRefused: Rule = {
  id: "eio.request.refused",
  severity: "error",
  spec: "Engine.IO protocol v4",
  causes: [
    "noStickySession",
    "serverRestarted",
    "engineIoVersions",
    "upgradeFieldsMissing",
    "allowRequest",
    "transportNotAllowed",
    "proxyChangedRequest",
    "tokenRejected",
  ],
  sources: [
    "https://github.com/socketio/socket.io/blob/main/packages/engine.io/lib/server.ts",
    "https://socket.io/docs/v4/troubleshooting-connection-issues/",
  ],
  check,
};
