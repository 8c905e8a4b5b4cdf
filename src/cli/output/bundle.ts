import { mkdir, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { EXIT, UserError } from "../../base/user-error.ts";
import {
  type Content,
  checkOutput,
  checkReportOutput,
  type StagedOutput,
  stageOutput,
  writeOutput,
} from "./output-file.ts";

export type BundledFile = readonly [name: string, content: Content];

/** Files that are shared together: a folder, or one zip file. */
export interface Bundle {
  /** Refuses, before anything is read, what cannot be written, or would be written onto an input. */
  check(names: readonly string[], inputs: readonly string[]): Promise<void>;
  /**
   * One file after the other, none of them held whole: all of them, or what was there before. Answers with how many
   * bytes each has.
   */
  write(files: readonly BundledFile[]): Promise<readonly (readonly [name: string, bytes: number])[]>;
}

type Write = (piece: Uint8Array) => Promise<void> | undefined;

/** Hands on what it is given piece by piece, whatever form it has. */
async function pour(content: Content, write: Write): Promise<void> {
  if (typeof content === "function") return content(write);
  await write(typeof content === "string" ? new TextEncoder().encode(content) : content);
}

/**
 * With the folders above it. Node's own `recursive` calls a read-only file system ENOENT, and never ends where a folder
 * that is there says ENOENT (/proc).
 */
async function makeFolder(folder: string): Promise<"made" | "present"> {
  const failure = await mkdir(folder).then(
    () => null,
    (error: NodeJS.ErrnoException) => error,
  );
  if (failure === null) return "made";
  if (failure.code === "EEXIST") return "present";
  const above = dirname(folder);
  if (failure.code !== "ENOENT" || above === folder || (await stat(above).catch(() => null)) !== null) throw failure;
  await makeFolder(above);
  await mkdir(folder);
  return "made";
}

export const folderBundle = (folder: string): Bundle => ({
  async check(names, inputs) {
    if (folder === "" || folder === "-")
      throw new UserError(EXIT.usage, "usage.invalid-value", {
        option: "-o",
        value: folder,
        allowed: "FOLDER, FILE.zip",
      });
    const present = await stat(folder).catch(() => null);
    if (present !== null && !present.isDirectory()) throw new UserError(EXIT.usage, "output.is-file", { name: folder });
    for (const name of names) await checkOutput(join(folder, name), inputs);
  },
  async write(files) {
    const origin = await makeFolder(folder).catch((error: NodeJS.ErrnoException) => {
      throw new UserError(EXIT.usage, "output.unwritable", { name: folder, reason: error.code ?? error.message });
    });
    const sizes: [string, number][] = [];
    const staged: StagedOutput[] = [];
    try {
      for (const [name, content] of files) {
        let bytes = 0;
        const output = await stageOutput(join(folder, name), (write) =>
          pour(content, (piece) => {
            bytes += piece.length;
            return write(piece);
          }),
        );
        staged.push(output);
        sizes.push([name, bytes]);
      }
    } catch (error) {
      // A report beside the evidence of another run, or beside none, would mislead whoever gets the folder.
      for (const output of staged) await output.discard();
      if (origin === "made") await rmdir(folder).catch(() => undefined);
      throw error;
    }
    for (const output of staged) await output.keep();
    return sizes;
  },
});

/** Sizes and offsets of a zip file have 32 bits; a MiB is left for its directory. */
const ZIP_LIMIT_BYTES = 2 ** 32 - 2 ** 20;

export const zipBundle = (path: string): Bundle => ({
  check: (_, inputs) => checkReportOutput(path, inputs),
  async write(files) {
    const { Zip, ZipDeflate } = await import("fflate");
    const sizes: [string, number][] = [];
    await writeOutput(path, async (write) => {
      let waiting: Promise<void> | undefined;
      let zipped = 0;
      const zip = new Zip((error, piece) => {
        if (error !== null) throw error;
        zipped += piece.length;
        const flushed = write(piece);
        if (flushed !== undefined) waiting = waiting?.then(() => flushed) ?? flushed;
      });
      for (const [name, content] of files) {
        const entry = new ZipDeflate(name, { level: 6 });
        zip.add(entry);
        let bytes = 0;
        await pour(content, (piece) => {
          bytes += piece.length;
          if (bytes > ZIP_LIMIT_BYTES || zipped > ZIP_LIMIT_BYTES)
            throw new UserError(EXIT.usage, "output.zip-too-large", { name: path });
          entry.push(piece);
          const flushed = waiting;
          waiting = undefined;
          return flushed;
        });
        entry.push(new Uint8Array(0), true);
        sizes.push([name, bytes]);
      }
      zip.end();
      await waiting;
    });
    return sizes;
  },
});
