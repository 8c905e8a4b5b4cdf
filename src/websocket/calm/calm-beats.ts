import type { Direction } from "../../base/brand.ts";
import type { Position } from "../../base/packet-view.ts";
import type { FrameView, WebSocketSink } from "../types.ts";
import { type ByteStore, unmask } from "../unmask.ts";

/** Longer ones are read at once: most beats are empty, a counter, or a time. */
export const CALM_BEAT_BYTES = 16;

/*
 * Pings and pongs of a calm WebSocket wait here, both directions in one row, until somebody looks or the row is full: a beat
 * touches two dozen lines of memory of its connection, and so six of them share those. Doubles, 32-bit words and bytes are
 * views of the same memory; a row is 512 bytes.
 */
const ROW_DOUBLES = 64;
const COUNT = 0;
const FIRST_ENTRY = 4;
const ENTRY_DOUBLES = 5;
const MOST_BEATS = (ROW_DOUBLES - FIRST_ENTRY) / ENTRY_DOUBLES;
const SENT_NS = 0;
const STREAM_OFFSET = 1;
const PAYLOAD = 2;
/** Words of an entry. */
const PACKET = 8;
/** Direction, opcode and length, a byte each. */
const WHAT = 9;

const FIRST_ROWS = 32;

export class CalmBeats {
  private doubles = new Float64Array(FIRST_ROWS * ROW_DOUBLES);
  private words = new Int32Array(this.doubles.buffer);
  private payloads = storeOver(this.doubles.buffer);
  private readonly frame: FrameView;

  /** `frame`: what beats are told in, of nobody else. */
  constructor(frame: FrameView) {
    frame.fin = true;
    frame.payload = new Uint8Array(CALM_BEAT_BYTES);
    this.frame = frame;
  }

  /** Room for so many rows; new ones are empty. */
  grow(rows: number): void {
    if (rows * ROW_DOUBLES <= this.doubles.length) return;
    const larger = new Float64Array(2 * this.doubles.length);
    larger.set(this.doubles);
    this.doubles = larger;
    this.words = new Int32Array(larger.buffer);
    this.payloads = storeOver(larger.buffer);
  }

  /** A ping or pong with at most CALM_BEAT_BYTES. Answers false when the row is full. */
  add(
    row: number,
    direction: Direction,
    opcode: number,
    bytes: Uint8Array,
    payload: number,
    length: number,
    key: number,
    streamOffset: number,
    at: Position,
  ): boolean {
    const { doubles, words } = this;
    const base = row * ROW_DOUBLES;
    const count = words[2 * base + COUNT] as number;
    if (count === MOST_BEATS) return false;
    words[2 * base + COUNT] = count + 1;
    const entry = base + FIRST_ENTRY + count * ENTRY_DOUBLES;
    doubles[entry + SENT_NS] = at.timestampNs;
    doubles[entry + STREAM_OFFSET] = streamOffset;
    words[2 * entry + PACKET] = at.packetNumber;
    words[2 * entry + WHAT] = (direction << 16) | (opcode << 8) | length;
    if (length > 0) unmask(bytes, payload, length, this.payloads, 8 * (entry + PAYLOAD), key, 0);
    return true;
  }

  /** What waits is told, in the order in which it came. */
  tell(row: number, client: WebSocketSink | null, server: WebSocketSink | null): void {
    const start = row * ROW_DOUBLES;
    const count = this.words[2 * start + COUNT] as number;
    this.words[2 * start + COUNT] = 0;
    const { frame } = this;
    for (let i = 0; i < count; i++) {
      const entry = start + FIRST_ENTRY + i * ENTRY_DOUBLES;
      const what = this.words[2 * entry + WHAT] as number;
      const length = what & 0xff;
      const isClient = what >> 16 === 0;
      frame.direction = isClient ? 0 : 1;
      frame.opcode = (what >> 8) & 0xff;
      frame.masked = isClient;
      frame.length = length;
      frame.firstPacketNumber = frame.lastPacketNumber = (this.words[2 * entry + PACKET] as number) >>> 0;
      frame.firstTimestampNs = frame.lastTimestampNs = this.doubles[entry + SENT_NS] as number;
      frame.streamOffset = this.doubles[entry + STREAM_OFFSET] as number;
      frame.payloadLength = length;
      for (let k = 0; k < length; k++) frame.payload[k] = this.payloads.bytes[8 * (entry + PAYLOAD) + k] as number;
      (isClient ? client : server)?.onFrame(frame);
    }
  }
}

const storeOver = (buffer: ArrayBuffer): ByteStore => ({
  bytes: new Uint8Array(buffer),
  view: new DataView(buffer),
});
