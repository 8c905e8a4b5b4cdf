import type { Language } from "../language.ts";
import { liveEn } from "./en.ts";
import type { LiveWords } from "./words.ts";
import { liveZhCn } from "./zh-cn.ts";

const words: Readonly<Record<Language, LiveWords>> = { en: liveEn, "zh-CN": liveZhCn };

export const liveWordsOf = (language: Language): LiveWords => words[language];
