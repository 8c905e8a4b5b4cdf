import { limits } from "../base/limits.ts";
import { concernsDiagnosis, LOOK_BYTES } from "./heartbeat.ts";

const WORDS = LOOK_BYTES / 4;

let seen: Uint8Array | null = null;
let words: Int32Array = new Int32Array(WORDS);

/** Decoders hand over one scratch buffer again and again: its words are looked at in place where it is aligned. */
function wordsOf(bytes: Uint8Array): Int32Array {
  if (bytes.byteOffset % 4 !== 0) return new Int32Array(bytes.slice(0, LOOK_BYTES).buffer);
  if (bytes !== seen) {
    seen = bytes;
    words = new Int32Array(bytes.buffer, bytes.byteOffset, WORDS);
  }
  return words;
}

function hashOf(bytes: Uint8Array, short: boolean): number {
  const beginning = wordsOf(bytes);
  let hash = short ? 1 : 2;
  for (let word = 0; word < WORDS; word++)
    hash = Math.imul(hash ^ (beginning[word] as number), 0x9e3779b1) ^ (hash >>> 15);
  return hash;
}

/**
 * `concernsDiagnosis` for the messages of one direction, with a memory: most messages of a stream begin like the one
 * before, and what was decided for that beginning holds again. It keeps a hash and not the bytes: with hundreds of
 * connections in turn, each line of memory that a message touches costs more than the arithmetic.
 */
export class MessageSieve {
  private beginning = 0;
  private known = false;

  passes(bytes: Uint8Array, length: number, isText: boolean): boolean {
    if (!isText || length < LOOK_BYTES) return concernsDiagnosis(bytes, 0, length, isText);
    const beginning = hashOf(bytes, length <= limits.heartbeatMessageBytes);
    if (this.known && this.beginning === beginning) return false;
    if (concernsDiagnosis(bytes, 0, length, true)) return true;
    this.beginning = beginning;
    this.known = true;
    return false;
  }
}
