import { isBefore, type Mark } from "../../../base/packet-view.ts";
import type { ArpFacts } from "../../../store/across-types.ts";
import type { TlsFacts } from "../../../store/tls-types.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { asksInTls, pairKey } from "../../context/others.ts";
import { soughtByServer } from "../../context/sought.ts";
import { cause, draft, shows } from "../../draft.ts";
import { endingEvidence, isNotified } from "../../reading/ending.ts";
import { mayStillCome } from "../../reading/patience.ts";
import { clientOf, endOf, hasEnded, serverOf, spanMs, watchedUntil } from "../../reading/reading.ts";
import { certificateFaults } from "../../sealed/certificate-faults.ts";
import type { Rule } from "../rule.ts";
import { begunWithin, MANY } from "./open-unanswered.ts";

const isStillAsking = ({ tcp }: ConnectionFacts, { first }: ArpFacts): boolean =>
  (tcp.syns.at(-1)?.timestampNs ?? 0) > first.timestampNs;

/** No path takes as long there and back: an answer right behind the newest SYN-ACK shows that those before it were lost. */
const LEAST_LOST_MS = 5000;
const AT_ONCE_MS = 500;

const isBeforeIt =
  (mark: Mark) =>
  (other: Mark): boolean =>
    isBefore(other, mark);

/** SYN-ACK repeated and never acknowledged. */
function checkSynAck(connection: ConnectionFacts, context: Context) {
  const { tcp } = connection;
  const first = tcp.synAcks[0];
  const last = tcp.synAcks.at(-1);
  if (tcp.established !== null || tcp.opening === "complete" || !first || !last || tcp.synAcks.length < 2) return null;
  if (tcp.halves[0].dataSegments > 0) return null;
  const server = serverOf(connection);
  const refusal = tcp.resets.find(({ from, answers }) => from === "client" && answers !== null);
  if (refusal !== undefined) {
    const answerMs = spanMs(first, refusal);
    const isLost =
      answerMs >= LEAST_LOST_MS && spanMs(tcp.synAcks.findLast(isBeforeIt(refusal)) ?? first, refusal) <= AT_ONCE_MS;
    return draft("tcp.open.synack-unacknowledged", isLost ? "cameLate" : "givenUp", {
      at: first,
      args: { server, client: clientOf(connection), repeats: tcp.synAcks.length - 1, answerMs },
      evidence: [
        shows(tcp.syns[0], "syn", { server }),
        shows(first, "synAck", { server }),
        shows(refusal, "rstAnswers", { from: "client", to: "server" }),
      ],
      causes: isLost
        ? [
            cause("likely", "pathInterrupted", { idleMs: answerMs }),
            cause("possible", "returnPath", { client: connection.client.address }),
          ]
        : [cause("likely", "impatientDial", { afterMs: answerMs })],
    });
  }
  const count = begunWithin(connection, context);
  const sought = soughtByServer(connection, last, context.analysis);
  return draft("tcp.open.synack-unacknowledged", "plain", {
    at: first,
    args: { server, client: clientOf(connection), repeats: tcp.synAcks.length - 1, waitedMs: spanMs(first, last) },
    evidence: [
      shows(tcp.syns[0], "syn", { server }),
      shows(first, "synAck", { server }),
      ...tcp.synAcks
        .slice(1)
        .map((mark, index) => shows(mark, "synAckRepeated", { repeat: index + 1, waitedMs: spanMs(first, mark) })),
      sought && shows(sought.first, "arpRequest", { sender: sought.sender, target: sought.target }),
    ],
    // What asks for the client on the link takes no other way, and no firewall for IP stops it.
    causes: sought
      ? [
          cause("likely", "pathInterrupted", {}),
          isStillAsking(connection, sought) ? null : cause("possible", "peerVanished", { to: "client" }),
        ]
      : [
          count >= MANY && cause("likely", "synFlood", { count }),
          cause(count >= MANY ? "possible" : "likely", "returnPath", { client: connection.client.address }),
          cause("possible", "clientFirewall", {}),
          cause("possible", "severalInterfaces", { server: connection.server.address }),
        ],
  });
}

export const synAckUnacknowledged: Rule = {
  id: "tcp.open.synack-unacknowledged",
  severity: "error",
  spec: "RFC 9293 §3.5",
  causes: [
    "synFlood",
    "returnPath",
    "clientFirewall",
    "severalInterfaces",
    "pathInterrupted",
    "peerVanished",
    "impatientDial",
  ],
  sources: ["https://docs.kernel.org/networking/ip-sysctl.html"],
  check: checkSynAck,
};

const LEAST_OPEN_MS = 3000;

/** Opened, and the client sent nothing. Browsers open spare connections beside the one they use: that is only a note. */
function checkNoRequest(connection: ConnectionFacts, context: Context) {
  const { tcp } = connection;
  const [client, server] = tcp.halves;
  const opened = tcp.established;
  if (tcp.opening !== "complete" || opened === null || tcp.oneWay) return null;
  if (client.dataSegments > 0 || client.missingBytes > 0 || server.dataSegments > 0 || server.missingBytes > 0)
    return null;
  const end = hasEnded(connection) ? endOf(connection).timestampNs : watchedUntil(connection, context.analysis.clockNs);
  const openMs = Math.max(0, (end - opened.timestampNs) / 1e6);
  const base = { server: serverOf(connection), client: clientOf(connection), openMs };
  const evidence = [shows(opened, "established", {}), endingEvidence(connection)];
  if (!hasEnded(connection) && mayStillCome(context.analysis, opened.timestampNs, LEAST_OPEN_MS)) return null;
  if (context.others().busy.has(pairKey(connection)))
    return draft("tcp.open.no-request", "spare", {
      severity: "note",
      confidence: "likely",
      at: opened,
      args: base,
      evidence,
      causes: [cause("likely", "spareConnection", {})],
    });
  if (tcp.firstCloser !== null)
    return draft("tcp.open.no-request", "ended", {
      at: opened,
      args: { ...base, closer: tcp.firstCloser },
      evidence,
      causes: [cause("likely", "portProbe", { port: connection.server.port }), cause("possible", "requestLost", {})],
    });
  if (openMs < LEAST_OPEN_MS) return null;
  return draft("tcp.open.no-request", "waiting", {
    at: opened,
    args: base,
    evidence: evidence.slice(0, 1),
    causes: [cause("possible", "spareConnection", {}), cause("possible", "requestLost", {})],
  });
}

/** The TLS handshake was done, and the client went without a request: Node and others look at the certificate only then. */
function checkNoRequestInTls(connection: ConnectionFacts, context: Context) {
  const { tcp, tls } = connection;
  const opened = tls?.serverHello;
  if (!tls?.handshakeComplete || !opened || tcp.firstCloser !== "client" || tcp.oneWay) return null;
  if (tls.refusal !== null || tls.alerts.some((alert) => tellsWhy(alert, connection))) return null;
  // Requests in HTTP/2 are not read, whether their keys are there or not.
  const isRead = tls.decrypted && tls.applicationProtocol !== "h2";
  const asks = isRead ? connection.exchangeCount > 0 || connection.notHttp[0] !== null : asksInTls(connection);
  if (asks) return null;
  if (tcp.halves.some(({ missingBytes }) => missingBytes > 0)) return null;
  const server = serverOf(connection);
  const isSpare = context.others().busyInTls.has(pairKey(connection));
  const inOrder = isNotified(connection);
  return draft("tcp.open.no-request", "tls", {
    severity: isSpare || inOrder ? "note" : undefined,
    at: opened,
    args: { server, client: clientOf(connection), openMs: spanMs(opened, endOf(connection)) },
    evidence: [
      shows(tls.clientHello, "tlsHello", { name: tls.serverName }),
      ...(isSpare ? [] : certificateFaults(tls, context)),
      endingEvidence(connection),
    ],
    causes: isSpare
      ? [cause("likely", "spareConnection", {})]
      : [
          cause(inOrder ? "possible" : "likely", "certificateNotTrusted", {
            name: tls.serverName ?? connection.server.address,
            server,
          }),
          cause(inOrder ? "likely" : "possible", "portProbe", { port: connection.server.port }),
        ],
  });
}

/** What the server says when the client has gone is its goodbye, and so is a close_notify that can be read. */
const tellsWhy = (alert: TlsFacts["alerts"][number], connection: ConnectionFacts): boolean =>
  alert.from === "server"
    ? isBefore(alert, endOf(connection))
    : connection.tls?.decrypted !== true || alert.description !== CLOSE_NOTIFY;
const CLOSE_NOTIFY = 0;

export const noRequest: Rule = {
  id: "tcp.open.no-request",
  severity: "warning",
  spec: "RFC 6455 §4.1",
  causes: ["portProbe", "spareConnection", "requestLost", "certificateNotTrusted"],
  sources: ["https://www.rfc-editor.org/rfc/rfc6455#section-4.1"],
  check: (connection, context) => checkNoRequest(connection, context) ?? checkNoRequestInTls(connection, context),
};
