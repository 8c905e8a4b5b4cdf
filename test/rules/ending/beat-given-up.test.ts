import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ApplicationBeatFacts } from "../../../src/store/session-types.ts";
import { abnormal, close, mark } from "../../support/facts-builder.ts";
import { session } from "../cases/application.ts";
import { one } from "../cases/case.ts";

// A client that waits for each answer by a timer shorter than its interval: one question without an answer is the end.

const heartbeat: ApplicationBeatFacts = {
  from: "client",
  by: "name",
  sample: '{"type":"ping","t":17}',
  answerSample: '{"type":"pong","t":17}',
  intervalMs: 10_000,
  sent: 4,
  answered: 3,
  unansweredAtEnd: [mark(35)],
  lastAnswer: mark(25),
  lastAsked: mark(35),
  longestWait: null,
};

const told = (endSeconds: number, closed: ReturnType<typeof close> | null = null) =>
  judge(
    one(
      abnormal("client", endSeconds, {
        session: session({ protocol: "json", engineIo: null, socketIo: [], heartbeat }),
        webSocketFacts: { closeFrames: [closed, null] },
      }),
    ),
  ).find(({ ruleId }) => ruleId === "app.heartbeat.missing")?.variant;

test("one question without an answer is why its sender hung up", () => {
  expect(told(40)).toBe("gaveUp");
  expect(told(36)).toBeUndefined();
});

test("also where its Close says so, or nothing", () => {
  expect(told(36, close(36, 4000, "heartbeat timeout"))).toBe("gaveUp");
  expect(told(40, close(40, null))).toBe("gaveUp");
  expect(told(40, close(40, 1000))).toBeUndefined();
  expect(told(40, close(40, 4001, "logged out"))).toBeUndefined();
});
