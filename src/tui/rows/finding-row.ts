import { escapeText } from "../../base/escape-text.ts";
import { render } from "../../i18n/render.ts";
import type { Finding } from "../../rules/types.ts";
import type { Context } from "../context.ts";

/** As the list says it, escaped. */
export const titleOf = (finding: Finding, { language }: Context): string => escapeText(render(finding, language).title);

const texts = new WeakMap<Finding, { readonly words: Context["words"]; readonly text: string }>();

/** What a search looks at, in small letters: connections, rule and title; made once. */
export function findingText(finding: Finding, context: Context): string {
  const known = texts.get(finding);
  if (known?.words === context.words) return known.text;
  const { connectionId, alsoConnections, ruleId } = finding;
  const ids = connectionId === null ? [] : [connectionId, ...alsoConnections];
  const text = [...ids.map((id) => `#${id}`), ruleId, titleOf(finding, context)].join(" ").toLowerCase();
  texts.set(finding, { words: context.words, text });
  return text;
}
