import { type FileHandle, open, stat } from "node:fs/promises";

const CHUNK_BYTES = 1 << 20;
/** As small are captures that hold no packet: their file headers are alike. */
const LEAST_BYTES = 1024;

interface Known {
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
}

/** The first two of these files that are one file (also under another name), or copies of one; null: none are. */
export async function sameContent(paths: readonly string[]): Promise<readonly [string, string] | null> {
  const bySize = new Map<number, Known[]>();
  for (const path of paths) {
    // What is missing is told when it is opened.
    const told = path === "-" ? null : await stat(path).catch(() => null);
    if (told === null || !told.isFile()) continue;
    const { dev, ino, size } = told;
    const alike = bySize.get(size) ?? [];
    for (const other of alike) {
      const isOne = other.dev === dev && other.ino === ino;
      if (isOne || (size >= LEAST_BYTES && (await areEqual(other.path, path)))) return [other.path, path];
    }
    bySize.set(size, [...alike, { path, dev, ino, size }]);
  }
  return null;
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
