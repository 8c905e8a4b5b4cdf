import type { Language } from "../language.ts";
import { chromeEn } from "./en.ts";
import type { Chrome } from "./words.ts";
import { chromeZhCn } from "./zh-cn.ts";

const chrome: Readonly<Record<Language, Chrome>> = { en: chromeEn, "zh-CN": chromeZhCn };

export const chromeOf = (language: Language): Chrome => chrome[language];
