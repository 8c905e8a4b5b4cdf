import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import { close, connectionFacts, stalled, tcp, webSocket } from "../../support/facts-builder.ts";
import { one } from "../cases/case.ts";

const causesOf = (code: number, reason: string, events = stalled(1).slice(0, 0)): string[] => {
  const analysis = one(
    connectionFacts({
      tcp: tcp({ events }),
      webSocket: webSocket({ closeFrames: [close(39.95, code, reason), close(39.9, code, reason)] }),
    }),
  );
  const finding = judge(analysis).find(({ ruleId }) => ruleId === "ws.close.code");
  return (finding?.causes ?? []).map(({ id, confidence }) => `${confidence} ${id}`);
};

test("a private code whose reason speaks for itself is told in the same words as 1008", () => {
  expect(causesOf(4401, "token expired")).toEqual(["likely tokenRejected", "possible applicationCode"]);
  expect(causesOf(4290, "too many connections")).toEqual(["likely serverLimits", "possible applicationCode"]);
  expect(causesOf(4001, "wrong password")).toEqual(["likely passwordRefused", "possible applicationCode"]);
  expect(causesOf(4503, "server overloaded")).toEqual(["likely serverOverloaded", "possible applicationCode"]);
  expect(causesOf(4500, "database connection lost")).toEqual(["likely handlerThrew", "possible applicationCode"]);
  expect(causesOf(4003, "forbidden: admin role required")).toEqual([
    "likely permissionMissing",
    "possible applicationCode",
  ]);
  expect(causesOf(4000, "room closed")).toEqual(["likely applicationCode"]);
  expect(causesOf(4001, "logged in elsewhere")).toEqual(["likely replacedElsewhere", "possible applicationCode"]);
});

test("1008 whose reason is no token's does not speak of one", () => {
  const policy = (reason: string) => causesOf(1008, reason);
  expect(policy("too many connections")).toEqual(["likely serverLimits", "possible gatewayPolicy"]);
  expect(policy("Rate limit exceeded")).toEqual(["likely serverLimits", "possible gatewayPolicy"]);
  expect(policy("forbidden: admin role required")).toEqual(["likely permissionMissing", "possible gatewayPolicy"]);
  expect(policy("wrong password")).toEqual(["likely passwordRefused"]);
  expect(policy("Your license expired")).toEqual(["possible tokenRejected", "possible gatewayPolicy"]);
  for (const login of ["", "token expired", "Your account's session expired", "unauthorized"])
    expect(policy(login)).toEqual(["likely tokenRejected", "possible gatewayPolicy"]);
});

test("after an outage the reason is believed first, but not a timer's", () => {
  const outage = stalled(32.5);
  expect(causesOf(1008, "token expired", outage).slice(0, 2)).toEqual([
    "likely tokenRejected",
    "likely pathInterrupted",
  ]);
  expect(causesOf(1008, "heartbeat timeout", outage)[0]).toBe("likely pathInterrupted");
  expect(causesOf(1008, "session timed out", outage)[0]).toBe("likely pathInterrupted");
  expect(causesOf(1008, "", outage)[0]).toBe("likely pathInterrupted");
});
