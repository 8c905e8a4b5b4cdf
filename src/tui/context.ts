import type { Chrome } from "../i18n/chrome/words.ts";
import type { Language } from "../i18n/language.ts";
import type { Texts } from "../i18n/texts.ts";
import type { TuiWords } from "../i18n/tui/words.ts";
import type { Palette } from "./palette.ts";

/** What every view needs beside the state: words and colours. */
export interface Context {
  readonly language: Language;
  readonly chrome: Chrome;
  readonly words: TuiWords;
  readonly texts: Texts;
  readonly palette: Palette;
}
