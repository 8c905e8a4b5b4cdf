import { describe, expect, test } from "vitest";
import { judge } from "../../src/rules/judging/judge.ts";
import type { TcpEvent } from "../../src/store/tcp-types.ts";
import { abnormal, beat, deafBeat, mark, quietBeat, stalled } from "../support/facts-builder.ts";
import { one } from "./cases/case.ts";

// Pings and pongs stand in line with all that their side sends: what lies before them holds them up.

const PINGS = deafBeat(20, [30, 40, 50]);

describe("a client that is sending one message while the server waits for pongs", () => {
  const told = (began: number, lastData: number) =>
    judge(
      one(
        abnormal("server", 52, {
          webSocketFacts: {
            heartbeat: [quietBeat, PINGS],
            unfinishedMessage: [{ ...mark(began), bytes: 500_000 }, null],
            incompleteFrameBytes: [48_000, 0],
          },
          tcpFacts: { client: { lastData: mark(lastData) } },
        }),
      ),
    )[0];

  test("is not said to ignore them", () => {
    const found = told(25, 51.9);
    expect(found).toMatchObject({ ruleId: "ws.pong.missing", variant: "gaveUpBehindMessage", severity: "error" });
    expect(found?.causes.map(({ id }) => id)).toEqual(["queuedBehindData", "slowPath"]);
  });

  test("is another matter when the message began later, or came no more", () => {
    expect(told(35, 51.9)?.variant).not.toBe("gaveUpBehindMessage");
    expect(told(25, 40)?.variant).not.toBe("gaveUpBehindMessage");
  });
});

describe("a server that hangs up in the middle of its own message", () => {
  const causes = (began: number) =>
    judge(
      one(
        abnormal("server", 48, {
          webSocketFacts: {
            unfinishedMessage: [null, { ...mark(began), bytes: 200_000 }],
            incompleteFrameBytes: [0, 3000],
          },
        }),
      ),
    )[0]?.causes.map(({ id, confidence }) => `${confidence} ${id}`);

  test("may have waited for pongs to pings that stood behind it", () => {
    expect(causes(7)).toContain("likely queuedBehindData");
    expect(causes(46)).not.toContain("likely queuedBehindData");
  });
});

describe("pongs behind bytes that never came", () => {
  const hole: TcpEvent = { ...mark(21), kind: "gap", from: "client", streamOffset: 210, value: 2896 };
  const told = (event: TcpEvent) =>
    judge(
      one(
        abnormal("server", 52, {
          webSocketFacts: {
            heartbeat: [
              quietBeat,
              beat({
                missing: 1,
                intervalMs: 10_000,
                lastPing: mark(40),
                lastAnsweredPing: mark(30),
                lastPong: mark(31.8),
                slowest: { ping: mark(30), pong: mark(31.8), roundTripMs: 1800 },
                unanswered: [{ ...mark(40), acknowledged: true, acknowledgedLate: false }],
              }),
            ],
          },
          tcpFacts: { client: { missingBytes: 2896, lastAcknowledged: mark(20) }, events: [event] },
        }),
      ),
    ).filter(({ ruleId }) => ruleId.startsWith("ws.pong"));

  test("have reached nobody, and are not late", () => {
    expect(told(hole).map(({ ruleId, variant }) => `${ruleId} ${variant}`)).toEqual(["ws.pong.missing gaveUpLoss"]);
    expect(told(hole)[0]?.args).toMatchObject({ missing: 2, waitedMs: 22_000 });
    expect(told(hole)[0]?.args).not.toHaveProperty("sincePongMs");
  });

  test("count where the bytes went missing only afterwards", () => {
    expect(told({ ...hole, ...mark(35) })[0]?.args).toMatchObject({ missing: 1 });
  });
});

describe("an interruption that ends with the first packet, which is answered by an RST", () => {
  const told = (pauseMs: number) =>
    judge(
      one(
        abnormal("client", 52, {
          webSocketFacts: { heartbeat: [deafBeat(20, [30]), quietBeat] },
          tcpFacts: {
            ending: "rst",
            events: stalled(30.1, "client"),
            client: { slowAcknowledgment: { sinceNs: mark(30).timestampNs, ms: 21_900, inRow: 1, isRepeated: true } },
            server: {
              lastData: mark(51.9),
              longestPause: { until: mark(51.9), ms: pauseMs, nextMs: 1000, segmentsBefore: 15, peerSpokeMs: 9000 },
            },
          },
        }),
      ),
    ).find(({ ruleId }) => ruleId === "ws.pong.missing")?.variant;

  test("was not a slow path on which the other side went on talking", () => {
    expect(told(29_000)).toBe("gaveUpPath");
    expect(told(2000)).toBe("gaveUpSlow");
  });
});
