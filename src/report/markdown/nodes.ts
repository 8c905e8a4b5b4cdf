import type { Code, Heading, Html, InlineCode, List, Paragraph, PhrasingContent, Table } from "mdast";
import { escapeText } from "../../base/escape-text.ts";

/**
 * What GitHub and GitLab make a mention, a reference or a link of (@name, #1, !2, $3, ~label, %milestone, &epic,
 * https://, www.): an empty comment inside keeps text from becoming one, which no Markdown escape does everywhere.
 */
const REFERENCE = /(?<![\w/])(?:[~%]+(?=[\w"])|[#!$&]+(?=\d))|@(?=\w)|:(?=\/\/)|www(?=\.)|(?:mailto|xmpp):/gi;

/** Text as a reader shall see it, whatever it holds. Markdown's own characters are escaped when it is written. */
export function text(value: string): PhrasingContent[] {
  const parts: PhrasingContent[] = [];
  let at = 0;
  const safe = escapeText(value);
  for (const match of safe.matchAll(REFERENCE)) {
    const end = match.index + match[0].length;
    parts.push({ type: "text", value: safe.slice(at, end) }, BREAK);
    at = end;
  }
  parts.push({ type: "text", value: safe.slice(at) });
  return parts.filter((part) => part.type !== "text" || part.value !== "");
}

const BREAK: Html = { type: "html", value: "<!-- -->" };

export const strong = (value: string): PhrasingContent => ({ type: "strong", children: text(value) });
export const code = (value: string): InlineCode => ({ type: "inlineCode", value: escapeText(value) });
export const paragraph = (...children: PhrasingContent[]): Paragraph => ({ type: "paragraph", children });
export const heading = (depth: 1 | 2 | 3, ...children: PhrasingContent[]): Heading => ({
  type: "heading",
  depth,
  children,
});
/** Lines that are escaped already, in a fixed-width font. */
export const block = (lines: readonly string[], lang = "text"): Code => ({
  type: "code",
  lang,
  value: lines.join("\n"),
});

export const list = (items: readonly (readonly PhrasingContent[])[], ordered = false): List => ({
  type: "list",
  ordered,
  spread: false,
  children: items.map((children) => ({ type: "listItem", spread: false, children: [paragraph(...children)] })),
});

export const table = (
  heads: readonly string[],
  rows: readonly (readonly (readonly PhrasingContent[])[])[],
  right: readonly number[] = [],
): Table => ({
  type: "table",
  align: heads.map((_, column) => (right.includes(column) ? "right" : null)),
  children: [heads.map((head) => text(head)), ...rows].map((cells) => ({
    type: "tableRow",
    children: cells.map((children) => ({ type: "tableCell", children: [...children] })),
  })),
});
