import type { Language } from "./language.ts";
import { liveEn } from "./live-en.ts";
import type { LiveWords } from "./live-words.ts";
import { liveZhCn } from "./live-zh-cn.ts";

const words: Readonly<Record<Language, LiveWords>> = { en: liveEn, "zh-CN": liveZhCn };

export const liveWordsOf = (language: Language): LiveWords => words[language];
