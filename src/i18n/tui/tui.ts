import type { Language } from "../language.ts";
import { tuiEn } from "./en.ts";
import type { TuiWords } from "./words.ts";
import { tuiZhCn } from "./zh-cn.ts";

const words: Readonly<Record<Language, TuiWords>> = { en: tuiEn, "zh-CN": tuiZhCn };

export const tuiWordsOf = (language: Language): TuiWords => words[language];
