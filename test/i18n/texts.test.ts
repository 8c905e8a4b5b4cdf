import { describe, expect, test } from "vitest";
import { explain, textsOf } from "../../src/i18n/render.ts";
import { placeholders } from "../../src/i18n/template.ts";
import type { Texts } from "../../src/i18n/texts.ts";
import { catalogue } from "../../src/rules/catalogue/catalogue.ts";
import { causeWords } from "../../src/rules/vocabulary/causes.ts";
import { evidenceWords } from "../../src/rules/vocabulary/evidence.ts";
import { findingWords } from "../../src/rules/vocabulary/findings.ts";
import { tokenList } from "../../src/rules/vocabulary/tokens.ts";

const english = textsOf("en");
const chinese = textsOf("zh-CN");

/** Every template with the arguments that it may use: "a b?" as the vocabulary declares them. */
function templates(texts: Texts): Map<string, { text: string; declared: string }> {
  const found = new Map<string, { text: string; declared: string }>();
  const findings: Readonly<Record<string, Readonly<Record<string, { title: string; detail: string }>>>> =
    texts.findings;
  for (const [ruleId, variants] of Object.entries(findings))
    for (const [variant, { title, detail }] of Object.entries(variants)) {
      const declared =
        (findingWords as Readonly<Record<string, Readonly<Record<string, string>>>>)[ruleId]?.[variant] ?? "";
      found.set(`${ruleId}/${variant} title`, { text: title, declared });
      found.set(`${ruleId}/${variant} detail`, { text: detail, declared });
    }
  for (const [id, text] of Object.entries(texts.evidence))
    found.set(`evidence ${id}`, { text, declared: evidenceWords[id as keyof typeof evidenceWords] });
  for (const [id, { cause, fix }] of Object.entries(texts.causes)) {
    const declared = causeWords[id as keyof typeof causeWords];
    found.set(`cause ${id}`, { text: cause, declared });
    found.set(`fix ${id}`, { text: fix, declared });
  }
  return found;
}

describe.each([
  ["English", english],
  ["Chinese", chinese],
] as const)("%s", (_, texts) => {
  test("uses no argument that is not declared", () => {
    for (const [name, { text, declared }] of templates(texts)) {
      const names = declared.split(" ").map((word) => word.replace("?", ""));
      expect({ name, unknown: placeholders(text).filter((word) => !names.includes(word)) }).toEqual({
        name,
        unknown: [],
      });
    }
  });

  test("leaves out what may be absent", () => {
    for (const [name, { text, declared }] of templates(texts)) {
      const optional = declared
        .split(" ")
        .filter((word) => word.endsWith("?"))
        .map((word) => word.slice(0, -1));
      const always = text.replace(/\[\[[\s\S]*?\]\]/g, "");
      expect({ name, bare: placeholders(always).filter((word) => optional.includes(word)) }).toEqual({
        name,
        bare: [],
      });
    }
  });

  test("says nothing that nobody asks for, and leaves nothing unsaid", () => {
    expect(Object.keys(texts.causes).sort()).toEqual(Object.keys(causeWords).sort());
    expect(Object.keys(texts.evidence).sort()).toEqual(Object.keys(evidenceWords).sort());
    expect(Object.keys(texts.tokens).sort()).toEqual([...tokenList].sort());
    expect(Object.keys(texts.pages).sort()).toEqual(catalogue.map(({ id }) => id).sort());
    for (const [name, { text }] of templates(texts))
      expect({ name, empty: text.trim() === "" }).toEqual({ name, empty: false });
  });

  test("a page needs no capture", () => {
    for (const rule of catalogue) {
      const page = explain(rule, texts === english ? "en" : "zh-CN");
      expect(page.causes.length).toBe(rule.causes.length);
      expect(JSON.stringify(page)).not.toMatch(/\{[a-zA-Z]+(:[^}]*)?\}|\[\[|\]\]/);
      // Nor a bare name of an argument: "the <from>" says nothing to anybody.
      expect(JSON.stringify(page)).not.toMatch(
        /<(from|to|server|client|name|path|origin|timer|setting|seconds|\w+Ms)>/,
      );
    }
  });
});

test("both languages name the same arguments in titles, causes and fixes", () => {
  const other = templates(chinese);
  for (const [name, { text }] of templates(english)) {
    if (name.endsWith(" detail")) continue;
    expect({ name, arguments: placeholders(other.get(name)?.text ?? "") }).toEqual({
      name,
      arguments: placeholders(text),
    });
  }
});

test("Chinese is written in Chinese", () => {
  for (const [name, { text }] of templates(chinese)) {
    const isCommand = name.startsWith("fix ") || name.startsWith("evidence ");
    if (!isCommand) expect({ name, chinese: /[\u4e00-\u9fff]/.test(text) }).toEqual({ name, chinese: true });
    // No half-width comma or full stop between Chinese characters.
    expect({ name, bad: /[\u4e00-\u9fff][,;:?!.] ?[\u4e00-\u9fff]/.exec(text)?.[0] ?? null }).toEqual({
      name,
      bad: null,
    });
  }
});
