import { accessSync, constants, readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const NAME = /^wscap-live-(\d+)-/;

/** What a wscap that was killed could not remove. */
export interface LeftBehind {
  readonly folder: string;
  /** Captures that can be read up to where writing stopped. */
  readonly files: readonly string[];
  readonly bytes: number;
  /** When something was written last. */
  readonly lastMs: number;
}

/** On disk where there is one: /tmp is memory on many systems. The name says whose it is. */
export function scratchPrefix(): string {
  return join(scratchFolder(), `wscap-live-${process.pid}-`);
}

function scratchFolder(): string {
  try {
    accessSync("/var/tmp", constants.W_OK);
    return "/var/tmp";
  } catch {
    return tmpdir();
  }
}

/** Scratch of processes that are not there any more, as far as we may read it, the newest first. Removes nothing. */
export function leftBehind(): LeftBehind[] {
  const parent = dirname(scratchPrefix());
  return namesIn(parent)
    .filter((name) => {
      const pid = NAME.exec(name)?.[1];
      return pid !== undefined && !isAlive(Number(pid));
    })
    .flatMap((name) => contentOf(join(parent, name)))
    .sort((a, b) => b.lastMs - a.lastMs);
}

function contentOf(folder: string): LeftBehind[] {
  try {
    const files = namesIn(folder)
      .sort()
      .map((name) => join(folder, name));
    if (files.length === 0) return [];
    const stats = files.map((file) => statSync(file));
    const bytes = stats.reduce((sum, { size }) => sum + size, 0);
    return [{ folder, files, bytes, lastMs: Math.max(...stats.map(({ mtimeMs }) => mtimeMs)) }];
  } catch {
    // Removed meanwhile, or somebody else's.
    return [];
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
