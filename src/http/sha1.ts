import { i32be } from "../base/bytes.ts";

const rotateLeft = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));

/** The message with its padding: 1 bit, zeros, length in bits as 64-bit big-endian (FIPS 180-4 §5.1.1). */
function pad(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array((((message.length + 8) >> 6) + 1) << 6);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(message.length / 0x2000_0000));
  view.setUint32(padded.length - 4, message.length << 3);
  return padded;
}

/** The eighty words of one block (FIPS 180-4 §6.1.2 step 1). */
function schedule(padded: Uint8Array, block: number, words: Int32Array): void {
  for (let t = 0; t < 16; t += 1) words[t] = i32be(padded, block + 4 * t);
  for (let t = 16; t < 80; t += 1) {
    words[t] = rotateLeft(word(words, t - 3) ^ word(words, t - 8) ^ word(words, t - 14) ^ word(words, t - 16), 1);
  }
}

const word = (words: Int32Array, index: number): number => words[index] as number;

/** f and K of round `t` (FIPS 180-4 §4.1.1, §4.2.1). */
function mix(t: number, b: number, c: number, d: number): number {
  if (t < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (t < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (t < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

/**
 * SHA-1 (FIPS 180-4 §6.1), 20 bytes. For Sec-WebSocket-Accept (RFC 6455 §4.2.2), which needs no secrecy; decoders
 * use no library that could do I/O.
 */
export function sha1(message: Uint8Array): Uint8Array {
  const padded = pad(message);
  const hash = new Int32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
  const words = new Int32Array(80);
  for (let block = 0; block < padded.length; block += 64) {
    schedule(padded, block, words);
    let [a, b, c, d, e] = [word(hash, 0), word(hash, 1), word(hash, 2), word(hash, 3), word(hash, 4)];
    for (let t = 0; t < 80; t += 1) {
      const next = (rotateLeft(a, 5) + mix(t, b, c, d) + e + word(words, t)) | 0;
      [e, d, c, b, a] = [d, c, rotateLeft(b, 30), a, next];
    }
    hash.set([word(hash, 0) + a, word(hash, 1) + b, word(hash, 2) + c, word(hash, 3) + d, word(hash, 4) + e]);
  }
  const digest = new Uint8Array(20);
  const view = new DataView(digest.buffer);
  hash.forEach((value, index) => {
    view.setInt32(4 * index, value);
  });
  return digest;
}
