import { connectionId, relativeNs } from "../../../src/base/brand.ts";
import type { ProtocolNotice } from "../../../src/store/session-types.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { evictedNormally } from "../../support/evictions.ts";
import {
  abnormal,
  analysisOf,
  beat,
  close,
  connectionFacts,
  deafBeat,
  mark,
  quietBeat,
  reset,
  sealedConnection,
  stalled,
  tcp,
  tlsFacts,
  UPGRADE_FIELDS,
  upgrade,
  webSocket,
  windowsOf,
} from "../../support/facts-builder.ts";
import { openingTls } from "../../support/opening-tls.ts";
import { sessionFacts } from "../../support/session-facts.ts";
import { one, type SomeCases, several } from "./case.ts";
import { atBothEnds, hungUpByProxy } from "./legs.ts";
import { dialledInVain } from "./opening.ts";

const closed = (code: number | null, reason = "", more: Partial<ConnectionFacts> = {}) =>
  one(
    connectionFacts({
      webSocket: webSocket({ closeFrames: [close(39.95, code), close(39.9, code, reason)] }),
      ...more,
    }),
  );

/** A protocol's last word right before a Close with 1000. */
const saying = (notice: Partial<ProtocolNotice>, server = { text: 9, binary: 0, bytes: 90 }) =>
  closed(1000, "", {
    session: sessionFacts({
      notices: [
        { ...mark(39.8), from: "server", protocol: "stomp", messageType: "ERROR", errorMessage: "denied", ...notice },
      ],
    }),
    webSocket: webSocket({
      closeFrames: [close(39.95, 1000), close(39.9, 1000)],
      lastMessage: [mark(30), mark(39.8)],
      messages: [{ text: 9, binary: 0, bytes: 90 }, server],
    }),
  });

const told = (code: number) => ({ code, reason: "", clean: true });

const graphql = upgrade({
  response: {
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    "Sec-WebSocket-Protocol": "graphql-transport-ws",
  },
  request: {
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Protocol": "graphql-transport-ws",
  },
});

/** The client says Close at 30 s, the server does not; TCP ends at `seconds`. */
const unansweredClose = (
  seconds: number | null,
  ending: "fin" | "rst" = "fin",
  closer: "client" | "server" = "client",
) =>
  one(
    connectionFacts({
      last: mark(seconds ?? 60),
      webSocket: webSocket({ closeFrames: [close(30, 1000), null] }),
      tcp: tcp({
        ending: seconds === null ? "open" : ending,
        firstCloser: seconds === null ? null : closer,
        closedAt: seconds === null ? null : mark(seconds),
      }),
    }),
  );

const byReset = (
  more: Parameters<typeof reset>[0] = {},
  tcpMore: Parameters<typeof tcp>[0] = {},
  rest: Parameters<typeof abnormal>[2] = {},
): ConnectionFacts =>
  abnormal("server", 40, { ...rest, tcpFacts: { ending: "rst", resets: [reset(more)], ...tcpMore } });

/** An RST on the client's TLS hello, before the server has said anything. */
const cutOnHello = (more: Parameters<typeof reset>[0]): ConnectionFacts =>
  openingTls(
    { serverHello: null, applicationDataBytes: [0, 0] },
    {
      ending: "rst",
      firstCloser: "server",
      closedAt: mark(0.015),
      resets: [reset({ at: 0.015, ...more })],
      server: { dataSegments: 0, firstData: null, lastData: null, fin: null },
    },
  );

/** The answer of a system that has no such connection (RFC 9293 §3.10.7.1). */
const forgotten = { answers: mark(39.99), hasAck: false };

/** The client was gone for more than two pings of the server, and back again its system knew nothing of the connection. */
const goneForPings = abnormal("client", 40, {
  tcpFacts: {
    ending: "rst",
    resets: [reset({ ...forgotten, from: "client" })],
    events: stalled(32.9),
    client: { lastData: mark(32), lastPacket: mark(32) },
  },
  webSocketFacts: { heartbeat: [quietBeat, beat({ intervalMs: 3000 })] },
});

/** What a packet filter says that rejects. */
const rejection = { answers: mark(39.999), hasAck: false, likelyInjected: true };

const foreign = { connection: connectionId(0), packet: reset().packet, from: "server" } as const;

const waiting = (fullSize: boolean, since: number, retransmissions = 6) => ({
  unacknowledged: { bytes: 1448, since: mark(since), retransmissions, last: mark(since + 12), fullSize },
});

/** The server's data since `since` s is never acknowledged; before, the last acknowledgment came at `before` s. */
const vanished = (
  fullSize: boolean,
  since: number,
  before: number,
  retransmissions = 6,
  { client, ...more }: Parameters<typeof tcp>[0] = {},
): ConnectionFacts =>
  connectionFacts({
    webSocket: webSocket({ closeFrames: [null, null] }),
    tcp: tcp({
      ending: "silent",
      firstCloser: null,
      closedAt: null,
      ...more,
      client: { fin: null, lastData: mark(before), lastPacket: mark(before), ...client },
      server: {
        fin: null,
        lastAcknowledged: mark(before),
        largestSegmentBytes: 1448,
        ...waiting(fullSize, since, retransmissions),
      },
    }),
    close: { verdict: "open", clientSees: null, serverSees: null },
  });

/** Back after 12 s, it answered the server's packet as a system does that has no such connection. */
const backWithoutMemory = vanished(false, 30, 29.9, 6, {
  ending: "rst",
  firstCloser: "client",
  closedAt: mark(42.5),
  resets: [reset({ from: "client", at: 42.5, answers: mark(42.4), hasAck: false })],
});

const before = vanished(false, 20, 19, 6, { client: { lastPacket: mark(19) } });

/** A packet of the client from another port, that the server answered by RST. */
const stray = connectionFacts({
  client: { address: "10.0.0.1", port: 20_071 },
  first: mark(20.5),
  last: mark(20.6),
  upgrade: null,
  webSocket: null,
  kind: "tcp",
  tcp: tcp({ opening: "not-captured", resets: [reset({ at: 20.6, answers: mark(20.5), hasAck: false })] }),
});

/** The same, that nobody answered: its server's firewall drops what belongs to no connection. */
const strayUnanswered = {
  ...stray,
  webSocket: webSocket({ midstream: true }),
  tcp: tcp({
    opening: "not-captured",
    ending: "silent",
    oneWay: true,
    client: { fin: null, retransmissions: 5 },
    server: { fin: null, packets: 0, dataSegments: 0 },
  }),
};

/** Nothing new came for 9 s until this side broke the silence, half a second before the end. */
const brokenSilence = (by: "client" | "server") => ({
  tcpFacts: {
    lastSilence: { until: mark(39.5), ms: 9000, segmentsBefore: [20, 40] as const, bytesBefore: [500, 700] as const },
    client: { lastData: mark(by === "client" ? 39.5 : 30.4) },
    server: { lastData: mark(by === "server" ? 39.6 : 30.5) },
  },
});

/** The client hangs up 12 s after the first of the server's lost bytes was sent. */
const healed = vanished(false, 30, 29.9, 6, {
  ending: "fin",
  firstCloser: "client",
  closedAt: mark(42.5),
  client: { fin: mark(42.5) },
});

/** Sent again from 30 s until `last`, the transmission before it half as late; the server was heard until 29 s. */
const finRepeat = (last: number, heardAfter: number | null) => ({
  last: mark(last),
  previous: mark(30 + (last - 30) / 2),
  heardBefore: mark(29),
  heardAfter: heardAfter === null ? null : mark(heardAfter),
});

/** The client hangs up at 30 s, into a path that is closed until 44 s. */
const finUnanswered = abnormal("client", 30, {
  tcpFacts: {
    client: { fin: mark(30), finRetransmissions: 6, finAcknowledged: null, finRepeat: finRepeat(42, 44) },
    server: { fin: null },
  },
});

/** As much is there already before the silence. */
const paused = (() => {
  const { tcpFacts } = brokenSilence("server");
  return { tcpFacts: { ...tcpFacts, lastSilence: { ...tcpFacts.lastSilence, bytesBefore: [500, 990] as const } } };
})();

const idleEnd = (idleSeconds: number, more: Parameters<typeof abnormal>[2] = {}) =>
  one(abnormal("server", 300, { ...more, tcpFacts: { idleBeforeCloseNs: idleSeconds * 1e9, ...more.tcpFacts } }), 400);

/** Inside TLS without keys the server hangs up at 40 s. */
const hungUpInTls = (
  rhythm: Parameters<typeof sealedConnection>[1] = {},
  tls: Parameters<typeof sealedConnection>[2] = {},
  port = 443,
): ConnectionFacts => sealedConnection({ firstCloser: "server" }, rhythm, tls, port);

const nginx = upgrade({
  response: {
    Upgrade: "websocket",
    Connection: "upgrade",
    Server: "nginx/1.22.1",
    "Sec-WebSocket-Accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
  },
});

const brief = { ms: 1100, nextMs: 1050, segmentsBefore: 10, peerSpokeMs: 0 };

/** The server had sent regularly, then nothing for 18 s while the client went on; it woke up just before the end. */
const frozen = {
  server: { longestPause: { until: mark(39.99), ms: 18_000, nextMs: 2000, segmentsBefore: 15, peerSpokeMs: 17_000 } },
};

/** The server goes on as if it had sent no FIN. */
const dataForFin = { ...mark(40.8), kind: "data-for-fin", from: "server", streamOffset: 138, value: 0 } as const;

export const closingCases = {
  "ws.close.no-close-frame": {
    severity: "error",
    severities: { rst: "note", closeLost: "warning" },
    fires: {
      fin: one(abnormal("server", 40)),
      notified: one(abnormal("server", 40, { tls: tlsFacts({ decrypted: true, closings: [null, mark(40)] }) })),
      rst: one(byReset()),
      icmp: one(abnormal("client", 40, { tcpFacts: { ending: "icmp" } })),
      silent: one(abnormal("client", 40, { tcpFacts: { ending: "silent", firstCloser: null, closedAt: null } })),
      afterOutage: one(abnormal("server", 40, { tcpFacts: { events: stalled(32.9) } })),
      afterDeafness: one(
        abnormal("server", 40, { tcpFacts: { events: stalled(32.9).map((event) => ({ ...event, sentNs: null })) } }),
      ),
      afterSilence: one(abnormal("server", 40, brokenSilence("server"))),
      afterPause: one(abnormal("server", 40, paused)),
      afterStandstill: one(abnormal("server", 40, { tcpFacts: frozen })),
      oneSide: one(
        abnormal("server", 40, { tcpFacts: { oneWay: true, firstCloser: null, client: { packets: 0, fin: null } } }),
      ),
      unread: one(abnormal("server", 40, { tcpFacts: { events: windowsOf("client", [25, 39.9]) } })),
      proxyIdle: hungUpByProxy(60),
      proxyBusy: hungUpByProxy(0.01),
      sealedCut: one(hungUpInTls()),
      sealedNotified: one(hungUpInTls({}, { closings: [null, mark(40)] })),
      closeLost: one(
        byReset({}, {}, { webSocketFacts: { closeFrames: [null, { ...close(39.9, 1001), delivered: false }] } }),
      ),
      forgedFin: one(abnormal("server", 40, { tcpFacts: { events: [dataForFin] } })),
      unstampedFin: one(abnormal("client", 40, { tcpFacts: { events: [{ ...dataForFin, kind: "fin-unstamped" }] } })),
      answeredForgedFin: one(abnormal("client", 40, { tcpFacts: { events: [dataForFin] } })),
      proxyAsClient: one(
        abnormal("client", 40, {
          upgrade: upgrade({ request: { ...UPGRADE_FIELDS, "X-Forwarded-For": "192.0.2.7" } }),
        }),
      ),
    },
    near: {
      "closed as it should be": one(connectionFacts()),
      "a Close that the path took": one(
        abnormal("server", 40, { webSocketFacts: { closeFrames: [null, { ...close(39.9, 1001), delivered: false }] } }),
      ),
      "a Close that was not answered": unansweredClose(35),
      "inside TLS, what looks like a closing handshake": one(hungUpInTls({ farewell: true })),
      "inside TLS, requests and responses": one(hungUpInTls({ smallTurns: 0, unasked: [0, 1] })),
      "inside TLS, HTTP/2 was offered": one(hungUpInTls({}, { applicationProtocols: ["h2", "http/1.1"] })),
      "inside TLS, a port of mail": one(hungUpInTls({}, {}, 993)),
      "inside TLS, half of it is not in the capture": one(hungUpInTls({ holes: true })),
      "the capture cannot tell": one(
        abnormal("server", 40, { close: { verdict: "abnormal", clientSees: null, serverSees: null } }),
      ),
    },
  },
  "ws.close.code": {
    severity: "error",
    severities: {
      goingAway: "note",
      restart: "warning",
      tryLater: "warning",
      tooBig: "note",
      evicted: "warning",
      turnedAway: "warning",
    },
    fires: {
      oneSide: closed(1011, "", { tcp: tcp({ oneWay: true, client: { packets: 0 } }) }),
      byItself: closed(1002, "", { close: { verdict: "clean", clientSees: told(1002), serverSees: told(1002) } }),
      goingAway: closed(1001),
      protocolError: closed(1002, "", {
        webSocket: webSocket({
          closeFrames: [close(39.95, 1002), close(39.9, 1002)],
          lostTrack: [mark(39), null],
        }),
      }),
      faultNotSeen: closed(1002),
      unsupportedData: closed(1003),
      invalidPayload: closed(1007),
      policy: closed(1008, "heartbeat timeout"),
      tooBig: closed(1009),
      extension: closed(1010),
      internal: closed(1011, "keepalive ping timeout"),
      restart: closed(1012),
      tryLater: closed(1013),
      badGateway: closed(1014),
      unauthorized: closed(3000),
      forbidden: closed(3003),
      timeout: closed(3008),
      timedOut: closed(1000, "heartbeat timeout"),
      evicted: evictedNormally(1000),
      turnedAway: closed(1000, "token expired"),
      graphql: closed(4401, "Unauthorized", { upgrade: graphql }),
      saidInProtocol: saying({}),
      saidInMqtt: saying({ protocol: "mqtt", messageType: "DISCONNECT", code: 142, errorMessage: "code 142" }),
      registered: closed(3333),
      private: closed(4401, "token expired"),
    },
    near: {
      "1000": one(connectionFacts()),
      "no code": closed(null),
      "1000 for a reason that turns nobody away": closed(1000, "all errors were sent"),
      "a word of long before": saying({ ...mark(30) }),
      "an error of one request": saying({ protocol: "graphql-transport-ws", messageType: "error" }),
      "the normal end of SockJS": saying({ protocol: "sockjs", messageType: "close", code: 3000 }),
    },
  },
  "ws.close.unanswered": {
    severity: "warning",
    severities: { leftAtOnce: "note" },
    fires: {
      fin: unansweredClose(60),
      rst: unansweredClose(60, "rst"),
      leftAtOnce: unansweredClose(30.1),
      open: unansweredClose(null),
      late: one(
        connectionFacts({
          webSocket: webSocket({ closeFrames: [close(43, 1000), close(30, 1001)] }),
          tcp: tcp({ closedAt: mark(40), firstCloser: "server", server: { fin: mark(40) } }),
        }),
      ),
    },
    near: {
      answered: one(connectionFacts()),
      "TCP had ended before it came": unansweredClose(29.9, "fin", "server"),
      "the peer's bytes are missing": one(
        connectionFacts({
          webSocket: webSocket({ closeFrames: [close(30, 1000), null] }),
          tcp: tcp({ closedAt: mark(60), server: { missingBytes: 20 } }),
        }),
      ),
    },
  },
  "ws.close.reserved-code": {
    severity: "error",
    fires: { plain: closed(1006) },
    near: { "1014 may be sent": closed(1014) },
  },
  "tcp.rst": {
    severity: "note",
    severities: {
      established: "error",
      afterOutage: "error",
      afterAbsence: "error",
      afterRestart: "error",
      halfOpen: "error",
      afterSilence: "error",
      afterStandstill: "error",
      whileStill: "error",
      afterBreak: "error",
      afterGap: "error",
      handshake: "note",
      endMissing: "warning",
      sealed: "error",
    },
    fires: {
      sealed: one(sealedConnection({ ending: "rst", firstCloser: "server", resets: [reset()] })),
      established: one(byReset()),
      nearer: one(byReset({ ...forgotten, hopLimit: 65 })),
      afterOutage: one(byReset(forgotten, { events: stalled(32.9) })),
      afterAbsence: one(goneForPings),
      afterRestart: one(
        byReset(forgotten, { events: stalled(32.9, "client"), server: { lastData: mark(32), lastPacket: mark(32) } }),
      ),
      halfOpen: several(
        byReset({ ...forgotten, from: "client" }, { firstCloser: "client", client: { lastPacket: mark(30) } }),
        connectionFacts({ first: mark(32.9), tcp: tcp({ replaces: connectionId(0) }) }),
      ),
      afterStandstill: one(byReset({}, frozen)),
      whileStill: one(byReset({}, { server: { dataSegments: 20, lastData: mark(20) } })),
      afterBreak: one(
        byReset(forgotten, {
          client: { lastAcknowledged: mark(20) },
          server: { dataSegments: 20, lastData: mark(20), longestPause: { ...brief, until: mark(10) } },
        }),
      ),
      afterSilence: one(byReset(forgotten, brokenSilence("server").tcpFacts)),
      afterGap: one(
        abnormal("server", 40, {
          tcpFacts: { ending: "rst", resets: [reset(forgotten)] },
          webSocketFacts: {
            heartbeat: [webSocket().heartbeat[0], beat({ pings: 5, intervalMs: 1000, lastPing: mark(39.9) })],
          },
        }),
      ),
      afterFin: one(
        abnormal("server", 40, { tcpFacts: { resets: [reset({ at: 40.1, from: "client", afterFin: true })] } }),
      ),
      endMissing: one(
        abnormal("server", 40, {
          tcpFacts: { ending: "rst", resets: [reset()], client: { notCapturedBytes: 8, missingBytes: 8 } },
          webSocketFacts: { lostTrack: [mark(39.95), null], lastFrame: [mark(30), mark(30)] },
        }),
      ),
      afterClose: one(connectionFacts({ tcp: tcp({ resets: [reset({ at: 40.1 })] }) })),
      handshake: one(
        connectionFacts({
          kind: "upgrade-refused",
          webSocket: null,
          upgrade: upgrade({ status: 403 }),
          tcp: tcp({ ending: "rst", resets: [reset({ at: 1, from: "client" })] }),
        }),
      ),
    },
    near: {
      "no RST": one(connectionFacts()),
      "an RST that closed nothing": one(connectionFacts({ tcp: tcp({ resets: [reset({ at: 10, ignored: true })] }) })),
      "inside TLS, after close_notify": one(
        sealedConnection({ firstCloser: "client", resets: [reset({ from: "client", afterFin: true })] }),
      ),
      "inside TLS, requests and responses": one(
        sealedConnection(
          { ending: "rst", firstCloser: "client", resets: [reset({ from: "client" })] },
          { smallTurns: 0, unasked: [0, 0] },
        ),
      ),
      "plain HTTP": one(
        connectionFacts({ kind: "http", upgrade: null, webSocket: null, tcp: tcp({ resets: [reset()] }) }),
      ),
    },
  },
  "tcp.rst.injected": {
    severity: "error",
    fires: {
      plain: one(byReset({ likelyInjected: true, oddities: ["hop-limit", "ip-id"], hopLimit: 47 })),
      onHello: one(cutOnHello({ likelyInjected: true, oddities: ["hop-limit"], hopLimit: 99 })),
      rejectedBetween: one(byReset({ ...rejection, hopLimit: 62, oddities: ["hop-limit"] })),
      rejectedAtHost: one(byReset({ ...rejection, oddities: ["sender-continued"] })),
      proved: atBothEnds(byReset(), connectionFacts(), { foreignResets: [foreign] }),
      provedAnswer: atBothEnds(byReset(rejection), connectionFacts(), { foreignResets: [foreign] }),
    },
    near: {
      "an ordinary RST": one(byReset()),
      "an ordinary RST on a TLS hello": one(cutOnHello({})),
      ignored: one(byReset({ likelyInjected: true, ignored: true })),
      "both captures hold it": atBothEnds(byReset(), byReset()),
      "the other capture had ended": atBothEnds(byReset(), connectionFacts({ last: mark(30) }), {
        foreignResets: [foreign],
      }),
    },
  },
  "tcp.nat.rebound": {
    severity: "error",
    fires: {
      plain: analysisOf([before, stray], {
        rebound: [{ connection: connectionId(0), continuedBy: connectionId(1) }],
      }),
      unanswered: analysisOf([before, strayUnanswered], {
        rebound: [{ connection: connectionId(0), continuedBy: connectionId(1) }],
      }),
    },
    near: { "an RST to a stranger": analysisOf([before, stray]) },
  },
  "tcp.rst.ignored": {
    severity: "note",
    fires: { plain: one(connectionFacts({ tcp: tcp({ resets: [reset({ at: 10, ignored: true })] }) })) },
    near: {
      "an RST that counts": one(byReset()),
      "the next one, right after it, met": one(
        abnormal("server", 40, {
          tcpFacts: { ending: "rst", resets: [reset({ at: 39.9999, ignored: true }), reset({ at: 40 })] },
        }),
      ),
    },
  },
  "tcp.rst.after-idle": {
    severity: "error",
    fires: {
      plain: one(
        byReset({ answers: mark(39.99) }, { client: { lastAcknowledged: mark(5) }, server: { lastData: mark(4) } }),
      ),
    },
    near: {
      "data was flowing": one(
        byReset({ answers: mark(39.99) }, { client: { lastAcknowledged: mark(38) }, server: { lastData: mark(39) } }),
      ),
      unprompted: one(byReset({}, { client: { lastAcknowledged: mark(5) }, server: { lastData: mark(4) } })),
    },
  },
  "tcp.path.blackhole": {
    severity: "error",
    severities: { survived: "warning", closedMeanwhile: "warning" },
    fires: {
      endLost: one(
        connectionFacts({
          tcp: tcp({
            client: { fin: mark(30), finRetransmissions: 5, finAcknowledged: null, finRepeat: finRepeat(37, null) },
            server: { fin: null },
          }),
        }),
      ),
      endLate: one(finUnanswered),
      allLost: several(vanished(false, 30, 29.9), dialledInVain(33)),
      closedMeanwhile: one(
        connectionFacts({
          tcp: tcp({ events: stalled(20).map((event) => ({ ...event, acknowledgedNs: relativeNs(27.2e9) })) }),
          webSocket: webSocket({ closeFrames: [close(24, 1000), close(27.3, 1000)] }),
        }),
      ),
      survived: one(
        connectionFacts({
          tcp: tcp({ events: stalled(20).map((event) => ({ ...event, acknowledgedNs: relativeNs(27.2e9) })) }),
        }),
      ),
      midTraffic: one(vanished(false, 30, 29.9)),
      afterIdle: one({
        ...vanished(false, 100, 40),
        webSocket: webSocket({ closeFrames: [null, null], heartbeat: [beat({ pings: 0 }), beat({ pings: 0 })] }),
      }),
      fullSize: one(vanished(true, 30, 29.9)),
      healed: one(healed),
      restarted: one(backWithoutMemory),
      forgotten: one({
        ...backWithoutMemory,
        webSocket: webSocket({
          closeFrames: [null, null],
          heartbeat: [quietBeat, beat({ intervalMs: 5000 })],
        }),
      }),
      oneWay: one(vanished(false, 30, 29.9, 8, { client: { lastData: mark(34) } })),
      stateLost: several(
        vanished(false, 30, 29.9, 6, { events: stalled(30) }),
        connectionFacts({ first: mark(33), tcp: tcp({ established: mark(33) }) }),
      ),
      acknowledgmentsLost: one(
        connectionFacts({ tcp: tcp({ client: { lastAcknowledged: mark(30) }, events: stalled(30, "client") }) }),
      ),
      rejected: one(
        vanished(false, 30, 29.9, 8, {
          icmpErrors: [
            { ...mark(31), sender: "10.0.0.1", ipVersion: 4, type: 3, code: 13, mtuBytes: 0, about: "server" },
          ],
        }),
      ),
      unreachable: one(
        vanished(false, 30, 29.9, 8, {
          icmpErrors: [
            { ...mark(31), sender: "10.0.0.254", ipVersion: 4, type: 3, code: 1, mtuBytes: 0, about: "server" },
          ],
        }),
      ),
      bothSilent: one(
        abnormal("client", 90, {
          tcpFacts: {
            idleBeforeCloseNs: 60.1e9,
            server: {
              missingBytes: 57,
              // The answer to the FIN tells of them, and is the last packet.
              neverCame: { bytes: 57, since: mark(90.001), isLost: false },
              lastAcknowledged: mark(30),
            },
            client: { fin: mark(90) },
          },
        }),
      ),
      hole: one(
        abnormal("client", 40, {
          tcpFacts: { server: { missingBytes: 4344, lastAcknowledged: mark(30) }, client: { fin: mark(40) } },
        }),
      ),
    },
    near: {
      "lost twice, and then the capture ends": one(vanished(false, 30, 29.9, 2)),
      "a hole, and nothing behind it of who would wait": one(
        abnormal("server", 40, {
          tcpFacts: {
            events: [{ ...mark(40), kind: "gap", from: "server", value: 372, streamOffset: 0 }],
            server: { missingBytes: 372, lastAcknowledged: mark(30), fin: mark(40) },
            client: { lastPacket: mark(30) },
          },
        }),
      ),
      "a number that tells of bytes, in the last packet": one(
        abnormal("server", 40, {
          tcpFacts: {
            client: {
              missingBytes: 6,
              lastAcknowledged: mark(30),
              neverCame: { bytes: 6, since: mark(40), isLost: false },
            },
          },
        }),
      ),
      "hung up before an answer could be missed": one(
        abnormal("client", 30.5, {
          tcpFacts: {
            resets: [reset({ from: "client", at: 42, afterFin: true, answers: mark(42), hasAck: false })],
            client: { fin: mark(30.5), lastData: mark(30.5), lastPacket: mark(30.5) },
            server: { fin: null, ...waiting(false, 30) },
          },
        }),
      ),
      "sent into a socket that is closed": one(
        abnormal("client", 29, {
          tcpFacts: { client: { fin: mark(29) }, server: { fin: null, ...waiting(false, 30) } },
        }),
      ),
    },
  },
  "ws.idle.timeout": {
    severity: "note",
    fires: {
      idle: idleEnd(60.02, { upgrade: nginx }),
      lifetime: one(abnormal("server", 30.005, { tcpFacts: { idleBeforeCloseNs: 0.2e9 } })),
      sealed: one(sealedConnection({ firstCloser: "server", idleBeforeCloseNs: 60.01e9 })),
    },
    near: {
      "no timer has 47 s": idleEnd(47),
      "closed by the client, no proxy in sight": one(
        abnormal("client", 300, { tcpFacts: { idleBeforeCloseNs: 60e9 } }),
        400,
      ),
      "a heartbeat explains it": idleEnd(60, {
        webSocketFacts: { heartbeat: [webSocket().heartbeat[0], deafBeat(200, [210, 240])] },
      }),
      "busy until the end, after a minute": one(abnormal("server", 60.005, { tcpFacts: { idleBeforeCloseNs: 0.2e9 } })),
    },
  },
} satisfies SomeCases;
