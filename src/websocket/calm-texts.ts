import { u16be, viewOf } from "../base/bytes.ts";
import { asciiBeginning, isSkipped, LEAST_SCANNED_BYTES, NOT_ASCII } from "../base/masked-text.ts";
import type { Position } from "../base/packet-view.ts";
import { type CountedTexts, TEXT } from "./types.ts";

/** Of a direction that has not been calm yet. */
export const NO_LANE = -1;
const FIN = 0x80;
const MOST_BYTES = 0x7fffffff;

/*
 * What a text that nobody reads changes, as numbers that lie side by side: with hundreds of connections in turn, each line
 * of memory that a text touches costs more than the arithmetic (`tcp/steady-record.ts` does the same for TCP). A lane is one
 * direction of a WebSocket, 64 bytes; doubles and 32-bit words are two views of the same memory.
 */
const LANE_DOUBLES = 8;
const LANE_WORDS = 2 * LANE_DOUBLES;
const FED_BYTES = 0;
const PAYLOAD_BYTES = 1;
const FIRST_NS = 2;
const LAST_NS = 3;
const LONGEST_GAP_NS = 4;
const TEXTS = 10;
const LAST_NUMBER = 11;
/** Of a message so far: a longer one is news. */
const LARGEST_BYTES = 12;
const KEY = 13;
const MASK_BIT = 14;
/** 1 while it counts. */
const IS_OPEN = 15;

const FIRST_LANES = 64;

/** The lanes of all directions that are calm: a frame begins next, and most likely it is a text that nobody reads. */
export class CalmTexts {
  private doubles = new Float64Array(FIRST_LANES * LANE_DOUBLES);
  private words = new Int32Array(this.doubles.buffer);
  private lanes = 0;
  private readonly free: number[] = [];
  private readonly counted: CountedTexts = {
    texts: 0,
    payloadBytes: 0,
    fedBytes: 0,
    firstNs: 0.5,
    lastNs: 0.5,
    lastPacketNumber: 0,
    longestGapNs: 0.5,
  };

  /** A lane for one direction, closed. */
  take(): number {
    const lane = this.free.pop() ?? this.lanes++;
    if (this.lanes * LANE_DOUBLES > this.doubles.length) {
      const larger = new Float64Array(2 * this.doubles.length);
      larger.set(this.doubles);
      this.doubles = larger;
      this.words = new Int32Array(larger.buffer);
    }
    this.words[lane * LANE_WORDS + IS_OPEN] = 0;
    return lane;
  }

  giveBack(lane: number): void {
    this.words[lane * LANE_WORDS + IS_OPEN] = 0;
    this.free.push(lane);
  }

  /** From now on texts with this `beginningKey` are counted here; `maskBit` as in a header of that direction. */
  open(lane: number, key: number, maskBit: number, largestBytes: number): void {
    const { doubles, words } = this;
    const base = lane * LANE_DOUBLES;
    doubles[base + FED_BYTES] = 0;
    doubles[base + PAYLOAD_BYTES] = 0;
    doubles[base + FIRST_NS] = 0;
    doubles[base + LAST_NS] = 0;
    doubles[base + LONGEST_GAP_NS] = 0;
    words[2 * base + TEXTS] = 0;
    words[2 * base + LAST_NUMBER] = 0;
    words[2 * base + LARGEST_BYTES] = Math.min(largestBytes, MOST_BYTES);
    words[2 * base + KEY] = key;
    words[2 * base + MASK_BIT] = maskBit;
    words[2 * base + IS_OPEN] = 1;
  }

  /** What was counted since it was opened. */
  close(lane: number): CountedTexts {
    const { doubles, words, counted } = this;
    const base = lane * LANE_DOUBLES;
    counted.texts = (words[2 * base + TEXTS] as number) >>> 0;
    counted.payloadBytes = doubles[base + PAYLOAD_BYTES] as number;
    counted.fedBytes = doubles[base + FED_BYTES] as number;
    counted.firstNs = doubles[base + FIRST_NS] as number;
    counted.lastNs = doubles[base + LAST_NS] as number;
    counted.lastPacketNumber = (words[2 * base + LAST_NUMBER] as number) >>> 0;
    counted.longestGapNs = doubles[base + LONGEST_GAP_NS] as number;
    words[2 * base + IS_OPEN] = 0;
    return counted;
  }

  /** The next bytes of a direction, as far as they are such texts. Answers where another frame begins; `start`: it is closed. */
  feed(lane: number, bytes: Uint8Array, start: number, end: number, at: Position): number {
    if (this.words[lane * LANE_WORDS + IS_OPEN] === 0) return start;
    const pos = this.skim(lane, bytes, start, end, at);
    const fed = lane * LANE_DOUBLES + FED_BYTES;
    this.doubles[fed] = (this.doubles[fed] as number) + (pos - start);
    return pos;
  }

  /**
   * Texts that follow one another from `from` on, told by their headers and checked to be ASCII (what is not may be invalid
   * UTF-8): counted where the lane is open for their beginning. Answers where another frame begins.
   */
  skim(lane: number, bytes: Uint8Array, from: number, end: number, at: Position): number {
    const { doubles, words } = this;
    const base = lane * LANE_DOUBLES;
    const own = 2 * base;
    const maskBit = words[own + MASK_BIT] as number;
    let pos = from;
    while (end - pos > LEAST_SCANNED_BYTES + 2 && bytes[pos] === FIN + TEXT) {
      const form = (bytes[pos + 1] as number) ^ maskBit;
      let payload = pos + 2;
      let length = form;
      if (form === 126) {
        length = u16be(bytes, payload);
        payload += 2;
      } else if (form > 126) break;
      let mask = 0;
      if (maskBit !== 0) {
        mask = viewOf(bytes).getInt32(payload, true);
        payload += 4;
      }
      if (
        payload + length > end ||
        length < (form === 126 ? 126 : LEAST_SCANNED_BYTES) ||
        length > (words[own + LARGEST_BYTES] as number)
      )
        break;
      const beginning = asciiBeginning(bytes, payload, length, mask);
      if (beginning === NOT_ASCII || !isSkipped(words[own + KEY] as number, beginning, length)) break;
      const now = at.timestampNs as number;
      if (words[own + TEXTS] === 0) doubles[base + FIRST_NS] = now;
      else if (now - (doubles[base + LAST_NS] as number) > (doubles[base + LONGEST_GAP_NS] as number))
        doubles[base + LONGEST_GAP_NS] = now - (doubles[base + LAST_NS] as number);
      words[own + TEXTS] = (words[own + TEXTS] as number) + 1;
      words[own + LAST_NUMBER] = at.packetNumber as number;
      doubles[base + LAST_NS] = now;
      doubles[base + PAYLOAD_BYTES] = (doubles[base + PAYLOAD_BYTES] as number) + length;
      pos = payload + length;
    }
    return pos;
  }
}
