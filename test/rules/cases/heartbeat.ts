import type { SlowAcknowledgment } from "../../../src/store/tcp-types.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import {
  abnormal,
  analysisOf,
  BACKEND_LEG,
  beat,
  close,
  connectionFacts,
  deafBeat,
  joined,
  mark,
  sealedConnection,
  stalled,
  tcp,
  webSocket,
} from "../../support/facts-builder.ts";
import { impatient, patient, pinging } from "../../support/standing-still.ts";
import { streamed } from "../../support/streams.ts";
import { one, type SomeCases, several } from "./case.ts";

const quiet = webSocket().heartbeat[0];

/** The server pings every 10 s and gives up at 52 s; the last pong came at 20 s. */
const paused = (ms: number) => beat({ pings: 30, answered: 30, longestPause: { until: mark(39), ms } });

const wrongly = (count: number) => ({ unsolicitedPongs: count, wrongPongs: count });

const frozen = (acknowledged: boolean | null, blocked = false) =>
  one(
    abnormal("server", 52, {
      webSocketFacts: { heartbeat: [quiet, deafBeat(20, [30, 40, 50], acknowledged)] },
      tcpFacts: blocked
        ? { client: { zeroWindows: 1, zeroWindowSince: mark(28), longestZeroWindowNs: 24e9 } }
        : { client: { lastData: mark(30) } },
    }),
  );

/** Inside TLS without keys: a small record of the server every 10 s, answered until 10 s; it hangs up at 40 s. */
const unansweredInTls = sealedConnection(
  { firstCloser: "server" },
  {
    last: [mark(10), mark(39.9)],
    beats: [
      null,
      {
        intervalMs: 10_000,
        count: 5,
        answered: 2,
        last: mark(30),
        lastAnswer: mark(10),
        unanswered: 2,
        firstUnanswered: mark(20),
      },
    ],
  },
);

/** The same of the client, every 10 s until 60 s; the server's last word came at 30 s, and nobody hung up. */
const ongoingInTls = (): ConnectionFacts =>
  sealedConnection(
    { ending: "open", closedAt: null, firstCloser: null, client: { fin: null }, server: { fin: null } },
    {
      last: [mark(60), mark(30)],
      beats: [
        {
          intervalMs: 10_000,
          count: 6,
          answered: 3,
          last: mark(60),
          lastAnswer: mark(30),
          unanswered: 3,
          firstUnanswered: mark(40),
        },
        null,
      ],
    },
  );

/** The client waited so long for the acknowledgment of its pong, and sent it again. */
const repeated = (ms: number): SlowAcknowledgment => ({
  sinceNs: mark(10.01).timestampNs,
  ms,
  inRow: 1,
  isRepeated: true,
});

const late = (
  roundTripMs: number,
  median: number,
  intervalMs = 60_000,
  slowAcknowledgment: SlowAcknowledgment | null = null,
) =>
  one(
    connectionFacts({
      tcp: tcp({ client: { slowAcknowledgment } }),
      webSocket: webSocket({
        heartbeat: [
          quiet,
          beat({
            late: 1,
            intervalMs,
            roundTripMs: { min: 1, median, p95: roundTripMs, max: roundTripMs },
            slowest: { ping: mark(10), pong: mark(10 + roundTripMs / 1000), roundTripMs },
          }),
        ],
      }),
    }),
  );

/** Each pong comes so late, on a path of so many ms. */
const steady = (ms: number, pathMs: number, answered = 4) =>
  one(
    connectionFacts({
      tcp: tcp({ roundTripMs: pathMs }),
      webSocket: webSocket({
        heartbeat: [
          quiet,
          beat({
            answered,
            skipped: 1,
            roundTripMs: { min: ms, median: ms + 2, p95: ms + 5, max: ms + 5 },
            slowest: { ping: mark(10), pong: mark(10 + (ms + 5) / 1000), roundTripMs: ms + 5 },
          }),
        ],
      }),
    }),
  );

/** The server pinged every 10 s; its last packet came at `seconds`, and nobody closed. */
const fallenSilent = (seconds: number): ConnectionFacts =>
  connectionFacts({
    webSocket: webSocket({ closeFrames: [null, null], heartbeat: [beat({ pings: 0 }), beat()] }),
    tcp: tcp({
      ending: "open",
      firstCloser: null,
      closedAt: null,
      client: { fin: null },
      server: { fin: null, lastPacket: mark(seconds) },
    }),
    close: { verdict: "open", clientSees: null, serverSees: null },
  });

const withoutPings = (openSeconds: number, tcpFacts: Parameters<typeof tcp>[0] = {}) =>
  one(
    connectionFacts({
      last: mark(openSeconds),
      webSocket: webSocket({ heartbeat: [quiet, quiet] }),
      tcp: tcp({ closedAt: mark(openSeconds), ...tcpFacts }),
    }),
  );

export const heartbeatCases = {
  "ws.pong.missing": {
    severity: "error",
    severities: { ongoing: "warning", sealedOngoing: "warning", survived: "warning", wrongPayload: "warning" },
    fires: {
      woke: several(pinging(1), patient(2)),
      still: several(pinging(1), impatient(2, 40)),
      gaveUp: frozen(true),
      neverAnswered: one(
        abnormal("server", 52, {
          webSocketFacts: {
            heartbeat: [quiet, { ...deafBeat(20, [30, 40, 50]), answered: 0, lastPong: null, lastAnsweredPing: null }],
          },
        }),
      ),
      gaveUpUnacknowledged: frozen(false),
      gaveUpOneWay: one(
        abnormal("server", 52, {
          webSocketFacts: {
            heartbeat: [quiet, deafBeat(20, [30, 40, 50], false)],
            lastMessage: [mark(49), mark(51)],
          },
          tcpFacts: { client: { lastData: mark(49) } },
        }),
      ),
      gaveUpBlocked: frozen(true, true),
      gaveUpDeaf: one(
        abnormal("server", 52, {
          webSocketFacts: { heartbeat: [quiet, deafBeat(20, [30, 40, 50], true)] },
          tcpFacts: { server: { zeroWindows: 1, zeroWindowSince: mark(28), longestZeroWindowNs: 24e9 } },
        }),
      ),
      gaveUpLoss: one(
        abnormal("server", 52, {
          webSocketFacts: { heartbeat: [quiet, deafBeat(20, [30, 40, 50])] },
          tcpFacts: { client: { missingBytes: 1460 } },
        }),
      ),
      gaveUpPath: one(
        abnormal("server", 52, {
          webSocketFacts: { heartbeat: [quiet, deafBeat(20, [30, 40, 50])] },
          tcpFacts: { events: stalled(44) },
        }),
      ),
      gaveUpBehindMessage: one(
        abnormal("server", 52, {
          webSocketFacts: {
            heartbeat: [quiet, deafBeat(20, [30, 40, 50])],
            unfinishedMessage: [{ ...mark(25), bytes: 500_000 }, null],
            incompleteFrameBytes: [48_000, 0],
          },
          tcpFacts: { client: { lastData: mark(51.9) } },
        }),
      ),
      gaveUpSlow: one(
        abnormal("server", 52, {
          webSocketFacts: { heartbeat: [quiet, deafBeat(20, [30, 40, 50])] },
          tcpFacts: {
            server: { slowAcknowledgment: { sinceNs: mark(29).timestampNs, ms: 4800, inRow: 1, isRepeated: true } },
          },
        }),
      ),
      sealed: one(unansweredInTls),
      sealedOngoing: one(ongoingInTls(), 61),
      notPassedOn: analysisOf(
        [
          connectionFacts({ webSocket: webSocket({ heartbeat: [quiet, beat({ pings: 1, answered: 1 })] }) }),
          abnormal("server", 52, {
            ...BACKEND_LEG,
            webSocketFacts: { heartbeat: [quiet, deafBeat(20, [30, 40, 50])] },
          }),
        ],
        { joins: [joined("proxied")] },
      ),
      ongoing: one(
        connectionFacts({
          webSocket: webSocket({ closeFrames: [null, null], heartbeat: [quiet, deafBeat(20, [30, 40])] }),
          tcp: { ...connectionFacts().tcp, ending: "open", closedAt: null, firstCloser: null },
          close: { verdict: "open", clientSees: null, serverSees: null },
        }),
      ),
      mayHaveGivenUp: one(
        connectionFacts({
          webSocket: webSocket({
            closeFrames: [close(45.01, 1000), close(45, 1000)],
            heartbeat: [quiet, deafBeat(20, [30, 40])],
          }),
        }),
      ),
      gaveUpWrongPayload: one(
        abnormal("server", 52, {
          webSocketFacts: {
            heartbeat: [quiet, { ...deafBeat(50.1, [30, 40, 50]), answered: 0, lastAnsweredPing: null, ...wrongly(3) }],
          },
        }),
      ),
      wrongPayload: one(
        connectionFacts({
          webSocket: webSocket({
            closeFrames: [close(45, 1000), close(45.01, 1000)],
            heartbeat: [quiet, { ...deafBeat(40.1, [30, 40]), answered: 0, lastAnsweredPing: null, ...wrongly(2) }],
          }),
        }),
      ),
      survived: one(
        connectionFacts({
          webSocket: webSocket({
            closeFrames: [close(45, 1000), close(45.01, 1000)],
            heartbeat: [quiet, deafBeat(20, [30, 40])],
          }),
        }),
      ),
    },
    near: {
      "all answered": one(connectionFacts()),
      "the pong was on its way when the end came": one(
        abnormal("server", 52, { webSocketFacts: { heartbeat: [quiet, deafBeat(50, [51.9])] } }),
      ),
      "only the pinger was captured, and it acknowledges what comes": one(
        abnormal("server", 52, {
          webSocketFacts: { heartbeat: [quiet, deafBeat(20, [30, 40, 50])] },
          tcpFacts: { oneWay: true, client: { packets: 0, lastAcknowledged: mark(50.1) } },
        }),
      ),
      "only its peer was captured": one(
        abnormal("server", 52, {
          webSocketFacts: { heartbeat: [quiet, deafBeat(20, [30, 40, 50])] },
          tcpFacts: { oneWay: true, server: { packets: 0 } },
        }),
      ),
    },
  },
  "ws.pong.late": {
    severity: "warning",
    severities: { byPath: "note" },
    fires: { plain: late(5000, 2), byPath: late(1100, 2, 1000, repeated(1000)), steady: steady(1998, 1) },
    near: {
      "slow but steady": late(900, 700),
      "under a second": late(800, 2),
      "slow, and the heartbeat is patient": late(1500, 700),
      "so is the path": steady(1300, 600),
      "only two": steady(1998, 1, 2),
    },
  },
  "ws.pong.unsolicited": {
    severity: "note",
    fires: {
      plain: one(connectionFacts({ webSocket: webSocket({ heartbeat: [quiet, beat({ unsolicitedPongs: 3 })] }) })),
    },
    near: {
      "the first of a connection that was open already": one(
        connectionFacts({
          webSocket: webSocket({ midstream: true, heartbeat: [quiet, beat({ unsolicitedPongs: 1 })] }),
        }),
      ),
    },
  },
  "ws.ping.stopped": {
    severity: "warning",
    fires: {
      plain: one(fallenSilent(30)),
      paused: one(connectionFacts({ webSocket: webSocket({ heartbeat: [quiet, paused(38_000)] }) })),
      streamPaused: one(streamed()),
      streamLate: one(streamed({ made: 14 })),
      bothLate: one(streamed({ made: 14, clientLater: 0 })),
    },
    near: {
      "a stream that pauses for seven of its intervals": one(streamed({ pauseSeconds: 7 })),
      "pings that come a little later once": one(
        connectionFacts({ webSocket: webSocket({ heartbeat: [quiet, paused(25_000)] }) }),
      ),
      "the capture's clock was set forward": one(
        connectionFacts({
          webSocket: webSocket({ heartbeat: [quiet, paused(38_000)] }),
          tcp: tcp({ clockSteps: [{ ...mark(38.5), ms: 30_000 }] }),
        }),
      ),
      "the capture stops before the next pings are due": analysisOf([fallenSilent(30)], { clockSeconds: 50 }),
      closed: one(connectionFacts()),
      "still heard": one(fallenSilent(110)),
    },
  },
  "ws.ping.absent": {
    severity: "note",
    fires: { plain: withoutPings(90) },
    near: {
      "half a minute is no time": withoutPings(30),
      "there are pings": one(connectionFacts()),
      "pings may wait behind data that is stuck": withoutPings(90, {
        server: {
          unacknowledged: { bytes: 1448, since: mark(6), retransmissions: 8, last: mark(60), fullSize: true },
        },
      }),
    },
  },
} satisfies SomeCases;
