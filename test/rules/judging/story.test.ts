import { describe, expect, test } from "vitest";
import { connectionId } from "../../../src/base/brand.ts";
import { ownTimers } from "../../../src/rules/context/timers.ts";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { HalfFacts, TcpEvent } from "../../../src/store/tcp-types.ts";
import type { Analysis, ConnectionFacts } from "../../../src/store/types.ts";
import {
  abnormal,
  analysisOf,
  beat,
  close,
  connectionFacts,
  deafBeat,
  half,
  joined,
  mark,
  refusedSyn,
  refusedUpgrade,
  reset,
  stalled,
  tcp,
  UPGRADE_FIELDS,
  upgrade,
  webSocket,
} from "../../support/facts-builder.ts";
import { cases } from "../cases/all.ts";

const told = (analysis: Analysis) =>
  judge(analysis).map(({ ruleId, severity, followsFrom }) => [ruleId, severity, followsFrom] as const);
const one = (connection: ConnectionFacts) => told(analysisOf([connection]));
const quiet = beat({ pings: 0, answered: 0 });

describe("one root cause, one error", () => {
  test("missing pongs are the error, the 1006 that follows is a note that names it", () => {
    const frozen = abnormal("server", 52, { webSocketFacts: { heartbeat: [quiet, deafBeat(20, [30, 40, 50])] } });
    expect(one(frozen)).toEqual([
      ["ws.pong.missing", "error", null],
      ["ws.close.no-close-frame", "note", "ws.pong.missing"],
    ]);
  });

  test("a client that wakes up and closes what the server had given up changes nothing", () => {
    const heartbeat = [quiet, deafBeat(20, [30, 40, 50])] as const;
    const woken = abnormal("server", 52, { webSocketFacts: { heartbeat, closeFrames: [close(60, 1000), null] } });
    expect(one(woken).filter(([, severity]) => severity === "error")).toEqual([["ws.pong.missing", "error", null]]);
  });

  test("an RST that ends a WebSocket is the error, the 1006 label a note", () => {
    const torn = abnormal("server", 40, { tcpFacts: { ending: "rst", resets: [reset()] } });
    expect(one(torn)).toEqual([
      ["tcp.rst", "error", null],
      ["ws.close.no-close-frame", "note", "tcp.rst"],
    ]);
  });

  test("an RST after a FIN blames the FIN", () => {
    const written = abnormal("server", 40, {
      tcpFacts: { resets: [reset({ at: 40.2, from: "server", afterFin: true, answers: mark(40.1) })] },
    });
    expect(one(written)).toEqual([
      ["ws.close.no-close-frame", "error", null],
      ["tcp.rst", "note", null],
    ]);
  });

  test("a path that swallows the pings is the root of the missing pongs", () => {
    const cut = abnormal("server", 60, {
      webSocketFacts: { heartbeat: [quiet, deafBeat(20, [30, 40, 50], false)] },
      tcpFacts: {
        client: { fin: null },
        server: {
          lastAcknowledged: mark(29),
          unacknowledged: { bytes: 600, since: mark(30), retransmissions: 7, last: mark(58), fullSize: false },
        },
      },
    });
    expect(one(cut).filter(([, severity]) => severity === "error")).toEqual([["tcp.path.blackhole", "error", null]]);
    expect(one(cut)).toContainEqual(["ws.pong.missing", "note", "tcp.path.blackhole"]);
  });

  test("a forbidden frame is the root of the Close that answers it", () => {
    const broken = connectionFacts({
      webSocket: webSocket({
        events: [{ ...mark(10), code: "unmasked-client", from: "client", section: "RFC 6455 §5.1", value: 0 }],
        eventCounts: { "unmasked-client": 1 },
        closeFrames: [null, close(10.2, 1002)],
      }),
    });
    expect(one(broken).slice(0, 2)).toEqual([
      ["ws.frame.unmasked-client", "error", null],
      ["ws.close.code", "note", "ws.frame.unmasked-client"],
    ]);
  });

  test("a forbidden frame that nobody minded does not explain an end half an hour later", () => {
    const later = abnormal("server", 1800, {
      webSocketFacts: {
        events: [{ ...mark(10), code: "length-not-minimal", from: "server", section: "RFC 6455 §5.2", value: 0 }],
        eventCounts: { "length-not-minimal": 1 },
      },
    });
    expect(told(analysisOf([later], { clockSeconds: 2000 })).slice(0, 2)).toEqual([
      ["ws.close.no-close-frame", "error", null],
      ["ws.frame.length-not-minimal", "warning", null],
    ]);
  });

  test("who sent a forbidden frame and hangs up by itself was not thrown out for it", () => {
    const own = (from: "client" | "server") =>
      abnormal("server", 11, {
        webSocketFacts: {
          events: [{ ...mark(10), code: "length-not-minimal", from, section: "RFC 6455 §5.2", value: 0 }],
          eventCounts: { "length-not-minimal": 1 },
        },
      });
    const peerDid = (from: "client" | "server") =>
      judge(analysisOf([own(from)])).find(({ ruleId }) => ruleId === "ws.frame.length-not-minimal")?.args["peerDid"];
    expect(peerDid("client")).toBe("closedWithFin");
    expect(peerDid("server")).toBe("wentOn");
    expect(one(own("server"))[0]).toEqual(["ws.close.no-close-frame", "error", null]);
  });

  test("the legs of one WebSocket, joined by its key, are one story", () => {
    const stripped = refusedUpgrade(
      {
        version: "1.0",
        status: 400,
        request: { Connection: "close", "Sec-WebSocket-Key": "k", "Sec-WebSocket-Version": "13" },
        requestAt: 0.1,
        responseAt: 0.2,
      },
      { client: { address: "172.16.0.1", port: 4000 }, server: { address: "172.16.0.2", port: 7002 } },
    );
    const asked = refusedUpgrade({
      status: 400,
      request: { Upgrade: "websocket", Connection: "Upgrade", "Sec-WebSocket-Key": "k", "Sec-WebSocket-Version": "13" },
      responseAt: 0.3,
    });
    expect(told(analysisOf([asked, stripped], { joins: [joined("proxied")] }))).toEqual([
      ["http.upgrade.fields-stripped", "error", null],
      ["http.upgrade.refused", "note", "http.upgrade.fields-stripped"],
    ]);
  });

  test("a backend that refuses the proxy is the root of the client's 502", () => {
    const refused = connectionFacts({
      kind: "tcp-refused",
      client: { address: "172.16.0.1", port: 4000 },
      server: { address: "172.16.0.2", port: 7002 },
      first: mark(0.1),
      upgrade: null,
      webSocket: null,
      tcp: {
        ...tcp({
          opening: "refused",
          ending: "rst",
          established: null,
          resets: [reset({ at: 0.1, state: "opening" })],
        }),
        halves: [half({ dataSegments: 0 }), half({ packets: 0, dataSegments: 0 })],
      },
      close: { verdict: "none", clientSees: null, serverSees: null },
    });
    const asked = refusedUpgrade({ status: 502, response: { Server: "nginx" }, requestAt: 0.05, responseAt: 0.3 });
    expect(told(analysisOf([asked, refused]))).toEqual([
      ["tcp.open.refused", "error", null],
      ["http.upgrade.gateway-error", "note", "tcp.open.refused"],
    ]);
  });

  test("the development server's own socket is nobody's error", () => {
    const hmr = abnormal("server", 40, {
      upgrade: upgrade({
        request: {
          ...Object.fromEntries([]),
          Upgrade: "websocket",
          Connection: "Upgrade",
          "Sec-WebSocket-Protocol": "vite-hmr",
        },
      }),
    });
    expect(one(hmr).every(([, severity]) => severity === "note")).toBe(true);
  });
});

describe("folding", () => {
  const attempt = (index: number, port = 8080, client = "10.0.0.1"): ConnectionFacts =>
    refusedUpgrade(
      { status: 403, responseAt: index + 0.1 },
      { client: { address: client, port: 50_000 + index }, server: { address: "10.0.0.2", port } },
    );

  test("forty attempts that fail alike are one finding with the first one's evidence", () => {
    const findings = judge(analysisOf(Array.from({ length: 40 }, (_, index) => attempt(index))));
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ connectionId: 0, severity: "error", timestampNs: 0.1e9 });
    expect(findings[0]?.alsoConnections).toEqual(Array.from({ length: 39 }, (_, index) => connectionId(index + 1)));
    expect(findings[0]?.wiresharkFilter).toBe("ip.addr==10.0.0.1 && ip.addr==10.0.0.2 && tcp.port==8080");
  });

  test("many clients that fail alike have one trouble; two may have one each", () => {
    const of = (clients: number): ReturnType<typeof judge> =>
      judge(analysisOf(Array.from({ length: 2 * clients }, (_, n) => attempt(n, 8080, `10.0.1.${n % clients}`))));
    expect(of(2).map(({ wiresharkFilter }) => wiresharkFilter)).toEqual([
      "ip.addr==10.0.1.0 && ip.addr==10.0.0.2 && tcp.port==8080",
      "ip.addr==10.0.1.1 && ip.addr==10.0.0.2 && tcp.port==8080",
    ]);
    const [finding, ...others] = of(30);
    expect(others).toEqual([]);
    expect(finding?.alsoConnections).toHaveLength(59);
    expect(finding?.wiresharkFilter).toBe("ip.addr==10.0.0.2 && tcp.port==8080");
  });

  test("Close frames with one code are alike when their reasons differ in numbers only", () => {
    const closed = (index: number, reason: string): ConnectionFacts =>
      connectionFacts({
        client: { address: "10.0.0.1", port: 50_000 + index },
        webSocket: webSocket({ closeFrames: [close(39.95, 1008), close(39.9, 1008, reason)] }),
      });
    const of = (...reasons: string[]): number =>
      judge(analysisOf(reasons.map((reason, index) => closed(index, reason)))).length;
    expect(of("session 4f21 expired", "session 87ab expired")).toBe(1);
    expect(of("session 4f21 expired", "kicked")).toBe(2);
  });

  test("another port, or another status, is another finding", () => {
    expect(judge(analysisOf([attempt(0), attempt(1, 9090)]))).toHaveLength(2);
    expect(
      judge(analysisOf([attempt(0), refusedUpgrade({ status: 418 }), refusedUpgrade({ status: 451 })])),
    ).toHaveLength(3);
  });
});

describe("order", () => {
  test("errors first, then by time; the same however often it is asked", () => {
    const analysis = analysisOf(
      Object.values(cases).flatMap(({ fires }) =>
        Object.values<Analysis>(fires).flatMap(({ connections }) => connections),
      ),
    );
    const findings = judge(analysis);
    const rank = { error: 0, warning: 1, note: 2 };
    const keys = findings.map(({ severity, timestampNs }) => rank[severity] * 1e15 + timestampNs);
    expect(keys).toEqual([...keys].sort((a, b) => a - b));
    expect(judge(structuredClone(analysis))).toEqual(findings);
  });
});

describe("what weakens a finding", () => {
  test("dropped packets are a note, and a warning beside an error that hangs on what is there", () => {
    const dropped = { capture: { dropped: 9 } };
    expect(told(analysisOf([connectionFacts()], dropped))).toEqual([["capture.packets-dropped", "note", null]]);
    expect(told(analysisOf([abnormal("server", 40)], dropped))).toContainEqual([
      "capture.packets-dropped",
      "warning",
      null,
    ]);
  });
});

test("the user's own timer is matched first", () => {
  const ended = abnormal("server", 300, { tcpFacts: { idleBeforeCloseNs: 47e9 } });
  const findings = judge(analysisOf([ended], { clockSeconds: 400 }), { timers: ownTimers("edge box", 47) });
  expect(findings.find(({ ruleId }) => ruleId === "ws.idle.timeout")?.args).toMatchObject({
    timer: "edge box",
    seconds: 47,
  });
  expect(findings[0]?.causes[0]).toMatchObject({ id: "timerFits", confidence: "likely" });
});

describe("causes that the packets tell apart", () => {
  const causesOf = (connection: ConnectionFacts, ruleId: string) =>
    judge(analysisOf([connection]))
      .find((finding) => finding.ruleId === ruleId)
      ?.causes.map(({ id }) => id) ?? [];

  test("an RST that acknowledges nothing comes from a system that does not know the connection", () => {
    const torn = (hasAck: boolean, answers: ReturnType<typeof mark> | null) =>
      abnormal("client", 40, {
        tcpFacts: {
          ending: "rst",
          resets: [reset({ from: "client", hasAck, answers })],
          server: { lastAcknowledged: mark(39) },
        },
      });
    expect(causesOf(torn(false, mark(39.99)), "tcp.rst")[0]).toBe("connectionUnknown");
    expect(causesOf(torn(true, mark(39.99)), "tcp.rst")).not.toContain("connectionUnknown");
    expect(causesOf(torn(false, null), "tcp.rst")).not.toContain("connectionUnknown");
  });

  test("a pong that comes after the pinger hung up does not show that its sender was awake", () => {
    const woke = (lastDataSeconds: number) =>
      abnormal("server", 52, {
        webSocketFacts: { heartbeat: [quiet, deafBeat(20, [30, 40, 50])] },
        tcpFacts: {
          client: {
            lastData: mark(lastDataSeconds),
            longestPause: {
              until: mark(lastDataSeconds),
              ms: 24_000,
              nextMs: 20_000,
              segmentsBefore: 6,
              peerSpokeMs: 23_000,
            },
          },
        },
      });
    expect(causesOf(woke(52.5), "ws.pong.missing")[0]).toBe("peerBlocked");
    expect(causesOf(woke(51), "ws.pong.missing")[0]).toBe("pongsNotSent");
  });

  test("large segments that get lost while small ones pass are a matter of the path MTU", () => {
    const unacknowledged = { bytes: 9000, since: mark(30), retransmissions: 7, last: mark(58), fullSize: true };
    const lost = (server: Partial<HalfFacts>, lastPacketAt = 50, events: TcpEvent[] = [], lastDataAt = lastPacketAt) =>
      abnormal("server", 60, {
        tcpFacts: {
          ending: "silent",
          firstCloser: null,
          closedAt: null,
          events,
          client: { lastData: mark(lastDataAt), lastPacket: mark(lastPacketAt) },
          server: { unacknowledged, largestSegmentBytes: 1448, dataSegments: 20, ...server },
        },
      });
    expect(causesOf(lost({}), "tcp.path.blackhole")[0]).toBe("pathMtu");
    expect(causesOf(lost({ largestSegmentBytes: 500 }), "tcp.path.blackhole")).not.toContain("pathMtu");
    // Others of that size had arrived: whoever is silent since is gone, unless small packets still reach it.
    const cut = causesOf(lost({ largestArrived: true }, 29.9), "tcp.path.blackhole");
    expect(cut).toEqual(["peerVanished", "firewallState", "pathMtu"]);
    const selective = lost({ largestArrived: true, laterArrived: true }, 29.9);
    expect(causesOf(selective, "tcp.path.blackhole")[0]).toBe("pathMtu");
    expect(causesOf(lost({ largestArrived: true }), "tcp.path.blackhole")[0]).toBe("pathMtu");
    const acknowledgesOnly = lost({ largestArrived: true }, 40, [], 20);
    expect(causesOf(acknowledgesOnly, "tcp.path.blackhole")[0]).toBe("pathMtu");
    const oneWay = lost({ largestArrived: true }, 50, stalled(40, "client"), 41);
    expect(causesOf(oneWay, "tcp.path.blackhole")[0]).toBe("dropsOneWay");
    const goesOn = lost({ largestArrived: true }, 50, stalled(40, "client"), 49);
    expect(causesOf(goesOn, "tcp.path.blackhole")[0]).toBe("pathMtu");
  });

  test("a proxy that ends its connection to the backend is named by its silence, or by the client behind it", () => {
    const fields = { ...UPGRADE_FIELDS, "X-Forwarded-For": "192.0.2.7" };
    const left = (idleNs: number, request: Record<string, string> = fields) =>
      abnormal("client", 40, { upgrade: upgrade({ request }), tcpFacts: { idleBeforeCloseNs: idleNs } });
    expect(causesOf(left(3e9), "ws.close.no-close-frame")).toEqual(["proxyIdleTimer", "clientBehindLeft"]);
    expect(causesOf(left(0.1e9), "ws.close.no-close-frame")[0]).toBe("clientBehindLeft");
    expect(causesOf(left(3.3e9, UPGRADE_FIELDS), "ws.close.no-close-frame")[0]).toBe("clientKilled");
    // Whole seconds are what people set timers to.
    expect(causesOf(left(3e9, UPGRADE_FIELDS), "ws.close.no-close-frame")[0]).toBe("unknownIdleTimer");
  });
});

test("HTTP/2 is known by the server's SETTINGS too, and only by them", () => {
  const answered = (firstBytes: readonly number[]) =>
    connectionFacts({
      kind: "tcp",
      upgrade: null,
      webSocket: null,
      notHttp: [null, { ...mark(0.1), firstBytes: Uint8Array.from(firstBytes) }],
      close: { verdict: "none", clientSees: null, serverSees: null },
    });
  const rules = (firstBytes: readonly number[]) => one(answered(firstBytes)).map(([ruleId]) => ruleId);
  expect(rules([0, 0, 0, 4, 0, 0, 0, 0, 0])).toContain("http2.not-decoded");
  expect(rules([0, 0, 12, 4, 0, 0, 0, 0, 0, 0, 3])).toContain("http2.not-decoded");
  expect(rules([0, 0, 5, 4, 0, 0, 0, 0, 0])).not.toContain("http2.not-decoded");
  expect(rules([0, 0, 0, 4, 0, 0, 0, 0, 1])).not.toContain("http2.not-decoded");
});

describe("a proxy that hangs up because its backend refuses", () => {
  const backend = {
    ...refusedSyn(0.006),
    client: { address: "172.16.0.1", port: 4000 },
    server: { address: "172.16.0.2", port: 7002 },
  };
  const hungUp = (requestAt: number, seconds: number) =>
    refusedUpgrade(
      { status: null, requestAt },
      {
        tcp: tcp({
          firstCloser: "server",
          closedAt: mark(seconds),
          server: { dataSegments: 0, firstData: null, lastData: null },
        }),
      },
    );
  const refused = [
    ["http.upgrade.unanswered", "note", "tcp.open.refused"],
    ["tcp.open.refused", "error", undefined],
  ];

  test("is told once, and is not guessed to speak TLS", () => {
    const story = told(analysisOf([hungUp(0.003, 0.007), backend]));
    expect(story.map(([id, severity, root]) => [id, severity, root ?? undefined]).sort()).toEqual(refused);
  });

  test("nor is one that only forwards, and hung up before the request came", () => {
    const story = told(analysisOf([hungUp(0.011, 0.007), backend]));
    expect(story.map(([id, severity, root]) => [id, severity, root ?? undefined]).sort()).toEqual(refused);
  });

  test("without that, it may speak TLS; but not where nobody read the request", () => {
    const guesses = (requestAt: number) =>
      told(analysisOf([hungUp(requestAt, 0.007)])).filter(([id]) => id === "http.on-tls-port").length;
    expect([guesses(0.003), guesses(0.011)]).toEqual([1, 0]);
  });
});
