import type { Direction } from "../base/brand.ts";
import { latin1, u8 } from "../base/bytes.ts";
import * as limits from "../base/limits.ts";
import type { Mark, Position } from "../base/packet-view.ts";
import { markOf } from "../base/packet-view.ts";
import { type FieldSection, parseFields } from "./head.ts";
import {
  fitsStartLine,
  parseCutRequestLine,
  parseRequestLine,
  parseStatusLine,
  type RequestLine,
  type StatusLine,
  startsMessage,
} from "./start-line.ts";

const EMPTY = new Uint8Array(0);
const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;

/** What one call of `read` came to; `refused`: this is no HTTP/1.x message. */
export type HeadState = "reading" | "done" | "limit" | "refused";

/** Collects one head. Each byte is looked at once; a head inside one segment is parsed where it lies. */
export class HeadReader {
  readonly #direction: Direction;
  state: HeadState = "reading";
  first: Mark | null = null;
  requestLine: RequestLine | null = null;
  statusLine: StatusLine | null = null;
  /** Bytes of the head so far, those of earlier segments kept in `kept[0, keptLength)`. */
  headBytes = 0;
  kept: Uint8Array = EMPTY;
  keptLength = 0;
  #startLineBytes = 0;
  #methodLength = 0;
  #lineLength = 0;
  #lineFirst = 0;

  constructor(direction: Direction) {
    this.#direction = direction;
  }

  begin(at: Position): void {
    this.state = "reading";
    this.first = markOf(at);
    this.requestLine = null;
    this.statusLine = null;
    this.headBytes = 0;
    this.keptLength = 0;
    this.#startLineBytes = 0;
    this.#methodLength = 0;
    this.#lineLength = 0;
  }

  get hasStartLine(): boolean {
    return this.#startLineBytes > 0 && this.state !== "refused";
  }

  /** No more of the head will come: its start line is what there is of it (a reason phrase may be missing anyway). */
  cutStartLine(): void {
    if (this.hasStartLine || this.state !== "reading") return;
    const line = latin1(this.kept, 0, this.keptLength);
    if (this.#direction === 0) this.requestLine = parseCutRequestLine(line);
    else this.statusLine = parseStatusLine(line);
    if (this.requestLine !== null || this.statusLine !== null) this.#startLineBytes = this.keptLength;
  }

  /** The start line is not whole, but what is there is surely no other protocol's. */
  get looksLikeHttp(): boolean {
    return this.#direction === 1 ? this.keptLength > 4 : startsMessage(0, this.kept, 0, this.keptLength);
  }

  /** Lets go of the bytes: a connection that carries something else for hours needs no head. */
  forget(): void {
    this.kept = EMPTY;
    this.keptLength = 0;
  }

  /** Reads on; returns the offset behind the last byte taken, `end` while the head goes on. */
  read(bytes: Uint8Array, start: number, end: number): number {
    const last = Math.min(end, start + limits.httpHeadBytes - this.headBytes);
    const before = this.headBytes;
    let lineLength = this.#lineLength;
    let at = start;
    while (at < last && this.state === "reading") {
      const byte = u8(bytes, at);
      if (lineLength === 0) this.#lineFirst = byte;
      if (byte === LF) {
        this.#lineEnd(bytes, start, at, lineLength);
        lineLength = 0;
      } else {
        if (this.#startLineBytes === 0) this.#startLineByte(byte, lineLength);
        lineLength += 1;
      }
      at += 1;
    }
    this.#lineLength = lineLength;
    this.headBytes = before + at - start;
    if (this.headBytes >= limits.httpHeadBytes && this.state === "reading") this.state = "limit";
    if (this.state === "reading") this.keep(bytes, start, end);
    return at;
  }

  /** The fields, once the head is done or cut off; `bytes[start, end)` is what the last `read` took and did not keep. */
  fields(bytes: Uint8Array, start: number, end: number): FieldSection {
    if (this.keptLength === 0) return this.#parse(bytes, start + this.#startLineBytes, end);
    this.keep(bytes, start, end);
    return this.#parse(this.kept, this.#startLineBytes, this.keptLength);
  }

  /** A line that was cut off is no field: its value would be taken for a shorter one. */
  #parse(bytes: Uint8Array, start: number, end: number): FieldSection {
    const whole = this.state === "done" ? end : bytes.lastIndexOf(LF, end - 1) + 1;
    return parseFields(bytes, start, Math.max(start, Math.min(end, whole)));
  }

  keep(bytes: Uint8Array, start: number, end: number): void {
    const length = this.keptLength + end - start;
    if (length > this.kept.length) {
      const grown = new Uint8Array(Math.max(512, 2 * length));
      grown.set(this.kept.subarray(0, this.keptLength));
      this.kept = grown;
    }
    this.kept.set(bytes.subarray(start, end), this.keptLength);
    this.keptLength = length;
  }

  #startLineByte(byte: number, index: number): void {
    if (!fitsStartLine(this.#direction, byte, index, this.#methodLength)) this.state = "refused";
    else if (byte === SP && this.#methodLength === 0) this.#methodLength = index;
  }

  #lineEnd(bytes: Uint8Array, start: number, at: number, lineLength: number): void {
    if (this.#startLineBytes > 0) {
      if (lineLength === 0 || (lineLength === 1 && this.#lineFirst === CR)) this.state = "done";
      return;
    }
    this.#startLineBytes = this.headBytes + at + 1 - start;
    const line = latin1(this.kept, 0, this.keptLength) + latin1(bytes, start, at);
    if (this.#direction === 0) this.requestLine = parseRequestLine(line);
    else this.statusLine = parseStatusLine(line);
    if (this.requestLine === null && this.statusLine === null) this.state = "refused";
  }
}
