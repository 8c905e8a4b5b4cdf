import { displayWidth, padToWidth, wrapToWidth } from "../../base/display-width.ts";
import type { Chrome } from "../../i18n/chrome/words.ts";
import type { RenderedRule } from "../../i18n/render.ts";
import type { Severity } from "../../rules/types.ts";
import type { Paint } from "./paint.ts";

export interface RuleLine {
  readonly id: string;
  readonly severity: Severity;
  readonly name: string;
}

export interface RulePage extends RuleLine {
  readonly spec: string;
  readonly words: RenderedRule;
}

/** `wscap explain`: every rule, one line each. */
export function ruleList(rules: readonly RuleLine[], chrome: Chrome, paint: Paint): string {
  const idWidth = Math.max(...rules.map(({ id }) => id.length));
  const severityWidth = Math.max(...Object.values(chrome.severity).map(displayWidth));
  const tint = { error: paint.error, warning: paint.warning, note: paint.dim };
  const line = ({ id, severity, name }: RuleLine): string =>
    `${id.padEnd(idWidth)}  ${tint[severity](padToWidth(chrome.severity[severity], severityWidth))}  ${name}\n`;
  return rules.map(line).join("");
}

/** `wscap explain RULE`: what it means, how it is seen, why it may be, what to do. */
export function rulePage(page: RulePage, chrome: Chrome, paint: Paint, width: number): string {
  const { words } = page;
  const paragraph = (text: string, first: string, indent: string): string[] =>
    text
      .split("\n")
      .flatMap((line) => {
        const lead = /^ */.exec(line)?.[0] ?? "";
        return wrapToWidth(line.trim(), width - indent.length - lead.length).map((part) => lead + part);
      })
      .map((line, index) => `${index === 0 ? first : indent}${line}`.trimEnd());
  const section = (head: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ["", paint.strong(head), ...lines];
  const lines = [
    `${paint.strong(page.id)}  ${chrome.severity[page.severity]}`,
    ...paragraph(words.name, "", ""),
    ...section(chrome.meaning, paragraph(words.meaning, "  ", "  ")),
    ...section(chrome.seen, paragraph(words.seen, "  ", "  ")),
    ...section(
      chrome.causes,
      words.causes.flatMap(({ cause, fix }) => [
        ...paragraph(cause, "  · ", "    "),
        ...(fix === "" ? [] : paragraph(fix, "    → ", "      ").map(paint.action)),
      ]),
    ),
    ...section(
      chrome.sources,
      [page.spec, ...words.sources].filter((source) => source !== "").map((source) => `  ${source}`),
    ),
  ];
  return `${lines.join("\n")}\n`;
}
