import { helpEn } from "./help-en.ts";
import type { HelpWords } from "./help-types.ts";
import { helpZhCn } from "./help-zh-cn.ts";
import type { Language } from "./language.ts";

const help: Readonly<Record<Language, HelpWords>> = { en: helpEn, "zh-CN": helpZhCn };

export const helpOf = (language: Language): HelpWords => help[language];
