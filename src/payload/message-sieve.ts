import { limits } from "../base/limits.ts";
import { BEGINNING_BYTES, beginningOf } from "../base/masked-text.ts";
import { concernsDiagnosis } from "./heartbeat.ts";

/** Short messages are looked at more closely: what holds of a long one need not hold of a short one. */
const keyOf = (beginning: number, length: number): number =>
  length <= limits.heartbeatMessageBytes ? beginning : ~beginning;

/**
 * `concernsDiagnosis` for the messages of one direction, with a memory: most messages of a stream begin like the one
 * before, and what was decided for that beginning holds again. It keeps a hash and not the bytes: with hundreds of
 * connections in turn, each line of memory that a message touches costs more than the arithmetic.
 */
export class MessageSieve {
  private beginning = 0;
  /** There is a beginning that does not concern anybody. */
  known = false;

  /** A text of that length with that beginning (`base/masked-text.ts`) is known not to concern anybody. */
  knows(beginning: number, length: number): boolean {
    return this.known && this.beginning === keyOf(beginning, length);
  }

  passes(bytes: Uint8Array, length: number, isText: boolean): boolean {
    if (!isText || length < BEGINNING_BYTES) return concernsDiagnosis(bytes, 0, length, isText);
    const beginning = beginningOf(bytes);
    if (this.knows(beginning, length)) return false;
    if (concernsDiagnosis(bytes, 0, length, true)) return true;
    this.beginning = keyOf(beginning, length);
    this.known = true;
    return false;
  }
}
