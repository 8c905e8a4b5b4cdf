import { CLIENT, SERVER } from "../../base/brand.ts";
import { INDEX_BITS, i32be, u16be, viewOf } from "../../base/bytes.ts";
import { asciiBeginning, isSkipped, LEAST_SCANNED_BYTES, NOT_ASCII } from "../../base/masked-text.ts";
import type { Position } from "../../base/packet-view.ts";
import { type CountedTexts, type FrameView, PING, PONG, TEXT, type WebSocketSink } from "../types.ts";
import { CALM_BEAT_BYTES, CalmBeats } from "./calm-beats.ts";

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
/** Of the stream, where the next byte lies. */
const OFFSET = 0;
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
const STATE = 15;

const CLOSED = 0;
const OPEN = 1;
/** The last frame was a beat. */
const BEAT_LAST = 2;

const FIRST_PAIRS = 32;

/**
 * The lanes of all directions that are calm: a frame begins next, and most likely it is a text that nobody reads, or a
 * beat. The two directions of a WebSocket are neighbours, the client's first.
 */
export class CalmTexts {
  private doubles = new Float64Array(2 * FIRST_PAIRS * LANE_DOUBLES);
  private words = new Int32Array(this.doubles.buffer);
  private pairs = 0;
  private readonly free: number[] = [];
  private readonly beats: CalmBeats;
  private readonly counted: CountedTexts = {
    texts: 0,
    payloadBytes: 0.5,
    nextOffset: 0.5,
    isLast: false,
    firstNs: 0.5,
    lastNs: 0.5,
    lastPacketNumber: 0,
    longestGapNs: 0.5,
  };

  /** `beat`: the view that beats are told in. */
  constructor(beat: FrameView) {
    this.beats = new CalmBeats(beat);
  }

  /** Two lanes, closed: answers the client's, the server's is the next one. */
  takePair(): number {
    const pair = this.free.pop() ?? this.pairs++;
    const lane = 2 * pair;
    if (2 * this.pairs * LANE_DOUBLES > this.doubles.length) {
      const larger = new Float64Array(2 * this.doubles.length);
      larger.set(this.doubles);
      this.doubles = larger;
      this.words = new Int32Array(larger.buffer);
    }
    this.beats.grow(this.pairs);
    this.words[lane * LANE_WORDS + STATE] = CLOSED;
    this.words[(lane + 1) * LANE_WORDS + STATE] = CLOSED;
    return lane;
  }

  /** Nothing is fed to them any more, and what waited has been told. */
  giveBackPair(lane: number): void {
    this.free.push(lane >> 1);
  }

  /** The beats that wait, of both lanes of a pair. */
  tellBeats(lane: number, client: WebSocketSink | null, server: WebSocketSink | null): void {
    this.beats.tell(lane >> 1, client, server);
  }

  /** From stream offset `offset` on texts with this `beginningKey` are counted; `maskBit` as in a header of that direction. */
  open(lane: number, offset: number, key: number, maskBit: number, largestBytes: number): void {
    const { doubles, words } = this;
    const base = lane * LANE_DOUBLES;
    doubles[base + OFFSET] = offset;
    doubles[base + PAYLOAD_BYTES] = 0;
    doubles[base + FIRST_NS] = 0;
    doubles[base + LAST_NS] = 0;
    doubles[base + LONGEST_GAP_NS] = 0;
    words[2 * base + TEXTS] = 0;
    words[2 * base + LAST_NUMBER] = 0;
    words[2 * base + LARGEST_BYTES] = Math.min(largestBytes, MOST_BYTES);
    words[2 * base + KEY] = key;
    words[2 * base + MASK_BIT] = maskBit;
    words[2 * base + STATE] = OPEN;
  }

  /** What was counted since it was opened. */
  close(lane: number): CountedTexts {
    const { doubles, words, counted } = this;
    const base = lane * LANE_DOUBLES;
    counted.texts = (words[2 * base + TEXTS] as number) >>> 0;
    counted.payloadBytes = doubles[base + PAYLOAD_BYTES] as number;
    counted.nextOffset = doubles[base + OFFSET] as number;
    counted.isLast = words[2 * base + STATE] === OPEN;
    counted.firstNs = doubles[base + FIRST_NS] as number;
    counted.lastNs = doubles[base + LAST_NS] as number;
    counted.lastPacketNumber = (words[2 * base + LAST_NUMBER] as number) >>> 0;
    counted.longestGapNs = doubles[base + LONGEST_GAP_NS] as number;
    words[2 * base + STATE] = CLOSED;
    return counted;
  }

  /** The next bytes of a direction, as far as they are calm. Answers where another frame begins; `start`: it is closed. */
  feed(lane: number, bytes: Uint8Array, start: number, end: number, at: Position): number {
    const state = ((lane * LANE_WORDS) & INDEX_BITS) + STATE;
    if (this.words[state] === CLOSED) return start;
    let pos = this.skim(lane, bytes, start, end, at);
    if (pos > start) this.words[state] = OPEN;
    const offset = ((lane * LANE_DOUBLES) & INDEX_BITS) + OFFSET;
    this.doubles[offset] = (this.doubles[offset] as number) + (pos - start);
    while (pos < end) {
      const next = this.beat(lane, bytes, pos, end, at);
      if (next === pos) break;
      this.doubles[offset] = (this.doubles[offset] as number) + (next - pos);
      this.words[state] = BEAT_LAST;
      pos = next;
    }
    return pos;
  }

  /** A ping or pong that breaks no rule and lies in one piece. Answers where the next frame begins; `pos`: it is another frame. */
  private beat(lane: number, bytes: Uint8Array, pos: number, end: number, at: Position): number {
    const first = bytes[pos] as number;
    if ((first !== FIN + PING && first !== FIN + PONG) || pos + 2 > end) return pos;
    const maskBit = this.words[lane * LANE_WORDS + MASK_BIT] as number;
    const length = (bytes[pos + 1] as number) ^ maskBit;
    const payload = pos + (maskBit === 0 ? 2 : 6);
    if (length > CALM_BEAT_BYTES || payload + length > end) return pos;
    const key = maskBit === 0 ? 0 : i32be(bytes, pos + 2);
    const offset = this.doubles[lane * LANE_DOUBLES + OFFSET] as number;
    const isKept = this.beats.add(
      lane >> 1,
      lane % 2 === 0 ? CLIENT : SERVER,
      first & 0x0f,
      bytes,
      payload,
      length,
      key,
      offset,
      at,
    );
    return isKept ? payload + length : pos;
  }

  /**
   * Texts that follow one another from `from` on, told by their headers and checked to be ASCII (what is not may be invalid
   * UTF-8): counted where the lane is open for their beginning. Answers where another frame begins.
   */
  skim(lane: number, bytes: Uint8Array, from: number, end: number, at: Position): number {
    const { doubles, words } = this;
    const base = (lane * LANE_DOUBLES) & INDEX_BITS;
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
