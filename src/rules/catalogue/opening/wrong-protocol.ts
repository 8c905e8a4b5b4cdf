import type { HttpExchangeFacts } from "../../../store/http-types.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { cause, draft, shows } from "../../draft.ts";
import { forwarderOf } from "../../handshake/fronts.ts";
import { isClosedUnread } from "../../handshake/upgrade-outcome.ts";
import { endingEvidence } from "../../reading/ending.ts";
import {
  clientOf,
  endOf,
  hasEnded,
  serverOf,
  spanMs,
  targetOf,
  UNKNOWN_BACKEND,
  wantsWebSocket,
} from "../../reading/reading.ts";
import { isTlsRecord, protocolOf, readable } from "../../sealed/protocol-names.ts";
import { clientHelloOf } from "../../sealed/tls-mismatch.ts";
import { forgedOnOpening } from "../../sealed/tls-opening.ts";
import { askedFor } from "../../upgrade/asked.ts";
import { isOfProxy as isProxys, speaksTls } from "../../upgrade/backend-scheme.ts";
import { answeredByHttp2, askedInsideHttp2 } from "../../upgrade/http2.ts";
import type { Rule } from "../rule.ts";

/** ClientHello to a port that does not speak TLS: wss:// where ws:// is served. */
function checkTlsOnPlain(connection: ConnectionFacts, context: Context) {
  const hello = clientHelloOf(connection);
  if (hello === null || connection.tls?.serverHello) return null;
  const server = serverOf(connection);
  const port = connection.server.port;
  const isOfProxy = isProxys(connection, null, context);
  const causes = [
    cause(isOfProxy ? "likely" : "possible", "proxySpeaksTls", { backend: server }),
    cause(isOfProxy ? "possible" : "likely", "useWs", { port }),
    cause("possible", "missingTls", { port }),
  ];
  const evidence = [shows(hello, "tlsHello", { name: connection.tls?.serverName })];
  const answer = connection.exchanges.find((exchange) => exchange.response !== null)?.response;
  if (answer)
    return draft("tls.on-plain-port", "httpAnswer", {
      at: hello,
      args: { server, status: answer.status },
      evidence: [...evidence, shows(answer.first, "response", { status: answer.status, reason: answer.reason })],
      causes,
    });
  const other = connection.notHttp[1];
  // Behind a hole anything may come, the middle of a TLS record too.
  if (other !== null && !isTlsRecord(other.firstBytes) && connection.tcp.halves[1].missingBytes === 0)
    return draft("tls.on-plain-port", "otherAnswer", {
      at: hello,
      args: { server },
      evidence: [...evidence, shows(other, "firstBytes", { from: "server", text: readable(other.firstBytes) })],
      causes,
    });
  const saidNothing = connection.tcp.halves[1].dataSegments === 0 && connection.tcp.halves[1].missingBytes === 0;
  if (!saidNothing || !hasEnded(connection) || connection.tcp.firstCloser !== "server") return null;
  // Not the server's doing.
  if (forgedOnOpening(connection) !== null) return null;
  return draft("tls.on-plain-port", "closed", {
    confidence: "likely",
    at: hello,
    args: { server, closer: connection.tcp.firstCloser },
    evidence: [...evidence, endingEvidence(connection)],
    causes,
  });
}

export const tlsOnPlainPort: Rule = {
  id: "tls.on-plain-port",
  severity: "error",
  spec: "RFC 6455 §3, RFC 8446 §5.1",
  causes: ["useWs", "missingTls", "proxySpeaksTls"],
  sources: ["https://www.rfc-editor.org/rfc/rfc6455#section-3"],
  check: checkTlsOnPlain,
};

const TOLD = /plain HTTP request was sent to HTTPS port|speaking plain HTTP to an SSL|HTTP request to an HTTPS server/i;

/** A plain request to a port that speaks TLS: ws:// where wss:// is served. */
function checkHttpOnTls(connection: ConnectionFacts, context: Context) {
  const exchange = connection.exchanges.find(mayWantWebSocket);
  if (!exchange?.request || (exchange.response && !saysTls(exchange))) return null;
  const server = serverOf(connection);
  const port = connection.server.port;
  const target = targetOf(exchange);
  const asked = shows(exchange.request.first, "upgradeRequest", { target });
  const isOfProxy = isProxys(connection, exchange, context);
  const causes = isOfProxy
    ? [cause("certain", "proxySpeaksPlain", { backend: server })]
    : // A proxy passes on what its backend complains of.
      [
        cause("certain", "useWss", { port }),
        port === 80 && cause("possible", "proxySpeaksPlain", { backend: UNKNOWN_BACKEND }),
      ];
  const answer = connection.notHttp[1];
  if (exchange.response === null && answer !== null && isTlsRecord(answer.firstBytes))
    return draft("http.on-tls-port", "alert", {
      at: exchange.request.first,
      args: { server, target },
      evidence: [asked, shows(answer, "firstBytes", { from: "server", text: "TLS" })],
      causes,
    });
  if (exchange.response === null && hungUpAtOnce(connection, exchange)) {
    const afterMs = spanMs(exchange.request.last, endOf(connection));
    const known = speaksTls(connection, context);
    // Nobody speaks TLS on the port that is made for plain HTTP.
    if (known === "no" || (known === "unknown" && port === 80)) return null;
    const confidence = known === "yes" ? "likely" : "possible";
    return draft("http.on-tls-port", "hungUp", {
      // What is only possible outranks nothing that was seen.
      severity: known === "yes" ? undefined : "note",
      confidence,
      at: exchange.request.first,
      args: { server, target, afterMs },
      evidence: [asked, endingEvidence(connection)],
      causes: [
        isOfProxy ? cause(confidence, "proxySpeaksPlain", { backend: server }) : cause(confidence, "useWss", { port }),
        isOfProxy &&
          known === "unknown" &&
          cause("possible", "backendCrashed", { front: forwarderOf(exchange.request) }),
        isOfProxy && known === "unknown" && cause("possible", "handlerThrew", {}),
      ],
    });
  }
  if (!exchange.response) return null;
  return draft("http.on-tls-port", "told", {
    at: exchange.request.first,
    args: { server, target, status: exchange.response.status },
    evidence: [
      asked,
      shows(exchange.response.first, "response", {
        status: exchange.response.status,
        reason: exchange.response.reason,
      }),
    ],
    causes,
  });
}

/** It asks for one, or the capture cut off what it asks for. */
const mayWantWebSocket = ({ request }: HttpExchangeFacts): boolean =>
  request !== null && (wantsWebSocket(request) || (!request.complete && request.method === "GET"));

const AT_ONCE_MS = 200;

/** Not a byte in answer: TLS servers drop a plain request like this, and so do handlers that destroy the socket. */
const hungUpAtOnce = (connection: ConnectionFacts, exchange: HttpExchangeFacts): boolean =>
  connection.tcp.firstCloser === "server" &&
  connection.tcp.halves[1].dataSegments === 0 &&
  connection.tcp.halves[1].missingBytes === 0 &&
  exchange.request !== null &&
  // Whom nobody read, nobody took for plain.
  !isClosedUnread(connection) &&
  spanMs(exchange.request.last, endOf(connection)) <= AT_ONCE_MS;

const saysTls = (exchange: HttpExchangeFacts): boolean =>
  exchange.response?.status === 400 && TOLD.test(exchange.responseBodyPreview);

export const httpOnTlsPort: Rule = {
  id: "http.on-tls-port",
  severity: "error",
  spec: "RFC 6455 §3",
  causes: ["useWss", "proxySpeaksPlain", "backendCrashed", "handlerThrew"],
  sources: ["https://www.rfc-editor.org/rfc/rfc6455#section-3"],
  check: checkHttpOnTls,
};

/** The upgrade request met a server of another protocol. */
function checkOther(connection: ConnectionFacts) {
  const http2 = answeredByHttp2(connection);
  if (http2 !== null)
    return draft("port.other-protocol", "http2", {
      at: http2.asked.request?.first ?? connection.first,
      args: { server: serverOf(connection), target: targetOf(http2.asked) },
      evidence: [askedFor(http2.asked), shows(http2.answer, "firstBytes", { from: "server", text: "SETTINGS" })],
      causes: [cause("certain", "http2WithoutTls", { port: connection.server.port })],
    });
  const inside = askedInsideHttp2(connection);
  if (inside !== null)
    return draft("port.other-protocol", "alpn", {
      at: inside.request?.first ?? connection.first,
      onset: connection.tls?.clientHello,
      args: { server: serverOf(connection), client: clientOf(connection), target: targetOf(inside) },
      evidence: [
        shows(connection.tls?.clientHello, "tlsHello", { name: connection.tls?.serverName }),
        askedFor(inside),
        endingEvidence(connection),
      ],
      causes: [cause("certain", "offersHttp2", {})],
    });
  const exchange = connection.exchanges.find(mayWantWebSocket);
  const answer = connection.notHttp[1];
  if (!exchange?.request || exchange.response !== null || answer === null || isTlsRecord(answer.firstBytes))
    return null;
  const server = serverOf(connection);
  const protocol = protocolOf(answer.firstBytes);
  // Of an answer that was cut, or began in a hole of the capture, even HTTP may be unrecognisable.
  const { truncatedBytes, missingBytes } = connection.tcp.halves[1];
  if (protocol === null && (truncatedBytes > 0 || missingBytes > 0)) return null;
  const target = targetOf(exchange);
  const parts = {
    at: exchange.request.first,
    evidence: [
      shows(exchange.request.first, "upgradeRequest", { target }),
      shows(answer, "firstBytes", { from: "server", text: readable(answer.firstBytes) }),
    ],
    causes: [cause("likely", "otherService", { port: connection.server.port })],
  };
  return protocol === null
    ? draft("port.other-protocol", "unknown", { ...parts, args: { server, target } })
    : draft("port.other-protocol", "known", { ...parts, args: { server, target, protocol } });
}

export const otherProtocol: Rule = {
  id: "port.other-protocol",
  severity: "error",
  spec: "RFC 6455 §4.1",
  causes: ["otherService", "http2WithoutTls", "offersHttp2"],
  sources: ["https://www.rfc-editor.org/rfc/rfc6455#section-4.1"],
  check: checkOther,
};
