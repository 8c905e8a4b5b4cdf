import { realpath, rename, stat, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { EXIT, UserError } from "../base/user-error.ts";

/** Refuses, before anything is read, an output that is a directory or one of the inputs. */
export async function checkOutput(path: string, inputs: readonly string[]): Promise<void> {
  const target = await stat(path).catch(() => null);
  if (target === null) return;
  if (target.isDirectory()) throw new UserError(EXIT.usage, "output.is-directory", { name: path });
  for (const input of inputs) {
    const source = await stat(input).catch(() => null);
    if (source?.dev === target.dev && source.ino === target.ino) {
      throw new UserError(EXIT.usage, "output.is-input", { name: path });
    }
  }
}

/**
 * Writes a whole file or leaves what was there: under a temporary name in the same folder, then renamed. A link is
 * followed; a device or pipe is written to as it is. Throws `UserError` (exit 2).
 */
export async function writeOutput(path: string, content: string | Uint8Array): Promise<void> {
  try {
    const present = await stat(path).catch(() => null);
    if (present !== null && !present.isFile()) await writeFile(path, content);
    else if (present === null) await replace(path, content, NEW_FILE_MODE);
    else await replace(await realpath(path), content, present.mode & PERMISSIONS);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UserError(EXIT.usage, "output.unwritable", { name: path, reason: code ?? message });
  }
}

const NEW_FILE_MODE = 0o666;
const PERMISSIONS = 0o777;

async function replace(target: string, content: string | Uint8Array, mode: number): Promise<void> {
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  try {
    await writeFile(temporary, content, { flag: "wx", mode });
    await rename(temporary, target);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}
