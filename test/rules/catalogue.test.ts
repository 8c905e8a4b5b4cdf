import { describe, expect, test } from "vitest";
import { render } from "../../src/i18n/render.ts";
import { catalogue } from "../../src/rules/catalogue/catalogue.ts";
import { judge } from "../../src/rules/judging/judge.ts";
import type { RuleId } from "../../src/rules/types.ts";
import { findingWords } from "../../src/rules/vocabulary/findings.ts";
import type { Analysis } from "../../src/store/types.ts";
import { analysisOf, connectionFacts } from "../support/facts-builder.ts";
import { cases } from "./cases/all.ts";
import type { Case } from "./cases/case.ts";

const rows = Object.entries(cases) as [RuleId, Case<RuleId>][];
const firing = rows.flatMap(([ruleId, { fires, severity, severities = {} }]) =>
  Object.entries<Analysis>(fires).map(([variant, analysis]) => ({
    ruleId,
    variant,
    analysis,
    severity: (severities as Record<string, string>)[variant] ?? severity,
  })),
);
const missing = rows.flatMap(([ruleId, { near }]) =>
  Object.entries(near).map(([name, analysis]) => ({ ruleId, name, analysis })),
);

describe("what fires a rule", () => {
  test.each(firing)("$ruleId/$variant", ({ ruleId, variant, analysis, severity }) => {
    const found = judge(analysis).find((finding) => finding.ruleId === ruleId);
    expect([found?.variant, found?.severity]).toEqual([variant, severity]);
  });

  test.each(firing)("$ruleId/$variant has all its words", ({ ruleId, analysis }) => {
    const finding = judge(analysis).find((item) => item.ruleId === ruleId);
    for (const language of ["en", "zh-CN"] as const) {
      const words = finding && JSON.stringify(render(finding, language));
      expect(words).toBeDefined();
      // Neither a placeholder nor a bracket of the templates is left over.
      expect(words).not.toMatch(/\{[a-zA-Z]+(:[^}]*)?\}|\[\[|\]\]|NaN/);
    }
    if (finding?.connectionId !== null) expect(finding?.wiresharkFilter).toMatch(/^ip(v6)?\.addr==/);
  });
});

describe("near misses", () => {
  test.each(missing)("$ruleId: $name", ({ ruleId, analysis }) => {
    expect(judge(analysis).filter((finding) => finding.ruleId === ruleId)).toEqual([]);
  });
});

test("every variant is among the cases", () => {
  for (const [ruleId, variants] of Object.entries(findingWords))
    expect(Object.keys(cases[ruleId as RuleId].fires).sort()).toEqual(Object.keys(variants).sort());
});

test("each rule says where one reads more", () => {
  expect(catalogue.filter(({ spec, sources }) => spec === "" && sources.length === 0).map(({ id }) => id)).toEqual([]);
});

test("the catalogue holds each rule once", () => {
  expect(catalogue.map(({ id }) => id).sort()).toEqual(Object.keys(findingWords).sort());
});

test("each cause that a finding names is on its rule's page", () => {
  const missing = firing.flatMap(({ ruleId, analysis }) => {
    const page = catalogue.find(({ id }) => id === ruleId);
    const causes = judge(analysis).flatMap((finding) => (finding.ruleId === ruleId ? finding.causes : []));
    return causes.filter(({ id }) => !page?.causes.includes(id)).map(({ id }) => `${ruleId} ${id}`);
  });
  expect([...new Set(missing)].join("\n")).toBe("");
});

test("a healthy connection yields nothing at all", () => {
  expect(judge(analysisOf([connectionFacts()]))).toEqual([]);
});
