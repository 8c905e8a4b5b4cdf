import type { Direction } from "../base/brand.ts";
import * as limits from "../base/limits.ts";
import type { Position } from "../base/packet-view.ts";
import type { KeyLog } from "./key-log.ts";
import type { RecordView } from "./record.ts";

/** Bytes, a gap (no bytes), or the end (no bytes, no length) of one direction. */
export interface HeldInput {
  readonly direction: Direction;
  readonly bytes: Uint8Array | null;
  readonly lengthBytes: number;
  readonly at: Position;
}

/** What came before its secrets: live, a program writes them a moment after the packets have left. Bounded and counted. */
export class WaitingInput {
  private readonly keys: KeyLog;
  private early: RecordView[] = [];
  private later: HeldInput[] = [];
  private heldBytes = 0;
  private sinceNs = 0;
  private seenRevision = -1;

  constructor(keys: KeyLog) {
    this.keys = keys;
  }

  addEarly({ bytes, places }: RecordView): void {
    if (this.takes(bytes.length)) this.early.push({ bytes: bytes.slice(), places: [...places] });
  }

  /** false: it is too much. */
  add(input: HeldInput): boolean {
    if (this.later.length === 0) this.sinceNs = input.at.timestampNs;
    if (!this.takes((input.bytes?.length ?? 0) + 64)) return false;
    this.later.push(input);
    return true;
  }

  /** Secrets have come since the last look. */
  mayBeAnswered(): boolean {
    if (this.keys.revision === this.seenRevision) return false;
    this.seenRevision = this.keys.revision;
    return true;
  }

  isOver(nowNs: number): boolean {
    return this.later.length > 0 && nowNs - this.sinceNs > limits.tlsKeyWaitMs * 1e6;
  }

  dropEarly(): void {
    this.early = [];
  }

  take(): { early: readonly RecordView[]; later: readonly HeldInput[] } {
    const { early, later } = this;
    this.drop();
    return { early, later };
  }

  drop(): void {
    this.keys.heldBytes -= this.heldBytes;
    this.heldBytes = 0;
    this.early = [];
    this.later = [];
  }

  private takes(bytes: number): boolean {
    const { keys } = this;
    if (this.heldBytes + bytes > limits.tlsHeldBytes || keys.heldBytes + bytes > limits.tlsHeldBytesTotal) return false;
    this.heldBytes += bytes;
    keys.heldBytes += bytes;
    return true;
  }
}
