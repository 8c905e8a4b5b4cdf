import { describe, expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import { type ExchangeOverrides, exchange, mark } from "../../support/facts-builder.ts";
import { polled } from "../../support/polled-sessions.ts";
import { one } from "../cases/case.ts";

// A page whose session was opened with Access-Control-Allow-Origin: *, and that never came back to it.

const opened = (sid: string, requestAt: number, allowed: Record<string, string> = {}): ExchangeOverrides => ({
  target: "/socket.io/?EIO=4&transport=polling",
  request: { Host: "10.0.0.2:8080", Connection: "keep-alive", Origin: "http://10.0.0.2:5173" },
  status: 200,
  requestAt,
  responseAt: requestAt + 0.01,
  body: `0{"sid":"${sid}","upgrades":["websocket"]}`,
  response: { "Access-Control-Allow-Origin": "*", ...allowed },
});

const TIMERS = { pingIntervalMs: 25_000, pingTimeoutMs: 20_000 };

const findings = (...all: readonly ExchangeOverrides[]) =>
  judge(
    one({
      ...polled({}, { sid: "a", open: { ...mark(1), ...TIMERS, upgrades: [], maxPayloadBytes: null } }),
      exchanges: all.map((more) => exchange({ request: {}, ...more })),
    }),
  );

const told = (...all: readonly ExchangeOverrides[]) =>
  findings(...all)
    .filter(({ ruleId }) => ruleId === "http.cors.refused")
    .map(({ severity, confidence, causes }) => `${severity} ${confidence} ${causes[0]?.confidence} ${causes[0]?.id}`);

const USED = { target: "/socket.io/?EIO=4&transport=polling&sid=b", status: 200, requestAt: 1.1 };

describe("sessions that were answered by *", () => {
  test("one that was left may be a page that asks with credentials, two are", () => {
    expect(told(opened("a", 1))).toEqual(["warning possible possible corsStarCookie"]);
    expect(told(opened("a", 1), opened("b", 2))).toEqual(["error likely likely corsStarCookie"]);
  });

  test("one is enough where the server allows credentials beside it", () => {
    const both = opened("a", 1, { "Access-Control-Allow-Credentials": "true" });
    expect(told(both)).toEqual(["error likely likely corsStarCookie"]);
  });

  test("a page that takes the next session was loaded anew", () => {
    expect(told(opened("a", 0.5), opened("b", 1), USED)).toEqual([]);
  });
});

test("who never used a session is hardly set to polling alone", () => {
  const riddle = findings(opened("a", 1)).find(({ ruleId }) => ruleId === "capture.no-websocket");
  expect(riddle?.causes.map(({ id, confidence }) => `${confidence} ${id}`)).toContain("possible pollingOnly");
});
