// For all test files: the program loads the texts of the language that it speaks, the tests speak both.
import { languages } from "../../src/i18n/language.ts";
import { loadTexts } from "../../src/i18n/render.ts";

for (const language of languages) await loadTexts(language);
