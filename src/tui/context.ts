import type { Chrome } from "../i18n/chrome/words.ts";
import type { Language } from "../i18n/language.ts";
import type { Texts } from "../i18n/texts.ts";
import type { TuiWords } from "../i18n/tui/words.ts";
import type { ConnectionFacts } from "../store/types.ts";
import type { Palette } from "./palette.ts";

/** What every view needs beside the state: words, colours, and what only the rules can read. */
export interface Context {
  readonly language: Language;
  readonly chrome: Chrome;
  readonly words: TuiWords;
  readonly texts: Texts;
  readonly palette: Palette;
  /** What a protocol inside said of the end, as the rules read it. */
  readonly saidAtEnd: (facts: ConnectionFacts) => { readonly protocol: string; readonly text: string } | null;
}
