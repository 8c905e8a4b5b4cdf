import type { ReactNode } from "react";
import type { Language } from "../../i18n/language.ts";
import type { SharePage } from "../share-page.ts";

/** The languages that a picture or page speaks: each has its own report, words and units. */
export type Pages = readonly SharePage[];

interface SaidProps {
  readonly pages: Pages;
  readonly say: (page: SharePage) => ReactNode;
}

/** The same in each language; the page shows the one that its root element names. */
export function Said({ pages, say }: SaidProps): ReactNode {
  if (pages.length === 1) return pages[0] === undefined ? null : say(pages[0]);
  const [first] = pages;
  // What reads alike in all languages is written once.
  const all = pages.map((page) => say(page));
  if (first !== undefined && all.every((said) => typeof said === "string" && said === all[0])) return all[0];
  return pages.map((page, index) => (
    <span key={page.model.language} lang={page.model.language}>
      {all[index]}
    </span>
  ));
}

interface SvgTextProps {
  readonly pages: Pages;
  readonly say: (page: SharePage) => string;
  readonly x: number;
  readonly y: number;
  readonly className?: string;
  readonly textAnchor?: "start" | "middle" | "end";
}

/** The same inside a picture. */
export function SvgText({ pages, say, ...place }: SvgTextProps): ReactNode {
  const all = pages.map((page) => say(page));
  if (all.every((said) => said === all[0])) return <text {...place}>{all[0]}</text>;
  return pages.map((page, index) => (
    <text key={page.model.language} lang={page.model.language} {...place}>
      {all[index]}
    </text>
  ));
}

export const languageNames: Readonly<Record<Language, string>> = { en: "English", "zh-CN": "中文" };
