import type { TlsFacts } from "../../../src/store/tls-types.ts";
import type { Analysis, ConnectionFacts } from "../../../src/store/types.ts";
import {
  analysisOf,
  connectionFacts,
  exchange,
  type HalfOverrides,
  mark,
  nothingLeftOut,
  reset,
  tcp,
  tlsFacts,
  UPGRADE_FIELDS,
  upgrade,
  webSocket,
} from "../../support/facts-builder.ts";
import { one, running, type SomeCases, several } from "./case.ts";
import { atBothEnds, hungUpByProxy } from "./legs.ts";

const withClient = (client: HalfOverrides, more: Partial<ConnectionFacts> = {}) =>
  one(connectionFacts({ tcp: tcp({ client }), ...more }));

const probe = (seconds: number) => ({
  ...mark(seconds),
  kind: "keep-alive" as const,
  from: "client" as const,
  streamOffset: 0,
  value: 1,
});

const PROBED = { client: { keepAlivesUnanswered: 3 }, events: [probe(10), probe(20), probe(30)] };

const bytes = (text: string) => ({ ...mark(0.1), firstBytes: Buffer.from(text, "latin1") });

const viteSocket = connectionFacts({
  upgrade: upgrade({ request: { ...UPGRADE_FIELDS, "Sec-WebSocket-Protocol": "vite-hmr" } }),
});

const notWebSocket = (kind: ConnectionFacts["kind"], more: Partial<ConnectionFacts> = {}): ConnectionFacts =>
  connectionFacts({
    kind,
    upgrade: null,
    webSocket: null,
    exchanges: [],
    close: { verdict: "none", clientSees: null, serverSees: null },
    ...more,
  });

const encrypted = (more: Partial<TlsFacts>): ConnectionFacts => notWebSocket("tls", { tls: tlsFacts(more) });

const FIRST_POLL = "/socket.io/?EIO=4&transport=polling";
const POLL = "/socket.io/?EIO=4&transport=polling&sid=abc";

const plainExchange = exchange({ status: 403 });

/** `tcpdump -s 96`: the first line of the request is there, its fields are not. */
const cutRequest = notWebSocket("http", {
  tcp: tcp({ client: { missingBytes: 100, truncatedBytes: 100 } }),
  exchanges: [
    { ...plainExchange, request: plainExchange.request && { ...plainExchange.request, fields: [], complete: false } },
  ],
  exchangeCount: 1,
});

const steppedBack = (isMended: boolean, stampsFell = false): Analysis =>
  analysisOf([connectionFacts()], {
    capture: { stepBack: { at: mark(30), ns: 30e9, isMended, stampsFell } },
  });

export const transportCases = {
  "tcp.retransmissions": {
    severity: "note",
    severities: { many: "warning" },
    fires: {
      plain: withClient({ retransmissions: 2 }),
      many: withClient({ retransmissions: 60, dataSegments: 100 }),
    },
    near: {
      none: one(connectionFacts()),
      "no data at all": one(
        connectionFacts({ tcp: tcp({ client: { retransmissions: 2, dataSegments: 0 }, server: { dataSegments: 0 } }) }),
      ),
    },
  },
  "tcp.zero-window": {
    severity: "warning",
    fires: {
      plain: withClient({ zeroWindows: 1, longestZeroWindowNs: 5e9 }),
      ended: one(
        connectionFacts({
          tcp: tcp({
            client: { zeroWindows: 1, longestZeroWindowNs: 5e9, zeroWindowSince: mark(35), fin: null },
          }),
        }),
      ),
      open: one(
        connectionFacts({
          tcp: tcp({
            ending: "open",
            firstCloser: null,
            closedAt: null,
            client: { zeroWindows: 1, longestZeroWindowNs: 5e9, zeroWindowSince: mark(35), fin: null },
          }),
        }),
      ),
    },
    near: { never: one(connectionFacts()) },
  },
  "tcp.keepalive.unanswered": {
    severity: "warning",
    severities: { gaveUp: "error" },
    fires: {
      plain: one(connectionFacts({ tcp: tcp({ ...PROBED }) })),
      gaveUp: one(
        connectionFacts({
          tcp: tcp({ ...PROBED, ending: "rst", firstCloser: "client", resets: [reset({ from: "client" })] }),
        }),
      ),
    },
    near: { "one may be lost": withClient({ keepAlivesUnanswered: 1 }) },
  },
  "tls.not-decrypted": {
    severity: "note",
    fires: {
      noSecret: one(encrypted({ whyNot: "no-secret" })),
      incomplete: one(
        encrypted({
          whyNot: "no-secret",
          closedBy: ["SERVER_TRAFFIC_SECRET_0"],
          halfRead: { request: { ...mark(0.1), method: "GET", target: "/ws" }, response: null, closeFrames: [] },
        }),
      ),
      damaged: one(
        encrypted({
          whyNot: "secret-does-not-fit",
          closedBy: ["CLIENT_TRAFFIC_SECRET_0"],
          halfRead: {
            request: null,
            response: { ...mark(0.1), status: 101, reason: "Switching Protocols" },
            closeFrames: [{ ...mark(2), from: "server", code: 1011, reason: "db down" }],
          },
        }),
      ),
      notCaptured: one(
        encrypted({
          whyNot: "not-captured",
          clientHello: null,
          serverHello: null,
          handshakeComplete: false,
          cipherSuite: null,
        }),
      ),
      doesNotFit: one(encrypted({ whyNot: "secret-does-not-fit" })),
      notSupported: one(encrypted({ whyNot: "version", negotiatedVersion: "TLS 1.1" })),
    },
    near: {
      "nobody gave keys": one(encrypted({ whyNot: "no-keys" })),
      "they fitted": one(encrypted({ whyNot: null, decrypted: true })),
      "TLS did not come about": one(encrypted({ whyNot: "no-secret", handshakeComplete: false })),
    },
  },
  "http2.not-decoded": {
    severity: "note",
    fires: {
      clear: one(notWebSocket("tcp", { notHttp: [bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), null] })),
      tls: one(
        notWebSocket("tls", {
          tls: tlsFacts({ applicationProtocols: ["h2"] }),
        }),
      ),
    },
    near: { "another preface": one(notWebSocket("tcp", { notHttp: [bytes("PRI * HTTP/1.1"), null] })) },
  },
  "capture.empty": {
    severity: "note",
    fires: {
      noPackets: analysisOf([], { packets: 0 }),
      cutOff: analysisOf([], { packets: 0, capture: { endedEarly: { code: "cut-in-record", offset: 24 } } }),
      otherPorts: analysisOf([], { otherPackets: { "tcp-other-port": 90, arp: 6 } }),
      noTcp: analysisOf([], { otherPackets: { udp: 40, arp: 60 } }),
    },
    near: {
      "the capture has just begun": running([], 3),
      "a connection": one(connectionFacts()),
      "an error says why": analysisOf([], {
        dns: [
          {
            client: "10.0.0.1",
            server: "10.0.0.53",
            name: "orin.lan",
            type: 1,
            asked: mark(0),
            repeats: 0,
            answered: mark(0.1),
            responseCode: 3,
            addresses: [],
          },
        ],
      }),
    },
  },
  "capture.no-websocket": {
    severity: "note",
    fires: {
      tcp: one(notWebSocket("http")),
      tls: one(notWebSocket("tls")),
      vite: several(viteSocket, notWebSocket("http")),
      polling: one(notWebSocket("http", { exchanges: [exchange({ status: 200, target: POLL, request: {} })] })),
      pollingTroubled: one(
        notWebSocket("http", {
          exchanges: [
            exchange({ status: 200, target: POLL, request: {} }),
            exchange({ status: null, target: POLL, request: {}, requestAt: 1 }),
            exchange({ status: 200, target: FIRST_POLL, request: {}, requestAt: 2 }),
          ],
        }),
      ),
    },
    near: {
      "the capture has just begun": running([notWebSocket("http")], 3),
      "a connection that may yet ask for one": running(
        [notWebSocket("tcp", { first: mark(115), tcp: tcp({ ending: "open" }) })],
        120,
      ),
      "a WebSocket": one(connectionFacts()),
      "HTTP/2 alone, which may carry any": one(
        notWebSocket("tcp", { notHttp: [bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), null] }),
      ),
      "somebody tried": one(notWebSocket("tcp-refused")),
      "TLS did not come about: keys would open nothing": one(
        encrypted({ handshakeComplete: false, applicationDataBytes: [0, 0] }),
      ),
      "Engine.IO says why": one(
        notWebSocket("http", {
          exchanges: [exchange({ status: 400, target: POLL, request: {}, body: '{"code":5,"message":"…"}' })],
        }),
      ),
    },
  },
  "capture.packets-dropped": {
    severity: "note",
    fires: { plain: analysisOf([connectionFacts()], { capture: { dropped: 7 } }) },
    near: { none: analysisOf([connectionFacts()], { capture: { dropped: 0 } }), untold: one(connectionFacts()) },
  },
  "capture.gap": {
    severity: "note",
    fires: { plain: withClient({ missingBytes: 100, notCapturedBytes: 100 }) },
    near: { "lost on the way, and sent again": withClient({ missingBytes: 100, notCapturedBytes: 0 }) },
  },
  "capture.truncated": {
    severity: "note",
    severities: { requests: "warning" },
    fires: {
      plain: analysisOf([connectionFacts()], { capture: { truncatedPackets: 3 } }),
      requests: analysisOf([cutRequest], { capture: { truncatedPackets: 3 } }),
    },
    near: { none: one(connectionFacts()) },
  },
  "capture.midstream": {
    severity: "note",
    fires: { plain: one(connectionFacts({ webSocket: webSocket({ midstream: true }), upgrade: null })) },
    near: { "its handshake is here": one(connectionFacts({ tcp: tcp({ opening: "not-captured" }) })) },
  },
  "capture.one-way": {
    severity: "note",
    fires: { plain: one(connectionFacts({ tcp: tcp({ oneWay: true, server: { packets: 0 } }) })) },
    near: {
      both: one(connectionFacts()),
      "the answer is on its way": running([connectionFacts({ tcp: tcp({ oneWay: true, server: { packets: 0 } }) })], 1),
    },
  },
  "capture.duplicates": {
    severity: "note",
    fires: {
      oneInterface: withClient({ duplicatePackets: 20 }),
      late: one(
        connectionFacts({ tcp: tcp({ client: { duplicatePackets: 20 }, lateCopies: { packets: 18, mostMs: 100 } }) }),
      ),
      plain: analysisOf([connectionFacts({ tcp: tcp({ client: { duplicatePackets: 20 } }) })], {
        capture: { linkTypes: ["LINUX_SLL2"] },
      }),
    },
    near: { none: one(connectionFacts()) },
  },
  "capture.clock-stepped": {
    severity: "note",
    severities: { wrongOrder: "warning" },
    fires: {
      plain: one(connectionFacts({ tcp: tcp({ clockSteps: [{ ...mark(30), ms: 60_000 }] }) })),
      forward: analysisOf([connectionFacts()], { capture: { stepsForward: [{ at: mark(30), ns: 60e9 }] } }),
      backwards: steppedBack(true),
      backwardsKept: steppedBack(false),
      wrongOrder: steppedBack(true, true),
      odd: analysisOf([connectionFacts()], {
        capture: {
          oddTimes: [
            { at: mark(30), ns: 2e18 },
            { at: mark(31), ns: -1.7e18 },
          ],
        },
      }),
    },
    near: { "a clock that was left alone": one(connectionFacts()) },
  },
  "capture.both-ends": {
    severity: "note",
    fires: {
      agree: atBothEnds(connectionFacts(), connectionFacts()),
      ahead: atBothEnds(connectionFacts(), connectionFacts(), { clockOffsetNs: 5e9, clockErrorNs: 1e6 }),
      behind: atBothEnds(connectionFacts(), connectionFacts(), { clockOffsetNs: -5e9, clockErrorNs: 1e6 }),
      translated: atBothEnds(connectionFacts(), connectionFacts({ client: { address: "203.0.113.7", port: 40_000 } })),
      untimed: atBothEnds(connectionFacts(), connectionFacts(), { clockOffsetNs: null, clockErrorNs: null }),
    },
    near: { "seen at one end": one(connectionFacts()), "the legs of a proxy": hungUpByProxy(3) },
  },
  "capture.left-out": {
    severity: "note",
    severities: { plain: "warning" },
    fires: {
      plain: analysisOf([connectionFacts()], {
        leftOut: { ...nothingLeftOut, connections: 70_000, webSockets: 3, troubled: 2 },
      }),
      open: analysisOf([connectionFacts()], { leftOut: { ...nothingLeftOut, openOnes: 1 } }),
    },
    near: {
      "everything told": one(connectionFacts()),
      "live, where the oldest always go": analysisOf([connectionFacts()], {
        live: true,
        leftOut: { ...nothingLeftOut, connections: 5 },
      }),
    },
  },
  "capture.ended-early": {
    severity: "note",
    fires: {
      plain: analysisOf([connectionFacts()], { capture: { endedEarly: { code: "pcap.record.cut", offset: 4000 } } }),
      live: analysisOf([connectionFacts()], { capture: { endedEarly: { code: "interface-gone", offset: 4000 } } }),
    },
    near: { "read to its end": one(connectionFacts()) },
  },
} satisfies SomeCases;
