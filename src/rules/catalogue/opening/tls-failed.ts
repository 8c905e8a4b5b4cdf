import type { Mark } from "../../../base/packet-view.ts";
import { isBefore } from "../../../base/packet-view.ts";
import type { TlsFacts } from "../../../store/tls-types.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { cause, type Draft, draft, shows } from "../../draft.ts";
import { endingEvidence } from "../../reading/ending.ts";
import { endOf, hasEnded, serverOf, spanMs, watchedUntil } from "../../reading/reading.ts";
import { mayCarryWebSocket } from "../../reading/sealed.ts";
import { certificateFaults } from "../../sealed/certificate-faults.ts";
import { forgedOnOpening } from "../../sealed/tls-opening.ts";
import type { EvidenceItem } from "../../types.ts";
import type { Rule } from "../rule.ts";

type Tls = TlsFacts & { readonly clientHello: Mark };
type Alert = TlsFacts["alerts"][number];

/** About a certificate: of the server, or, when the server says it, of the client (RFC 8446 §6.2). */
const UNTRUSTED = new Set([42, 43, 44, 45, 46, 48]);
const CERTIFICATE_REQUIRED = 116;
/** RFC 7301 §3.2. */
const NO_APPLICATION_PROTOCOL = 120;
const FATAL = 2;
const TLS_1_3 = "TLS 1.3";

/** In TLS 1.3 the client's Finished is the first it encrypts, and longer than an alert (RFC 8446 §4.4.4, §6). */
const LESS_THAN_FINISHED_BYTES = 40;

/** Whoever gives up so early may have changed their mind, as browsers do with connections they open in advance. */
const LEAST_WAIT_MS = 2000;
const LEAST_REPEATS = 3;
/** A server that refuses a certificate, or whatever was asked for, needs no longer. */
const AT_ONCE_MS = 2000;
/** RFC 1191 §7.1: hardly a path takes less than this. */
const FITS_EVERYWHERE_BYTES = 500;

/** TLS given up before it was up: by an alert, or without a word. */
function checkTlsFailed(connection: ConnectionFacts, context: Context): Draft | null {
  const tls = connection.tls;
  if (tls === null || tls.clientHello === null) return null;
  const opening: Tls = { ...tls, clientHello: tls.clientHello };
  return (
    checkAlert(connection, opening, context) ??
    checkTurnedAway(connection, opening, context) ??
    checkUnanswered(connection, opening, context) ??
    checkClosed(connection, opening, context)
  );
}

const helloOf = ({ clientHello, serverName }: Tls): EvidenceItem | null =>
  shows(clientHello, "tlsHello", { name: serverName });

/** What was said about the client's certificate. */
function certificateEvidence({ clientCertificate }: TlsFacts): (EvidenceItem | null)[] {
  if (clientCertificate === null) return [];
  const { asked, answered, answer } = clientCertificate;
  return [
    shows(asked, "certificateRequest", {}),
    answer === "not-asked" ? null : shows(answered, "clientCertificate", { answer: `certificate.${answer}` }),
  ];
}

/** Nothing inside TLS came from the server. */
const hasNoAnswer = ({ exchanges, notHttp, webSocket }: ConnectionFacts): boolean =>
  webSocket === null && notHttp[1] === null && exchanges.every(({ response }) => response === null);

function checkAlert(connection: ConnectionFacts, tls: Tls, context: Context): Draft | null {
  const alert = tls.alerts.find(
    (item) => !item.encrypted && item.description !== 0 && (!tls.handshakeComplete || endsHandshake(connection, item)),
  );
  if (alert === undefined) return null;
  const server = serverOf(connection);
  const name = tls.serverName;
  const word = `alert.${alert.description}`;
  return draft("tls.handshake.failed", "alert", {
    at: alert,
    // What the client had asked for meanwhile was in vain from the beginning.
    onset: tls.clientHello,
    args: { server, name, from: alert.from, alert: word },
    foldBy: word,
    evidence: [
      helloOf(tls),
      ...certificateEvidence(tls),
      ...(alert.from === "client" && UNTRUSTED.has(alert.description) ? certificateFaults(tls, context) : []),
      shows(alert, "tlsAlert", { from: alert.from, alert: word }),
    ],
    causes: alertCauses(connection, tls, alert),
  });
}

/** A server says only after the client's Finished what it makes of the client's certificate (RFC 8446 §4.4.2.4). */
const endsHandshake = (connection: ConnectionFacts, { from, level }: Alert): boolean =>
  connection.tls?.decrypted === true &&
  hasNoAnswer(connection) &&
  ((from === "server" && level === FATAL) || (connection.exchangeCount === 0 && connection.notHttp[0] === null));

function alertCauses(connection: ConnectionFacts, tls: Tls, { description, from, ...alert }: Alert) {
  const server = serverOf(connection);
  const name = tls.serverName ?? connection.server.address;
  const isServers = from === "server";
  const answer = tls.clientCertificate?.answer ?? null;
  const isAboutClient = isServers && (UNTRUSTED.has(description) || description === CERTIFICATE_REQUIRED);
  const isMissing = isServers && answer === "none";
  // The server has chosen version and cipher already: these are agreed upon, unless the client refuses the choice.
  const isAgreed = isServers && tls.serverHello !== null && isBefore(tls.serverHello, alert);
  // Who complains of a certificate has got one.
  const mayBeVersions =
    !isAgreed && !UNTRUSTED.has(description) && description !== NO_APPLICATION_PROTOCOL && !isAboutClient;
  return [
    isMissing && cause("likely", "clientCertificateMissing", { server }),
    isServers && answer === "given" && UNTRUSTED.has(description)
      ? cause("likely", "clientCertificateRefused", { server })
      : isAboutClient && !isMissing && cause("likely", "clientCertificate", { server }),
    UNTRUSTED.has(description) && !isServers && cause("likely", "certificateNotTrusted", { name, server }),
    (description === 70 || description === 40) && mayBeVersions && cause("likely", "tlsVersions", {}),
    description === NO_APPLICATION_PROTOCOL && cause("likely", "alpnMismatch", {}),
    description === 112 && cause("likely", "serverNameUnknown", { name }),
    mayBeVersions && cause("possible", "tlsVersions", {}),
    isAgreed && answer === "given" && !isAboutClient && cause("possible", "clientCertificateRefused", { server }),
  ];
}

/** The handshake was finished, and the server ended the connection without any answer. */
function checkTurnedAway(connection: ConnectionFacts, tls: Tls, context: Context): Draft | null {
  const { tcp } = connection;
  if (!tls.handshakeComplete || tcp.firstCloser !== "server" || forged(connection)) return null;
  const server = serverOf(connection);
  const name = tls.serverName;
  const answer = tls.clientCertificate?.answer ?? null;
  if (tls.refusal !== null && answer !== "not-asked")
    return draft("tls.handshake.failed", "refused", {
      confidence: "likely",
      at: tls.refusal,
      args: { server, name },
      evidence: [
        helloOf(tls),
        ...certificateEvidence(tls),
        shows(tls.refusal, "tlsRefusal", {}),
        endingEvidence(connection),
      ],
      causes: [
        answer === "none"
          ? cause("likely", "clientCertificateMissing", { server })
          : answer === "given"
            ? cause("likely", "clientCertificateRefused", { server })
            : cause("likely", "clientCertificate", { server }),
      ],
    });
  const begun = tls.clientCertificate?.answered ?? tls.rhythm?.since ?? tls.clientHello;
  const afterMs = spanMs(begun, endOf(connection));
  // What was read inside is an answer, or came behind the request; what the capture missed may be.
  const isSilent = tls.decrypted ? !tls.answered && hasNoAnswer(connection) : hasNoRecord(tls);
  const isWhole = tcp.halves.every(({ missingBytes }) => missingBytes === 0);
  if (!isSilent || afterMs > AT_ONCE_MS || !isWhole) return null;
  const evidence = [helloOf(tls), ...certificateEvidence(tls), endingEvidence(connection)];
  if (answer === "given")
    return draft("tls.handshake.failed", "certificateRefused", {
      confidence: "likely",
      at: endOf(connection),
      onset: tls.clientHello,
      args: { server, name, afterMs },
      evidence,
      causes: [cause("likely", "clientCertificateRefused", { server }), cause("possible", "handlerThrew", {})],
    });
  // With keys the rules of the upgrade tell it, and what was asked for.
  if (tls.decrypted || !mayCarryWebSocket(connection, context)) return null;
  return draft("tls.handshake.failed", "hungUp", {
    severity: context.ports.length > 0 ? undefined : "warning",
    confidence: "likely",
    at: endOf(connection),
    args: { server, name, afterMs },
    evidence,
    causes: [
      cause("likely", "handlerThrew", {}),
      answer === null && cause("possible", "clientCertificate", { server }),
      cause("possible", "otherService", { port: connection.server.port }),
      cause("possible", "keysWouldTell", {}),
    ],
  });
}

/** The request came; behind it no record of the server's, or one of an alert's size alone. */
const hasNoRecord = ({ rhythm, refusal }: TlsFacts): boolean =>
  rhythm !== null && (rhythm.answerBytes === null || refusal !== null);

const forged = ({ tcp }: ConnectionFacts): boolean =>
  tcp.resets.some(({ likelyInjected, ignored }) => likelyInjected && !ignored);

/** The server's hello never came: it did not answer, or the client's never got there. */
function checkUnanswered(connection: ConnectionFacts, tls: Tls, context: Context): Draft | null {
  const { tcp } = connection;
  const [client, server] = tcp.halves;
  if (tls.serverHello !== null || tcp.oneWay || tcp.firstCloser === "server" || forged(connection)) return null;
  if (server.dataSegments > 0 || server.missingBytes > 0) return null;
  const base = { server: serverOf(connection), name: tls.serverName };
  const mtu = client.largestSegmentBytes > FITS_EVERYWHERE_BYTES;
  const lost = client.unacknowledged;
  if (lost !== null) {
    const waitedMs = spanMs(lost.since, lost.last);
    if (lost.retransmissions < LEAST_REPEATS || waitedMs < LEAST_WAIT_MS) return null;
    return draft("tls.handshake.failed", "vanished", {
      at: tls.clientHello,
      args: { ...base, repeats: lost.retransmissions, waitedMs },
      evidence: [
        helloOf(tls),
        shows(lost.last, "lastRetransmission", { from: "client", repeats: lost.retransmissions }),
        endingEvidence(connection),
      ],
      causes: [
        cause("likely", "helloFiltered", { name: tls.serverName, server: base.server }),
        mtu && cause("possible", "pathMtu", { to: connection.server.address }),
      ],
    });
  }
  const end = hasEnded(connection) ? endOf(connection).timestampNs : watchedUntil(connection, context.analysis.clockNs);
  const waitedMs = (end - tls.clientHello.timestampNs) / 1e6;
  if (waitedMs < LEAST_WAIT_MS) return null;
  return draft("tls.handshake.failed", "unanswered", {
    at: tls.clientHello,
    args: { ...base, waitedMs },
    evidence: [helloOf(tls), endingEvidence(connection)],
    causes: [
      cause("likely", "tlsNotAnswered", { port: connection.server.port }),
      // Its certificate is the first large thing that a server sends; seen from the client its loss leaves no trace.
      cause("possible", "pathMtu", { to: connection.client.address }),
    ],
  });
}

function checkClosed(connection: ConnectionFacts, tls: Tls, context: Context): Draft | null {
  const { tcp } = connection;
  if (
    tls.handshakeComplete ||
    tls.serverHello === null ||
    tls.applicationDataBytes[0] > LESS_THAN_FINISHED_BYTES ||
    tcp.firstCloser === null ||
    forgedOnOpening(connection) !== null ||
    // The rest of the handshake may be among what the capture missed.
    tcp.halves.some(({ notCapturedBytes }) => notCapturedBytes > 0)
  )
    return null;
  const server = serverOf(connection);
  const name = tls.serverName;
  return draft("tls.handshake.failed", "closed", {
    confidence: "likely",
    at: tls.clientHello,
    args: {
      server,
      name,
      closer: tcp.firstCloser,
      afterMs: ((tcp.closedAt?.timestampNs ?? 0) - tls.clientHello.timestampNs) / 1e6,
    },
    evidence: [
      helloOf(tls),
      ...(tcp.firstCloser === "client" ? certificateFaults(tls, context) : []),
      endingEvidence(connection),
    ],
    // The server's hello was taken: version and cipher are agreed upon, what comes next is its certificate.
    causes: [
      cause(tcp.firstCloser === "client" ? "likely" : "possible", "certificateNotTrusted", {
        name: name ?? connection.server.address,
        server,
      }),
      // Whoever has none says so by an empty list; a browser leaves to ask its user. In TLS 1.3 nobody sees the question.
      tcp.firstCloser === "client" &&
        tls.byBrowser &&
        tls.negotiatedVersion === TLS_1_3 &&
        cause("possible", "clientCertificate", { server }),
    ],
  });
}

export const tlsFailed: Rule = {
  id: "tls.handshake.failed",
  severity: "error",
  spec: "RFC 8446 §6",
  causes: [
    "certificateNotTrusted",
    "clientCertificate",
    "clientCertificateMissing",
    "clientCertificateRefused",
    "tlsVersions",
    "serverNameUnknown",
    "alpnMismatch",
    "tlsNotAnswered",
    "helloFiltered",
    "pathMtu",
    "handlerThrew",
    "otherService",
    "keysWouldTell",
  ],
  sources: ["https://www.rfc-editor.org/rfc/rfc8446#section-6"],
  check: checkTlsFailed,
};
