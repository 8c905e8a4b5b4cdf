import { describe, expect, test } from "vitest";
import { judge } from "../../src/rules/judging/judge.ts";
import { bodyLine } from "../../src/rules/reading/reading.ts";
import type { Finding, RuleId } from "../../src/rules/types.ts";
import type { Analysis, ConnectionFacts } from "../../src/store/types.ts";
import {
  abnormal,
  analysisOf,
  BACKEND_LEG,
  beat,
  close,
  connectionFacts,
  deafBeat,
  type ExchangeOverrides,
  exchange,
  joined,
  mark,
  refusedUpgrade,
  reset,
  stalled,
  tcp,
  tlsFacts,
  UPGRADE_FIELDS,
  upgrade,
  webSocket,
  windowsOf,
} from "../support/facts-builder.ts";
import { one, several } from "./cases/case.ts";
import { hungUpByProxy } from "./cases/legs.ts";

// Faults that were played with real peers, whose logs told what had happened.

const found = (ruleId: RuleId, analysis: Analysis): Finding[] =>
  judge(analysis).filter((item) => item.ruleId === ruleId);

const causesOf = (ruleId: RuleId, analysis: Analysis): string[] =>
  (found(ruleId, analysis)[0]?.causes ?? []).map(({ id, confidence }) => `${confidence} ${id}`);

describe("Socket.IO on polls alone", () => {
  const FIRST = "/socket.io/?EIO=4&transport=polling";
  const polled = (...all: ExchangeOverrides[]): ConnectionFacts =>
    connectionFacts({
      kind: "http",
      upgrade: null,
      webSocket: null,
      exchanges: all.map((more) => exchange({ status: 200, request: {}, ...more })),
    });
  const [opened, cut] = [{ target: FIRST }, { target: `${FIRST}&sid=abc`, status: null, requestAt: 2 }];
  const told = (...all: ConnectionFacts[]) =>
    judge(several(...all)).map(({ ruleId, variant }) => `${ruleId} ${variant}`);

  test("a last poll that is left is how a page goes; a new session after it is another matter", () => {
    expect(told(polled(opened), polled(cut))).toEqual(["capture.no-websocket polling"]);
    expect(told(polled(opened), polled(cut), polled({ ...opened, requestAt: 3 }))).toEqual([
      "capture.no-websocket pollingTroubled",
    ]);
  });

  test("a first poll without an answer is told once, of the backend, and nothing of a missing WebSocket", () => {
    const given = polled({ ...opened, status: null });
    expect(told(given, { ...polled({ ...opened, status: null, requestAt: 0.2 }), ...BACKEND_LEG })).toEqual([
      "http.upgrade.unanswered poll",
    ]);
    expect(judge(several(given))[0]?.causes.map(({ id }) => id)).toEqual(["pollUnanswered", "wrongPath"]);
  });

  test("a 504 to one names the poll, and no upgrade", () => {
    const late = polled({ ...opened, status: 504, responseAt: 4, response: { Server: "nginx" } });
    expect(causesOf("http.upgrade.gateway-error", one(late))[0]).toBe("likely pollUnanswered");
  });
});

test("a page that says its title again is quoted once", () => {
  expect(bodyLine("<html><head><title>502 Bad Gateway</title></head><h1>502 Bad Gateway</h1></html>")).toBe(
    "502 Bad Gateway",
  );
  expect(bodyLine("<title>Not here</title>")).toBe("Not here");
});

test("connections that other sides ended are two findings, however alike they look", () => {
  const ends = found(
    "ws.close.no-close-frame",
    several(abnormal("server", 31.3), abnormal("client", 41.7), abnormal("server", 53.1)),
  );
  expect(ends.map(({ args, alsoConnections }) => [args["closer"], alsoConnections])).toEqual([
    ["server", [2]],
    ["client", []],
  ]);
});

describe("who hung up right after a message", () => {
  const hungUp = (answeredSeconds: number | null) =>
    one(
      abnormal("server", 31.304, {
        webSocketFacts: {
          lastMessage: [mark(31.3), mark(1)],
          lastFrame: [mark(31.3), mark(answeredSeconds ?? 1)],
        },
      }),
    );

  test("failed on it, unless it had answered it", () => {
    expect(causesOf("ws.close.no-close-frame", hungUp(null))[0]).toBe("likely failedOnMessage");
    expect(causesOf("ws.close.no-close-frame", hungUp(31.302)).join()).not.toContain("failedOnMessage");
  });
});

test.each([
  [1011, "gaveUp"],
  [1012, "mayHaveGivenUp"],
  [1013, "mayHaveGivenUp"],
])("Close %i behind an unanswered ping: %s", (code, variant) => {
  const silent = one(
    connectionFacts({
      webSocket: webSocket({
        closeFrames: [null, close(38, code)],
        heartbeat: [beat({ pings: 0, answered: 0, lastPing: null }), deafBeat(10, [28, 34])],
      }),
    }),
  );
  expect(found("ws.pong.missing", silent).map((finding) => finding.variant)).toEqual([
    variant === "gaveUp" ? expect.stringMatching(/^gaveUp/) : variant,
  ]);
});

describe("what a server of Engine.IO refuses in plain text", () => {
  const refused = (target: string, body: string, response: Record<string, string> = {}) =>
    one(
      refusedUpgrade({
        target,
        status: 400,
        body,
        request: UPGRADE_FIELDS,
        response: { "Content-Type": "text/html", ...response },
      }),
    );
  const target = "/socket.io/?EIO=4&transport=websocket";

  test("an upgrade, with its own word or the application's", () => {
    for (const body of ["Forbidden", "no ticket for you"])
      expect(found("eio.request.refused", refused(target, body))[0]?.variant).toBe("forbidden");
    expect(found("eio.request.refused", refused(target, "Missing or invalid Sec-WebSocket-Key header"))).toEqual([]);
    expect(found("eio.request.refused", refused(target, "<html><h1>400</h1></html>"))).toEqual([]);
    expect(found("eio.request.refused", refused(target, "no", { "Content-Type": "text/plain" }))).toEqual([]);
  });

  test("a client that is none of its own", () => {
    expect(causesOf("eio.request.refused", refused("/socket.io/", "Transport unknown"))).toEqual([
      "likely notSocketIoClient",
    ]);
  });

  test("a body that names a field is about that field, not about the path", () => {
    expect(causesOf("http.upgrade.refused", refused("/ws", "Missing or invalid Sec-WebSocket-Key header"))[0]).toBe(
      "likely badHandshakeFields",
    );
  });

  test("a server that misses a subprotocol says so", () => {
    const said = "Failed to open a WebSocket connection: missing subprotocol.\n";
    expect(causesOf("http.upgrade.refused", refused("/ws", said))[0]).toBe("likely subprotocolMismatch");
  });
});

test("a redirect within the same scheme is no redirect to https", () => {
  const sent = (location: string) => one(refusedUpgrade({ status: 301, response: { Location: location } }));
  expect(causesOf("http.upgrade.redirected", sent("http://a.example/echo"))).toEqual(["likely movedElsewhere"]);
  expect(causesOf("http.upgrade.redirected", sent("https://a.example/echo"))).toEqual(["likely redirectToHttps"]);
});

test("426 with the versions that a server speaks wants another one", () => {
  const asked = (spoken: string) => one(refusedUpgrade({ status: 426, response: { "Sec-WebSocket-Version": spoken } }));
  expect(causesOf("http.upgrade.refused", asked("8, 7"))[0]).toBe("likely versionOther");
  expect(causesOf("http.upgrade.refused", asked("13"))[0]).toBe("likely upgradeFieldsMissing");
});

describe("a proxy that hangs up on all its WebSockets", () => {
  const pair = (idleSeconds: number, endSeconds: number): ConnectionFacts[] =>
    [...hungUpByProxy(idleSeconds).connections].map((leg) => ({
      ...leg,
      tcp: { ...leg.tcp, closedAt: mark(endSeconds) },
      last: mark(endSeconds + 0.002),
    }));
  const both = (secondEnd: number, secondIdle = 2) =>
    analysisOf([...pair(4, 50), ...pair(secondIdle, secondEnd)], {
      clockSeconds: 80,
      joins: [joined("proxied"), joined("proxied", { places: [2, 3] })],
    });

  test("went away, when they had been silent for unlike times", () => {
    expect(causesOf("ws.close.no-close-frame", both(50.1))[0]).toBe("likely proxyRestarted");
    expect(causesOf("ws.close.no-close-frame", both(60))[0]).toBe("likely nginxReadTimeout");
    // nginx may be early by 0.3 s.
    expect(causesOf("ws.close.no-close-frame", both(50.001, 4.4))[0]).toBe("likely proxyRestarted");
    expect(causesOf("ws.close.no-close-frame", both(50.001, 3.75))[0]).toBe("likely nginxReadTimeout");
  });

  test("and no timer of nginx is of half seconds", () => {
    expect(causesOf("ws.close.no-close-frame", hungUpByProxy(4.5))[0]).toBe("likely proxyRestarted");
    expect(causesOf("ws.close.no-close-frame", hungUpByProxy(4.9))).toEqual([
      "likely nginxReadTimeout",
      "possible proxyRestarted",
    ]);
  });
});

test("a client that hung up at once behind a proxy is told of on its own leg", () => {
  const left = {
    upgrade: upgrade(),
    webSocketFacts: webSocket({ closeFrames: [null, null], lastFrame: [null, null], firstFrame: [null, null] }),
  };
  const legs = [abnormal("client", 0.2, left), abnormal("client", 0.201, { ...BACKEND_LEG, ...left })];
  const told = found("http.upgrade.closed-at-once", analysisOf(legs, { joins: [joined("proxied")] }));
  expect(told.map(({ connectionId }) => connectionId)).toEqual([0]);
});

describe("a client that was frozen while it was sent to", () => {
  const silence = { until: mark(39.5), ms: 9000, segmentsBefore: [20, 40], bytesBefore: [500, 990] } as const;
  const frozen = (...times: readonly (readonly number[])[]) =>
    one(
      abnormal("server", 40, {
        tcpFacts: {
          lastSilence: silence,
          server: { lastData: mark(39.9) },
          events: windowsOf("client", ...times),
        },
      }),
    );
  const variantOf = (analysis: Analysis) => found("ws.close.no-close-frame", analysis)[0]?.variant;

  test("is the one that stood still, also when it closes its window once more on waking", () => {
    expect(variantOf(frozen([30.5, 39.5]))).toBe("unread");
    expect(variantOf(frozen([30.5, 39.5], [39.7, 39.8]))).toBe("unread");
    expect(variantOf(frozen([30.5]))).toBe("unread");
    expect(causesOf("ws.close.no-close-frame", frozen([30.5, 39.5]))[0]).toBe("likely peerStoppedReading");
  });

  test("has done nothing when its window was open, or closed for a moment only", () => {
    expect(variantOf(frozen())).toBe("afterPause");
    expect(variantOf(frozen([5, 20], [39.7, 39.8]))).toBe("afterPause");
  });

  test("is told of as well when a proxy drops the backend first, and its FIN waits", () => {
    const closing = { ending: "rst" as const, resets: [reset({ at: 33, from: "client" })] };
    const legs = (times: readonly number[]) =>
      analysisOf(
        [
          abnormal("server", 40, { tcpFacts: { events: windowsOf("client", times) } }),
          abnormal("client", 33, { ...BACKEND_LEG, tcpFacts: closing }),
        ],
        { joins: [joined("proxied")] },
      );
    const told = judge(legs([30, 39.5])).filter(({ severity }) => severity === "error");
    expect(
      told.map(({ ruleId, variant, connectionId, args }) => [ruleId, variant, connectionId, args["closer"]]),
    ).toEqual([["ws.close.no-close-frame", "unread", 0, "proxy"]]);
    expect(found("tcp.rst", legs([5, 12]))[0]?.severity).toBe("error");
  });
});

test("who is reset behind a window that stayed closed had stopped reading", () => {
  const window = (seconds: number, kind: "zero-window" | "window-open") =>
    ({ ...mark(seconds), kind, from: "client", streamOffset: 0, value: 0 }) as const;
  const stuffed = (closed: number, opened: number | null) =>
    one(
      abnormal("server", 40, {
        tcpFacts: {
          ending: "rst",
          resets: [reset({ hasAck: false, answers: mark(40) })],
          events: [window(closed, "zero-window"), ...(opened === null ? [] : [window(opened, "window-open")])],
        },
      }),
    );
  expect(causesOf("tcp.rst", stuffed(25, null))[0]).toBe("likely peerStoppedReading");
  expect(causesOf("tcp.rst", stuffed(25, 39.9))[0]).toBe("likely peerStoppedReading");
  // One that was over long ago, or lasted no time, is no reason.
  for (const other of [stuffed(5, 12), stuffed(39.5, null)])
    expect(causesOf("tcp.rst", other).join()).not.toContain("peerStoppedReading");
});

test("a 403 is somebody's own word, whatever else fails meanwhile", () => {
  const forbidden = refusedUpgrade({ status: 403, body: "no" });
  const silent = connectionFacts({
    ...BACKEND_LEG,
    kind: "tcp-unanswered",
    webSocket: null,
    upgrade: null,
    first: mark(0.001),
    tcp: tcp({
      opening: "unanswered",
      ending: "silent",
      syns: [mark(0.001), mark(1), mark(3)],
      closedAt: null,
      firstCloser: null,
    }),
  });
  expect(found("http.upgrade.refused", several(forbidden, silent))[0]).toMatchObject({
    severity: "error",
    followsFrom: null,
  });
});

describe("what the capture shows only by what came later", () => {
  const evidenceOf = (ruleId: RuleId, analysis: Analysis): string[] =>
    (found(ruleId, analysis)[0]?.evidence ?? []).map(({ what, packet }) => `${packet} ${what}`);

  test("pongs that were lost on the way are not blamed on the client's program", () => {
    const lost = one(
      abnormal("server", 52, {
        webSocketFacts: { heartbeat: [beat({ pings: 0, answered: 0 }), deafBeat(20, [30, 40, 50])] },
        tcpFacts: { client: { missingBytes: 18, neverCame: { bytes: 18, since: mark(31), isLost: true } } },
      }),
    );
    expect(causesOf("ws.pong.missing", lost)[0]).toBe("likely pongsBehindLoss");
    expect(evidenceOf("ws.pong.missing", lost).join()).toContain("neverCame");
  });

  test("a pong behind bytes that had been lost is late by the path", () => {
    const came = (
      sentSeconds: number,
      seconds: number,
      from: "client" | "server" = "client",
      roundTripMs = 1800,
      pongs = 1,
    ) => {
      const slowest = { ping: mark(30), pong: mark(30 + roundTripMs / 1000), roundTripMs };
      return one(
        connectionFacts({
          webSocket: webSocket({ heartbeat: [beat({ pings: 0 }), beat({ late: pongs, slowest })] }),
          tcp: tcp({
            events: [
              {
                ...mark(seconds),
                kind: "late",
                from,
                streamOffset: 9,
                value: 0,
                sentNs: mark(sentSeconds).timestampNs,
              },
            ],
          }),
        }),
      );
    };
    expect(found("ws.pong.late", came(30.1, 31.7))[0]).toMatchObject({ variant: "byPath", severity: "note" });
    expect(causesOf("ws.pong.late", came(30.1, 31.7))).toContain("likely slowPath");
    expect(causesOf("ws.pong.late", came(30.1, 31.7))).toContain("possible peerBlocked");
    expect(evidenceOf("ws.pong.late", came(30.1, 31.7)).join()).toContain("318 cameLate");
    // A short loss, one long before, and one of the other side do not keep a pong for so long.
    for (const other of [came(30.1, 30.4), came(20, 22), came(30.1, 31.7, "server")])
      expect(found("ws.pong.late", other)[0]).toMatchObject({
        variant: "plain",
        severity: "warning",
        causes: [{ id: "peerBlocked", confidence: "likely" }, {}, {}],
      });
    // Neither so long nor so often.
    expect(found("ws.pong.late", came(30.1, 33.2, "client", 3200))[0]).toMatchObject({ severity: "warning" });
    expect(found("ws.pong.late", came(30.1, 31.7, "client", 1800, 9))[0]).toMatchObject({ severity: "warning" });
  });

  test("so is one that never came before the pinger gave up", () => {
    const gaveUp = (events: Analysis["connections"][number]["tcp"]["events"]) =>
      one(
        abnormal("server", 33, {
          webSocketFacts: { heartbeat: [beat({ pings: 0, answered: 0 }), deafBeat(20, [30])] },
          tcpFacts: { events, client: { lastData: mark(29) } },
        }),
      );
    const late = {
      ...mark(32.8),
      kind: "late",
      from: "client",
      streamOffset: 9,
      value: 0,
      sentNs: mark(30.1).timestampNs,
    };
    expect(causesOf("ws.pong.missing", gaveUp([]))[0]).toBe("likely peerBlocked");
    expect(causesOf("ws.pong.missing", gaveUp([late as never]))).toContain("possible peerBlocked");
    expect(causesOf("ws.pong.missing", gaveUp([late as never]))).toContain("likely slowPath");
  });

  test("a FIN that is not in the capture is told as such", () => {
    const unseen = one(abnormal("server", 52, { tcpFacts: { server: { fin: mark(52), finIsUnseen: true } } }));
    const evidence = evidenceOf("ws.close.no-close-frame", unseen).join();
    expect(evidence).toContain("finUnseen");
    expect(evidence).not.toMatch(/\bfin\b/);
  });
});

describe("a path that is slower than the heartbeat waits", () => {
  const late = deafBeat(20, [30, 40, 50], false);
  const acknowledgedLate = {
    ...late,
    unanswered: late.unanswered.map((ping) => ({ ...ping, acknowledgedLate: true })),
  };

  test("is known by acknowledgments that came after the end, and no program is blamed", () => {
    const analysis = one(
      abnormal("server", 52, {
        webSocketFacts: { heartbeat: [beat({ pings: 0 }), acknowledgedLate] },
        tcpFacts: { server: { lastAcknowledged: mark(66) }, client: { lastData: mark(51) } },
      }),
    );
    expect(found("ws.pong.missing", analysis)[0]).toMatchObject({ variant: "gaveUpSlow", args: { slowMs: 36_000 } });
    expect(causesOf("ws.pong.missing", analysis)[0]).toBe("likely slowPath");
  });

  test("is known at the other end by its round trip", () => {
    const ended = (roundTripMs: number) =>
      one(
        abnormal("server", 40, {
          webSocketFacts: { heartbeat: [beat({ pings: 0 }), beat()] },
          tcpFacts: { roundTripMs },
        }),
      );
    expect(causesOf("ws.close.no-close-frame", ended(2500))[0]).toBe("likely pongsTooSlow");
    expect(causesOf("ws.close.no-close-frame", ended(25)).join()).not.toContain("pongsTooSlow");
  });

  test("and by what the pinger's system had not acknowledged when it hung up", () => {
    const ended = (since: number, retransmissions: number) =>
      one(
        abnormal("server", 40, {
          webSocketFacts: {
            heartbeat: [
              beat({ pings: 0 }),
              beat({ lastPing: mark(38.9), lastPong: mark(39), lastAnsweredPing: mark(38.9) }),
            ],
          },
          tcpFacts: {
            client: {
              unacknowledged: { bytes: 137, since: mark(since), retransmissions, last: mark(39.6), fullSize: false },
            },
          },
        }),
      );
    expect(causesOf("ws.close.no-close-frame", ended(37.6, 2))[0]).toBe("likely pongsUnheard");
    expect(found("ws.close.no-close-frame", ended(37.6, 2))[0]?.evidence[0]).toMatchObject({
      what: "firstUnacknowledged",
    });
    // Sent after the pong, sent just now, or never sent again: then it says nothing of the pongs.
    for (const other of [ended(39.1, 2), ended(39.9, 2), ended(37.6, 0)])
      expect(causesOf("ws.close.no-close-frame", other).join()).not.toContain("pongsUnheard");
  });
});

describe("who is at fault for a Close", () => {
  const frames = { text: 0, binary: 0, continuation: 0, close: 0, ping: 0, pong: 0, reserved: 0, payloadBytes: 0 };
  const closed = (first: ReturnType<typeof close>, second: ReturnType<typeof close>, more = {}) =>
    one(connectionFacts({ webSocket: webSocket({ closeFrames: [second, first], ...more }) }));

  test("nobody broke a rule who had sent nothing at all", () => {
    const spoke = closed(close(39.8, 1002), close(39.9, 1000));
    expect(found("ws.close.code", spoke)[0]?.variant).toBe("faultNotSeen");
    const silent = closed(close(39.8, 1002), close(39.9, 1000), { frames: [{ ...frames, close: 1 }, frames] });
    expect(found("ws.close.code", silent)[0]?.variant).toBe("byItself");
  });

  test("a code that must not be sent is the fault of who sent it first", () => {
    expect(found("ws.close.reserved-code", closed(close(39.8, 999), close(39.9, 999)))[0]?.args["from"]).toBe("server");
  });

  test("a ping into the closed connection is none of its life", () => {
    const late = abnormal("server", 40, { webSocketFacts: { heartbeat: [beat({ lastPing: mark(41) }), beat()] } });
    expect(found("ws.close.no-close-frame", one(late))[0]?.args["sincePingMs"]).toBe(10_000);
  });
});

test("a router that says that the hop limit was used up names a loop", () => {
  const loop = abnormal("server", 40, {
    close: { verdict: "open", clientSees: null, serverSees: null },
    tcpFacts: {
      ending: "silent",
      firstCloser: null,
      closedAt: null,
      icmpErrors: [
        { ...mark(31), sender: "10.0.0.254", ipVersion: 4, type: 11, code: 0, mtuBytes: 0, about: "client" },
      ],
      client: { unacknowledged: { bytes: 102, since: mark(30), retransmissions: 7, last: mark(38), fullSize: false } },
    },
  });
  expect(causesOf("tcp.path.blackhole", one(loop))).toEqual(["likely routingLoop"]);
});

test("a packet filter that says that it rejects the acknowledgments is named", () => {
  const deaf = (at: number, code: number) =>
    connectionFacts({
      tcp: tcp({
        client: { lastAcknowledged: mark(30) },
        events: stalled(30, "client"),
        icmpErrors: [{ ...mark(at), sender: "10.0.0.1", ipVersion: 4, type: 3, code, mtuBytes: 0, about: "server" }],
      }),
    });
  expect(causesOf("tcp.path.blackhole", one(deaf(30.5, 3)))).toEqual(["certain rejectRuleBetween"]);
  // Of long before, or of a router that had no way for a while.
  expect(causesOf("tcp.path.blackhole", one(deaf(2, 3)))).toEqual(["likely dropsOneWay"]);
  expect(causesOf("tcp.path.blackhole", one(deaf(30.5, 1)))).toEqual(["likely dropsOneWay"]);
});

describe("a close_notify that can be read, and the FIN of the same side some packets behind it", () => {
  const ended = (closings: readonly [number | null, number | null], decrypted = true) =>
    found(
      "ws.close.no-close-frame",
      one(
        abnormal("server", 40, {
          tls: tlsFacts({
            decrypted,
            closings: [
              closings[0] === null ? null : mark(closings[0]),
              closings[1] === null ? null : mark(closings[1]),
            ],
          }),
        }),
      ),
    )[0];

  test("is told, by the packet that says it", () => {
    const told = ended([null, 39.2]);
    expect(told?.variant).toBe("notified");
    expect(told?.evidence.at(-1)).toMatchObject({ what: "closeNotify", timestampNs: mark(39.2).timestampNs });
  });

  test("is none of the other side's, nor one that came when all was over", () => {
    expect(ended([39.2, null])?.variant).toBe("fin");
    expect(ended([null, 41])?.variant).toBe("fin");
  });
});

test.each([
  ['{"code":4,"message":"token invalid"}', "token invalid"],
  ['{"code":4,"message":"Forbidden"}', undefined],
  ['{"code":4,"message":""}', undefined],
])("allowRequest's own words are quoted, and Engine.IO's are not taken for them: %s", (body, said) => {
  const asked = refusedUpgrade({ target: "/socket.io/?EIO=4&transport=websocket", status: 403, body });
  expect(found("eio.request.refused", one(asked))[0]?.args["said"]).toBe(said);
});

describe("a Close whose reason is a timeout of the login", () => {
  const shut = (reason: string, messages: number, seconds = 5, code = 4008) =>
    one(
      connectionFacts({
        webSocket: webSocket({
          messages: [
            { text: messages, binary: 0, bytes: 40 * messages },
            { text: 4, binary: 0, bytes: 400 },
          ],
          closeFrames: [close(seconds + 0.01, code), close(seconds, code, reason)],
        }),
        tcp: tcp({ closedAt: mark(seconds + 0.02), firstCloser: "server" }),
      }),
    );
  test("names the message that was not sent, and no heartbeat", () => {
    expect(causesOf("ws.close.code", shut("auth timeout", 0))).toEqual([
      "likely loginNeverSent",
      "possible applicationCode",
    ]);
    expect(causesOf("ws.close.code", shut("认证超时", 1))[0]).toBe("likely loginNotSeen");
    expect(causesOf("ws.close.code", shut("login timed out", 0, 5, 3000))[0]).toBe("likely loginNeverSent");
    expect(causesOf("ws.close.code", shut("login timed out", 0, 5, 1008))).not.toContain("likely tokenRejected");
  });
  test("long after the opening it speaks of a session that has run out", () => {
    expect(causesOf("ws.close.code", shut("auth timeout", 9, 3600))).not.toContain("likely loginNotSeen");
  });
  test("a heartbeat's timeout is none", () => {
    expect(causesOf("ws.close.code", shut("heartbeat timeout", 0))[0]).toBe("likely heartbeatReason");
  });
});

test("1009 for a message without an end names that one, and not the largest of those that fitted", () => {
  const [finding] = found(
    "ws.message.too-big",
    one(
      connectionFacts({
        webSocket: webSocket({
          closeFrames: [null, close(10, 1009)],
          largestMessageBytes: [20, 100],
          unfinishedMessage: [{ ...mark(9.9), bytes: 130_980 }, null],
        }),
      }),
    ),
  );
  expect(finding?.args).toMatchObject({ partBytes: 130_980 });
  expect(finding?.args).not.toHaveProperty("bytes");
  expect(finding?.evidence[0]).toMatchObject({ what: "unfinishedMessage", args: { bytes: 130_980 } });
});

test("of a request that was neither acknowledged nor sent again the capture lacks what came of it", () => {
  const asked = (retransmissions: number | null) =>
    one(
      refusedUpgrade(
        { status: null },
        {
          tcp: tcp({
            ending: "open",
            firstCloser: null,
            closedAt: null,
            client: {
              unacknowledged:
                retransmissions === null
                  ? null
                  : { bytes: 200, since: mark(0.003), retransmissions, last: mark(0.003), fullSize: false },
            },
          }),
        },
      ),
      55,
    );
  const told = (analysis: Analysis) =>
    found("http.upgrade.unanswered", analysis).map(({ variant, severity }) => `${severity} ${variant}`);
  expect(told(asked(null))).toEqual(["error silent"]);
  expect(told(asked(0))).toEqual(["note pending"]);
});
