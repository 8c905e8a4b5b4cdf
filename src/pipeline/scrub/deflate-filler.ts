/**
 * A deflate stream of exactly `length` bytes (RFC 1951 §3.2.6) that inflates to asterisks once 00 00 ff ff is put behind
 * it (RFC 7692 §7.2.2): one block with fixed codes, then the header of the empty stored block.
 */
export function deflateFiller(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  if (length < 2) return bytes;
  let at = 0;
  // Header bits go lowest first, Huffman codes highest first.
  const put = (value: number, bits: number): void => {
    for (let i = bits - 1; i >= 0; i--) {
      bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (((value >> i) & 1) << (at & 7));
      at++;
    }
  };
  put(0, 1);
  put(0b10, 2);
  for (let i = 0; i < length - 2; i++) put(0x30 + ASTERISK, 8);
  put(0, 7);
  put(0, 3);
  return bytes;
}

const ASTERISK = 0x2a;
/** What a filler consists of between its first and its last bytes: the code of an asterisk, three bits later each. */
export const fillerByte = deflateFiller(4)[1] as number;
