export const languages = ["en", "zh-CN"] as const;
export type Language = (typeof languages)[number];

/** The language that a tag or POSIX locale asks for ("zh", "zh-CN", "zh_TW.UTF-8", "en_US.UTF-8"); null: none of ours. */
export function languageOf(tag: string): Language | null {
  const primary = /^[a-z]+/.exec(tag.toLowerCase())?.[0];
  if (primary === "zh") return "zh-CN";
  return primary === "en" || primary === "c" || primary === "posix" ? "en" : null;
}

/** The first locale variable that is set decides, as POSIX orders them; English where it names no language of ours. */
export function languageFromEnvironment(environment: Readonly<Record<string, string | undefined>>): Language {
  const locale = environment["LC_ALL"] || environment["LC_MESSAGES"] || environment["LANG"] || "";
  return languageOf(locale) ?? "en";
}
