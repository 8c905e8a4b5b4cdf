import type { Language } from "../language.ts";
import { shareEn } from "./en.ts";
import type { ShareWords } from "./words.ts";
import { shareZhCn } from "./zh-cn.ts";

const share: Readonly<Record<Language, ShareWords>> = { en: shareEn, "zh-CN": shareZhCn };

export const shareWordsOf = (language: Language): ShareWords => share[language];
