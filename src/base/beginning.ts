/** How much of a message's beginning tells what it is about. */
export const BEGINNING_BYTES = 48;
const WORDS = BEGINNING_BYTES / 4;

const mix = (hash: number, word: number): number => Math.imul(hash ^ word, 0x9e3779b1) ^ (hash >>> 15);

/** A hash of the BEGINNING_BYTES at `start`; each four of them XORed with `mask`, lowest byte first, as they are read. */
export function maskedBeginning(view: DataView, start: number, mask: number): number {
  let hash = 1;
  for (let word = 0; word < WORDS; word++) hash = mix(hash, view.getInt32(start + 4 * word, true) ^ mask);
  return hash;
}

let seen: Uint8Array | null = null;
let words: Int32Array = new Int32Array(WORDS);

/** Decoders hand over one scratch buffer again and again: its words are looked at in place where it is aligned. */
function wordsOf(bytes: Uint8Array): Int32Array {
  if (bytes.byteOffset % 4 !== 0) return new Int32Array(bytes.slice(0, BEGINNING_BYTES).buffer);
  if (bytes !== seen) {
    seen = bytes;
    words = new Int32Array(bytes.buffer, bytes.byteOffset, WORDS);
  }
  return words;
}

/** The same hash of the first bytes of plain ones. */
export function beginningOf(bytes: Uint8Array): number {
  const beginning = wordsOf(bytes);
  let hash = 1;
  for (let word = 0; word < WORDS; word++) hash = mix(hash, beginning[word] as number);
  return hash;
}
