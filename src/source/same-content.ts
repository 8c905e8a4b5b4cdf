import { type FileHandle, open, stat } from "node:fs/promises";

const CHUNK_BYTES = 1 << 20;
/** Captures that hold no packet are as small, and alike; and what tells two others apart at a glance: the times. */
const LEAST_BYTES = 1024;

/** The first two of these files that are one file (also under another name), or copies of one; null: none are. */
export async function sameContent(paths: readonly string[]): Promise<readonly [string, string] | null> {
  const known = new Map<string, string>();
  for (const path of paths) {
    // What is missing is told when it is opened.
    const told = path === "-" ? null : await stat(path).catch(() => null);
    if (told === null || !told.isFile()) continue;
    const { dev, ino, size } = told;
    const head = size < LEAST_BYTES ? null : await headOf(path).catch(() => null);
    const names = [`${dev} ${ino}`, ...(head === null ? [] : [`${size} ${head}`])];
    for (const [at, name] of names.entries()) {
      const other = known.get(name);
      if (other !== undefined && (at === 0 || (await areEqual(other, path)))) return [other, path];
      known.set(name, path);
    }
  }
  return null;
}

async function headOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LEAST_BYTES), 0, LEAST_BYTES, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Two captures differ within their first packets, by their times. Whatever cannot be read is told when it is opened. */
async function areEqual(a: string, b: string): Promise<boolean> {
  const files: FileHandle[] = [];
  try {
    for (const path of [a, b]) files.push(await open(path));
    const [left, right] = [Buffer.alloc(CHUNK_BYTES), Buffer.alloc(CHUNK_BYTES)];
    for (;;) {
      const [one, two] = [await files[0]?.read(left), await files[1]?.read(right)];
      const [n, m] = [one?.bytesRead ?? 0, two?.bytesRead ?? 0];
      if (n !== m || left.compare(right, 0, n, 0, n) !== 0) return false;
      if (n === 0) return true;
    }
  } catch {
    return false;
  } finally {
    for (const file of files) await file.close();
  }
}
