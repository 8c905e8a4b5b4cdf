import type { ExitCode } from "../base/user-error.ts";
import type { Chrome } from "../i18n/chrome/words.ts";
import type { HelpWords } from "../i18n/help/types.ts";
import type { Language } from "../i18n/language.ts";
import type { Logger } from "./logger.ts";

/** What a command finds around it: the terminal, the language, the log, and where to leave its exit code. */
export interface Surroundings {
  readonly language: Language;
  readonly help: HelpWords;
  readonly chrome: Chrome;
  readonly version: string;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Colour on standard output. */
  readonly colour: boolean;
  /** Columns of standard output; 100 where it is no terminal. */
  readonly columns: number;
  readonly logger: Logger;
  /** Fires when the running command ought to stop (see `watchSignals`). */
  readonly interrupt: AbortSignal;
  /** Nobody reads standard output any more: stop as at an interrupt, since there is more to finish, instead of at once. */
  outlivesReader: boolean;
  exitCode: ExitCode;
}
