import { expect, test } from "vitest";
import { render } from "../../src/i18n/render.ts";
import { buildReport } from "../../src/report/model/model.ts";
import { createRedactor } from "../../src/report/redact.ts";
import { renderText } from "../../src/report/text/text.ts";
import { judge } from "../../src/rules/judging/judge.ts";
import type { Analysis } from "../../src/store/types.ts";
import { abnormal, analysisOf, BACKEND_LEG, connectionFacts, joined } from "../support/facts-builder.ts";

const modelOf = (analysis: Analysis, redact = true) =>
  buildReport(analysis, judge(analysis), {
    version: "0",
    language: "en",
    redactor: createRedactor(redact),
    words: render,
  });
const secret = { name: "authorization", before: "Bearer abcdef123456", behind: null };

test("legs are named in the text and count as one", () => {
  const analysis = analysisOf([abnormal("server", 40.001), abnormal("server", 40, BACKEND_LEG)], {
    joins: [joined("proxied")],
  });
  const text = renderText(modelOf(analysis), { width: 100 });
  expect(text).toMatch(/^✗ The connection failed: /);
  expect(text).toContain("#0 and #1 are one WebSocket: before and behind the proxy 10.0.0.2");
});

test("both captures of one connection count as one", () => {
  const healthy = connectionFacts();
  const text = renderText(modelOf(analysisOf([healthy, healthy], { joins: [joined("two-captures")] })), { width: 100 });
  expect(text).toMatch(/^✓ Nothing is wrong: 1 WebSocket, 1 closed cleanly; 3 of 3 pings answered/);
});

test("what the proxy changed is in the model, without credentials", () => {
  const analysis = analysisOf([connectionFacts(), connectionFacts(BACKEND_LEG)], {
    joins: [joined("proxied", { changedRequest: [secret, { name: "host", before: "a", behind: "b" }] })],
  });
  const [join] = modelOf(analysis).joins;
  expect(join).toMatchObject({ kind: "proxied", by: "key", nearClient: 0, nearServer: 1, clockOffsetMs: null });
  expect(join?.changedRequest[1]).toEqual({ name: "host", before: "a", behind: "b" });
  expect(join?.changedRequest[0]?.before).not.toContain("abcdef");
  expect(modelOf(analysis, false).joins[0]?.changedRequest[0]?.before).toBe("Bearer abcdef123456");
});

test("a WebSocket of which one side was not captured is not called well", () => {
  const healthy = connectionFacts();
  const blind = connectionFacts({
    tcp: { ...healthy.tcp, oneWay: true, halves: [healthy.tcp.halves[0], { ...healthy.tcp.halves[1], packets: 0 }] },
  });
  const [first = ""] = renderText(modelOf(analysisOf([blind])), { width: 100 }).split("\n");
  expect(first).toMatch(/^· Only what the client sent was captured/);
});
