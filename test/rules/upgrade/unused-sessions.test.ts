import { expect, test } from "vitest";
import { relativeNs } from "../../../src/base/brand.ts";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { BACKEND_LEG, tcp } from "../../support/facts-builder.ts";
import { opened, polled } from "../../support/polled-sessions.ts";
import { several } from "../cases/case.ts";

const told = (...all: ConnectionFacts[]): string[] =>
  judge(several(...all))
    .filter(({ variant }) => variant === "unused")
    .map(({ connectionId, args, causes }) => `#${connectionId} ${args["count"]} ${causes[0]?.id}`);

const three = [opened(1, "a"), opened(3, "b"), opened(7, "c")] as const;

test("a client that opens session after session and uses none of them gets no answer that it understands", () => {
  expect(told(...three)).toEqual(["#0 3 openingUnread"]);
  const [error, ...others] = judge(several(...three));
  expect([error?.severity, error?.ruleId, others]).toEqual(["error", "sio.connect.missing", []]);
});

test("who used one of them, or has just got it, is another matter", () => {
  expect(told(...three, polled({ target: "/socket.io/?EIO=4&transport=polling&sid=b", requestAt: 3.2 }))).toEqual([]);
  const until = (clock: number) => judge({ ...several(...three), clockNs: relativeNs(clock * 1e9) });
  expect(until(20).map(({ variant }) => variant)).toContain("unused");
  expect(until(8).map(({ variant }) => variant)).not.toContain("unused");
  expect(told(opened(1, "a"), opened(3, "b"))).toEqual([]);
});

test("a health check asks for quite the same each time", () => {
  const same = { target: "/socket.io/?EIO=4&transport=polling" };
  expect(told(opened(1, "a", same), opened(3, "b", same), opened(7, "c", same))).toEqual([]);
});

test("what was refused or withheld has a finding of its own, and what the capture lacks may have used one", () => {
  const refused = polled({ requestAt: 8, status: 400, body: '{"code":1,"message":"Session ID unknown"}' });
  expect(told(...three, refused)).toEqual([]);
  const elsewhere = { request: { Host: "app.example", Origin: "http://page.example" } };
  const withheld = [opened(1, "a", elsewhere), opened(3, "b", elsewhere), opened(7, "c", elsewhere)];
  expect(told(...withheld)).toEqual([]);
  expect(judge(several(...withheld))[0]?.ruleId).toBe("http.cors.refused");
  expect(told(...three, { ...opened(8, "d"), tcp: tcp({ client: { missingBytes: 100 } }) })).toEqual([]);
});

test("of both legs of a proxy the client's tells it; behind a proxy another server may have got the rest", () => {
  const passed = { request: { Host: "app.example", "X-Forwarded-For": "192.0.2.20" } };
  const behind = (["a", "b", "c"] as const).map((sid, index) => ({
    ...opened([1, 3, 7][index] as number, sid, { ...passed, requestAt: ([1, 3, 7][index] as number) + 0.01 }),
    ...BACKEND_LEG,
  }));
  expect(told(...three, ...behind)).toEqual(["#0 3 openingUnread"]);
  expect(told(...behind)).toEqual(["#0 3 noStickySession"]);
});
