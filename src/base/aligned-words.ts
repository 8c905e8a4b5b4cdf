const NOTHING = new Int32Array(0);
let viewed: Uint8Array = new Uint8Array(0);
let words: Int32Array = NOTHING;

/** Bytes of the first word of `wordsOf(bytes)` that lie before `bytes`. */
export const leadOf = (bytes: Uint8Array): number => bytes.byteOffset & 3;

/**
 * The aligned words over `bytes`, lowest byte first, made once for as long as the same bytes are asked for: see `viewOf`.
 * Such a load takes 4 machine instructions, `DataView` takes 12. Up to 3 bytes at the end are in no word.
 */
export function wordsOf(bytes: Uint8Array): Int32Array {
  if (bytes !== viewed) look(bytes);
  return words;
}

function look(bytes: Uint8Array): void {
  const lead = leadOf(bytes);
  viewed = bytes;
  words = new Int32Array(bytes.buffer, bytes.byteOffset - lead, (bytes.byteLength + lead) >> 2);
}
