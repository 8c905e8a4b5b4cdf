import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import { refusedUpgrade, UPGRADE_FIELDS } from "../../support/facts-builder.ts";
import { one } from "../cases/case.ts";

const causesOf = (body: string, more: Record<string, string> = {}): string[] => {
  const request = { ...UPGRADE_FIELDS, ...more };
  const analysis = one(refusedUpgrade({ status: 403, body, request, response: { Server: "Express" } }));
  const finding = judge(analysis).find(({ ruleId }) => ruleId === "http.upgrade.refused");
  return (finding?.causes ?? []).map(({ id, confidence }) => `${confidence} ${id}`);
};

const REFUSAL = '{"message":"origin not allowed"}';

test("a 403 that speaks of the origin, to a client that names none, asks for one", () => {
  expect(causesOf(REFUSAL)).toEqual(["likely originMissing", "possible tokenRejected", "possible gatewayPolicy"]);
  expect(causesOf('{"message":"invalid token"}')[0]).toBe("likely tokenRejected");
  expect(causesOf("The origin server denied the original request.")[0]).toBe("likely tokenRejected");
});

test("nobody is told to allow the origin null", () => {
  expect(causesOf(REFUSAL, { Origin: "https://app.example" })[0]).toBe("likely originRefused");
  expect(causesOf(REFUSAL, { Origin: "null" })[0]).toBe("likely originNull");
});
