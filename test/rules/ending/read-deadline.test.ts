import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import { abnormal, mark } from "../../support/facts-builder.ts";
import { several } from "../cases/case.ts";

// The server sends once a second, and hangs up; the client was heard last at `heard`.

const causesOf = (
  end: number,
  heard: number,
  {
    spoke = end - 0.8,
    acknowledged = spoke,
    roundTripMs = 1,
  }: Partial<Record<"spoke" | "acknowledged" | "roundTripMs", number>> = {},
): string[] =>
  judge(
    several(
      abnormal("server", end, {
        tcpFacts: {
          roundTripMs,
          idleBeforeCloseNs: (end - Math.max(spoke, heard)) * 1e9,
          client: { lastData: mark(heard) },
          server: { lastData: mark(spoke), lastAcknowledged: mark(acknowledged), dataSegments: 50 },
        },
      }),
    ),
  )
    .filter(({ ruleId }) => ruleId === "ws.close.no-close-frame")
    .flatMap(({ causes }) => causes.map(({ id, confidence }) => `${confidence} ${id}`));

test("one that had heard nothing for a round time, whatever it sent itself, has a deadline for reading", () => {
  expect(causesOf(70, 10)[0]).toBe("likely readDeadline");
  expect(causesOf(16, 10)).toContain("possible readDeadline");
  expect(causesOf(15, 10)).toContain("possible readDeadline");
});

test.each([
  ["no round time", causesOf(70.4, 10)],
  ["both were silent", causesOf(70, 10, { spoke: 12, acknowledged: 12 })],
  ["nothing that it said got through", causesOf(70, 10, { acknowledged: 10 })],
  ["the path is slow, and what was heard here was sent long before", causesOf(70, 10, { roundTripMs: 150 })],
  ["the client had just spoken", causesOf(70, 69)],
])("none: %s", (_, causes) => {
  expect(causes.join()).not.toContain("readDeadline");
});
