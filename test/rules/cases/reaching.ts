import type { ArpFacts, DnsFacts } from "../../../src/store/across-types.ts";
import type { NotHttpFacts } from "../../../src/store/http-types.ts";
import type { ServedCertificate, TlsFacts } from "../../../src/store/tls-types.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import {
  analysisOf,
  connectionFacts,
  exchange,
  type HalfOverrides,
  mark,
  refusedUpgrade,
  rhythm,
  tcp,
  tlsFacts,
} from "../../support/facts-builder.ts";
import { one, type SomeCases, several } from "./case.ts";

/** 80 bytes of the client are not in the capture. */
const withMissedBytes = (connection: ConnectionFacts): ConnectionFacts => {
  const [client, server] = connection.tcp.halves;
  const halves = [{ ...client, notCapturedBytes: 80, missingBytes: 80 }, server] as const;
  return { ...connection, tcp: { ...connection.tcp, halves } };
};

const question = (given: Partial<DnsFacts>): DnsFacts => ({
  client: "10.0.0.1",
  server: "10.0.0.53",
  name: "orin.example",
  type: 1,
  asked: mark(0),
  repeats: 0,
  answered: null,
  responseCode: null,
  addresses: [],
  ...given,
});

const search = (given: Partial<ArpFacts>): ArpFacts => ({
  sender: "10.0.0.1",
  target: "10.0.0.9",
  first: mark(0),
  last: mark(2),
  requests: 3,
  answered: null,
  ...given,
});

const bytes = (text: string): NotHttpFacts => ({ ...mark(0.02), firstBytes: Buffer.from(text, "latin1") });
const CLIENT_HELLO = bytes("\x16\x03\x01\x02\x00\x01");
const SILENT: HalfOverrides = { dataSegments: 0, streamBytes: 0, firstData: null, lastData: null };

/** A connection that is no WebSocket and asked for none. */
const plain = (more: Partial<ConnectionFacts>): ConnectionFacts =>
  connectionFacts({
    kind: "tcp",
    upgrade: null,
    webSocket: null,
    last: mark(1),
    close: { verdict: "none", clientSees: null, serverSees: null },
    ...more,
  });

const connect = (status: number): ConnectionFacts => {
  const tunnel = exchange({ status, target: "orin.example:443", request: { Host: "orin.example:443" }, response: {} });
  return plain({
    kind: "http",
    exchanges: [{ ...tunnel, request: tunnel.request && { ...tunnel.request, method: "CONNECT" } }],
  });
};

const hello = (more: Partial<ConnectionFacts>): ConnectionFacts => plain({ notHttp: [CLIENT_HELLO, null], ...more });

/** Good for ages, by a clock that began with the capture. */
const servedBefore = (more: Partial<ServedCertificate>): ServedCertificate => ({
  at: mark(0.02),
  notBeforeMs: -1e12,
  notAfterMs: 1e12,
  names: ["other.example", "*.other.example"],
  moreNames: 1,
  namesAsked: true,
  selfSigned: false,
  ...more,
});

const tlsConnection = (given: Partial<TlsFacts>): ConnectionFacts =>
  plain({
    kind: "tls",
    tcp: tcp({ firstCloser: "client", closedAt: mark(0.1) }),
    tls: {
      serverName: "orin.example",
      applicationProtocols: [],
      byBrowser: false,
      clientVersion: "TLS 1.3",
      negotiatedVersion: "TLS 1.3",
      clientHello: mark(0.01),
      serverHello: mark(0.02),
      handshakeComplete: false,
      refusal: null,
      answered: true,
      clientCertificate: null,
      serverCertificate: null,
      alerts: [],
      applicationDataBytes: [0, 700],
      cipherSuite: "TLS_AES_128_GCM_SHA256",
      applicationProtocol: null,
      decrypted: false,
      whyNot: "no-keys",
      closedBy: [],
      halfRead: null,
      closings: [null, null],
      rhythm: null,
      ...given,
    },
  });

/** The server ended it right behind the client's Finished and its request. */
const cutOff = (given: Partial<TlsFacts>): ConnectionFacts => ({
  ...tlsConnection({
    handshakeComplete: true,
    answered: false,
    rhythm: rhythm({ since: mark(0.04), records: [1, 0], smallTurns: 0, unasked: [0, 0], answerBytes: null }),
    ...given,
  }),
  tcp: tcp({ firstCloser: "server", closedAt: mark(0.06) }),
});

export const reachingCases = {
  "dns.failed": {
    severity: "error",
    fires: {
      noSuchName: analysisOf([], { dns: [question({ answered: mark(0.1), responseCode: 3 })] }),
      serverFailed: analysisOf([], { dns: [question({ answered: mark(0.1), responseCode: 2 })] }),
      unanswered: analysisOf([], { dns: [question({ repeats: 1 })] }),
    },
    near: {
      "found under the search list's name": analysisOf([], {
        dns: [
          question({ name: "orin.lan", answered: mark(0.1), responseCode: 3 }),
          question({ name: "orin", answered: mark(0.2), responseCode: 0, addresses: ["10.0.0.2"] }),
        ],
      }),
      "not a question for an address": analysisOf([], { dns: [question({ type: 12, repeats: 2 })] }),
      "asked just now": analysisOf([], { clockSeconds: 1, dns: [question({})] }),
    },
  },
  "arp.unanswered": {
    severity: "error",
    severities: { client: "note" },
    fires: {
      plain: analysisOf([], { arp: [search({})] }),
      client: analysisOf([connectionFacts()], {
        arp: [search({ sender: "10.0.0.2", target: "10.0.0.1", first: mark(20), last: mark(22) })],
      }),
    },
    near: {
      answered: analysisOf([], { arp: [search({ answered: mark(0.1) })] }),
      "one request may be the last packet": analysisOf([], { arp: [search({ requests: 1 })] }),
      "a scan": analysisOf([], { arp: [1, 2, 3, 4, 5].map((host) => search({ target: `10.0.0.${host}` })) }),
    },
  },
  "http.proxy.connect-refused": {
    severity: "error",
    fires: {
      forbidden: one(connect(403)),
      authentication: one(connect(407)),
      unreachable: one(connect(503)),
      other: one(connect(404)),
    },
    near: { "a tunnel": one(connect(200)) },
  },
  "tls.on-plain-port": {
    severity: "error",
    fires: {
      httpAnswer: one(hello({ exchanges: [{ ...exchange({ status: 400, response: {} }), request: null }] })),
      otherAnswer: one(hello({ notHttp: [CLIENT_HELLO, bytes("SSH-2.0-OpenSSH_9.2\r\n")] })),
      closed: one(hello({ tcp: tcp({ firstCloser: "server", closedAt: mark(0.1), server: SILENT }) })),
    },
    near: {
      "TLS that is answered": one(hello({ notHttp: [CLIENT_HELLO, bytes("\x16\x03\x03\x00\x7a\x02")] })),
      "the middle of a handshake, answered by a change of ciphers": one(
        hello({ notHttp: [bytes("\x16\x03\x03\x00\x46\x10"), bytes("\x14\x03\x03\x00\x01\x01")] }),
      ),
      "a hello whose answer began before the capture": one(
        hello({ notHttp: [CLIENT_HELLO, bytes("\x14\x03\x03\x00\x01\x01")] }),
      ),
      "the middle of a handshake, before something else": one(
        hello({ notHttp: [bytes("\x16\x03\x03\x00\x46\x10"), bytes("\x8a\x01")] }),
      ),
      "closed by the client": one(hello({ tcp: tcp({ firstCloser: "client", closedAt: mark(0.1), server: SILENT }) })),
    },
  },
  "http.on-tls-port": {
    severity: "error",
    severities: { hungUp: "note" },
    fires: {
      alert: one(refusedUpgrade({ status: null }, { notHttp: [null, bytes("\x15\x03\x01\x00\x02\x02\x46")] })),
      told: one(
        refusedUpgrade({ status: 400, body: "<center>The plain HTTP request was sent to HTTPS port</center>" }),
      ),
      hungUp: one(
        refusedUpgrade({ status: null }, { tcp: tcp({ firstCloser: "server", closedAt: mark(0.01), server: SILENT }) }),
      ),
    },
    near: {
      "another 400": one(refusedUpgrade({ status: 400, body: "Bad Request" })),
      "the port for plain HTTP": one(
        refusedUpgrade(
          { status: null },
          {
            server: { address: "192.0.2.10", port: 80 },
            tcp: tcp({ firstCloser: "server", closedAt: mark(0.01), server: SILENT }),
          },
        ),
      ),
      "hung up after a second": one(
        refusedUpgrade({ status: null }, { tcp: tcp({ firstCloser: "server", closedAt: mark(1), server: SILENT }) }),
      ),
    },
  },
  "tls.handshake.failed": {
    severity: "error",
    severities: { hungUp: "warning" },
    fires: {
      alert: one(
        tlsConnection({ alerts: [{ ...mark(0.03), from: "client", level: 2, description: 48, encrypted: false }] }),
      ),
      closed: several(
        tlsConnection({ serverCertificate: servedBefore({ notAfterMs: -86_400_000, selfSigned: true }) }),
        tlsConnection({ serverCertificate: servedBefore({ notBeforeMs: 86_400_000, namesAsked: false }) }),
      ),
      certificateRefused: one(
        cutOff({
          clientCertificate: { answer: "given", asked: mark(0.02), answered: mark(0.03) },
          applicationDataBytes: [900, 700],
        }),
      ),
      unanswered: one({
        ...tlsConnection({ serverHello: null, applicationDataBytes: [0, 0] }),
        tcp: tcp({ firstCloser: "client", closedAt: mark(10), server: SILENT }),
      }),
      vanished: one({
        ...tlsConnection({ serverHello: null, applicationDataBytes: [0, 0] }),
        tcp: tcp({
          ending: "silent",
          firstCloser: null,
          closedAt: null,
          server: SILENT,
          client: {
            unacknowledged: { bytes: 368, since: mark(0.01), retransmissions: 7, last: mark(14), fullSize: false },
          },
        }),
      }),
      hungUp: one(cutOff({})),
      refused: one({
        ...tlsConnection({ handshakeComplete: true, refusal: mark(0.05) }),
        tcp: { ...tlsConnection({}).tcp, firstCloser: "server" },
      }),
    },
    near: {
      "a complete handshake": one(tlsConnection({ handshakeComplete: true })),
      "an answer behind the handshake": one(
        cutOff({ rhythm: rhythm({ since: mark(0.04), smallTurns: 0, unasked: [0, 0] }) }),
      ),
      "a hello that was only just sent": one({
        ...tlsConnection({ serverHello: null, applicationDataBytes: [0, 0] }),
        tcp: tcp({ firstCloser: "client", closedAt: mark(0.5), server: SILENT }),
      }),
      "data of the client": one(tlsConnection({ applicationDataBytes: [400, 700] })),
      "bytes that the capture missed": one(withMissedBytes(tlsConnection({}))),
      "an answer that may be behind bytes that the capture missed": one(withMissedBytes(cutOff({}))),
      close_notify: one(
        tlsConnection({
          handshakeComplete: true,
          alerts: [{ ...mark(0.03), from: "client", level: 1, description: 0, encrypted: false }],
        }),
      ),
    },
  },
  "port.other-protocol": {
    severity: "error",
    fires: {
      http2: one(refusedUpgrade({ status: null }, { notHttp: [null, bytes("\0\0\0\x04\0\0\0\0\0")] })),
      alpn: one(
        refusedUpgrade(
          { status: null },
          { tls: tlsFacts({ applicationProtocols: ["h2", "http/1.1"], applicationProtocol: "h2" }) },
        ),
      ),
      known: one(refusedUpgrade({ status: null }, { notHttp: [null, bytes("-ERR unknown command 'GET'\r\n")] })),
      unknown: one(refusedUpgrade({ status: null }, { notHttp: [null, bytes("hello there")] })),
    },
    near: {
      "SSH that nobody asked for a WebSocket": one(
        plain({ notHttp: [bytes("SSH-2.0-a\r\n"), bytes("SSH-2.0-b\r\n")] }),
      ),
    },
  },
} satisfies SomeCases;
