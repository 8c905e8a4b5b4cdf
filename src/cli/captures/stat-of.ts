import { type Stats, statSync } from "node:fs";
import { type ExitCode, UserError } from "../../base/user-error.ts";

/** undefined: it is not there. Throws `UserError` with this exit code and message where nobody may look. */
export function statOf(name: string, exit: ExitCode, messageId: string): Stats | undefined {
  try {
    return statSync(name, { throwIfNoEntry: false });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UserError(exit, messageId, { name, reason: code ?? message });
  }
}
