import { describe, expect, test } from "vitest";
import { judge } from "../../src/rules/judging/judge.ts";
import type { Finding, RuleId } from "../../src/rules/types.ts";
import type { SessionFacts } from "../../src/store/session-types.ts";
import type { PauseFacts, TcpEvent } from "../../src/store/tcp-types.ts";
import type { Analysis } from "../../src/store/types.ts";
import {
  abnormal,
  beat,
  close,
  deafBeat,
  type HalfOverrides,
  mark,
  reset,
  stalled,
  windowsOf,
} from "../support/facts-builder.ts";
import { gapOf, session } from "./cases/application.ts";
import { one } from "./cases/case.ts";

// Programs that stood still and went on: their systems acknowledged all the time.

const found = (ruleId: RuleId, analysis: Analysis): Finding | undefined =>
  judge(analysis).find((item) => item.ruleId === ruleId);

const causeIds = (finding: Finding | undefined): string[] => (finding?.causes ?? []).map(({ id }) => id);

const pause = (untilSeconds: number, ms: number, nextMs = 1000): PauseFacts => ({
  until: mark(untilSeconds),
  ms,
  nextMs,
  segmentsBefore: 20,
  peerSpokeMs: 0.9 * ms,
});

describe("a peer that sent nothing while pings waited, and then went on", () => {
  /** The server pings at 30, 40 and 50 s and gives up at 52 s; the client was heard last at `lastSeconds`. */
  const gaveUp = (lastSeconds: number, longestPause: PauseFacts | null, beatOf = deafBeat(20, [30, 40, 50])) =>
    found(
      "ws.pong.missing",
      one(
        abnormal("server", 52, {
          webSocketFacts: { heartbeat: [beat(), beatOf] },
          tcpFacts: { client: { lastData: mark(lastSeconds), longestPause } },
        }),
      ),
    );
  const never = { ...deafBeat(20, [30, 40, 50]), answered: 0, lastPong: null, lastAnsweredPing: null };

  test("stood still", () => {
    const finding = gaveUp(57, pause(57, 36_000));
    expect(causeIds(finding)[0]).toBe("stoodStill");
    expect(finding?.causes[0]?.args).toMatchObject({ to: "client", idleMs: 36_000 });
    expect(causeIds(finding)).not.toContain("pongsNotSent");
  });
  test("knows pongs, though none came before it was given up", () => {
    expect(gaveUp(57, pause(57, 56_000, 0), never)).toMatchObject({ variant: "gaveUp" });
    expect(gaveUp(1, null, never)).toMatchObject({ variant: "neverAnswered" });
  });
  test("not one that talked all the time, also after the end", () => {
    expect(causeIds(gaveUp(51, pause(31, 1200)))[0]).toBe("pongsNotSent");
    expect(causeIds(gaveUp(53, pause(31, 1200)))[0]).toBe("pongsNotSent");
  });
  test("nor one that answers the end at once, or is always so quiet", () => {
    expect(causeIds(gaveUp(52.01, pause(52.01, 31_000)))).not.toContain("stoodStill");
    expect(causeIds(gaveUp(57, pause(57, 36_000, 30_000)))).not.toContain("stoodStill");
  });
});

describe("a single slow acknowledgment, among quick ones", () => {
  const gaveUp = (slow: { inRow: number; isRepeated: boolean }) =>
    found(
      "ws.pong.missing",
      one(
        abnormal("server", 52, {
          webSocketFacts: { heartbeat: [beat(), deafBeat(20, [30, 40, 50])] },
          tcpFacts: { server: { slowAcknowledgment: { sinceNs: mark(29).timestampNs, ms: 4800, ...slow } } },
        }),
      ),
    )?.variant;

  test("is no slow path unless the data was sent again, or others were slow with it", () => {
    expect(gaveUp({ inRow: 1, isRepeated: false })).toBe("gaveUp");
    expect(gaveUp({ inRow: 1, isRepeated: true })).toBe("gaveUpSlow");
    expect(gaveUp({ inRow: 2, isRepeated: false })).toBe("gaveUpSlow");
  });
});

test("of whom the capture heard first when it was over, nobody says that it went on sending", () => {
  const finding = found(
    "ws.pong.missing",
    one(
      abnormal("server", 52, {
        webSocketFacts: { midstream: true, heartbeat: [beat(), deafBeat(20, [30, 40, 50])] },
        tcpFacts: { client: { firstData: mark(57), lastData: mark(57) } },
      }),
    ),
  );
  expect(causeIds(finding)).not.toContain("pongsNotSent");
});

test("a heartbeat of the application's own is one", () => {
  const heartbeat = {
    from: "client" as const,
    by: "name" as const,
    sample: "ping",
    answerSample: "pong",
    intervalMs: 5000,
    sent: 20,
    answered: 20,
    unansweredAtEnd: [],
    lastAnswer: mark(99),
    lastAsked: mark(99),
    longestWait: null,
  };
  const long = (facts: SessionFacts | null) =>
    found(
      "ws.ping.absent",
      one(
        abnormal("server", 100, {
          session: facts,
          webSocketFacts: { heartbeat: [beat({ pings: 0 }), beat({ pings: 0 })] },
        }),
      ),
    );
  expect(long(null)?.variant).toBe("plain");
  expect(long(session({ protocol: "json", engineIo: null, socketIo: [], heartbeat }))).toBeUndefined();
});

test("who woke up when the application's heartbeat had given it up was stuck; its code did not stop", () => {
  const heartbeat = {
    from: "server" as const,
    by: "name" as const,
    sample: "ping",
    answerSample: "pong",
    intervalMs: 10_000,
    sent: 5,
    answered: 2,
    unansweredAtEnd: [30, 40, 50].map(mark),
    lastAnswer: mark(20.1),
    lastAsked: mark(20.1),
    longestWait: null,
  };
  const firstCause = (longestPause: PauseFacts | null) =>
    causeIds(
      found(
        "app.heartbeat.missing",
        one(
          abnormal("server", 52, {
            session: session({ protocol: "json", engineIo: null, socketIo: [], heartbeat }),
            tcpFacts: { client: { lastData: mark(57), longestPause } },
          }),
        ),
      ),
    )[0];
  expect(firstCause(pause(57, 36_900))).toBe("peerBlocked");
  expect(firstCause(pause(31, 1200))).toBe("beatHandlerStopped");
});

describe("who was silent while the other side went on, and ended it as soon as it spoke again", () => {
  const variants = (more: Partial<PauseFacts>, events: TcpEvent[] = [], clientPause: PauseFacts | null = null) =>
    (["rst", "fin"] as const).map(
      (ending) =>
        judge(
          one(
            abnormal("server", 40, {
              tcpFacts: {
                ending,
                resets: ending === "rst" ? [reset()] : [],
                events,
                client: { longestPause: clientPause },
                server: { longestPause: { ...pause(39.9, 18_000), segmentsBefore: 15, ...more } },
              },
            }),
          ),
        ).find(({ severity }) => severity === "error")?.variant,
    );

  test("stood still, whether it left something unread or not", () => {
    expect(variants({})).toEqual(["afterStandstill", "afterStandstill"]);
  });
  test("not if it often is as silent, had said little, or only just begun", () => {
    for (const calm of [{ nextMs: 8000 }, { segmentsBefore: 3 }, { ms: 38_500 }])
      expect(variants(calm)).toEqual(["established", "fin"]);
  });
  test("not if it went on for a while, or only ended", () => {
    expect(variants({ until: mark(37) })).toEqual(["established", "fin"]);
  });
  test("not if the other side was silent too: nobody knows that the path was open", () => {
    expect(variants({ peerSpokeMs: 2000 })).toEqual(["established", "fin"]);
    expect(variants({ peerSpokeMs: 17_900 }, [], pause(39.8, 18_500))).toEqual(["established", "fin"]);
    expect(variants({ peerSpokeMs: 17_900 }, [], pause(32, 8000))).toEqual(["afterStandstill", "afterStandstill"]);
  });
  test("nor if the other side's packets were sent again in vain", () => {
    expect(variants({}, stalled(30, "client"))).not.toContain("afterStandstill");
  });
});

describe("who was silent while the other side went on, until it was reset", () => {
  const told = (
    server: HalfOverrides = {},
    client: HalfOverrides = {},
    events: TcpEvent[] = [],
    by = reset(),
    gapAt?: number,
  ) =>
    found(
      "tcp.rst",
      one(
        abnormal("server", 40, {
          webSocketFacts: gapAt === undefined ? {} : gapOf("server", gapAt),
          tcpFacts: {
            ending: "rst",
            resets: [by],
            events,
            client: { lastAcknowledged: mark(39), ...client },
            server: { dataSegments: 40, lastData: mark(30), ...server },
          },
        }),
      ),
    );

  test("stood still", () => {
    expect(told()).toMatchObject({ variant: "whileStill", args: { from: "server", outageMs: 10_000 } });
    expect(causeIds(told())).toEqual(["peerBlocked", "processCrashed", "closedWithUnread"]);
  });
  test.each<[string, Finding | undefined]>([
    ["if it had said little", told({ dataSegments: 4 })],
    ["if it is as silent now and then", told({ longestPause: pause(20, 5000) })],
    ["if the other side was silent too, or not acknowledged", told({}, { lastAcknowledged: mark(32) })],
    ["if what it sent did not get through", told({}, {}, stalled(31))],
    ["if the RST answers, or comes from elsewhere", told({}, {}, [], reset({ answers: mark(39.9), hasAck: false }))],
    ["if its bytes are missing here", told({ missingBytes: 40 })],
    ["if they are missing while it was silent", told({ missingBytes: 40 }, {}, [], reset(), 35)],
  ])("not %s", (_, finding) => {
    expect(finding?.variant).not.toBe("whileStill");
  });
  test("stood still, though bytes of long before are missing", () => {
    expect(told({ missingBytes: 40 }, {}, [], reset(), 20)?.variant).toBe("whileStill");
  });
});

test("a Close that is sent out of a full window, and met by an RST, ended nothing: the other side had given it up", () => {
  const told = (windowClosedUntil: number, hasAck = false) =>
    judge(
      one(
        abnormal("server", 33, {
          webSocketFacts: { closeFrames: [close(32.99, 1001), null], heartbeat: [beat(), deafBeat(18, [21])] },
          tcpFacts: {
            ending: "rst",
            resets: [reset({ at: 33, answers: mark(32.99), hasAck })],
            events: windowsOf("client", [23, windowClosedUntil]),
            client: { zeroWindowSince: windowClosedUntil === 33 ? mark(23) : null },
          },
        }),
      ),
    ).map(({ ruleId, variant, severity }) => `${severity} ${ruleId} ${variant}`);
  expect(told(33)[0]).toBe("error ws.pong.missing gaveUpBlocked");
  expect(told(33).join()).not.toContain("ws.close.unanswered");
  // It read again in time, or the answer comes from a program that still had the connection.
  expect(told(24).join()).toContain("ws.close.unanswered");
  expect(told(33, true).join()).toContain("ws.close.unanswered");
});
