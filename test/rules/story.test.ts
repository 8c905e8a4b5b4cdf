import { expect, test } from "vitest";
import { judge } from "../../src/rules/judge.ts";
import { abnormal, analysisOf, connectionFacts, deafBeat, beat } from "../support/facts-builder.ts";
import { render } from "../../src/i18n/render.ts";

test("smoke", () => {
  expect(judge(analysisOf([connectionFacts()]))).toEqual([]);
  const f = judge(analysisOf([abnormal("server", 52, { webSocketFacts: { heartbeat: [beat({pings:0}), deafBeat(20, [30, 40, 50])] } })]));
  for (const x of f) for (const l of ["en","zh-CN"] as const) console.log(x.ruleId, x.severity, JSON.stringify(render(x, l), null, 1));
});
