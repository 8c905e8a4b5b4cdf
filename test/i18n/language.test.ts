import { expect, test } from "vitest";
import { languageFromEnvironment, languageOf } from "../../src/i18n/language.ts";

test.each([
  ["en", "en"],
  ["zh", "zh-CN"],
  ["zh-CN", "zh-CN"],
  ["zh_TW.UTF-8", "zh-CN"],
  ["C.UTF-8", "en"],
  ["POSIX", "en"],
  ["de_DE.UTF-8", null],
  ["", null],
])("%s reads %s", (tag, language) => {
  expect(languageOf(tag)).toBe(language);
});

test("the first locale variable that is set decides, as POSIX orders them", () => {
  expect(languageFromEnvironment({})).toBe("en");
  expect(languageFromEnvironment({ LANG: "zh_CN.UTF-8" })).toBe("zh-CN");
  expect(languageFromEnvironment({ LC_ALL: "C", LANG: "zh_CN.UTF-8" })).toBe("en");
  expect(languageFromEnvironment({ LC_ALL: "", LC_MESSAGES: "zh_CN", LANG: "en_US" })).toBe("zh-CN");
  expect(languageFromEnvironment({ LC_ALL: "fr_FR", LANG: "zh_CN" })).toBe("en");
});
