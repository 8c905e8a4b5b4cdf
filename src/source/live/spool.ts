import { mkdtempSync, rmSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as limits from "../../base/limits.ts";
import { EXIT, UserError } from "../../base/user-error.ts";
import { joinFiles } from "./join-files.ts";
import { scratchPrefix } from "./left-behind.ts";
import type { PacketRuns } from "./packet-runs.ts";
import { SpoolFile } from "./spool-file.ts";

/** How what is captured is kept on disk. */
export interface SpoolPlan {
  /** Path that the files are named after; null: nobody asked to keep anything, it lives as long as we do. */
  readonly path: string | null;
  /** A new file when one has so many bytes, or holds so much time; null: one file. */
  readonly fileBytes: number | null;
  readonly fileSeconds: number | null;
  /** The oldest files are removed beyond this; null: all stay. */
  readonly files: number | null;
  /** Keep only what surrounds a trigger. */
  readonly trigger: null | { readonly beforeSeconds: number; readonly afterSeconds: number };
}

/** Cumulative: what could not be written, and why the last time. */
export interface SpoolLoss {
  readonly packets: number;
  readonly bytes: number;
  readonly reason: string;
}

/** A completed file, and which packets it holds. */
export interface KeptFile {
  readonly path: string;
  readonly packets: PacketRuns;
}

const NS_PER_SECOND = 1_000_000_000n;
const seconds = (count: number): bigint => BigInt(Math.round(count * 1e9));

/**
 * Everything captured, on disk before it is decoded. A stream of pcapng blocks in one file or a sequence of them; a
 * full disk costs the oldest file of a ring, then all that comes after, and never the capture.
 */
export class Spool {
  /** Where it is being written to. */
  readonly folder: string | null;
  /** Completed files, the oldest first. */
  readonly kept: KeptFile[] = [];
  loss: SpoolLoss | null = null;
  private readonly plan: SpoolPlan;
  private files: SpoolFile[] = [];
  private header: Uint8Array | null = null;
  private number = 0;
  private triggered: { until: bigint; at: bigint; label: string } | null = null;
  private joining: Promise<void> = Promise.resolve();

  constructor(plan: SpoolPlan) {
    this.plan = plan;
    this.folder = plan.path === null ? makeScratch() : null;
  }

  /** The file that is being written, for people. */
  get currentPath(): string | null {
    return this.files.at(-1)?.partialPath ?? null;
  }

  /** Its name is taken: what it will be called instead; null: by its own name. */
  get renamed(): { readonly path: string; readonly freeName: string } | null {
    const file = this.files.at(-1);
    return file === undefined || file.freeName === file.path ? null : file;
  }

  /** All that can be read now, the oldest first. */
  get paths(): readonly string[] {
    return [...this.kept.map(({ path }) => path), ...this.files.map(({ partialPath }) => partialPath)];
  }

  /** Packets that were in files which had to make room: the first one that is there has the next number. */
  get packetsGone(): number {
    const [run] = (this.kept[0] ?? this.files[0])?.packets.runs ?? [];
    return run === undefined ? 0 : run.first - 1;
  }

  /** Where a packet of the capture is now: file (as it will be called) and number in it; null: nowhere. */
  find(packet: number): { file: string; packet: number } | null {
    for (const { path, packets } of [...this.files, ...this.kept]) {
      const number = packets.numberInFile(packet);
      if (number !== null) return { file: path, packet: number };
    }
    return null;
  }

  /** Opens the first file: throws `UserError` (exit 2) where nothing can be written that was to be kept. */
  open(header: Uint8Array, nowNs: bigint): void {
    this.header = header;
    try {
      this.add(nowNs);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (this.plan.path === null) return;
      throw new UserError(EXIT.usage, "output.unwritable", { name: this.plan.path ?? "", reason: code ?? message });
    }
  }

  /**
   * Whole blocks; those of the header are written by `open`. They hold `packets` packets, of which the first one has the
   * number `first`.
   */
  write(blocks: Uint8Array, nowNs: bigint, first = 0, packets = 0): void {
    if (blocks.length === 0) return;
    if (this.isOver) {
      this.lose(packets, blocks.length, this.loss?.reason);
      return;
    }
    let file = this.files.at(-1);
    if (file === undefined || this.isFull(file, nowNs)) file = this.next(nowNs) ?? file;
    let problem = file?.append(blocks, nowNs) ?? null;
    if (problem !== null && problem.code === "ENOSPC" && this.makeRoom()) problem = file?.append(blocks, nowNs) ?? null;
    if (problem !== null || file === undefined) this.lose(packets, blocks.length, problem?.code);
    else file.packets.add(first, packets);
    this.tidy(nowNs);
  }

  /** A file with holes would tell of losses on the wire. Only where the past is let go of anyway may room come again. */
  private get isOver(): boolean {
    return this.loss !== null && this.plan.trigger === null;
  }

  /** Counters alone are no loss. */
  private lose(packets: number, bytes: number, reason = "ENOSPC"): void {
    if (packets === 0) return;
    const { loss } = this;
    this.loss = { packets: (loss?.packets ?? 0) + packets, bytes: (loss?.bytes ?? 0) + bytes, reason };
  }

  /** Keeps the time around now. `label` becomes part of the file's name. */
  trigger(label: string, nowNs: bigint): void {
    const { trigger } = this.plan;
    if (trigger === null) return;
    const until = nowNs + seconds(trigger.afterSeconds);
    if (this.triggered === null) this.triggered = { until, at: nowNs, label };
    else this.triggered.until = until;
  }

  /** Completes what is kept and removes the rest; the paths of what was kept. */
  async finish(): Promise<readonly KeptFile[]> {
    if (this.triggered !== null) this.keepTriggered();
    await this.joining;
    this.leave();
    return this.kept;
  }

  /** The process ends now: what was to be kept gets its name, what lives only as long as we do goes. */
  leave(): void {
    for (const file of [...this.files]) {
      if (this.folder === null && this.plan.trigger === null) this.complete(file);
      // Around a trigger that has come, the parts stay: there is no time to join them.
      else if (this.triggered === null) file.remove();
    }
    this.files = [];
    if (this.folder !== null) rmSync(this.folder, { recursive: true, force: true });
  }

  private isFull(file: SpoolFile, nowNs: bigint): boolean {
    const { fileBytes, fileSeconds } = this.plan;
    if (fileBytes !== null && file.bytes >= fileBytes) return true;
    return fileSeconds !== null && nowNs - file.firstNs >= seconds(fileSeconds);
  }

  /** Goes on in a new file; null when there can be none: the old one goes on. */
  private next(nowNs: bigint): SpoolFile | null {
    const before = this.files.at(-1);
    try {
      const file = this.add(nowNs);
      before?.close();
      if (before !== undefined && this.plan.path !== null && this.plan.trigger === null) this.complete(before);
      return file;
    } catch {
      return null;
    }
  }

  private add(nowNs: bigint): SpoolFile {
    const file = new SpoolFile(this.nameOf(nowNs), nowNs);
    const problem = file.append(this.header ?? new Uint8Array(0), nowNs);
    if (problem !== null) {
      file.remove();
      throw problem;
    }
    this.files.push(file);
    return file;
  }

  private complete(file: SpoolFile): void {
    this.files = this.files.filter((other) => other !== file);
    this.kept.push({ path: file.complete(), packets: file.packets });
  }

  private nameOf(nowNs: bigint): string {
    const { path, fileBytes, fileSeconds } = this.plan;
    if (path === null) return join(this.folder ?? tmpdir(), `${String(++this.number).padStart(4, "0")}.pcapng`);
    if (fileBytes === null && fileSeconds === null) return path;
    return numbered(path, nowNs, String(++this.number).padStart(4, "0"));
  }

  /** Removes what is too old or too much. */
  private tidy(nowNs: bigint): void {
    const { files: most, trigger } = this.plan;
    if (trigger !== null) {
      if (this.triggered !== null) {
        if (nowNs > this.triggered.until) this.keepTriggered();
        return;
      }
      const oldest = nowNs - seconds(trigger.beforeSeconds);
      while (this.files.length > 1 && (this.files[0] as SpoolFile).lastNs < oldest) this.files.shift()?.remove();
      return;
    }
    if (most === null) return;
    while (this.kept.length + this.files.length > most && this.removeOldest());
  }

  /** A full disk: the oldest file of a ring goes. */
  private makeRoom(): boolean {
    return this.plan.files !== null && this.removeOldest();
  }

  private removeOldest(): boolean {
    const completed = this.kept.shift();
    if (completed !== undefined) {
      try {
        unlinkSync(completed.path);
      } catch {
        // Somebody else has moved it: that makes room too.
      }
      return true;
    }
    if (this.files.length < 2) return false;
    this.files.shift()?.remove();
    return true;
  }

  /** What surrounds the trigger becomes one file; a new one is begun for what follows. */
  private keepTriggered(): void {
    const { triggered, files, plan, header } = this;
    this.triggered = null;
    if (triggered === null || plan.path === null || header === null) return;
    const target = numbered(plan.path, triggered.at, triggered.label);
    for (const file of files) file.close();
    this.files = [];
    this.joining = this.joining
      .then(() => joinFiles(files, header.length, target))
      .then(
        (joined) => void this.kept.push(joined),
        (error: NodeJS.ErrnoException) => {
          for (const { packets, bytes } of files) this.lose(packets.total, bytes, error.code ?? error.message);
        },
      );
  }
}

/** The scratch that is there for looking back while a capture runs: bounded, removed at the end. */
export const scratchPlan: SpoolPlan = {
  path: null,
  fileBytes: limits.scratchFileBytes,
  fileSeconds: null,
  files: limits.scratchFiles,
  trigger: null,
};

/** null: nowhere, the capture goes on without. */
function makeScratch(): string | null {
  try {
    return mkdtempSync(scratchPrefix());
  } catch {
    return null;
  }
}

/** "night.pcapng" → "night-20261120-160000-LABEL.pcapng", in UTC. */
function numbered(path: string, nowNs: bigint, label: string): string {
  const stamp = new Date(Number(nowNs / (NS_PER_SECOND / 1000n)))
    .toISOString()
    .replace(/[-:]|\..*/g, "")
    .replace("T", "-");
  const [, stem, extension] = /^(.*?)(\.[A-Za-z0-9]+)?$/s.exec(path) ?? [];
  return `${stem ?? path}-${stamp}-${label}${extension ?? ".pcapng"}`;
}
