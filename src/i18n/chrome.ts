import { chromeEn } from "./chrome-en.ts";
import type { Chrome } from "./chrome-words.ts";
import { chromeZhCn } from "./chrome-zh-cn.ts";
import type { Language } from "./language.ts";

const chrome: Readonly<Record<Language, Chrome>> = { en: chromeEn, "zh-CN": chromeZhCn };

export const chromeOf = (language: Language): Chrome => chrome[language];
