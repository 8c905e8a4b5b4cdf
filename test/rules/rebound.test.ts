import { expect, test } from "vitest";
import { judge } from "../../src/rules/judging/judge.ts";
import { cases } from "./cases/all.ts";

test("what a NAT moved to another port is one fault, and nothing that the capture lacks", () => {
  const found = judge(cases["tcp.nat.rebound"].fires.unanswered);
  expect(found.filter(({ severity }) => severity === "error").map(({ ruleId }) => ruleId)).toEqual(["tcp.nat.rebound"]);
  expect(found.filter(({ ruleId }) => ruleId.startsWith("capture."))).toEqual([]);
});
