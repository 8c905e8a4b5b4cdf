import type { Finding, RuleDescription, TextArgs } from "../rules/types.ts";
import type { Language } from "./language.ts";
import { fill, generalised } from "./template.ts";
import type { FindingText, Texts } from "./texts.ts";

const loaded = new Map<Language, Texts>();

/** Before anything is said in a language: what is said in another one is not read at all, which would be a tenth of a start. */
export async function loadTexts(language: Language): Promise<void> {
  const of = language === "en" ? (await import("./en/texts.ts")).english : (await import("./zh-cn/texts.ts")).chinese;
  loaded.set(language, of);
}

export function textsOf(language: Language): Texts {
  const found = loaded.get(language);
  if (found === undefined) throw new Error(`the texts of ${language} were not loaded`);
  return found;
}

export interface RenderedFinding {
  readonly title: string;
  readonly detail: string;
  /** In the order of the finding's own evidence and causes. */
  readonly evidence: readonly string[];
  readonly causes: readonly { readonly cause: string; readonly fix: string }[];
}

/** A finding in words. Text that came from the network is escaped. */
export function render(finding: Finding, language: Language): RenderedFinding {
  const texts = textsOf(language);
  const say = (template: string, args: TextArgs): string => fill(template, args, texts);
  const variants: Readonly<Record<string, FindingText>> = texts.findings[finding.ruleId];
  const { title, detail } = variants[finding.variant] as FindingText;
  const connections = 1 + finding.alsoConnections.length;
  return {
    title:
      say(title, finding.args) +
      ("recoveredMs" in finding.args ? say(texts.recovered, finding.args) : "") +
      ("pollsOn" in finding.args ? texts.pollsOn : "") +
      (connections > 1 ? say(texts.alike, { connections }) : ""),
    detail: say(detail, finding.args) + ("hurried" in finding.args ? say(texts.hurried, finding.args) : ""),
    evidence: finding.evidence.map((item) => say(texts.evidence[item.what], item.args)),
    causes: finding.causes.map(({ id, args }) => ({
      cause: say(texts.causes[id].cause, args),
      fix: say(texts.causes[id].fix, args),
    })),
  };
}

export interface RenderedRule {
  readonly name: string;
  readonly meaning: string;
  readonly seen: string;
  readonly causes: readonly { readonly cause: string; readonly fix: string }[];
  readonly sources: readonly string[];
}

/** The long page about a rule. Where a cause needs a capture's own numbers and names, general words stand for them. */
export function explain(rule: RuleDescription, language: Language): RenderedRule {
  const texts = textsOf(language);
  const general = (template: string): string => generalised(template, texts);
  return {
    ...texts.pages[rule.id],
    causes: rule.causes.map((id) => ({ cause: general(texts.causes[id].cause), fix: general(texts.causes[id].fix) })),
    sources: rule.sources,
  };
}
