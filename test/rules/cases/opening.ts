import type { IcmpFacts, TcpFacts } from "../../../src/store/tcp-types.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import {
  abnormal,
  analysisOf,
  BACKEND_LEG,
  connectionFacts,
  half,
  joined,
  mark,
  refusedUpgrade,
  reset,
  tcp,
  tlsFacts,
  webSocket,
} from "../../support/facts-builder.ts";
import { one, running, type SomeCases, several } from "./case.ts";

const nothing = half({ packets: 0, dataSegments: 0, streamBytes: 0, firstData: null, lastData: null, hopLimit: null });

/** A TCP connection that was tried; without data, without upgrade. */
const tried = (facts: Partial<TcpFacts>, more: Partial<ConnectionFacts> = {}): ConnectionFacts =>
  connectionFacts({
    kind: "tcp-refused",
    upgrade: null,
    webSocket: null,
    exchanges: [],
    exchangeCount: 0,
    last: mark(0.1),
    tcp: {
      ...tcp({ established: null, synAcks: [], firstCloser: null, closedAt: null, idleBeforeCloseNs: null }),
      halves: [half({ dataSegments: 0, firstData: null, lastData: null }), nothing],
      ...facts,
    },
    close: { verdict: "none", clientSees: null, serverSees: null },
    ...more,
  });

const refused = (facts: Partial<TcpFacts> = {}, more: Partial<ConnectionFacts> = {}): ConnectionFacts =>
  tried(
    {
      opening: "refused",
      ending: "rst",
      firstCloser: "server",
      closedAt: mark(0.001),
      resets: [reset({ at: 0.001, state: "opening", usualHopLimit: null })],
      ...facts,
    },
    more,
  );

/** What the server sends from `since` s on is repeated, and never acknowledged. */
export const silentSince = (since: number): ConnectionFacts =>
  connectionFacts({
    webSocket: webSocket({ closeFrames: [null, null] }),
    tcp: tcp({
      ending: "silent",
      firstCloser: null,
      closedAt: null,
      client: { fin: null, lastData: mark(since - 0.1), lastPacket: mark(since - 0.1) },
      server: {
        fin: null,
        unacknowledged: { bytes: 20, since: mark(since), retransmissions: 6, last: mark(since + 12), fullSize: false },
      },
    }),
    close: { verdict: "open", clientSees: null, serverSees: null },
  });

/** Three SYNs from `at` s on, to no avail. */
export const dialledInVain = (at: number): ConnectionFacts =>
  unanswered({ syns: [mark(at), mark(at + 1), mark(at + 3)] }, { first: mark(at), last: mark(at + 3) });

export const unanswered = (facts: Partial<TcpFacts> = {}, more: Partial<ConnectionFacts> = {}): ConnectionFacts =>
  tried(
    { opening: "unanswered", ending: "silent", syns: [mark(0), mark(1), mark(3)], oneWay: true, ...facts },
    { kind: "tcp-unanswered", ...more },
  );

export const unreachable = (code: number, type = 3, at = 0.01): ConnectionFacts => {
  const error: IcmpFacts = {
    ...mark(at),
    sender: "10.0.0.254",
    ipVersion: 4,
    type,
    code,
    mtuBytes: 0,
    about: "client",
  };
  return tried({ opening: "refused", ending: "icmp", icmpErrors: [error], oneWay: true });
};

/** SYN-ACKs at these times; the client answers the newest one by an RST. */
const answeredLate = (synAcks: readonly number[], rstAt: number) =>
  tried(
    {
      opening: "unanswered",
      ending: "rst",
      syns: [mark(0), mark(1)],
      synAcks: synAcks.map(mark),
      resets: [
        reset({ from: "client", at: rstAt, answers: mark(synAcks.at(-1) ?? 0), hasAck: false, state: "opening" }),
      ],
    },
    { kind: "tcp-unanswered" },
  );

export const synAckLost = (synAcks: number[]): ConnectionFacts =>
  tried(
    { opening: "unanswered", ending: "silent", syns: [mark(0), mark(1)], synAcks: synAcks.map(mark) },
    { kind: "tcp-unanswered" },
  );

const idle = (facts: Partial<TcpFacts>): ConnectionFacts => {
  const empty = half({ dataSegments: 0, streamBytes: 0, firstData: null, lastData: null });
  return tried({ opening: "complete", established: mark(0.002), halves: [empty, empty], ...facts }, { kind: "tcp" });
};

/** TLS was set up, the client sent this much inside, and went. */
const leftInTls = (applicationDataBytes: readonly [number, number]): ConnectionFacts =>
  connectionFacts({
    kind: "tls",
    upgrade: null,
    webSocket: null,
    exchanges: [],
    exchangeCount: 0,
    tls: tlsFacts({ clientHello: mark(0.1), serverHello: mark(0.2), handshakeComplete: true, applicationDataBytes }),
    close: { verdict: "none", clientSees: null, serverSees: null },
  });

/** The same with the keys at hand, and in HTTP/2: what was asked is not read. */
const leftInHttp2 = (applicationDataBytes: readonly [number, number]): ConnectionFacts => {
  const left = leftInTls(applicationDataBytes);
  return { ...left, tls: left.tls && { ...left.tls, decrypted: true, applicationProtocol: "h2" } };
};

/** One of two backends that a proxy tries one after the other; the second one serves the client. */
const FIRST_BACKEND = {
  first: mark(0.01),
  client: BACKEND_LEG.client,
  server: { address: BACKEND_LEG.server.address, port: 9999 },
};
const triedInTurn = (failed: ConnectionFacts) =>
  analysisOf([connectionFacts(), failed, connectionFacts({ ...BACKEND_LEG, first: mark(0.02) })], {
    joins: [joined("proxied", { places: [0, 2] })],
  });

const V6 = { address: "fd00::2", port: 8080 };
const LOOPBACK = { address: "127.0.0.1", port: 8080 };

export const refusedAt = (seconds: number, more: Parameters<typeof reset>[0] = {}): ConnectionFacts =>
  refused(
    {
      syns: [mark(seconds)],
      closedAt: mark(seconds + 0.001),
      resets: [reset({ at: seconds + 0.001, state: "opening", usualHopLimit: null, ...more })],
    },
    { first: mark(seconds), last: mark(seconds + 0.001) },
  );

/** By ICMP, in the server's own name. */
export const rejectedAt = (seconds: number): ConnectionFacts =>
  tried(
    {
      opening: "refused",
      ending: "icmp",
      syns: [mark(seconds)],
      icmpErrors: [
        {
          ...mark(seconds + 0.001),
          sender: connectionFacts().server.address,
          ipVersion: 4,
          type: 3,
          code: 3,
          mtuBytes: 0,
          about: "client",
        },
      ],
      oneWay: true,
    },
    { kind: "tcp-refused", first: mark(seconds), last: mark(seconds + 0.001) },
  );

/** In the server's name, while the server went on sending. */
export const cutByFirewall = abnormal("server", 40, {
  tcpFacts: {
    ending: "rst",
    resets: [reset({ answers: mark(39.999), hasAck: false, likelyInjected: true, oddities: ["sender-continued"] })],
  },
});

export const openingCases = {
  "tcp.open.refused": {
    severity: "error",
    severities: { sameRule: "note", otherFamily: "note", otherBackend: "warning", triedAgain: "warning" },
    fires: {
      host: one(refused()),
      ofProxy: several(
        refusedUpgrade({ status: 502, responseAt: 0.02 }),
        refused({}, { ...FIRST_BACKEND, server: BACKEND_LEG.server }),
      ),
      middlebox: several(
        refused({ resets: [reset({ at: 0.001, state: "opening", hopLimit: 61, usualHopLimit: null })] }),
        connectionFacts({ first: mark(30), server: { address: "10.0.0.2", port: 9000 } }),
      ),
      sameRule: several(cutByFirewall, refusedAt(45)),
      loopback: one(refused({}, { server: LOOPBACK })),
      loopbackOfProxy: several(
        refusedUpgrade({ status: 502, responseAt: 0.02 }),
        refused({}, { ...FIRST_BACKEND, client: { address: "127.0.0.1", port: 4000 }, server: LOOPBACK }),
      ),
      otherFamily: several(refused({}, { server: V6 }), connectionFacts({ first: mark(0.2) })),
      otherBackend: triedInTurn(refused({}, FIRST_BACKEND)),
      triedAgain: triedInTurn(refused({}, { ...FIRST_BACKEND, server: BACKEND_LEG.server })),
    },
    near: {
      "an RST on an open connection is another matter": one(
        connectionFacts({ tcp: tcp({ ending: "rst", resets: [reset()] }) }),
      ),
    },
  },
  "tcp.open.unanswered": {
    severity: "error",
    severities: { otherFamily: "note", otherBackend: "warning", pathDead: "note", lone: "warning" },
    fires: {
      silent: one(unanswered()),
      lone: one(unanswered({ syns: [mark(0)] })),
      portOnly: several(unanswered(), connectionFacts({ first: mark(30), server: { address: "10.0.0.2", port: 22 } })),
      sometimes: several(unanswered(), connectionFacts({ first: mark(30) })),
      pathDead: several(silentSince(30), dialledInVain(33)),
      otherFamily: several(unanswered({}, { server: V6 }), connectionFacts({ first: mark(0.2) })),
      otherBackend: triedInTurn(unanswered({}, FIRST_BACKEND)),
      many: several(...Array.from({ length: 60 }, () => unanswered({ syns: [mark(119.5)] }, { first: mark(119.5) }))),
    },
    near: {
      "a SYN right before the end": one(unanswered({ syns: [mark(119.5)] }, { first: mark(119.5) })),
      "no packet of a server was captured": several(
        unanswered(),
        connectionFacts({ tcp: tcp({ oneWay: true, server: { packets: 0 } }) }),
      ),
    },
  },
  "tcp.open.icmp": {
    severity: "error",
    fires: {
      net: one(unreachable(0)),
      host: one(unreachable(1, 3, 3.1)),
      hostAtOnce: one(unreachable(1)),
      port: one(unreachable(3)),
      prohibited: one(unreachable(13)),
      other: one(unreachable(2)),
    },
    near: { "fragmentation needed is no refusal": one(unreachable(4)), "time exceeded": one(unreachable(0, 11)) },
  },
  "tcp.open.synack-unacknowledged": {
    severity: "error",
    fires: {
      plain: one(synAckLost([0.001, 1.001, 3.001])),
      givenUp: one(answeredLate([0.001, 1.001], 2.8)),
      cameLate: one(answeredLate([0.001, 1.001, 3.001, 7.001], 7.002)),
    },
    near: { "one SYN-ACK may just have come": one(synAckLost([0.001])) },
  },
  "tcp.open.no-request": {
    severity: "warning",
    severities: { spare: "note" },
    fires: {
      ended: one(idle({ ending: "fin", firstCloser: "client", closedAt: mark(0.01) })),
      waiting: one(idle({ ending: "open" })),
      spare: several(idle({ ending: "open" }), connectionFacts()),
      tls: one(leftInTls([60, 0])),
    },
    near: {
      "opened just now": one(idle({ ending: "open" }), 1),
      "opened just now, beside others": running([idle({ ending: "open" }), connectionFacts()], 1),
      "a request came": one(connectionFacts()),
      "a request came inside TLS": one(leftInTls([300, 900])),
      "a request came in HTTP/2": one(leftInHttp2([300, 900])),
    },
  },
} satisfies SomeCases;
