import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { Analysis, ConnectionFacts } from "../../../src/store/types.ts";
import { mark } from "../../support/facts-builder.ts";
import { cases } from "../cases/all.ts";

const LARGE = 3_000_000;

function causesWith(more: Partial<NonNullable<ConnectionFacts["webSocket"]>>): string[] {
  const analysis: Analysis = cases["eio.pong.missing"].fires.noPing;
  const connections = analysis.connections.map((one) =>
    one.webSocket === null ? one : { ...one, webSocket: { ...one.webSocket, ...more } },
  );
  const finding = judge({ ...analysis, connections }).find(({ ruleId }) => ruleId === "eio.pong.missing");
  return (finding?.causes ?? []).map(({ id, confidence }) => `${confidence} ${id}`);
}

test("Socket.IO pings wait behind a large message that is still coming when the client gives up", () => {
  const waited = ["likely queuedBehindData", "possible serverBlocked"];
  expect(causesWith({ unfinishedMessage: [null, { ...mark(26), bytes: LARGE }] }).slice(0, 2)).toEqual(waited);
  expect(causesWith({ largestMessage: [null, mark(50)], largestMessageBytes: [0, LARGE] }).slice(0, 2)).toEqual(waited);
});

test("one that had come, or a small one, holds nothing up", () => {
  expect(causesWith({})[0]).toBe("likely serverBlocked");
  expect(causesWith({ largestMessage: [null, mark(26)], largestMessageBytes: [0, LARGE] })[0]).toBe(
    "likely serverBlocked",
  );
  expect(causesWith({ unfinishedMessage: [null, { ...mark(26), bytes: 100 }] })[0]).toBe("likely serverBlocked");
});
