import { fstat, type Stats } from "node:fs";
import { type FileHandle, open, realpath, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { sidecarName } from "../../annotations/sidecar.ts";
import { EXIT, UserError } from "../../base/user-error.ts";
import { isCaptureMagic, MAGIC_BYTES } from "../../pcap/open-capture-reader.ts";
import { compressionOf } from "../../source/compression.ts";

/** Refuses, before anything is read, an output that has no name, is a directory, or is one of the inputs. */
export async function checkOutput(path: string, inputs: readonly string[]): Promise<void> {
  // `-` is standard output everywhere else; nobody wants a file of that name.
  if (path === "" || path === "-") {
    throw new UserError(EXIT.usage, "usage.invalid-value", { option: "-o", value: path, allowed: "FILE" });
  }
  const target = await stat(path).catch(() => null);
  if (target === null) return;
  if (target.isDirectory()) throw new UserError(EXIT.usage, "output.is-directory", { name: path });
  for (const input of inputs) {
    const source = await statOfInput(input);
    if (source?.dev === target.dev && source.ino === target.ino) {
      throw new UserError(EXIT.usage, "output.is-input", { name: path });
    }
  }
}

/** As `checkOutput`, for what is no capture: a report never takes the place of one, not even of one that is not read. */
export async function checkReportOutput(path: string, inputs: readonly string[]): Promise<void> {
  await checkOutput(path, inputs);
  if (await holdsCapture(path)) throw new UserError(EXIT.usage, "output.is-capture", { name: path });
}

const STDIN = 0;

/** Of standard input, the file that a shell put there. */
const statOfInput = (input: string): Promise<Stats | null> =>
  (input === "-" ? promisify(fstat)(STDIN) : stat(input)).catch(() => null);

/** As far as the first bytes tell, compressed ones included: no report begins so. */
async function holdsCapture(path: string): Promise<boolean> {
  // A pipe would wait for a writer.
  if (!(await stat(path).catch(() => null))?.isFile()) return false;
  const file = await open(path, "r").catch(() => null);
  if (file === null) return false;
  const { buffer } = await file.read(new Uint8Array(MAGIC_BYTES), 0, MAGIC_BYTES, 0).finally(() => file.close());
  return isCaptureMagic(buffer) || compressionOf(buffer) !== "none";
}

/** All that is read: the captures, the notes about them, and a key log. */
export const inputsOf = (
  captures: readonly string[],
  { notes, keylog }: { readonly notes?: string; readonly keylog?: string },
): readonly string[] => [
  ...captures,
  ...captures.map(sidecarName),
  ...(notes === undefined ? [] : [notes]),
  ...(keylog === undefined ? [] : [keylog]),
];

/** What a file is to hold: all of it, or who writes it piece by piece. Pieces are not copied at once: they stay as they are. */
export type Content =
  | string
  | Uint8Array
  | ((write: (piece: Uint8Array) => Promise<void> | undefined) => Promise<void>);

/**
 * Writes a whole file or leaves what was there: under a temporary name in the same folder, then renamed. A link is
 * followed; a device or pipe is written to as it is. Throws `UserError` (exit 2).
 */
export async function writeOutput(path: string, content: Content): Promise<void> {
  await (await stageOutput(path, content)).keep();
}

/** Written to its end, but not yet seen under its name. */
export interface StagedOutput {
  keep(): Promise<void>;
  discard(): Promise<void>;
}

const nothing = async (): Promise<void> => undefined;

/** The first half of `writeOutput`, for files that come together or not at all. A device or pipe has it at once. */
export async function stageOutput(path: string, content: Content): Promise<StagedOutput> {
  return telling(path, async () => {
    const present = await stat(path).catch(() => null);
    if (present !== null && !present.isFile()) {
      await fill(await open(path, "w"), content);
      return { keep: nothing, discard: nothing };
    }
    const target = present === null ? path : await realpath(path);
    const temporary = await staged(target, content, present === null ? NEW_FILE_MODE : present.mode & PERMISSIONS);
    const discard = (): Promise<void> => unlink(temporary).catch(() => undefined);
    const keep = (): Promise<void> =>
      telling(path, () => rename(temporary, target)).catch(async (error: unknown) => {
        await discard();
        throw error;
      });
    return { keep, discard };
  });
}

/** What the file system says about `path`, as a `UserError`. */
async function telling<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    // Without a code it is no file system that complains.
    if (code === undefined) throw error;
    throw new UserError(EXIT.usage, "output.unwritable", { name: path, reason: code });
  }
}

const NEW_FILE_MODE = 0o666;
const PERMISSIONS = 0o777;
const BATCH_BYTES = 1 << 20;

async function staged(target: string, content: Content, mode: number): Promise<string> {
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  const file = await open(temporary, "wx", mode);
  try {
    await fill(file, content);
    return temporary;
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/** Small pieces are gathered; closes the file. */
async function fill(file: FileHandle, content: Content): Promise<void> {
  try {
    if (typeof content !== "function") return await file.writeFile(content);
    let batch: Uint8Array[] = [];
    let bytes = 0;
    const flush = async (): Promise<void> => {
      const whole = Buffer.concat(batch);
      batch = [];
      bytes = 0;
      await file.writeFile(whole);
    };
    await content((piece) => {
      batch.push(piece);
      bytes += piece.length;
      return bytes >= BATCH_BYTES ? flush() : undefined;
    });
    await flush();
  } finally {
    await file.close();
  }
}
