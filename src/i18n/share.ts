import type { Language } from "./language.ts";
import { shareEn } from "./share-en.ts";
import type { ShareWords } from "./share-words.ts";
import { shareZhCn } from "./share-zh-cn.ts";

const share: Readonly<Record<Language, ShareWords>> = { en: shareEn, "zh-CN": shareZhCn };

export const shareWordsOf = (language: Language): ShareWords => share[language];
