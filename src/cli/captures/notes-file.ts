import { link, readFile, rename, stat, unlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename } from "node:path";
import { mergeNotes } from "../../annotations/notes.ts";
import { readSidecar, sidecarName, writeSidecar } from "../../annotations/sidecar.ts";
import type { Fingerprint, Note } from "../../annotations/types.ts";
import { EXIT, UserError } from "../../base/user-error.ts";

/** Where the notes of a capture are: beside it, or where `--notes` says. null: standard input without `--notes`. */
export const notesPath = (capture: string, given: string | undefined): string | null =>
  given ?? (capture === "-" ? null : sidecarName(capture));

/**
 * The notes of a file; none where there is no file. Throws `UserError` (exit 3) for a damaged one, or one of a later
 * wscap: neither is ever overwritten.
 */
export async function readNotes(path: string | null): Promise<readonly Note[]> {
  if (path === null) return [];
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw new UserError(EXIT.input, "notes.unreadable", { name: path, reason: error.code ?? error.message });
  });
  if (text === null) return [];
  const reading = readSidecar(text);
  if (reading.kind !== "read") throw new UserError(EXIT.input, `notes.${reading.kind}`, { name: path });
  return reading.sidecar.notes;
}

/** The notes of a capture, as `readNotes`. In a folder that may not be entered it is the capture that cannot be read. */
export async function readNotesOf(capture: string, given: string | undefined): Promise<readonly Note[]> {
  if (given === undefined && capture !== "-")
    await stat(capture).catch(({ code }: NodeJS.ErrnoException) => {
      if (code === "EACCES") throw new UserError(EXIT.input, "input.unreadable", { name: capture, reason: code });
    });
  return readNotes(notesPath(capture, given));
}

/**
 * Merges notes into the file, whole or not at all. A lock file beside it makes writers take turns, so that none loses
 * what another has written in between.
 */
export async function saveNotes(path: string, capture: Fingerprint, notes: readonly Note[]): Promise<void> {
  const unlock = await lock(`${path}.lock`, path);
  try {
    const present = await readNotes(path);
    await replace(path, writeSidecar(capture, mergeNotes(notes, present)));
  } finally {
    await unlock();
  }
}

const WAIT_MS = 25;
const PATIENCE_MS = 5000;
/** A writer needs milliseconds: what is this old was left behind by one that died. */
const STALE_MS = 30_000;

/** `link` fails where the name exists, on every file system: whoever made it owns the turn. */
async function lock(path: string, name: string): Promise<() => Promise<void>> {
  const own = `${path}.${process.pid}.${crypto.randomUUID().slice(0, 8)}`;
  await writeFile(own, `${hostname()} ${process.pid}\n`, { flag: "wx" }).catch(async (error: NodeJS.ErrnoException) => {
    // A full disk takes the name and not the text. The name is nobody else's.
    await unlink(own).catch(() => undefined);
    throw unwritable(name, error);
  });
  try {
    const started = Date.now();
    for (;;) {
      const failed = await link(own, path).then(
        () => null,
        (error: NodeJS.ErrnoException) => error,
      );
      if (failed === null) return () => unlink(path).catch(() => undefined);
      if (failed.code !== "EEXIST") throw unwritable(name, failed);
      const held = await stat(path).catch(() => null);
      if (held !== null && Date.now() - held.mtimeMs > STALE_MS) await unlink(path).catch(() => undefined);
      else if (Date.now() - started > PATIENCE_MS) throw new UserError(EXIT.usage, "notes.locked", { name: path });
      else await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
  } finally {
    await unlink(own).catch(() => undefined);
  }
}

async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text, { flag: "wx" });
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw unwritable(path, error as NodeJS.ErrnoException);
  }
}

const unwritable = (name: string, error: NodeJS.ErrnoException): UserError =>
  new UserError(EXIT.usage, "notes.unwritable", { name, reason: error.code ?? error.message });

export const fingerprintOf = (
  name: string,
  capture: { readonly bytes: number; readonly firstPacketTime: string | null },
): Fingerprint => ({ name: basename(name), bytes: capture.bytes, firstPacketTime: capture.firstPacketTime });
