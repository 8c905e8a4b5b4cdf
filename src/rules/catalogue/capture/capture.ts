import { isCaptureFault } from "../../../base/capture-fault.ts";
import type { HttpExchangeFacts } from "../../../store/http-types.ts";
import type { CaptureFacts, ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { cause, type Draft, draft, shows } from "../../draft.ts";
import { handshakeOf, isPoll, outcomeOf } from "../../handshake/upgrade-outcome.ts";
import { isViteHmr } from "../../handshake/vite.ts";
import { mayStillCome } from "../../reading/patience.ts";
import { hasEnded, isBlind, safeTarget, serverOf } from "../../reading/reading.ts";
import { answeredByHttp2, askedInsideHttp2, isSettings } from "../../upgrade/http2.ts";
import { pollTroubles, unansweredOpening } from "../../upgrade/polls.ts";
import { keyCauses } from "../opening/tls-secrecy.ts";
import type { Rule } from "../rule.ts";
import { isOfAny } from "./capture-empty.ts";

const PCAPNG = "https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/";
const TCPDUMP = "https://www.tcpdump.org/manpages/tcpdump.1.html";

const sum = (captures: readonly CaptureFacts[], read: (capture: CaptureFacts) => number): number =>
  captures.reduce((total, capture) => total + read(capture), 0);

/** What a running capture is about shows within this time. */
const WHOLE_CAPTURE_MS = 10_000;

/** The application's port is not in the capture. */
const UNKNOWN_PORT = "<port>";

const isAnsweredPoll = (exchange: HttpExchangeFacts): boolean => isPoll(exchange) && exchange.response?.status === 200;

const isWebSocketish = ({ kind }: ConnectionFacts): boolean =>
  kind === "websocket" ||
  kind === "upgrade-refused" ||
  kind === "upgrade-unanswered" ||
  kind === "tcp-refused" ||
  kind === "tcp-unanswered";

export const noWebSocket: Rule = {
  id: "capture.no-websocket",
  severity: "note",
  spec: "",
  causes: [
    "keyLogNeeded",
    "keyLogOfProgram",
    "keyLogOfProxy",
    "pollingOnly",
    "healthCheckFails",
    "wrongFilter",
    "localhostUrl",
    "wrongAddress",
    "captureBehindProxy",
  ],
  sources: ["https://wiki.wireshark.org/TLS"],
  checkCapture({ analysis }) {
    // Vite's own socket belongs to the development server: the application's is what is looked for.
    const connections = analysis.connections.filter((one) => !isViteHmr(one));
    const vite = analysis.connections.find(isViteHmr);
    if (
      connections.length === 0 ||
      mayStillCome(analysis, 0, WHOLE_CAPTURE_MS) ||
      connections.some((one) => !hasEnded(one) && mayStillCome(analysis, one.first.timestampNs, WHOLE_CAPTURE_MS)) ||
      connections.some((one) => unclearExchanges(one).length > 0 || isIllegible(one)) ||
      // A poll that got no answer has a finding of its own.
      connections.some((one) => unansweredOpening(one, analysis) !== null) ||
      connections.some((one) => isWebSocketish(one) || outcomeOf(one) !== "none" || one.upgrade !== null) ||
      // What HTTP/2 carries nobody can say here.
      connections.every((one) => checkHttp2(one) !== null)
    )
      return null;
    if (vite !== undefined)
      return draft("capture.no-websocket", "vite", {
        at: null,
        args: { server: serverOf(vite) },
        causes: [
          cause("likely", "localhostUrl", { port: UNKNOWN_PORT }),
          cause("likely", "wrongFilter", {}),
          cause("possible", "wrongAddress", { server: vite.server.address, port: UNKNOWN_PORT }),
        ],
      });
    const count = (kind: string): number => connections.filter((one) => one.kind === kind).length;
    const tls = connections.filter((one) => one.kind === "tls" && one.tls?.decrypted !== true);
    // Where keys were given, `tls.not-decrypted` says why they were of no use.
    if (tls.some((one) => (one.tls?.whyNot ?? "no-keys") !== "no-keys")) return null;
    if (tls.length > 0) {
      const names = [...new Set(tls.map((one) => one.tls?.serverName).filter((name) => name))].slice(0, 5).join(", ");
      return draft("capture.no-websocket", "tls", {
        at: null,
        args: { connections: connections.length, tls: tls.length, names },
        causes: keyCauses(),
      });
    }
    const polled = connections.find(({ exchanges }) => exchanges.some(isAnsweredPoll));
    if (polled !== undefined) {
      const { unused, failed } = pollTroubles(analysis);
      const isTroubled = unused + failed > 0;
      // Who never used its session did not get as far as asking for an upgrade.
      const causes = [
        cause(unused > 0 ? "possible" : "likely", "pollingOnly", {}),
        cause("possible", "wrongFilter", {}),
      ];
      const args = { server: serverOf(polled), connections: connections.length };
      return isTroubled
        ? draft("capture.no-websocket", "pollingTroubled", {
            at: null,
            args: { ...args, unused: unused || null, failed: failed || null },
            causes,
          })
        : draft("capture.no-websocket", "polling", { at: null, args, causes });
    }
    // Inside TLS its application came here, and got no further than that: it is not looked for elsewhere.
    const isElsewhere = connections.some(({ kind }) => kind !== "tls") ? "likely" : "possible";
    return draft("capture.no-websocket", "tcp", {
      at: null,
      args: {
        connections: connections.length,
        http: count("http"),
        tls: 0,
        other: connections.length - count("http"),
      },
      causes: [
        refusedCheck(connections),
        cause(isElsewhere, "localhostUrl", { port: connections[0]?.server.port ?? 0 }),
        cause(isElsewhere, "wrongFilter", {}),
      ],
    });
  },
};

/** RFC 9110 §15.5.22: what a WebSocket port says to a plain GET; only machines ask it again and again. */
const UPGRADE_REQUIRED = 426;
const LEAST_CHECKS = 3;

function refusedCheck(connections: readonly ConnectionFacts[]) {
  const checks = connections.filter(({ exchanges }) =>
    exchanges.some(({ response }) => response?.status === UPGRADE_REQUIRED),
  );
  const first = checks[0];
  if (first === undefined || checks.length < LEAST_CHECKS) return false;
  return cause("likely", "healthCheckFails", {
    backend: serverOf(first),
    status: UPGRADE_REQUIRED,
    count: checks.length,
  });
}

const H2_PREFACE = "PRI * HTTP/2.0";

/** HTTP/2 alone was offered or chosen (RFC 7301): a browser's wss:// offers HTTP/1.1. */
const onlyHttp2 = (protocols: readonly string[]): boolean =>
  protocols.includes("h2") && !protocols.includes("http/1.1");

function checkHttp2(connection: ConnectionFacts): Draft | null {
  if (answeredByHttp2(connection) !== null || askedInsideHttp2(connection) !== null) return null;
  const { tls } = connection;
  if (tls !== null && (tls.applicationProtocol === "h2" || onlyHttp2(tls.applicationProtocols)))
    return draft("http2.not-decoded", "tls", {
      at: tls.serverHello ?? tls.clientHello ?? connection.first,
      args: { server: serverOf(connection), name: tls.serverName },
      evidence: [shows(tls.clientHello, "tlsHello", { name: tls.serverName })],
      causes: [cause("certain", "http2Unread", {})],
    });
  const first = connection.notHttp[0];
  const preface = first === null ? "" : String.fromCharCode(...first.firstBytes.subarray(0, H2_PREFACE.length));
  const answer = connection.notHttp[1];
  if (answer !== null && isSettings(answer.firstBytes) && preface === "")
    return draft("http2.not-decoded", "clear", {
      at: answer,
      args: { server: serverOf(connection) },
      evidence: [shows(answer, "firstBytes", { from: "server", text: "SETTINGS" })],
      causes: [cause("certain", "http2Unread", {})],
    });
  if (first === null || preface !== H2_PREFACE) return null;
  return draft("http2.not-decoded", "clear", {
    at: first,
    args: { server: serverOf(connection) },
    evidence: [shows(first, "firstBytes", { from: "client", text: preface })],
    causes: [cause("certain", "http2Unread", {})],
  });
}

export const http2NotDecoded: Rule = {
  id: "http2.not-decoded",
  severity: "note",
  spec: "RFC 8441, RFC 9113 §3.4",
  causes: ["http2Unread"],
  sources: ["https://www.rfc-editor.org/rfc/rfc8441"],
  check: checkHttp2,
};

export const packetsDropped: Rule = {
  id: "capture.packets-dropped",
  severity: "note",
  spec: "pcapng §4.6",
  causes: ["captureBuffer"],
  sources: [PCAPNG, TCPDUMP],
  checkCapture({ analysis }) {
    const dropped = sum(analysis.captures, (capture) => capture.dropped ?? 0);
    if (dropped === 0) return null;
    return draft("capture.packets-dropped", "plain", {
      at: null,
      args: { dropped, packets: analysis.packets },
      causes: [cause("certain", "captureBuffer", {})],
    });
  },
};

/** Bytes that the peer acknowledged and the capture never saw. */
function checkGap(connection: ConnectionFacts): Draft | null {
  const { tcp } = connection;
  const [client, server] = tcp.halves;
  const bytes = client.notCapturedBytes + server.notCapturedBytes;
  if (bytes === 0 || tcp.opening === "not-captured" || tcp.oneWay) return null;
  const gap = tcp.events.find((event) => event.kind === "gap");
  return draft("capture.gap", "plain", {
    at: gap ?? connection.first,
    args: { client: client.notCapturedBytes, server: server.notCapturedBytes },
    evidence: gap === undefined ? [] : [shows(gap, "gap", { from: gap.from, bytes: gap.value })],
    causes: [cause("likely", "captureBuffer", {}), cause("possible", "otherPath", {})],
  });
}

export const captureGap: Rule = {
  id: "capture.gap",
  severity: "note",
  spec: "RFC 9293 §3.4",
  causes: ["captureBuffer", "otherPath"],
  sources: [TCPDUMP],
  check: checkGap,
};

const UNCLEAR_SHOWN = 3;

/** Requests cut off before they say whether they ask for a WebSocket. */
const unclearExchanges = ({ kind, exchanges, tcp }: ConnectionFacts): readonly HttpExchangeFacts[] =>
  kind === "http" && tcp.halves[0].truncatedBytes > 0
    ? exchanges.filter(({ request }) => request?.complete === false && request.method === "GET")
    : [];

/** Too little of its packets was kept to recognise anything, not even a WebSocket. */
const isIllegible = ({ kind, tcp }: ConnectionFacts): boolean =>
  kind === "tcp" && tcp.halves.some((half) => half.truncatedBytes > 0);

export const captureTruncated: Rule = {
  id: "capture.truncated",
  severity: "note",
  spec: "pcapng §4.3",
  causes: ["snapLength"],
  sources: [TCPDUMP],
  checkCapture({ analysis }) {
    const packets = sum(analysis.captures, (capture) => capture.truncatedPackets);
    if (packets === 0) return null;
    const share = Math.round((packets / Math.max(1, analysis.packets)) * 1000) / 10;
    const unclear = analysis.connections.flatMap((connection) => unclearExchanges(connection));
    if (unclear.length > 0) {
      const statuses = unclear.map(({ response }) => response?.status).filter((status) => status !== undefined);
      return draft("capture.truncated", "requests", {
        at: null,
        // Who is turned away, or never answered, would hear of it if the request were whole.
        severity: unclear.some(({ response }) => (response?.status ?? 599) >= 300) ? "warning" : undefined,
        args: { packets, share, requests: unclear.length, statuses: [...new Set(statuses)].slice(0, 5).join(", ") },
        evidence: unclear
          .slice(0, UNCLEAR_SHOWN)
          .flatMap(({ request, response }) => [
            request && shows(request.first, "request", { method: request.method, target: safeTarget(request.target) }),
            response && shows(response.first, "response", { status: response.status, reason: response.reason }),
          ]),
        causes: [cause("certain", "snapLength", {})],
      });
    }
    return draft("capture.truncated", "plain", {
      at: null,
      severity: analysis.connections.some(isIllegible) ? "warning" : undefined,
      args: { packets, share },
      causes: [cause("certain", "snapLength", {})],
    });
  },
};

function checkMidstream(connection: ConnectionFacts, { strays }: Context): Draft | null {
  if (connection.webSocket?.midstream !== true || strays.has(connection.id)) return null;
  // The request is there, what answered it is not: `capture.one-way` says so.
  if (handshakeOf(connection) !== null) return null;
  // The handshake is there, too short to be read: `capture.truncated` says so.
  if (connection.tcp.opening === "complete" && connection.tcp.halves.some((half) => half.truncatedBytes > 0))
    return null;
  return draft("capture.midstream", "plain", {
    at: connection.first,
    args: { server: serverOf(connection) },
    evidence: [shows(connection.first, "firstSeen", {})],
    causes: [cause("certain", "captureFromStart", {})],
  });
}

export const captureMidstream: Rule = {
  id: "capture.midstream",
  severity: "note",
  spec: "",
  causes: ["captureFromStart"],
  sources: [TCPDUMP],
  check: checkMidstream,
};

/** So long the other side's next packet may take. */
const OTHER_SIDE_MS = 2000;

function checkOneWay(connection: ConnectionFacts, { analysis, strays }: Context): Draft | null {
  const { tcp } = connection;
  if (strays.has(connection.id)) return null;
  if (!isBlind(connection) || mayStillCome(analysis, connection.first.timestampNs, OTHER_SIDE_MS)) return null;
  const from = tcp.halves[0].packets > 0 ? "client" : "server";
  return draft("capture.one-way", "plain", {
    at: connection.first,
    args: { from, to: from === "client" ? "server" : "client" },
    evidence: [shows(connection.first, "firstSeen", {})],
    causes: [cause("likely", "otherPath", {}), cause("possible", "wrongFilter", {})],
  });
}

export const captureOneWay: Rule = {
  id: "capture.one-way",
  severity: "note",
  spec: "",
  causes: ["otherPath", "wrongFilter"],
  sources: [TCPDUMP],
  check: checkOneWay,
};

/** A classic file of one interface: pcapng may hold several. */
const isOneInterface = (captures: readonly CaptureFacts[]): boolean =>
  captures.every((capture) => capture.format === "pcap" && !isOfAny(capture));

export const captureDuplicates: Rule = {
  id: "capture.duplicates",
  severity: "note",
  spec: "",
  causes: ["anyInterface", "mirrorCopies", "pathDoubles", "endsMerged"],
  sources: [TCPDUMP],
  checkCapture({ analysis }) {
    let packets = 0;
    let lateMs = 0;
    let late = 0;
    for (const { tcp } of analysis.connections) {
      packets += tcp.halves[0].duplicatePackets + tcp.halves[1].duplicatePackets;
      late += tcp.lateCopies?.packets ?? 0;
      lateMs = Math.max(lateMs, tcp.lateCopies?.mostMs ?? 0);
    }
    if (packets === 0) return null;
    if (2 * late > packets)
      return draft("capture.duplicates", "late", {
        at: null,
        args: { packets, lateMs },
        causes: [cause("likely", "endsMerged", {})],
      });
    return isOneInterface(analysis.captures)
      ? draft("capture.duplicates", "oneInterface", {
          at: null,
          args: { packets },
          causes: [cause("likely", "mirrorCopies", {}), cause("possible", "pathDoubles", {})],
        })
      : draft("capture.duplicates", "plain", {
          at: null,
          args: { packets },
          causes: [cause("certain", "anyInterface", {})],
        });
  },
};

export const captureEndedEarly: Rule = {
  id: "capture.ended-early",
  severity: "note",
  spec: "pcapng §3, draft-ietf-opsawg-pcap §5",
  causes: ["captureCut"],
  sources: [PCAPNG],
  checkCapture: ({ analysis }: Context) =>
    analysis.captures.flatMap((capture) =>
      capture.endedEarly === null
        ? []
        : [
            isCaptureFault(capture.endedEarly.code)
              ? draft("capture.ended-early", "live", {
                  at: null,
                  foldBy: capture.name,
                  args: { name: capture.name, reason: capture.endedEarly.code },
                })
              : draft("capture.ended-early", "plain", {
                  at: null,
                  foldBy: capture.name,
                  args: { name: capture.name, reason: capture.endedEarly.code, offset: capture.endedEarly.offset },
                  causes: [cause("likely", "captureCut", {})],
                }),
          ],
    ),
};
