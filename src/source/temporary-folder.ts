import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXIT, UserError } from "../base/user-error.ts";

/** A folder that only its owner can enter, where temporary files belong or, failing that, where they may be. Throws `UserError`. */
export function temporaryFolder(prefix: string): string {
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
    throw unwritableTemporary(first, error);
  }
}

export function unwritableTemporary(name: string, error: unknown): UserError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new UserError(EXIT.usage, "temporary.unwritable", { name, reason: code ?? message });
}
