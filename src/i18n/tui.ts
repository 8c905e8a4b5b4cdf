import type { Language } from "./language.ts";
import { tuiEn } from "./tui-en.ts";
import type { TuiWords } from "./tui-words.ts";
import { tuiZhCn } from "./tui-zh-cn.ts";

const words: Readonly<Record<Language, TuiWords>> = { en: tuiEn, "zh-CN": tuiZhCn };

export const tuiWordsOf = (language: Language): TuiWords => words[language];
