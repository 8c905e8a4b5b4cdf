import { closeSync, openSync, readSync, type Stats, statSync } from "node:fs";
import type { Command } from "commander";
import * as limits from "../../base/limits.ts";
import { EXIT, UserError } from "../../base/user-error.ts";
import { openSource } from "../../source/open-source.ts";
import { KeyLog, KeyLogReader } from "../../tls/key-log.ts";
import type { Surroundings } from "../surroundings.ts";
import { statOf } from "./stat-of.ts";

/** What every command takes that reads captures. */
export interface KeyLogOption {
  readonly keylog?: string;
}

export const addKeyLogOption = (command: Command, { help }: Surroundings): Command =>
  command.option("--keylog <file>", help.options.keylog);

/** What the options ask for: the secrets of `--keylog`; those in the captures come to them. Throws `UserError` (exit 3). */
export async function openKeyLog({ keylog }: KeyLogOption): Promise<KeyLog> {
  const keys = new KeyLog();
  if (keylog === undefined) return keys;
  keys.expected = true;
  const told = statOf(keylog, EXIT.input, "keylog.unreadable");
  if (told === undefined) throw new UserError(EXIT.input, "keylog.not-found", { name: keylog });
  refuseDirectory(keylog, told);
  // A browser writes its file when it first needs it: an empty one is no mistake.
  if (told.isFile() && told.size === 0) return keys;
  const reader = new KeyLogReader(keys);
  const source = await openSource(keylog);
  let bytes = 0;
  for await (const chunk of source.chunks()) {
    bytes += chunk.length;
    if (bytes > limits.tlsKeyLogBytes)
      throw new UserError(EXIT.input, "keylog.too-long", { name: keylog, bytes: limits.tlsKeyLogBytes });
    reader.push(chunk);
  }
  reader.end();
  if (reader.secrets === 0) throw new UserError(EXIT.input, "keylog.none", { name: keylog });
  return keys;
}

function refuseDirectory(name: string, told: Stats | undefined): void {
  if (told?.isDirectory() === true) throw new UserError(EXIT.input, "keylog.is-directory", { name });
}

const LOOK_MS = 200;
const PIECE_BYTES = 256 * 1024;
/** So much at one look: the next one goes on there. */
const PIECES = 16;

/** A key log that is being written, read on as it grows; it need not be there yet. `stop` lets go of it. */
export class KeyLogFollower {
  readonly keys = new KeyLog();
  private readonly path: string | undefined;
  private readonly reader = new KeyLogReader(this.keys);
  private readonly timer: NodeJS.Timeout | null = null;
  private readonly piece = new Uint8Array(PIECE_BYTES);
  private offset = 0;

  constructor({ keylog }: KeyLogOption) {
    this.path = keylog;
    if (keylog === undefined) return;
    this.keys.expected = true;
    this.look();
    this.timer = setInterval(() => this.look(), LOOK_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** What has been written since the last look. */
  look(): void {
    const { path } = this;
    if (path === undefined) return;
    try {
      const told = statSync(path);
      if (!told.isFile()) return;
      // Begun anew.
      if (told.size < this.offset) this.offset = 0;
      if (told.size > this.offset) this.readOn(path);
    } catch {
      // Not readable at this moment; the next look may be luckier.
    }
  }

  private readOn(path: string): void {
    const file = openSync(path, "r");
    try {
      for (let piece = 0; piece < PIECES; piece++) {
        const bytes = readSync(file, this.piece, 0, PIECE_BYTES, this.offset);
        this.offset += bytes;
        this.reader.push(this.piece.subarray(0, bytes));
        if (bytes < PIECE_BYTES) return;
      }
    } finally {
      closeSync(file);
    }
  }
}

/**
 * Fails at once where live capturing with it could never work: throws `UserError` (exit 3). `isAwaited`: it is not there
 * yet, since a program writes it when it first needs it.
 */
export function checkKeyLog({ keylog }: KeyLogOption): { isAwaited: boolean } {
  if (keylog === undefined) return { isAwaited: false };
  const told = statOf(keylog, EXIT.input, "keylog.unreadable");
  refuseDirectory(keylog, told);
  return { isAwaited: told === undefined };
}
