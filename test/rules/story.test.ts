import { expect, test } from "vitest";
import { judge } from "../../src/rules/judge.ts";
import { abnormal, analysisOf, beat, connectionFacts, deafBeat } from "../support/facts-builder.ts";

test("a healthy connection yields nothing", () => {
  expect(judge(analysisOf([connectionFacts()]))).toEqual([]);
});

test("missing pongs are the error, the 1006 that follows is a note that names it", () => {
  const frozen = abnormal("server", 52, {
    webSocketFacts: { heartbeat: [beat({ pings: 0 }), deafBeat(20, [30, 40, 50])] },
  });
  const told = judge(analysisOf([frozen])).map(({ ruleId, severity, followsFrom }) => [ruleId, severity, followsFrom]);
  expect(told).toEqual([
    ["ws.pong.missing", "error", null],
    ["ws.close.no-close-frame", "note", "ws.pong.missing"],
  ]);
});
