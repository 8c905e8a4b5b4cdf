import { describe, expect, test } from "vitest";
import type { Mark } from "../../src/base/packet-view.ts";
import { judge } from "../../src/rules/judging/judge.ts";
import type { RuleId } from "../../src/rules/types.ts";
import type { PauseFacts } from "../../src/store/tcp-types.ts";
import type { ConnectionFacts } from "../../src/store/types.ts";
import type { WebSocketFacts } from "../../src/store/websocket-types.ts";
import {
  abnormal,
  beat,
  close,
  connectionFacts,
  deafBeat,
  mark,
  refusedUpgrade,
  reset,
  tcp,
  UPGRADE_FIELDS,
  upgrade,
  webSocket,
} from "../support/facts-builder.ts";
import { sessionFacts } from "../support/session-facts.ts";
import { one } from "./cases/case.ts";
import { hungUpByProxy } from "./cases/legs.ts";

// What libraries other than Node's did in real runs, as facts.

const findings = (connection: ConnectionFacts) => judge(one(connection));
const found = (ruleId: RuleId, connection: ConnectionFacts) =>
  findings(connection).find((item) => item.ruleId === ruleId);
const causes = (ruleId: RuleId, connection: ConnectionFacts): string[] =>
  found(ruleId, connection)?.causes.map(({ confidence, id }) => `${confidence} ${id}`) ?? [];

const KEEPALIVE = "keepalive ping timeout";
const server = (name: string) => upgrade({ response: { Upgrade: "websocket", Connection: "Upgrade", Server: name } });

describe("Python websockets", () => {
  test("names itself by its words, and the peer that answered too late stood still", () => {
    const late = connectionFacts({
      webSocket: webSocket({
        closeFrames: [close(36, 1011, KEEPALIVE), close(38, 1011, KEEPALIVE)],
        heartbeat: [
          beat({ slowest: { ping: mark(32), pong: mark(38), roundTripMs: 6000 } }),
          beat({ pings: 0, answered: 0 }),
        ],
      }),
    });
    expect(causes("ws.close.code", late)).toEqual(["likely peerBlocked", "likely libraryTimer"]);
  });

  test("the server's own failure is the lesser guess where the words are a library's", () => {
    const byServer = connectionFacts({
      webSocket: webSocket({ closeFrames: [close(36.1, 1011, KEEPALIVE), close(36, 1011, KEEPALIVE)] }),
    });
    expect(causes("ws.close.code", byServer)).toEqual(["likely libraryTimer", "possible handlerThrew"]);
  });

  test("a client's 1011 is not put down to the server's code", () => {
    const byClient = connectionFacts({
      webSocket: webSocket({ closeFrames: [close(36, 1011, "boom"), close(36.1, 1011)] }),
    });
    expect(causes("ws.close.code", byClient)).toEqual(["likely applicationCode"]);
  });

  test("its Close is an end, answered or not: the missing pong is the error", () => {
    const open = connectionFacts({
      last: mark(60),
      webSocket: webSocket({
        closeFrames: [null, close(44, 1011, KEEPALIVE)],
        heartbeat: [beat({ pings: 0, answered: 0 }), deafBeat(20, [40])],
      }),
      tcp: tcp({ ending: "open", firstCloser: null, closedAt: null }),
    });
    expect(found("ws.pong.missing", open)?.severity).toBe("error");
    expect(found("ws.close.code", open)?.severity).toBe("note");
  });

  test("an empty 403 says that there is no such route, most likely", () => {
    const refused = refusedUpgrade({ status: 403, response: { Server: "Python/3.11 websockets/10.4" } });
    expect(causes("http.upgrade.refused", refused)[0]).toBe("likely asgiNoRoute");
  });
});

test("Jetty's 1001 for an idle connection is no page that was left", () => {
  const reason = "java.util.concurrent.TimeoutException: Idle timeout expired: 4003/4000 ms";
  const idle = connectionFacts({ webSocket: webSocket({ closeFrames: [close(36.1, 1001), close(36, 1001, reason)] }) });
  expect(found("ws.close.code", idle)?.severity).toBe("error");
  expect(causes("ws.close.code", idle)).toEqual(["likely libraryTimer"]);
});

describe("aiohttp", () => {
  const unread = (seconds: number): ConnectionFacts =>
    abnormal("server", seconds, {
      upgrade: server("Python/3.11 aiohttp/3.8.4"),
      webSocketFacts: { heartbeat: [beat({ pings: 0, answered: 0 }), beat()] },
    });

  test("that does not read ends it half an interval after a ping whose pong came", () => {
    expect(causes("ws.close.no-close-frame", unread(35))).toContain("likely aiohttpNotReading");
  });

  test("not at another time", () => {
    expect(causes("ws.close.no-close-frame", unread(37))).not.toContain("likely aiohttpNotReading");
  });

  test("is named where it gave up for want of a pong", () => {
    const gaveUp = abnormal("server", 45, {
      upgrade: server("Python/3.11 aiohttp/3.8.4"),
      webSocketFacts: { heartbeat: [beat({ pings: 0, answered: 0 }), deafBeat(30, [40])] },
    });
    expect(causes("ws.pong.missing", gaveUp)).toContain("possible libraryTimer");
  });
});

describe("a server that hangs up on what it must not take", () => {
  const violated = (from: "client" | "server") =>
    abnormal("server", 0.01, {
      webSocketFacts: {
        firstFrame: [mark(0.006), null],
        lastFrame: [mark(0.006), null],
        events: [{ ...mark(0.006), code: "reserved-opcode", from, section: "RFC 6455 §5.2", value: 3 }],
        eventCounts: { "reserved-opcode": 1 },
      },
    });

  test("without a Close frame, right after the 101: the violation is the story", () => {
    expect(found("ws.frame.reserved-opcode", violated("client"))?.severity).toBe("error");
    expect(found("http.upgrade.closed-at-once", violated("client"))).toBeUndefined();
  });

  test("not when the violation was its own", () => {
    expect(found("http.upgrade.closed-at-once", violated("server"))?.severity).toBe("error");
  });
});

describe("a violation that the peer lets pass", () => {
  const passed = (closeFrames: WebSocketFacts["closeFrames"]) =>
    connectionFacts({
      webSocket: webSocket({
        closeFrames,
        events: [{ ...mark(39), code: "unmasked-client", from: "client", section: "RFC 6455 §5.1", value: 0 }],
        eventCounts: { "unmasked-client": 1 },
      }),
    });

  test("until the violator itself closes: nobody minded", () => {
    const finding = found("ws.frame.unmasked-client", passed([close(39.9, 1000), close(39.95, 1000)]));
    expect(finding).toMatchObject({ severity: "warning", args: { peerDid: "wentOn" } });
  });

  test("nor did anybody whose Close had come before, and was answered with its own code", () => {
    const finding = found("ws.frame.unmasked-client", passed([close(38.9, 1001), close(39.1, 1001)]));
    expect(finding).toMatchObject({ severity: "note", args: { peerDid: "wentOn" } });
    expect(found("ws.frame.unmasked-client", passed([close(38.9, 1001), close(39.1, 1002)]))?.severity).toBe("error");
  });

  test("what the peer did is not known where the violator hung up at once", () => {
    const facts = passed([close(39, 1001), null]);
    const cut = (peersLast: number) => ({
      ...facts,
      webSocket: facts.webSocket && { ...facts.webSocket, lastFrame: [mark(39), mark(peersLast)] as const },
      tcp: tcp({ firstCloser: "client", closedAt: mark(39.0001) }),
    });
    const peerDid = (peersLast: number) =>
      found("ws.frame.unmasked-client", cut(peersLast) as ConnectionFacts)?.args["peerDid"];
    expect([peerDid(38.9), peerDid(39.00005)]).toEqual(["nothingSeen", "wentOn"]);
  });

  test("an unmasked Close of a client that names itself a proxy is the proxy's", () => {
    const closed = passed([close(39, 1001), close(39.003, 1002)]);
    const asked = upgrade({ request: { ...UPGRADE_FIELDS, "X-Forwarded-For": "192.0.2.7" } });
    expect(causes("ws.frame.unmasked-client", { ...closed, upgrade: asked }).slice(0, 2)).toEqual([
      "likely proxyClosesUnmasked",
      "possible brokenLibrary",
    ]);
    expect(causes("ws.frame.unmasked-client", closed)[0]).toBe("likely brokenLibrary");
  });

  test("unless the peer closes first", () => {
    const finding = found("ws.frame.unmasked-client", passed([close(39.95, 1002), close(39.9, 1002)]));
    expect(finding).toMatchObject({ severity: "error", args: { peerDid: "closedWithCode" } });
  });
});

describe("who stood still itself", () => {
  const slept = (pingAt: number) =>
    abnormal("server", 42, {
      webSocketFacts: {
        heartbeat: [
          beat({ pings: 0, answered: 0 }),
          beat({
            intervalMs: 2000,
            pings: 6,
            answered: 5,
            lastAnsweredPing: mark(29),
            lastPing: mark(pingAt),
            lastPong: mark(29.001),
          }),
        ],
      },
      tcpFacts: { idleBeforeCloseNs: 1e6 },
    });

  test("and hangs up right after its late ping, does not lack patience", () => {
    expect(causes("ws.close.no-close-frame", slept(41.999))[0]).toBe("likely deadlineOverslept");
    expect(causes("ws.close.no-close-frame", slept(41.999))).not.toContain("likely patienceTooShort");
  });

  test("a ping in its usual time shows no pause", () => {
    expect(causes("ws.close.no-close-frame", slept(31))).not.toContain("likely deadlineOverslept");
  });
});

describe("the last message before the end", () => {
  const saying = (text: string, at = 39.5) =>
    abnormal("server", 40, {
      webSocketFacts: { lastMessage: [mark(39), mark(at)] },
      session: sessionFacts({ lastTexts: [null, { ...mark(at), text }] }),
    });

  test("is quoted, and believed where it complains", () => {
    const finding = found("ws.close.no-close-frame", saying("token expired"));
    expect(finding?.evidence[0]).toMatchObject({ what: "lastText", args: { from: "server", text: "token expired" } });
    expect(finding?.causes.slice(0, 2).map(({ id }) => id)).toEqual(["saidWhy", "tokenRejected"]);
  });

  test("is quoted without being believed where it does not", () => {
    const finding = found("ws.close.no-close-frame", saying("hello"));
    expect(finding?.evidence[0]?.what).toBe("lastText");
    expect(finding?.causes.map(({ id }) => id)).not.toContain("saidWhy");
  });

  test("is not told when it was long ago", () => {
    const finding = found("ws.close.no-close-frame", saying("token expired", 20));
    expect(finding?.evidence.map(({ what }) => what)).not.toContain("lastText");
  });
});

describe("data that came at a steady pace and stopped", () => {
  const publisher = (longestGapSeconds: number, count = 300): Partial<WebSocketFacts> => ({
    messages: [
      { text: 1, binary: 0, bytes: 10 },
      { text: count, binary: 0, bytes: 9000 },
    ],
    lastMessage: [mark(1), mark(60)],
    longestMessageGapNs: [0, longestGapSeconds * 1e9],
    heartbeat: [beat({ pings: 0, answered: 0, intervalMs: null }), beat({ pings: 0, answered: 0, intervalMs: null })],
  });

  test("is told before the timer that noticed it", () => {
    const ended = abnormal("server", 120, {
      webSocketFacts: publisher(0.4),
      tcpFacts: { idleBeforeCloseNs: 60e9 },
    });
    expect(causes("ws.close.no-close-frame", ended)[0]).toBe("likely dataStopped");
  });

  test("is a source that dried up where the heartbeat went on", () => {
    const stream = publisher(0.4);
    const ended = (lastPing: number) =>
      abnormal("client", 120, {
        webSocketFacts: { ...stream, heartbeat: [beat({ pings: 0, answered: 0 }), beat({ lastPing: mark(lastPing) })] },
        tcpFacts: { idleBeforeCloseNs: 9e9 },
      });
    expect(causes("ws.close.no-close-frame", ended(111))[0]).toBe("likely sourceStopped");
    expect(causes("ws.close.no-close-frame", ended(61))).not.toContain("likely sourceStopped");
  });

  test("of who resets it in the end, too", () => {
    const resets = [reset({ at: 120, answers: null, hasAck: true })];
    const ended = (longestGap: number) =>
      abnormal("server", 120, {
        webSocketFacts: publisher(longestGap),
        tcpFacts: { ending: "rst", resets, idleBeforeCloseNs: 60.5e9 },
      });
    expect(causes("tcp.rst", ended(0.4))[0]).toBe("likely dataStopped");
    expect(causes("tcp.rst", ended(9))).not.toContain("likely dataStopped");
  });

  test("also where some of it comes behind the end: sent again, it meets a closed socket", () => {
    const late = { ...publisher(69, 301), lastMessage: [mark(1), mark(129)] as [Mark, Mark] };
    const longestPause = { until: mark(129), ms: 69_000, nextMs: 0, segmentsBefore: 300, peerSpokeMs: 0 };
    const ended = (server: { longestPause: PauseFacts | null }) =>
      abnormal("client", 120, { webSocketFacts: late, tcpFacts: { idleBeforeCloseNs: 60e9, server } });
    expect(causes("ws.close.no-close-frame", ended({ longestPause }))[0]).toBe("likely dataStopped");
    expect(causes("ws.close.no-close-frame", ended({ longestPause: null }))).not.toContain("likely dataStopped");
  });

  test("of a backend that froze behind a proxy, before the proxy's timer", () => {
    const base = hungUpByProxy(60);
    const back = base.connections[1] as ConnectionFacts;
    const webSocketFacts = {
      ...(back.webSocket as WebSocketFacts),
      ...publisher(0.4, 60),
      lastMessage: [mark(1), mark(10)],
    };
    const frozen = { ...base, connections: [base.connections[0], { ...back, webSocket: webSocketFacts }] };
    const finding = judge(frozen as typeof base).find(({ ruleId }) => ruleId === "ws.close.no-close-frame");
    expect(finding?.causes.map(({ confidence, id }) => `${confidence} ${id}`)).toEqual([
      "likely dataStopped",
      "possible nginxReadTimeout",
    ]);
  });

  test("not of who sends now and then", () => {
    const ended = abnormal("server", 120, { webSocketFacts: publisher(9, 30), tcpFacts: { idleBeforeCloseNs: 60e9 } });
    expect(causes("ws.close.no-close-frame", ended)).not.toContain("likely dataStopped");
  });
});
