import { relativeNs } from "../../../src/base/brand.ts";
import type {
  AckFacts,
  ApplicationBeatFacts,
  BeatWait,
  EngineIoFacts,
  SessionFacts,
  SocketIoNamespaceFacts,
  TokenFacts,
} from "../../../src/store/session-types.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import type { WebSocketFacts } from "../../../src/store/websocket-types.ts";
import {
  abnormal,
  beat,
  close,
  connectionFacts,
  deafBeat,
  exchange,
  mark,
  refusedUpgrade,
  stalled,
  tcp,
  UPGRADE_FIELDS,
  upgrade,
  webSocket,
} from "../../support/facts-builder.ts";
import { begun, dismissed, opened, pinged, posted, unknown } from "../../support/polled-sessions.ts";
import { namespace, sessionFacts } from "../../support/session-facts.ts";
import { comesBack, impatient, patient, wellServed } from "../../support/standing-still.ts";
import { one, running, type SomeCases, several } from "./case.ts";

const quiet = webSocket().heartbeat[0];
const TARGET = "/socket.io/?EIO=4&transport=websocket";

const engineIo = (given: Partial<EngineIoFacts> = {}): EngineIoFacts => ({
  version: 4,
  transport: "websocket",
  sid: "s",
  open: { ...mark(0.01), pingIntervalMs: 10_000, pingTimeoutMs: 5_000, upgrades: [], maxPayloadBytes: null },
  timers: { pingIntervalMs: 10_000, pingTimeoutMs: 5_000 },
  heartbeat: [quiet, beat()],
  probeSent: null,
  probeAnswered: null,
  upgraded: null,
  closed: null,
  ...given,
});

/** A client of Socket.IO that hears nothing more from 20 s on, and leaves for it. */
const unpinged = (last: number, at = 35): ConnectionFacts =>
  impatient(last, at, {
    upgrade: upgrade({ target: TARGET }),
    session: sessionFacts({
      engineIo: engineIo({ sid: `s${last}`, heartbeat: [quiet, beat({ lastPing: mark(20) })] }),
    }),
  });

const INVALID_TOKEN = { ...mark(10), event: "error", message: "无效的认证令牌" };

/** A server that answers nothing but this, at 10 s and 20 s. */
const refusing = (given: Partial<SocketIoNamespaceFacts> = {}) => {
  const firstErrors = [10, 20].map((at) => ({ ...mark(at), event: "exception", message: "Unauthorized" }));
  return namespace({ told: firstErrors.at(-1) ?? null, firstErrors, errors: 2, served: null, ...given });
};

const failing = (given: Partial<SocketIoNamespaceFacts> = {}) => {
  const firstErrors = [10, 20, 30].map((at) => ({ ...mark(at), event: "exception", message: "Internal server error" }));
  return namespace({ told: firstErrors.at(-1) ?? null, firstErrors, errors: 3, served: null, ...given });
};

const failedAck = (message: string) => ({ count: 1, first: [{ ...mark(10), event: "join", message }] });

export const session = (given: Partial<SessionFacts> = {}): SessionFacts =>
  sessionFacts({ protocol: "socket.io", engineIo: engineIo(), socketIo: [namespace()], ...given });

/** A Socket.IO connection; its WebSocket ended by `closer` with an empty Close at `seconds`. */
const socketIo = (
  facts: SessionFacts,
  closer: "client" | "server" = "client",
  seconds = 40,
  more: Partial<ConnectionFacts> = {},
) =>
  one(
    connectionFacts({
      upgrade: upgrade({ target: TARGET }),
      session: facts,
      webSocket: webSocket({
        closeFrames: closer === "client" ? [close(seconds, null), null] : [null, close(seconds, null)],
        heartbeat: [quiet, quiet],
      }),
      ...more,
    }),
  );

/** A session that the server closes while CONNECT waits for its answer. */
const cutOff = (sid: string): ConnectionFacts =>
  connectionFacts({
    upgrade: upgrade({ target: TARGET }),
    session: session({ engineIo: engineIo({ sid }), socketIo: [namespace({ sid, connected: null })] }),
    webSocket: webSocket({ closeFrames: [null, close(0.5, null)], heartbeat: [quiet, quiet] }),
    tcp: tcp({ firstCloser: "server", closedAt: mark(0.51) }),
    last: mark(0.52),
  });

const NOTHING = { text: 0, binary: 0, bytes: 0 };

/** So many texts of each side. */
const spoken = (client: number, server: number) => ({
  webSocket: webSocket({
    closeFrames: [null, close(45, null)],
    messages: [
      { ...NOTHING, text: client },
      { ...NOTHING, text: server },
    ],
  }),
});

/** A WebSocket of Socket.IO's client on which the server never says Engine.IO's “open”. */
const ungreeted = (given: Partial<WebSocketFacts>, said: Partial<SessionFacts> = {}, target = TARGET) =>
  one(
    connectionFacts({
      upgrade: upgrade({ target }),
      session: session({ protocol: "json", engineIo: null, socketIo: [], ...said }),
      webSocket: webSocket({ heartbeat: [quiet, quiet], ...given }),
    }),
  );

/** A client's own ping every 5 s. */
const PAGE_BEAT = {
  from: "client",
  by: "name",
  sample: '{"type":"ping"}',
  answerSample: '{"type":"pong"}',
  intervalMs: 5000,
} as const;

const appBeat = (
  unanswered: readonly number[],
  given: Partial<ApplicationBeatFacts> = {},
  lastOfServer = 38,
  tcpFacts: Parameters<typeof tcp>[0] = {},
  webSocketFacts: Parameters<typeof webSocket>[0] = {},
) =>
  one(
    connectionFacts({
      tcp: tcp(tcpFacts),
      webSocket: webSocket({ lastMessage: [mark(38), mark(lastOfServer)], ...webSocketFacts }),
      session: session({
        protocol: "json",
        engineIo: null,
        socketIo: [],
        heartbeat: {
          ...PAGE_BEAT,
          sent: 8,
          answered: 8 - unanswered.length,
          unansweredAtEnd: unanswered.map(mark),
          lastAnswer: mark(10),
          lastAsked: mark(10),
          longestWait: null,
          ...given,
        },
      }),
    }),
  );

/** One question was waiting when the client ended it, at 40 s. */
const givenUp = (
  askedAt: number,
  closed: ReturnType<typeof close> | null = null,
  given: Partial<ApplicationBeatFacts> = {},
  tcpFacts: Parameters<typeof tcp>[0] = {},
) =>
  appBeat(
    [askedAt],
    given,
    38,
    { firstCloser: "client", closedAt: mark(40), ...tcpFacts },
    { closeFrames: [closed, null] },
  );

/** Its questions were waiting when the client closed for something else. */
const failedFor = (code: number) => {
  const [connection] = appBeat([15, 20, 25, 30, 35]).connections;
  if (connection?.webSocket == null) throw new Error("no WebSocket");
  const closeFrames: WebSocketFacts["closeFrames"] = [close(39.9, code), close(39.95, code)];
  return one({ ...connection, webSocket: { ...connection.webSocket, closeFrames } });
};

/** Five questions from 20 s on were answered together, 22 s after the first of them. */
const late = (more: Partial<BeatWait> = {}) =>
  appBeat([], { longestWait: { asked: mark(20), answered: mark(42.3), waiting: 5, madeUp: 5, ...more } });

/** The last of these at 20 s; the server, which had answered each, ends it at 40 s. */
const notAsked = (given: Partial<ConnectionFacts> = {}, heartbeat: Partial<ApplicationBeatFacts> = {}) =>
  one(
    abnormal("server", 40, {
      upgrade: upgrade({ request: { ...UPGRADE_FIELDS, Origin: "https://app.example" } }),
      session: session({
        protocol: "json",
        engineIo: null,
        socketIo: [],
        heartbeat: {
          ...PAGE_BEAT,
          sent: 4,
          answered: 4,
          unansweredAtEnd: [],
          lastAnswer: mark(20.01),
          lastAsked: mark(20),
          longestWait: null,
          ...heartbeat,
        },
      }),
      webSocketFacts: { lastMessage: [mark(20), mark(39)], heartbeat: [quiet, beat({ pings: 0, answered: 0 })] },
      ...given,
    }),
  );

/** The client asks at these times, is never answered, and ends it at 40 s. */
const askedInVain = (...asked: readonly number[]) =>
  one(
    abnormal("client", 40, {
      session: session({
        protocol: "json",
        engineIo: null,
        socketIo: [],
        heartbeat: null,
        askedInVain: {
          ...PAGE_BEAT,
          answerSample: null,
          sent: asked.length,
          answered: 0,
          unansweredAtEnd: asked.map(mark),
          lastAnswer: null,
          lastAsked: mark(asked.at(-1) ?? 0),
          longestWait: null,
        },
      }),
      webSocketFacts: { heartbeat: [quiet, quiet] },
    }),
  );

const closedFor = (code: number, reason: string) =>
  notAsked({
    webSocket: webSocket({
      lastMessage: [mark(20), mark(39)],
      closeFrames: [close(40.01, code), close(40, code, reason)],
    }),
    tcp: tcp({ firstCloser: "server" }),
  });

/** Seconds since 1970 at the analysis' origin, as the builder sets it. */
const ORIGIN = 1_700_000_000;
const token = (given: Partial<TokenFacts>): TokenFacts => ({
  ...mark(0.003),
  where: "query",
  sid: null,
  from: "client",
  expiresAtSeconds: ORIGIN + 3600,
  notBeforeSeconds: null,
  issuedAtSeconds: null,
  ...given,
});
/** The server ends the namespace at `seconds`, and the connection stays for a while. */
const putOutAt = (seconds: number, times: Partial<TokenFacts>) =>
  one(
    connectionFacts({
      upgrade: upgrade({ target: TARGET }),
      tokens: [token({ where: "socket.io-auth", sid: "s", ...times })],
      session: session({ socketIo: [namespace({ disconnected: { ...mark(seconds), from: "server" } })] }),
      webSocket: webSocket({ closeFrames: [close(39.9, null), null], heartbeat: [quiet, quiet] }),
    }),
  );
const pendingUpgrade = refusedUpgrade(
  { target: `${TARGET}&sid=abc`, status: null },
  { tcp: tcp({ ending: "open" }), kind: "upgrade-unanswered" },
);
const refusedWith = (given: Partial<TokenFacts>) => one(refusedUpgrade({ status: 401 }, { tokens: [token(given)] }));

const dated = (date: string, tokens: readonly TokenFacts[] = [token({})]) =>
  one(
    connectionFacts({
      tokens,
      upgrade: upgrade({
        response: {
          Upgrade: "websocket",
          Connection: "Upgrade",
          "Sec-WebSocket-Accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
          Date: date,
        },
      }),
    }),
  );

const silent = (seconds: number) =>
  one(
    connectionFacts({
      last: mark(seconds),
      webSocket: webSocket({
        messages: [
          { text: 1, binary: 0, bytes: 50 },
          { text: 0, binary: 0, bytes: 0 },
        ],
      }),
      tcp: { ...connectionFacts().tcp, closedAt: mark(seconds) },
    }),
  );

/** Two events of the client at 1 s and 2 s with a callback; the server's last frame at 30 s, the client's Close at 40 s. */
const unacknowledged = (given: Partial<AckFacts> = {}, facts: Partial<SocketIoNamespaceFacts> = {}, lastHeard = 30) =>
  socketIo(
    session({
      socketIo: [
        namespace({
          acks: {
            asked: 2,
            answered: 0,
            slowestMs: 0,
            serverSpoke: true,
            missing: [
              { ...mark(1), event: "send" },
              { ...mark(2), event: "send" },
            ],
            ...given,
          },
          ...facts,
        }),
      ],
    }),
    "client",
    40,
    { webSocket: webSocket({ closeFrames: [close(40, null), null], lastFrame: [mark(40), mark(lastHeard)] }) },
  );

export const gapOf = (from: "client" | "server", seconds: number) => ({
  events: [{ ...mark(seconds), code: "gap" as const, from, section: "RFC 6455 §5.2", value: 40 }],
  eventCounts: { gap: 1 },
});

/** The server's ping of 30 s does not get through, nor what follows; the client closes the WebSocket meanwhile. */
const heldUpPings = (closedAt: number) =>
  socketIo(
    session({
      engineIo: engineIo({
        heartbeat: [quiet, { ...deafBeat(20, [30]), lastPing: mark(30), lastAnsweredPing: mark(20) }],
      }),
    }),
    "client",
    closedAt,
    { tcp: tcp({ events: stalled(30).map((event) => ({ ...event, sentNs: relativeNs(30e9) })) }) },
  );

export const applicationCases = {
  "eio.pong.missing": {
    severity: "error",
    severities: { waiting: "warning" },
    fires: {
      woke: several(unpinged(1), unpinged(2), patient(3)),
      still: several(unpinged(1), unpinged(2, 40)),
      gaveUp: socketIo(session({ engineIo: engineIo({ heartbeat: [quiet, deafBeat(20, [30])] }) }), "server", 35),
      neverPongs: socketIo(
        session({ engineIo: engineIo({ heartbeat: [quiet, { ...deafBeat(20, [30]), answered: 0, lastPong: null }] }) }),
        "server",
        35,
        { webSocket: webSocket({ closeFrames: [close(35.01, null), close(35, null)], heartbeat: [quiet, quiet] }) },
      ),
      gaveUpPath: socketIo(session({ engineIo: engineIo({ heartbeat: [quiet, deafBeat(20, [30])] }) }), "server", 35, {
        tcp: tcp({ events: stalled(30) }),
      }),
      waiting: one(
        connectionFacts({
          session: session({ engineIo: engineIo({ heartbeat: [quiet, deafBeat(20, [30])] }) }),
          webSocket: webSocket({ closeFrames: [null, null] }),
          tcp: { ...connectionFacts().tcp, ending: "open", closedAt: null, firstCloser: null },
          close: { verdict: "open", clientSees: null, serverSees: null },
        }),
      ),
      pollsStopped: several(pinged(20), unknown(32)),
      pongNotPosted: several(pinged(20), dismissed(25)),
      noPing: socketIo(
        session({ engineIo: engineIo({ heartbeat: [quiet, beat({ lastPing: mark(25) })] }) }),
        "client",
        40,
      ),
      noPingPath: socketIo(
        session({ engineIo: engineIo({ heartbeat: [quiet, beat({ lastPing: mark(25) })] }) }),
        "client",
        40,
        { tcp: tcp({ events: stalled(36, "client") }) },
      ),
      pingsLost: heldUpPings(36),
    },
    near: {
      "all answered": socketIo(session(), "server"),
      "the client left while a ping was held up, before its patience ended": heldUpPings(33),
      "the server was stopped before the pong was due": socketIo(
        session({ engineIo: engineIo({ heartbeat: [quiet, deafBeat(20, [30])] }) }),
        "server",
        31.5,
      ),
      "the client left before the pong was overdue": socketIo(
        session({ engineIo: engineIo({ heartbeat: [quiet, deafBeat(20, [30])] }) }),
        "client",
        33,
      ),
      "a later ping may be among what the capture lacks": socketIo(
        session({ engineIo: engineIo({ heartbeat: [quiet, beat({ lastPing: mark(25) })] }) }),
        "client",
        40,
        { webSocket: webSocket({ closeFrames: [close(40, null), null], ...gapOf("server", 36) }) },
      ),
      "the client left before its patience ended": socketIo(
        session({ engineIo: engineIo({ heartbeat: [quiet, beat({ lastPing: mark(35) })] }) }),
        "client",
        40,
      ),
    },
  },
  "eio.upgrade.failed": {
    severity: "warning",
    severities: { refused: "note" },
    fires: {
      refused: one(refusedUpgrade({ target: `${TARGET}&sid=abc`, status: 400 })),
      probe: one(
        connectionFacts({
          upgrade: upgrade({ target: `${TARGET}&sid=abc` }),
          session: session({ engineIo: engineIo({ probeSent: mark(0.1) }) }),
        }),
      ),
    },
    near: {
      answered: one(
        connectionFacts({
          upgrade: upgrade({ target: `${TARGET}&sid=abc` }),
          session: session({ engineIo: engineIo({ probeSent: mark(0.1), probeAnswered: mark(0.2) }) }),
        }),
      ),
      "the answer is on its way": running([pendingUpgrade], 1),
      "a stored capture ends before an answer could come": { ...running([pendingUpgrade], 1), live: false },
      "the answer to the probe may be among what the capture lacks": one(
        connectionFacts({
          upgrade: upgrade({ target: `${TARGET}&sid=abc` }),
          session: session({ engineIo: engineIo({ probeSent: mark(0.1) }) }),
          webSocket: webSocket(gapOf("server", 0.2)),
        }),
      ),
      "no session before": one(refusedUpgrade({ target: TARGET, status: 400 })),
    },
  },
  "sio.connect.missing": {
    severity: "error",
    fires: {
      silent: socketIo(session({ socketIo: [] }), "server", 45, {
        webSocket: webSocket({
          closeFrames: [null, close(45, null)],
          messages: [
            { text: 0, binary: 0, bytes: 0 },
            { text: 1, binary: 0, bytes: 90 },
          ],
        }),
      }),
      onlyPongs: socketIo(
        session({ socketIo: [], engineIo: engineIo({ heartbeat: [quiet, beat({ answered: 2 })] }) }),
        "server",
        45,
        {
          webSocket: webSocket({ closeFrames: [null, close(45, null)], messages: [{ ...NOTHING, text: 2 }, NOTHING] }),
        },
      ),
      other: socketIo(session({ socketIo: [] }), "server", 45, spoken(2, 1)),
      polled: several(begun(1), dismissed(46)),
      unused: several(opened(1, "a"), opened(3, "b"), opened(7, "c")),
    },
    near: {
      "a server that speaks Engine.IO alone": socketIo(session({ socketIo: [] }), "server", 45, spoken(2, 9)),
      "a session that polls did connect": several(begun(1), posted(2, '40/im,{"token":"x"}'), dismissed(46)),
      "a session that polls, ended at another time": several(begun(1), dismissed(33.4)),
      "two may be pages that were left": several(opened(1, "a"), opened(3, "b")),
      "the client left": socketIo(session({ socketIo: [] }), "client", 45),
      "it did connect": socketIo(session(), "server", 45),
      "the capture lacks bytes of the client": socketIo(session({ socketIo: [] }), "server", 45, {
        webSocket: webSocket({ ...gapOf("client", 20) }),
      }),
      "no frame of the client could be read": socketIo(session({ socketIo: [] }), "server", 45, {
        webSocket: webSocket({ midstream: true, lostTrack: [mark(44), null] }),
      }),
    },
  },
  "sio.connect.refused": {
    severity: "error",
    fires: {
      namespace: socketIo(
        session({ socketIo: [namespace({ refused: { ...mark(0.05), message: "Invalid namespace" } })] }),
      ),
      auth: socketIo(session({ socketIo: [namespace({ refused: { ...mark(0.05), message: "jwt malformed" } })] })),
      noAuth: socketIo(
        session({ socketIo: [namespace({ hasAuth: false, refused: { ...mark(0.05), message: "missing token" } })] }),
      ),
      unseen: socketIo(
        session({
          socketIo: [
            namespace({
              connectRequested: null,
              hasAuth: false,
              refused: { ...mark(0.05), message: "jwt not active" },
            }),
          ],
        }),
        "client",
        40,
        { webSocket: webSocket(gapOf("client", 0.04)) },
      ),
    },
    near: { connected: socketIo(session()) },
  },
  "sio.connect.unanswered": {
    severity: "error",
    fires: {
      plain: socketIo(session({ socketIo: [namespace({ connected: null })] })),
      noGreeting: ungreeted({ messages: [NOTHING, NOTHING] }),
      otherServer: ungreeted({}, { lastTexts: [null, { ...mark(0.2), text: '{"type":"welcome"}' }] }),
    },
    near: {
      "the session had begun on polls": ungreeted({}, {}, `${TARGET}&sid=abc`),
      "no client of Socket.IO": ungreeted({}, {}, "/chat"),
      "what the server said could not be inflated": ungreeted({ eventCounts: { "deflate-undecodable": 1 } }),
      "the capture lacks the server's first bytes": ungreeted(gapOf("server", 0.1)),
      "the client left before a slow server could speak": socketIo(
        session({ engineIo: null, socketIo: [] }),
        "client",
        1,
        {
          webSocket: webSocket({ messages: [NOTHING, NOTHING], firstFrame: [null, null], lastFrame: [null, null] }),
          tcp: tcp({ closedAt: mark(1) }),
        },
      ),
      answered: socketIo(session()),
      "refused, which is an answer": socketIo(
        session({ socketIo: [namespace({ connected: null, refused: { ...mark(1), message: "no" } })] }),
      ),
      "the capture lacks bytes of the server": socketIo(
        session({ socketIo: [namespace({ connected: null })] }),
        "server",
        45,
        { webSocket: webSocket({ ...gapOf("server", 20) }) },
      ),
      "a poll whose answer the capture lacks may have brought it": several(
        connectionFacts({
          upgrade: upgrade({ target: TARGET }),
          session: session({ socketIo: [namespace({ connected: null })] }),
        }),
        connectionFacts({
          kind: "http",
          webSocket: null,
          upgrade: null,
          exchanges: [exchange({ target: "/socket.io/?EIO=4&transport=polling&sid=s", requestAt: 0.01, status: null })],
          exchangeCount: 1,
        }),
      ),
      "the client left soon": socketIo(session({ socketIo: [namespace({ connected: null })] }), "client", 4, {
        tcp: tcp({ closedAt: mark(4) }),
      }),
    },
  },
  "sio.exception": {
    severity: "note",
    fires: {
      plain: socketIo(session({ socketIo: [namespace({ told: INVALID_TOKEN })] })),
      refused: socketIo(session({ socketIo: [refusing()] })),
      failing: socketIo(session({ socketIo: [failing()] })),
    },
    severities: { refused: "warning", failing: "warning" },
    near: {
      "an acknowledgment of something else that failed": socketIo(
        session({ socketIo: [namespace({ served: null, failedAcks: failedAck("name is taken") })] }),
      ),
      "refused once, and served after that": socketIo(
        session({ socketIo: [namespace({ served: mark(12), failedAcks: failedAck("Unauthorized") })] }),
      ),
      "the server turned it away": socketIo(
        session({ socketIo: [namespace({ told: INVALID_TOKEN, disconnected: { ...mark(10.1), from: "server" } })] }),
      ),
    },
  },
  "sio.disconnected": {
    severity: "warning",
    fires: {
      plain: socketIo(session({ socketIo: [namespace({ disconnected: { ...mark(10), from: "server" } })] })),
      atOnce: socketIo(session({ socketIo: [namespace({ disconnected: { ...mark(0.4), from: "server" } })] })),
      told: socketIo(
        session({ socketIo: [namespace({ told: INVALID_TOKEN, disconnected: { ...mark(10.1), from: "server" } })] }),
      ),
      parseError: socketIo(session({ notAPacket: { ...mark(39.99), text: "Zhello" } }), "server"),
      closedBeneath: socketIo(session(), "server", 0.5),
      closedUnasked: several(cutOff("a"), cutOff("b")),
    },
    severities: { atOnce: "error", told: "error", parseError: "error", closedUnasked: "error" },
    near: {
      "closed by the server after a while": socketIo(session(), "server", 10),
      "left by the client at once": socketIo(session(), "client", 0.5),
      "hung up long after such a packet": socketIo(session({ notAPacket: { ...mark(30), text: "Zhello" } }), "server"),
      "the client's own": socketIo(
        session({ socketIo: [namespace({ disconnected: { ...mark(1), from: "client" } })] }),
      ),
    },
  },
  "app.heartbeat.missing": {
    severity: "warning",
    fires: {
      gaveUp: appBeat([15, 20, 25, 30, 35]),
      alive: appBeat([15, 20, 25, 30, 35], { by: "regularity" }),
      silent: appBeat([15, 20, 25, 30, 35], { by: "regularity" }, 12),
      gaveUpPath: appBeat([15, 20, 25, 30, 35], {}, 12, { events: stalled(15, "client") }),
      neverAnswered: askedInVain(15, 20, 25, 30, 35),
      notAsked: notAsked(),
      late: late(),
    },
    severities: { gaveUp: "error", gaveUpPath: "error", neverAnswered: "error", notAsked: "error" },
    near: {
      "never answered, but it ended at another time than a timer would": askedInVain(13, 18, 23, 28, 33),
      "it may not have been due yet": notAsked({}, { lastAsked: mark(34) }),
      "a few pings at first are a measurement": notAsked({}, { lastAsked: mark(5) }),
      "it was answered late, and asks again only then": notAsked({}, { lastAnswer: mark(34) }),
      "never answered": notAsked({}, { answered: 0, lastAnswer: null }),
      "the server says another reason": closedFor(4003, "room is full"),
      "the server restarts": closedFor(1012, ""),
      "it waited for a login": closedFor(4008, "auth timeout"),
      "its host was not heard either": notAsked({
        tcp: tcp({ firstCloser: "server", client: { lastPacket: mark(21) } }),
      }),
      "nothing got through": notAsked({ tcp: tcp({ firstCloser: "server", events: stalled(25) }) }),
      "answered to the end": appBeat([]),
      "it had just asked when it left": givenUp(38.5),
      "it leaves as one who is done": givenUp(35, close(40, 1000)),
      "for a reason of its own": givenUp(35, close(40, 4001, "logged out")),
      "one question, not called a ping": givenUp(35, null, { by: "regularity" }),
      "the path did not bring it there": givenUp(35, null, {}, { events: stalled(35, "client") }),
      "its sender failed the connection for what it got": failedFor(1009),
      "late by less than an interval": late({ answered: mark(24) }),
      "one answer to all of them": late({ madeUp: 1 }),
      "the last one may be on its way": appBeat([39.5]),
      "answers may be in what the capture does not hold": appBeat(
        [15, 20, 25, 30, 35],
        {},
        38,
        {},
        gapOf("server", 21),
      ),
    },
  },
  "app.standstill": {
    severity: "error",
    fires: {
      woke: several(impatient(1), patient(2), comesBack(1)),
      still: several(impatient(1), impatient(2, 40), comesBack(1)),
    },
    near: {
      "one WebSocket shows it, which tells it itself": several(impatient(1), wellServed(2)),
      "the server talks to others meanwhile": several(impatient(1), patient(2), comesBack(1), wellServed(3)),
      "nothing was owed to anybody: its source may have dried up": several(impatient(1), impatient(2)),
    },
  },
  "app.silent": {
    severity: "note",
    severities: { noAckNothing: "warning", noAck: "warning" },
    fires: {
      plain: silent(90),
      noAckNothing: unacknowledged({ serverSpoke: false }),
      noAck: unacknowledged(),
      someAcks: unacknowledged({ asked: 9, answered: 7, slowestMs: 900 }),
    },
    near: {
      "half a minute is not long": silent(20),
      "it spoke": one(connectionFacts()),
      "nothing was asked for, or all of it came": socketIo(session()),
      "just asked for": unacknowledged({ missing: [{ ...mark(38), event: "send" }] }),
      "others took as long": unacknowledged({ asked: 9, answered: 7, slowestMs: 20_000 }),
      "lost with the connection": unacknowledged({}, {}, 0.5),
      "the server said what failed": unacknowledged({}, { told: INVALID_TOKEN, errors: 1 }),
      "not let in": unacknowledged({}, { connected: null }),
      "turned out soon after": unacknowledged({}, { disconnected: { ...mark(4), from: "server" } }),
    },
  },
  "app.vite-hmr": {
    severity: "note",
    fires: {
      plain: one(
        connectionFacts({ upgrade: upgrade({ request: { ...UPGRADE_FIELDS, "Sec-WebSocket-Protocol": "vite-hmr" } }) }),
      ),
    },
    near: { "the application's own": one(connectionFacts()) },
  },
  "jwt.expired": {
    severity: "error",
    fires: {
      expired: one(
        connectionFacts({
          tokens: [token({ expiresAtSeconds: ORIGIN - 60 })],
          webSocket: webSocket({ closeFrames: [close(39.95, 4401), close(39.9, 4401)] }),
        }),
      ),
      refused: refusedWith({ expiresAtSeconds: ORIGIN - 60 }),
      refusedNamespace: one(
        connectionFacts({
          tokens: [token({ where: "socket.io-auth", expiresAtSeconds: ORIGIN - 600 })],
          session: session({ socketIo: [namespace({ refused: { ...mark(0.05), message: "Token 已过期" } })] }),
        }),
      ),
      refusedRequests: one(
        connectionFacts({
          upgrade: upgrade({ target: TARGET }),
          tokens: [token({ where: "socket.io-auth", sid: "s", expiresAtSeconds: ORIGIN + 8 })],
          session: session({ socketIo: [refusing()] }),
        }),
      ),
      disconnected: putOutAt(0.4, { expiresAtSeconds: ORIGIN - 600 }),
      notYetValid: refusedWith({ notBeforeSeconds: ORIGIN + 600 }),
      duringSession: putOutAt(30.2, { expiresAtSeconds: ORIGIN + 30 }),
      during: one(
        connectionFacts({
          tokens: [token({ expiresAtSeconds: ORIGIN + 38 })],
          webSocket: webSocket({ closeFrames: [close(39.95, 4000), close(39.9, 4000)] }),
        }),
      ),
    },
    near: {
      valid: refusedWith({}),
      "two seconds over": refusedWith({ expiresAtSeconds: ORIGIN - 2 }),
      "valid long after the end": one(connectionFacts({ tokens: [token({})] })),
      "put out a good while before its end": putOutAt(30.2, { expiresAtSeconds: ORIGIN + 60 }),
      "put out long after its end": putOutAt(39, { expiresAtSeconds: ORIGIN + 30 }),
    },
  },
  "clock.skew": {
    severity: "warning",
    fires: { ahead: dated("Wed, 15 Nov 2023 01:13:20 GMT"), behind: dated("Tue, 14 Nov 2023 20:13:20 GMT") },
    near: { "the same clock": dated("Tue, 14 Nov 2023 22:13:21 GMT"), "no date at all": dated("yesterday") },
  },
} satisfies SomeCases;
