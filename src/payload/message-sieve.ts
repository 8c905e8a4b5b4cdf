import { BEGINNING_BYTES, beginningKey, beginningOf } from "../base/masked-text.ts";
import { concernsDiagnosis } from "./heartbeat.ts";

/**
 * `concernsDiagnosis` for the messages of one direction, with a memory: most messages of a stream begin like the one
 * before, and what was decided for that beginning holds again. It keeps a hash and not the bytes: with hundreds of
 * connections in turn, each line of memory that a message touches costs more than the arithmetic.
 */
export class MessageSieve {
  /** `beginningKey` of what does not concern anybody; 0: nothing yet. */
  knownKey = 0;

  passes(bytes: Uint8Array, length: number, isText: boolean): boolean {
    if (!isText || length < BEGINNING_BYTES) return concernsDiagnosis(bytes, 0, length, isText);
    const key = beginningKey(beginningOf(bytes), length);
    if (key === this.knownKey) return false;
    if (concernsDiagnosis(bytes, 0, length, true)) return true;
    this.knownKey = key;
    return false;
  }
}
