import { i32be } from "../base/bytes.ts";

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
    const word =
      (words[t - 3] as number) ^ (words[t - 8] as number) ^ (words[t - 14] as number) ^ (words[t - 16] as number);
    words[t] = (word << 1) | (word >>> 31);
  }
}

/**
 * The eighty rounds of one block (FIPS 180-4 §6.1.2 steps 2 to 4, §4.1.1, §4.2.1). In one piece: a capture has a few hundred
 * handshakes, which is too few for V8 to compile what they call.
 */
function digestBlock(hash: Int32Array, words: Int32Array): void {
  let [a, b, c, d, e] = hash as unknown as [number, number, number, number, number];
  for (let t = 0; t < 80; t += 1) {
    let mixed: number;
    if (t < 20) mixed = ((b & c) | (~b & d)) + 0x5a827999;
    else if (t < 40) mixed = (b ^ c ^ d) + 0x6ed9eba1;
    else if (t < 60) mixed = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
    else mixed = (b ^ c ^ d) + 0xca62c1d6;
    const next = (((a << 5) | (a >>> 27)) + mixed + e + (words[t] as number)) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (const [index, value] of [a, b, c, d, e].entries()) hash[index] = (hash[index] as number) + value;
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
    digestBlock(hash, words);
  }
  const digest = new Uint8Array(20);
  const view = new DataView(digest.buffer);
  for (let index = 0; index < hash.length; index += 1) view.setInt32(4 * index, hash[index] as number);
  return digest;
}
