import { closeSync, openSync, readSync } from "node:fs";
import { EXIT, UserError } from "../base/user-error.ts";

/** Headers and the first packets, with their times: no two captures begin alike for so long. */
const BEGINNING_BYTES = 512;

/**
 * Tells, each time it is asked, whether these files are still those that they were: a capture that is being written only
 * grows. Throws `UserError` where another one has taken the name of one.
 */
export function refusesOthers(paths: readonly string[]): () => void {
  const known = paths.map((path) => ({ path, beginning: beginningOf(path) }));
  return () => {
    for (const { path, beginning } of known) {
      const now = beginningOf(path);
      // What is missing is told when it is opened.
      if (beginning === null || now === null) continue;
      if (!now.subarray(0, beginning.length).equals(beginning))
        throw new UserError(EXIT.input, "input.replaced", { name: path });
    }
  };
}

/** null: it cannot be read. */
function beginningOf(path: string): Buffer | null {
  let file: number | null = null;
  try {
    file = openSync(path, "r");
    const bytes = Buffer.alloc(BEGINNING_BYTES);
    return bytes.subarray(0, readSync(file, bytes, 0, BEGINNING_BYTES, 0));
  } catch {
    return null;
  } finally {
    if (file !== null) closeSync(file);
  }
}
