import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import { abnormal, analysisOf, mark } from "../../support/facts-builder.ts";

const rulesOf = (stampsFell: boolean): string[] => {
  const stepBack = { at: mark(30), ns: 30e9, isMended: true, stampsFell };
  return judge(analysisOf([abnormal("server", 40)], { capture: { stepBack } })).map(({ ruleId }) => ruleId);
};

test("pieces in the wrong order: endings and silences are only where they meet, and nothing is concluded", () => {
  expect(rulesOf(true)).toEqual(["capture.clock-stepped"]);
  expect(rulesOf(false)).toContain("ws.close.no-close-frame");
});
