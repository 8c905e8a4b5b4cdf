import type { Language } from "../language.ts";
import { helpEn } from "./en.ts";
import type { HelpWords } from "./types.ts";
import { helpZhCn } from "./zh-cn.ts";

const help: Readonly<Record<Language, HelpWords>> = { en: helpEn, "zh-CN": helpZhCn };

export const helpOf = (language: Language): HelpWords => help[language];
