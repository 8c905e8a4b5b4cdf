import { describe, expect, test } from "vitest";
import { judge } from "../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../src/store/types.ts";
import { abnormal, beat, mark, refusedSyn, reset } from "../support/facts-builder.ts";
import { several } from "./cases/case.ts";

// Ends that were played: whose connections went down at one time, and what the packets around it do not prove.

const told = (...connections: ConnectionFacts[]) =>
  judge(several(...connections)).filter(({ severity }) => severity === "error");

const likelyOf = (...connections: ConnectionFacts[]): string[] =>
  (told(...connections)[0]?.causes ?? []).filter(({ confidence }) => confidence === "likely").map(({ id }) => id);

describe("a client whose WebSockets end in one moment", () => {
  const left = (seconds: number, lastOfServer: number) =>
    abnormal("client", seconds, {
      webSocketFacts: { lastMessage: [mark(9), mark(lastOfServer)], lastFrame: [mark(9), mark(lastOfServer)] },
    });
  const afterMessage = left(40, 39.9993);

  test("is one event, and the message that one of them had just got is not why", () => {
    const errors = told(afterMessage, left(40.003, 39));
    expect(errors).toHaveLength(1);
    expect(errors[0]?.alsoConnections).toHaveLength(1);
    expect(likelyOf(afterMessage, left(40.003, 39))).toEqual(["clientKilled"]);
  });

  test("alone, or with one that ended at another time, the message is a likely cause", () => {
    expect(likelyOf(afterMessage)).toContain("failedOnMessage");
    expect(likelyOf(afterMessage, left(45, 44))).toContain("failedOnMessage");
  });
});

describe("a client that resets the WebSocket soon after the 101", () => {
  const resetBy = (hasAck: boolean, answers: number | null) =>
    abnormal("client", 0.7, {
      tcpFacts: {
        ending: "rst",
        resets: [reset({ at: 0.7, from: "client", hasAck, answers: answers === null ? null : mark(answers) })],
      },
      webSocketFacts: { firstFrame: [null, mark(0.3)], lastFrame: [null, mark(0.6)], openedAt: mark(0.005) },
    });
  const rules = (connection: ConnectionFacts) => told(connection).map(({ ruleId }) => ruleId);

  test("answered a later packet as one that knows no such connection: no verdict on the 101", () => {
    expect(rules(resetBy(false, 0.6))).toEqual(["tcp.rst"]);
  });

  test("of its own accord, or on the 101 itself, did not accept it", () => {
    expect(rules(resetBy(true, null))).toEqual(["http.upgrade.closed-at-once"]);
    expect(rules(resetBy(false, 0.005))).toEqual(["http.upgrade.closed-at-once"]);
  });
});

test("a ping in the very packet of the FIN shows no impatient heartbeat", () => {
  const hungUp = (lastPing: number) =>
    abnormal("server", 40, {
      tcpFacts: { roundTripMs: 200 },
      webSocketFacts: {
        heartbeat: [
          beat({ pings: 0, answered: 0 }),
          beat({
            lastPing: mark(lastPing),
            pings: 4,
            pending: 1,
            roundTripMs: { min: 190, median: 200, p95: 210, max: 220 },
          }),
        ],
      },
    });
  expect(likelyOf(hungUp(39.85))).toContain("patienceTooShort");
  expect(likelyOf(hungUp(40))).not.toContain("patienceTooShort");
});

describe("a busy WebSocket that its server ends at an age at which a product ends all", () => {
  const ended = (openedAt: number) =>
    abnormal("server", 40, {
      webSocketFacts: { openedAt: mark(openedAt), lastFrame: [mark(39.2), mark(39.5)] },
      tcpFacts: { idleBeforeCloseNs: 0.5e9 },
    });

  test("may have come to its greatest age", () => {
    expect(likelyOf(ended(10))).toContain("lifetimeFits");
    expect(likelyOf(ended(10), ended(10.01))).toContain("lifetimeFits");
  });

  test("ended with its process, where the port refuses soon after", () => {
    expect(likelyOf(ended(10), refusedSyn(41))).not.toContain("lifetimeFits");
    expect(likelyOf(ended(10), refusedSyn(90))).toContain("lifetimeFits");
  });

  test("ended for another reason, where another one ends beside it at another age", () => {
    expect(likelyOf(ended(10), ended(25))).not.toContain("lifetimeFits");
  });
});
