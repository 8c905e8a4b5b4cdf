import type { ConnectionFacts } from "../../../store/types.ts";
import { cause, draft, shows } from "../../draft.ts";
import { switched } from "../../handshake/switched.ts";
import { handshakeOf, outcomeOf } from "../../handshake/upgrade-outcome.ts";
import { endingEvidence } from "../../reading/ending.ts";
import { fieldHas, fieldValue, serverOf, spanMs, targetOf } from "../../reading/reading.ts";
import type { Rule } from "../rule.ts";

/** RFC 6455 §4.1, what the client must check in the server's handshake. */
function checkAccept(connection: ConnectionFacts) {
  const found = switched(connection);
  if (found === null) return null;
  const { response, server, evidence } = found;
  const parts = {
    at: response.first,
    causes: [cause("likely", "brokenServer", {}), cause("possible", "transformingProxy", {})],
  };
  const expected = connection.upgrade?.expectedAccept ?? "?";
  const accept = fieldValue(response, "sec-websocket-accept");
  const field = (name: string, value: string | null) =>
    value === null ? null : shows(response.first, "responseField", { name, value });
  if (connection.upgrade?.acceptValid === false)
    return accept === null
      ? draft("http.upgrade.accept-invalid", "missing", { ...parts, args: { server, expected }, evidence: evidence() })
      : draft("http.upgrade.accept-invalid", "wrong", {
          ...parts,
          args: { server, accept, expected },
          evidence: [...evidence(), field("Sec-WebSocket-Accept", accept)],
        });
  if (!response.complete) return null;
  const lost = {
    at: response.first,
    causes: [cause("likely", "fieldsLostIn101", {}), cause("possible", "transformingProxy", {})],
  };
  if (!fieldHas(response, "upgrade", "websocket")) {
    const value = fieldValue(response, "upgrade");
    return draft("http.upgrade.accept-invalid", "upgradeField", {
      ...lost,
      args: { server, value },
      evidence: [...evidence(), field("Upgrade", value)],
    });
  }
  if (fieldHas(response, "connection", "upgrade")) return null;
  const value = fieldValue(response, "connection");
  return draft("http.upgrade.accept-invalid", "connectionField", {
    ...lost,
    args: { server, value },
    evidence: [...evidence(), field("Connection", value)],
  });
}

export const acceptInvalid: Rule = {
  id: "http.upgrade.accept-invalid",
  severity: "error",
  spec: "RFC 6455 §4.1, §4.2.2",
  causes: ["brokenServer", "fieldsLostIn101", "transformingProxy", "proxyBreaks101"],
  sources: ["https://www.rfc-editor.org/rfc/rfc6455#section-4.1"],
  check: checkAccept,
};

const words = (value: string | null): string[] =>
  (value ?? "")
    .split(",")
    .map((part) => (part.split(";", 1)[0] ?? "").trim())
    .filter((part) => part !== "");

/** An extension or subprotocol that nobody offered fails the handshake; so does, for the client that needs it, an absent one. */
function checkNegotiated(connection: ConnectionFacts) {
  const found = switched(connection);
  if (found === null) return null;
  const { request, response, server, evidence } = found;
  // What the capture does not hold of a head may have been in it.
  if (!request.complete || !response.complete) return null;
  const offeredExtensions = fieldValue(request, "sec-websocket-extensions");
  const extensions = fieldValue(response, "sec-websocket-extensions");
  const alien = words(extensions).find(
    (name) => !words(offeredExtensions).some((other) => other.toLowerCase() === name.toLowerCase()),
  );
  const parts = { at: response.first };
  if (alien !== undefined)
    return draft("http.upgrade.not-negotiated", "extension", {
      ...parts,
      args: { server, value: alien, offered: offeredExtensions },
      evidence: [
        ...evidence(),
        shows(response.first, "responseField", { name: "Sec-WebSocket-Extensions", value: extensions ?? "" }),
      ],
      causes: [cause("likely", "transformingProxy", {}), cause("possible", "brokenServer", {})],
    });
  const offered = fieldValue(request, "sec-websocket-protocol");
  const protocol = fieldValue(response, "sec-websocket-protocol");
  if (protocol !== null && !words(offered).includes(protocol.trim()))
    return draft("http.upgrade.not-negotiated", "protocol", {
      ...parts,
      args: { server, value: protocol, offered },
      evidence: [
        ...evidence(),
        shows(response.first, "responseField", { name: "Sec-WebSocket-Protocol", value: protocol }),
      ],
      causes: [cause("likely", "subprotocolMismatch", {})],
    });
  if (protocol !== null || offered === null || !clientLeftAtOnce(connection)) return null;
  return draft("http.upgrade.not-negotiated", "protocolAbsent", {
    ...parts,
    confidence: "likely",
    args: { server, offered: safeProtocols(offered), closer: "client" },
    evidence: [...evidence(), endingEvidence(connection)],
    causes: [cause("likely", "subprotocolMismatch", {})],
  });
}

/** Tokens are smuggled in as subprotocols: long ones are not shown. */
const safeProtocols = (offered: string): string =>
  offered
    .split(",")
    .map((part) => part.trim())
    .map((part) => (part.length > 40 ? "…" : part))
    .join(", ");

const AT_ONCE_MS = 1000;

const clientLeftAtOnce = ({ tcp, webSocket }: ConnectionFacts): boolean =>
  tcp.firstCloser === "client" &&
  webSocket !== null &&
  webSocket.firstFrame[0] === null &&
  tcp.closedAt !== null &&
  spanMs(webSocket.openedAt, tcp.closedAt) <= AT_ONCE_MS;

export const notNegotiated: Rule = {
  id: "http.upgrade.not-negotiated",
  severity: "error",
  spec: "RFC 6455 §4.1, §9.1",
  causes: ["subprotocolMismatch", "transformingProxy", "brokenServer"],
  sources: ["https://www.rfc-editor.org/rfc/rfc6455#section-9.1"],
  check: checkNegotiated,
};

/** Only version 13 is standard; a server that speaks another one and says 101 is left alone. */
function checkVersion(connection: ConnectionFacts) {
  const exchange = handshakeOf(connection);
  if (!exchange?.request || outcomeOf(connection) === "none" || exchange.response?.status === 101) return null;
  const version = fieldValue(exchange.request, "sec-websocket-version");
  if (version?.trim() === "13" || fieldValue(exchange.request, "sec-websocket-key") === null) return null;
  const { request, response } = exchange;
  return draft("http.upgrade.version", "plain", {
    at: request.first,
    args: {
      version,
      server: serverOf(connection),
      supported: response ? fieldValue(response, "sec-websocket-version") : null,
      status: response?.status,
    },
    evidence: [
      shows(request.first, "upgradeRequest", { target: targetOf(exchange) }),
      response ? shows(response.first, "response", { status: response.status, reason: response.reason }) : null,
    ],
    causes: [cause("likely", "oldClient", {}), cause("possible", "proxyChangedRequest", {})],
  });
}

export const versionOther: Rule = {
  id: "http.upgrade.version",
  severity: "error",
  spec: "RFC 6455 §4.2.1, §4.4",
  causes: ["oldClient", "proxyChangedRequest"],
  sources: ["https://www.rfc-editor.org/rfc/rfc6455#section-4.4"],
  check: checkVersion,
};
