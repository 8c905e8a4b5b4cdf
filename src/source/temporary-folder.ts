import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ExitCode, UserError } from "../base/user-error.ts";

export interface TemporaryFolder {
  readonly path: string;
  /** With all that is in it. Done at the end of the process by itself, also where that ends because its terminal is gone. */
  remove(): void;
}

/**
 * One that only its owner can enter, where temporary files belong or, failing that, where they may be. Throws `UserError`
 * with the exit code of what it is for: reading a pipe twice, or capturing.
 */
export function temporaryFolder(prefix: string, exitCode: ExitCode): TemporaryFolder {
  const path = madeFolder(prefix, exitCode);
  const clear = (): void => rmSync(path, { recursive: true, force: true });
  const clearAtEnd = (): void => {
    try {
      clear();
    } catch {
      // Nobody is left to be told.
    }
  };
  process.once("exit", clearAtEnd);
  return {
    path,
    remove: () => {
      process.off("exit", clearAtEnd);
      clear();
    },
  };
}

function madeFolder(prefix: string, exitCode: ExitCode): string {
  const [first, ...others] = [tmpdir(), "/var/tmp", "/dev/shm"];
  try {
    return mkdtempSync(join(first, prefix));
  } catch (error) {
    for (const parent of others) {
      try {
        return mkdtempSync(join(parent, prefix));
      } catch {
        // What is wrong with the usual place tells more.
      }
    }
    throw unwritableTemporary(first, error, exitCode);
  }
}

export function unwritableTemporary(name: string, error: unknown, exitCode: ExitCode): UserError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new UserError(exitCode, "temporary.unwritable", { name, reason: code ?? message });
}
