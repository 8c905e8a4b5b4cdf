import { isUtf8 } from "node:buffer";

const character = new Uint8Array(4);

/** Bytes of the character that this lead byte starts; 1 for anything that cannot lead (`isUtf8` then refuses it). */
const characterBytes = (lead: number): number =>
  lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf8 ? 4 : 1;

/** How many bytes at the end of `bytes[start … end)` begin a character that goes on after `end`. */
function openTail(bytes: Uint8Array, start: number, end: number): number {
  for (let back = 1; back <= 3 && end - back >= start; back++) {
    const byte = bytes[end - back] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return characterBytes(byte) > back ? back : 0;
  }
  return 0;
}

/** UTF-8 (RFC 3629) validation of a text that arrives in pieces cut anywhere, characters included. Holds ≤ 3 bytes. */
export class Utf8Check {
  private pending = 0;
  private pendingBytes = 0;

  reset(): void {
    this.pendingBytes = 0;
  }

  /** `nonAscii` 0 promises that the piece is all ASCII. False: invalid, and the rest need not be fed. */
  add(bytes: Uint8Array, start: number, end: number, nonAscii: number): boolean {
    let at = start;
    if (this.pendingBytes > 0) {
      at = this.complete(bytes, start, end);
      if (at < 0) return false;
    }
    if (nonAscii === 0 || at === end) return true;
    const tail = openTail(bytes, at, end);
    for (let i = end - tail; i < end; i++) {
      this.pending = (this.pending << 8) | (bytes[i] as number);
      this.pendingBytes++;
    }
    return isUtf8(bytes.subarray(at, end - tail));
  }

  /** False when the text ends inside a character, if it ends here. */
  get isBetweenCharacters(): boolean {
    return this.pendingBytes === 0;
  }

  /** Joins the character cut by the last piece; answers where the next one starts, or -1 when it is invalid. */
  private complete(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    const needed = characterBytes((this.pending >>> (8 * (this.pendingBytes - 1))) & 0xff);
    while (this.pendingBytes < needed && at < end) {
      const byte = bytes[at++] as number;
      if ((byte & 0xc0) !== 0x80) return -1;
      this.pending = (this.pending << 8) | byte;
      this.pendingBytes++;
    }
    if (this.pendingBytes < needed) return at;
    for (let i = 0; i < needed; i++) character[i] = this.pending >>> (8 * (needed - 1 - i));
    this.pendingBytes = 0;
    return isUtf8(character.subarray(0, needed)) ? at : -1;
  }
}
