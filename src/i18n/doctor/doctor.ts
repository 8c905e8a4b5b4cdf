import { escapeText } from "../../base/escape-text.ts";
import type { Language } from "../language.ts";
import { doctorEn } from "./en.ts";
import type { CheckId, DoctorWords } from "./words.ts";
import { doctorZhCn } from "./zh-cn.ts";

const words: Readonly<Record<Language, DoctorWords>> = { en: doctorEn, "zh-CN": doctorZhCn };

export const doctorWordsOf = (language: Language): DoctorWords => words[language];

/** One check in words. Command lines and rules come from the system, so arguments are escaped. */
export const checkText = (language: Language, id: CheckId, args: Readonly<Record<string, string | number>>): string =>
  words[language].checks[id]
    .replace(/\{(\w+)\}/g, (_, name: string) => escapeText(String(args[name] ?? "")))
    .replace(/ {2,}/g, " ");
