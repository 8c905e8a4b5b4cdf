import { u8 } from "../base/bytes.ts";

type ChunkState = "size" | "extension" | "data" | "data-end" | "trailer" | "end" | "broken";

const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const HT = 0x09;
const SEMICOLON = 0x3b;

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/**
 * The chunked coding (RFC 9112 §7.1) without its data: `frame` consumes sizes, extensions and trailers, and stops where
 * data begins. Keeps no bytes, so neither extensions nor trailers need a bound.
 */
export class ChunkedFraming {
  state: ChunkState = "size";
  /** Bytes of the current chunk's data still to come. */
  dataLeft = 0;
  #digits = 0;
  #lineLength = 0;

  reset(): void {
    this.state = "size";
    this.dataLeft = 0;
    this.#digits = 0;
    this.#lineLength = 0;
  }

  /** Reads on in `bytes[at, end)` until data, the end or a broken line; returns the new offset. */
  frame(bytes: Uint8Array, at: number, end: number): number {
    let next = at;
    while (next < end && this.#step(u8(bytes, next))) next += 1;
    return next;
  }

  /** `count` bytes of the chunk's data went by. */
  tookData(count: number): void {
    this.dataLeft -= count;
    if (this.dataLeft === 0) this.state = "data-end";
  }

  /** False: the byte was not taken. */
  #step(byte: number): boolean {
    if (this.state === "data" || this.state === "end" || this.state === "broken") return false;
    const intact = this.#framingByte(byte);
    if (!intact) this.state = "broken";
    return intact;
  }

  #framingByte(byte: number): boolean {
    if (this.state === "size") return this.#sizeByte(byte);
    if (this.state === "extension") {
      if (byte === LF) this.#sizeLineEnd();
    } else if (this.state === "data-end") {
      if (byte === LF) this.#nextChunk();
      else return byte === CR;
    } else if (byte === LF) {
      // The trailer section ends with an empty line (RFC 9112 §7.1.2).
      if (this.#lineLength === 0) this.state = "end";
      this.#lineLength = 0;
    } else if (byte !== CR) this.#lineLength = 1;
    return true;
  }

  #sizeByte(byte: number): boolean {
    const digit = hexDigit(byte);
    if (digit >= 0) {
      this.dataLeft = this.dataLeft * 16 + digit;
      this.#digits += 1;
      return Number.isSafeInteger(this.dataLeft);
    }
    if (this.#digits === 0) return false;
    if (byte === LF) this.#sizeLineEnd();
    else if (byte === CR || byte === SP || byte === HT || byte === SEMICOLON) this.state = "extension";
    else return false;
    return true;
  }

  #sizeLineEnd(): void {
    this.state = this.dataLeft === 0 ? "trailer" : "data";
  }

  #nextChunk(): void {
    this.#digits = 0;
    this.state = "size";
  }
}
