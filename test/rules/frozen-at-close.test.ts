import { expect, test } from "vitest";
import { judge } from "../../src/rules/judging/judge.ts";
import { abnormal, close, mark, stalled } from "../support/facts-builder.ts";
import { one } from "./cases/case.ts";

// A server that stood still when the client said Close: it talked every second until 6 s, and again at 42 s.

const causesOf = (sinceSeconds: number, segmentsBefore: number): string[] => {
  const pause = { until: mark(42), ms: (42 - sinceSeconds) * 1000, nextMs: 1000, segmentsBefore, peerSpokeMs: 32_000 };
  const facts = abnormal("client", 38, {
    tcpFacts: { server: { longestPause: pause, lastData: mark(42) } },
    webSocketFacts: { closeFrames: [close(8, 1000), null], lastMessage: [mark(1), mark(sinceSeconds)] },
    close: { verdict: "abnormal", clientSees: null, serverSees: null },
  });
  return judge(one(facts))
    .filter(({ ruleId }) => ruleId === "ws.close.unanswered")
    .flatMap(({ causes }) => causes.map(({ id, confidence }) => `${confidence} ${id}`));
};

test("who had stopped talking before the Close, and went on long after it, stood still", () => {
  expect(causesOf(6, 8).slice(0, 2)).toEqual(["likely stoodStill", "possible closeIgnored"]);
});

test("who stopped with the Close, or had hardly talked, ignores it", () => {
  expect(causesOf(9, 8)[0]).toBe("likely closeIgnored");
  expect(causesOf(6, 2)[0]).toBe("likely closeIgnored");
});

test("a Close that the path held up met nobody who could answer it", () => {
  const told = (sinceSeconds: number) =>
    judge(
      one(
        abnormal("client", 38, {
          tcpFacts: { events: stalled(sinceSeconds, "client") },
          webSocketFacts: { closeFrames: [close(22, 1001), null] },
          close: { verdict: "abnormal", clientSees: null, serverSees: null },
        }),
      ),
    ).find(({ ruleId }) => ruleId === "ws.close.unanswered")?.causes[0]?.id;
  expect(told(21)).toBe("pathInterrupted");
  // It had got through before that.
  expect(told(10)).toBe("closeIgnored");
});
