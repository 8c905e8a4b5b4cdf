import { closeSync, existsSync, ftruncateSync, openSync, renameSync, unlinkSync, writeSync } from "node:fs";

import { PacketRuns } from "./packet-runs.ts";

const CREATE_MODE = 0o600;
const PARTIAL = ".partial";

/**
 * One file of a spool, made of whole pcapng blocks: readable at every moment, also after a crash. It has a temporary
 * name (`….partial`) until `complete`.
 */
export class SpoolFile {
  readonly path: string;
  readonly partialPath: string;
  readonly firstNs: bigint;
  lastNs: bigint;
  bytes = 0;
  readonly packets = new PacketRuns();
  private fd: number | null;

  /** Throws what the file system says. */
  constructor(path: string, firstNs: bigint) {
    this.path = path;
    this.firstNs = firstNs;
    this.lastNs = firstNs;
    this.partialPath = freeName(path + PARTIAL);
    // Never through a name that somebody else has put there.
    this.fd = openSync(this.partialPath, "wx", CREATE_MODE);
  }

  /** All of `blocks`, or nothing of them: false, and `problem` says why. Into the page cache, before it returns. */
  append(blocks: Uint8Array, nowNs: bigint): NodeJS.ErrnoException | null {
    const { fd } = this;
    if (fd === null) return null;
    try {
      for (let at = 0; at < blocks.length; ) at += writeSync(fd, blocks, at, blocks.length - at, this.bytes + at);
    } catch (error) {
      ftruncateSync(fd, this.bytes);
      return error as NodeJS.ErrnoException;
    }
    this.bytes += blocks.length;
    this.lastNs = nowNs;
    return null;
  }

  /** No more will be written; keeps the temporary name. */
  close(): void {
    if (this.fd !== null) closeSync(this.fd);
    this.fd = null;
  }

  /** What it will be called: a numbered name where its own is taken. */
  get freeName(): string {
    return freeName(this.path);
  }

  /** Gives it its name, or a numbered one when that is taken by now. */
  complete(): string {
    this.close();
    const name = this.freeName;
    renameSync(this.partialPath, name);
    return name;
  }

  remove(): void {
    this.close();
    unlinkSync(this.partialPath);
  }
}

/** "night.pcapng", or "night-2.pcapng" where that is taken. */
function freeName(path: string): string {
  if (!existsSync(path)) return path;
  const [, stem = path, ending = ""] = /^(.*?)(\.[A-Za-z]+)?$/s.exec(path) ?? [];
  for (let number = 2; ; number++) {
    const candidate = `${stem}-${number}${ending}`;
    if (!existsSync(candidate)) return candidate;
  }
}
