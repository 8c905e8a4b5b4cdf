/** The eighty words of one block (FIPS 180-4 §6.1.2 step 1); used again for each, since V8 makes typed arrays slowly. */
const words = new Int32Array(80);

/**
 * The word at byte `at` of the message with its padding: a 1 bit, zeros, its length in bits as 64-bit big-endian
 * (FIPS 180-4 §5.1.1). Only the 32 lower bits of the length: nobody hashes half a gigabyte here.
 */
function wordAt(message: Uint8Array, at: number, end: number): number {
  if (at === end - 4) return message.length << 3;
  let word = 0;
  for (let index = at; index < at + 4; index += 1) {
    word = (word << 8) | (index < message.length ? (message[index] as number) : index === message.length ? 0x80 : 0);
  }
  return word;
}

/**
 * SHA-1 (FIPS 180-4 §6.1), 20 bytes. For Sec-WebSocket-Accept (RFC 6455 §4.2.2), which needs no
 * secrecy; decoders use no library that could do I/O. In few pieces: a capture has a few hundred handshakes, which is too
 * few for V8 to compile what they call.
 */
export function sha1(message: Uint8Array): Uint8Array {
  let [h0, h1, h2, h3, h4] = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0];
  const end = (((message.length + 8) >> 6) + 1) << 6;
  for (let block = 0; block < end; block += 64) {
    let [a, b, c, d, e] = [h0, h1, h2, h3, h4];
    // FIPS 180-4 §6.1.2 steps 1 to 3, §4.1.1, §4.2.1.
    for (let t = 0; t < 80; t += 1) {
      let word: number;
      if (t < 16) word = wordAt(message, block + 4 * t, end);
      else {
        word =
          (words[t - 3] as number) ^ (words[t - 8] as number) ^ (words[t - 14] as number) ^ (words[t - 16] as number);
        word = (word << 1) | (word >>> 31);
      }
      words[t] = word;
      let mixed: number;
      if (t < 20) mixed = ((b & c) | (~b & d)) + 0x5a827999;
      else if (t < 40) mixed = (b ^ c ^ d) + 0x6ed9eba1;
      else if (t < 60) mixed = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
      else mixed = (b ^ c ^ d) + 0xca62c1d6;
      const next = (((a << 5) | (a >>> 27)) + mixed + e + word) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    h0 = (h0 + a) | 0;
    h1 = (h1 + b) | 0;
    h2 = (h2 + c) | 0;
    h3 = (h3 + d) | 0;
    h4 = (h4 + e) | 0;
  }
  const digest = new Uint8Array(20);
  const view = new DataView(digest.buffer);
  [h0, h1, h2, h3, h4].forEach((word, index) => {
    view.setInt32(4 * index, word);
  });
  return digest;
}
