import { i32be } from "../base/bytes.ts";
import { limits } from "../base/limits.ts";
import { concernsDiagnosis, LOOK_BYTES } from "./heartbeat.ts";

const WORDS = LOOK_BYTES / 4;

/**
 * `concernsDiagnosis` for the messages of one direction, with a memory: most messages of a stream begin like the one
 * before, and what was decided for that beginning holds again. Comparing twelve words is several times cheaper.
 */
export class MessageSieve {
  private readonly beginning = new Int32Array(WORDS);
  private short = false;
  private known = false;

  passes(bytes: Uint8Array, length: number, isText: boolean): boolean {
    if (!isText || length < LOOK_BYTES) return concernsDiagnosis(bytes, 0, length, isText);
    const short = length <= limits.heartbeatMessageBytes;
    if (this.known && this.short === short && this.beginsAlike(bytes)) return false;
    const passes = concernsDiagnosis(bytes, 0, length, true);
    if (!passes) this.remember(bytes, short);
    return passes;
  }

  private beginsAlike(bytes: Uint8Array): boolean {
    const { beginning } = this;
    for (let word = 0; word < WORDS; word++) if (beginning[word] !== i32be(bytes, word * 4)) return false;
    return true;
  }

  private remember(bytes: Uint8Array, short: boolean): void {
    for (let word = 0; word < WORDS; word++) this.beginning[word] = i32be(bytes, word * 4);
    this.short = short;
    this.known = true;
  }
}
