import { connectionId, packetNumber, relativeNs } from "../../src/base/brand.ts";
import type { Mark } from "../../src/base/packet-view.ts";
import type { JoinFacts } from "../../src/store/across-types.ts";
import type { HttpExchangeFacts, HttpFieldFacts, UpgradeFacts } from "../../src/store/http-types.ts";
import type { HalfFacts, ResetFacts, TcpEvent, TcpFacts } from "../../src/store/tcp-types.ts";
import type { TlsFacts, TlsRhythm } from "../../src/store/tls-types.ts";
import type { Analysis, CaptureFacts, ConnectionFacts } from "../../src/store/types.ts";
import type { BeatFacts, CloseFrameFacts, FrameCounts, WebSocketFacts } from "../../src/store/websocket-types.ts";
import { beat as noBeat } from "./analysis-facts.ts";

/** Hand-made facts for the rules' tests: healthy unless told otherwise. Times in seconds; packet numbers follow time. */

export const mark = (seconds: number): Mark => ({
  packet: packetNumber(Math.max(1, Math.round(seconds * 10) + 1)),
  timestampNs: relativeNs(Math.round(seconds * 1e9)),
});

export const SECOND_NS = 1e9;

const counts: FrameCounts = {
  text: 4,
  binary: 0,
  continuation: 0,
  close: 1,
  ping: 0,
  pong: 0,
  reserved: 0,
  payloadBytes: 400,
};

export const quietBeat: BeatFacts = noBeat();

/** A heartbeat that is answered, `pings` times every `intervalSeconds`. */
export const beat = (overrides: Partial<BeatFacts> = {}): BeatFacts => ({
  ...quietBeat,
  pings: 3,
  answered: 3,
  intervalMs: 10_000,
  roundTripMs: { min: 1, median: 2, p95: 3, max: 4 },
  lastPing: mark(30),
  lastPong: mark(30.002),
  lastAnsweredPing: mark(30),
  slowest: { ping: mark(10), pong: mark(10.004), roundTripMs: 4 },
  ...overrides,
});

/** The server's pings of which the last ones stay unanswered; the last pong came at `lastPong` s. */
export const deafBeat = (
  lastPong: number,
  unanswered: readonly number[],
  acknowledged: boolean | null = true,
): BeatFacts =>
  beat({
    pings: 2 + unanswered.length,
    answered: 2,
    missing: unanswered.length,
    lastPing: mark(unanswered.at(-1) ?? lastPong),
    lastPong: mark(lastPong),
    lastAnsweredPing: mark(lastPong - 0.002),
    unanswered: unanswered.map((seconds) => ({ ...mark(seconds), acknowledged, acknowledgedLate: false })),
  });

export const half = (overrides: Partial<HalfFacts> = {}): HalfFacts => ({
  packets: 20,
  duplicatePackets: 0,
  streamBytes: 1000,
  dataSegments: 8,
  largestSegmentBytes: 400,
  largestArrived: false,
  laterArrived: false,
  retransmissions: 0,
  retransmittedBytes: 0,
  outOfOrder: 0,
  missingBytes: 0,
  neverCame: null,
  notCapturedBytes: 0,
  truncatedBytes: 0,
  conflicts: 0,
  damaged: 0,
  zeroWindows: 0,
  zeroWindowNs: 0,
  longestZeroWindowNs: 0,
  zeroWindowSince: null,
  keepAlives: 0,
  keepAlivesUnanswered: 0,
  firstData: mark(0.1),
  lastData: mark(40),
  firstPacket: mark(0),
  lastPacket: mark(40),
  fin: null,
  finIsUnseen: false,
  finRetransmissions: 0,
  finRepeat: null,
  finAcknowledged: null,
  synOptions: null,
  synStamp: null,
  hopLimit: 64,
  hopLimits: [64],
  unacknowledged: null,
  acknowledgedBytes: 1000,
  slowAcknowledgment: null,
  longestPause: null,
  lastAcknowledged: mark(40),
  ...overrides,
});

export type HalfOverrides = Partial<HalfFacts>;

type TcpOverrides = Partial<Omit<TcpFacts, "halves">> & {
  readonly client?: Partial<HalfFacts>;
  readonly server?: Partial<HalfFacts>;
};

/** Open and closed by FIN of both sides at 40 s, the client first. */
export function tcp({ client, server, ...overrides }: TcpOverrides = {}): TcpFacts {
  return {
    opening: "complete",
    ending: "fin",
    firstCloser: "client",
    closedAt: mark(40),
    idleBeforeCloseNs: 0.01 * SECOND_NS,
    lastSilence: null,
    clockSteps: [],
    clockAgreed: null,
    syns: [mark(0)],
    synAcks: [mark(0.001)],
    established: mark(0.002),
    roundTripMs: 1,
    halves: [
      half({ fin: mark(40), finAcknowledged: mark(40.001), ...client }),
      half({ fin: mark(40.001), finAcknowledged: mark(40.002), ...server }),
    ],
    resets: [],
    icmpErrors: [],
    events: [],
    eventsDropped: 0,
    replaces: null,
    fastOpenBytes: 0,
    oneWay: false,
    evicted: false,
    lateCopies: null,
    ...overrides,
  };
}

export const reset = (overrides: Partial<ResetFacts> & { readonly at?: number } = {}): ResetFacts => {
  const { at = 40, ...rest } = overrides;
  return {
    ...mark(at),
    from: "server",
    state: "established",
    afterFin: false,
    ignored: false,
    oddities: [],
    likelyInjected: false,
    hopLimit: 64,
    usualHopLimit: 64,
    payloadBytes: 0,
    answers: null,
    hasAck: true,
    missedBytes: 0,
    ...rest,
  };
};

/** The oldest segment of a side, sent again and again from `since` s on, as timeouts that double (RFC 6298 §5.5). */
export const stalled = (since: number, from: "client" | "server" = "server"): TcpEvent[] =>
  [0.2, 0.4, 0.85, 1.75, 3.5, 7].map((after) => ({
    ...mark(since + after),
    kind: "retransmission",
    from,
    streamOffset: 138,
    value: 2,
  }));

/** A side that stops reading at the first of each pair of times, and reads again at the second. */
export const windowsOf = (from: "client" | "server", ...times: readonly (readonly number[])[]): TcpEvent[] =>
  times.flatMap((pair) =>
    pair.map((seconds, index) => ({
      ...mark(seconds),
      kind: index === 0 ? ("zero-window" as const) : ("window-open" as const),
      from,
      streamOffset: 0,
      value: 0,
    })),
  );

export const fields = (pairs: Readonly<Record<string, string>>): HttpFieldFacts[] =>
  Object.entries(pairs).map(([name, value]) => ({ name, value }));

export const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
export const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

export interface ExchangeOverrides {
  readonly method?: string;
  readonly target?: string;
  readonly version?: string;
  readonly request?: Readonly<Record<string, string>> | null;
  readonly status?: number | null;
  readonly reason?: string;
  readonly response?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The request's body. */
  readonly sent?: string;
  readonly requestAt?: number;
  readonly responseAt?: number;
}

export const UPGRADE_FIELDS = {
  Host: "10.0.0.2:8080",
  Upgrade: "websocket",
  Connection: "Upgrade",
  "Sec-WebSocket-Key": KEY,
  "Sec-WebSocket-Version": "13",
} as const;

/** RFC 6455 §1.2's handshake. */
export function exchange(overrides: ExchangeOverrides = {}): HttpExchangeFacts {
  const { requestAt = 0.003, responseAt = 0.005, status = 101 } = overrides;
  const switching = { Upgrade: "websocket", Connection: "Upgrade", "Sec-WebSocket-Accept": ACCEPT };
  return {
    request: {
      first: mark(requestAt),
      last: mark(requestAt),
      version: overrides.version ?? "1.1",
      complete: true,
      method: overrides.method ?? "GET",
      target: overrides.target ?? "/chat",
      fields: fields(overrides.request ?? UPGRADE_FIELDS),
    },
    response:
      status === null
        ? null
        : {
            first: mark(responseAt),
            last: mark(responseAt),
            version: "1.1",
            complete: true,
            status,
            reason: overrides.reason ?? "",
            fields: fields(overrides.response ?? (status === 101 ? switching : {})),
          },
    interimStatuses: [],
    requestBodyBytes: overrides.sent?.length ?? 0,
    responseBodyBytes: overrides.body?.length ?? 0,
    requestBodyPreview: overrides.sent ?? "",
    responseBodyPreview: overrides.body ?? "",
  };
}

export const upgrade = (overrides: ExchangeOverrides = {}, facts: Partial<UpgradeFacts> = {}): UpgradeFacts => ({
  exchange: exchange(overrides),
  requestDeviations: [],
  responseDeviations: [],
  acceptValid: overrides.status === undefined || overrides.status === 101 ? true : null,
  expectedAccept: ACCEPT,
  otherProtocol: null,
  durationMs: overrides.status === null ? null : 2,
  ...facts,
});

export const close = (seconds: number, code: number | null, reason = "", delivered = true): CloseFrameFacts => ({
  ...mark(seconds),
  code,
  codeMissing: false,
  laterCode: null,
  reason,
  delivered,
});

export const webSocket = (overrides: Partial<WebSocketFacts> = {}): WebSocketFacts => ({
  by: "handshake",
  midstream: false,
  openedAt: mark(0.005),
  bytesBefore: [0, 0],
  compression: null,
  frames: [counts, counts],
  messages: [
    { text: 4, binary: 0, bytes: 400 },
    { text: 4, binary: 0, bytes: 400 },
  ],
  closeFrames: [close(39.9, 1000), close(39.95, 1000)],
  heartbeat: [quietBeat, beat()],
  events: [],
  eventCounts: {},
  lostTrack: [null, null],
  lastFrame: [mark(39.9), mark(39.95)],
  firstFrame: [mark(0.1), mark(0.2)],
  largestMessageBytes: [100, 100],
  largestMessage: [mark(20), mark(20)],
  lastMessage: [mark(38), mark(38)],
  longestMessageGapNs: [0, 0],
  incompleteFrameBytes: [0, 0],
  unfinishedMessage: [null, null],
  ...overrides,
});

/** A WebSocket that was opened, used for 40 s with a heartbeat, and closed with 1000 by both. */
export function connectionFacts(overrides: Partial<ConnectionFacts> = {}): ConnectionFacts {
  const handshake = overrides.upgrade === undefined ? upgrade() : overrides.upgrade;
  return {
    id: connectionId(0),
    client: { address: "10.0.0.1", port: 51234 },
    server: { address: "10.0.0.2", port: 8080 },
    clientBy: "syn",
    watchedUntilNs: null,
    kind: "websocket",
    first: mark(0),
    last: mark(40.002),
    tcp: tcp(),
    exchanges: handshake === null ? [] : [handshake.exchange],
    exchangeCount: handshake === null ? 0 : 1,
    upgrade: handshake,
    notHttp: [null, null],
    proxyHeader: null,
    tls: null,
    session: null,
    tokens: [],
    activity: { binNs: 1e6, packets: [] },
    webSocket: webSocket(),
    close: {
      verdict: "clean",
      clientSees: { code: 1000, reason: "", clean: true },
      serverSees: { code: 1000, reason: "", clean: true },
    },
    ...overrides,
  };
}

const ABNORMAL = { code: 1006, reason: "", clean: false } as const;

/** The same, ended at `seconds` by one side's FIN without a Close frame. */
export function abnormal(
  closer: "client" | "server",
  seconds: number,
  overrides: Partial<ConnectionFacts> & {
    readonly tcpFacts?: TcpOverrides;
    readonly webSocketFacts?: Partial<WebSocketFacts>;
  } = {},
): ConnectionFacts {
  const { tcpFacts, webSocketFacts, ...rest } = overrides;
  return connectionFacts({
    last: mark(seconds + 0.002),
    tcp: tcp({ firstCloser: closer, closedAt: mark(seconds), idleBeforeCloseNs: 2.3 * SECOND_NS, ...tcpFacts }),
    webSocket: webSocket({
      closeFrames: [null, null],
      lastFrame: [mark(seconds - 2.3), mark(seconds - 2.4)],
      ...webSocketFacts,
    }),
    close: { verdict: "abnormal", clientSees: ABNORMAL, serverSees: ABNORMAL },
    ...rest,
  });
}

/** A request for a WebSocket that came to nothing. */
export function refusedUpgrade(overrides: ExchangeOverrides, more: Partial<ConnectionFacts> = {}): ConnectionFacts {
  const unanswered = overrides.status === null;
  return connectionFacts({
    kind: unanswered ? "upgrade-unanswered" : "upgrade-refused",
    upgrade: upgrade(overrides),
    webSocket: null,
    tcp: tcp({
      firstCloser: "server",
      closedAt: mark(1),
      client: { lastData: mark(0.003) },
      server: { lastData: mark(0.005) },
    }),
    last: mark(1),
    close: { verdict: "refused", clientSees: ABNORMAL, serverSees: null },
    ...more,
  });
}

/** A SYN that was answered by RST. */
export const refusedSyn = (seconds: number): ConnectionFacts =>
  connectionFacts({
    kind: "tcp-refused",
    first: mark(seconds),
    upgrade: null,
    webSocket: null,
    exchanges: [],
    exchangeCount: 0,
    tcp: tcp({
      opening: "refused",
      ending: "rst",
      firstCloser: "server",
      synAcks: [],
      established: null,
      closedAt: mark(seconds + 0.001),
      resets: [reset({ at: seconds + 0.001, state: "opening", usualHopLimit: null })],
    }),
    close: { verdict: "none", clientSees: null, serverSees: null },
  });

/** TLS that nobody has keys for. */
export const tlsFacts = (more: Partial<TlsFacts>): TlsFacts => ({
  serverName: "orin.example",
  applicationProtocols: [],
  byBrowser: false,
  clientVersion: "TLS 1.3",
  negotiatedVersion: "TLS 1.2",
  clientHello: mark(0.01),
  serverHello: mark(0.02),
  handshakeComplete: true,
  refusal: null,
  answered: true,
  clientCertificate: null,
  serverCertificate: null,
  alerts: [],
  applicationDataBytes: [100, 100],
  cipherSuite: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
  applicationProtocol: null,
  decrypted: false,
  whyNot: "no-keys",
  closedBy: [],
  halfRead: null,
  closings: [null, null],
  rhythm: null,
  ...more,
});

/** Encrypted records that came as a WebSocket's do: `idle` s before its end the last one. */
export const rhythm = (more: Partial<TlsRhythm> = {}): TlsRhythm => ({
  since: mark(0.1),
  records: [20, 60],
  last: [mark(30), mark(39)],
  smallTurns: 8,
  unasked: [0, 40],
  answerBytes: 200,
  beats: [null, null],
  farewell: false,
  holes: false,
  ...more,
});

/** TLS in which nothing can be read. */
export const insideTls = (more: Partial<ConnectionFacts>): ConnectionFacts =>
  connectionFacts({
    kind: "tls",
    upgrade: null,
    webSocket: null,
    exchanges: [],
    exchangeCount: 0,
    close: { verdict: "none", clientSees: null, serverSees: null },
    ...more,
  });

/** A connection inside TLS whose keys nobody gave. */
export const sealedConnection = (
  tcpFacts: Parameters<typeof tcp>[0],
  rhythmFacts: Partial<TlsRhythm> = {},
  more: Partial<TlsFacts> = {},
  port = 443,
): ConnectionFacts =>
  insideTls({
    server: { address: "10.0.0.2", port },
    tcp: tcp(tcpFacts),
    tls: tlsFacts({ rhythm: rhythm(rhythmFacts), ...more }),
  });

const capture: CaptureFacts = {
  name: "test.pcap",
  format: "pcap",
  compression: "none",
  linkTypes: ["ETHERNET"],
  packets: 100,
  bytes: 10_000,
  firstPacketTime: null,
  lastPacketTime: null,
  truncatedPackets: 0,
  malformed: 0,
  dropped: null,
  endedEarly: null,
  stepBack: null,
  stepsForward: [],
  oddTimes: [],
};

/** These connections, renumbered in order, in one capture that ends at `clockSeconds`. */
/** How two connections, by their place in the analysis, carry one WebSocket. */
export const joined = (
  kind: JoinFacts["kind"],
  overrides: Partial<Omit<JoinFacts, "connections">> & { readonly places?: readonly [number, number] } = {},
): JoinFacts => {
  const { places: [front, back] = [0, 1], ...rest } = overrides;
  const isCopy = kind === "two-captures";
  return {
    kind,
    connections: [connectionId(front), connectionId(back)],
    by: isCopy ? "initial-sequence-numbers" : "key",
    clockOffsetNs: isCopy ? 0 : null,
    clockErrorNs: isCopy ? 20e3 : null,
    foreignResets: [],
    lostBytes: [0, 0],
    capturedUntilNs: [1e12, 1e12],
    changedRequest: [],
    changedResponse: [],
    ...rest,
  };
};

/** The other leg of a proxy: from it to its backend. */
export const BACKEND_LEG = {
  client: { address: "172.16.0.1", port: 4000 },
  server: { address: "172.16.0.2", port: 7002 },
} as const;

export const nothingLeftOut: Analysis["leftOut"] = {
  connections: 0,
  webSockets: 0,
  upgradesRefused: 0,
  troubled: 0,
  frames: 0,
  messages: 0,
  openOnes: 0,
};

export function analysisOf(
  connections: readonly ConnectionFacts[],
  overrides: Partial<Omit<Analysis, "captures" | "clockNs">> & {
    readonly clockSeconds?: number;
    readonly capture?: Partial<CaptureFacts>;
  } = {},
): Analysis {
  const { clockSeconds = 120, capture: captureOverrides, ...rest } = overrides;
  return {
    captures: [{ ...capture, ...captureOverrides }],
    originNs: 1_700_000_000_000_000_000n,
    clockNs: relativeNs(clockSeconds * SECOND_NS),
    packets: 100,
    dns: [],
    arp: [],
    joins: [],
    aheadNs: new Map((overrides.joins ?? []).map((one) => [one.connections[1], one.clockOffsetNs ?? 0])),
    rebound: [],
    absences: [],
    leftOut: nothingLeftOut,
    connections: connections.map((connection, index) => ({ ...connection, id: connectionId(index) })),
    otherPackets: {},
    malformed: [],
    malformedCounts: {},
    lastPacket: packetNumber(100),
    live: false,
    ...rest,
  };
}
