import { type Direction, ZERO_DOUBLE } from "../base/brand.ts";
import { i32be, u16be, u32be } from "../base/bytes.ts";
import * as limits from "../base/limits.ts";
import type { Position } from "../base/packet-view.ts";
import { CalmPair } from "./calm/calm-pair.ts";
import { NO_LANE } from "./calm/calm-texts.ts";
import { INPUT_SLACK } from "./deflate/inflate.ts";
import { tell } from "./events.ts";
import { headerBytes, headerFaults, lengthIn } from "./frame-header.ts";
import { type DecoderOptions, FrameReader } from "./frame-reader.ts";
import { type DecoderMemory, SCRATCH_BYTES } from "./memory.ts";
import { Resynchroniser } from "./resynchroniser.ts";
import {
  type AnnouncedFrame,
  BINARY,
  type DeflateAgreement,
  PING,
  PONG,
  TEXT,
  type WebSocketDecoder,
  type WebSocketSink,
} from "./types.ts";

const READING = 0;
const SEARCHING = 1;
const GIVEN_UP = 2;

const FIN = 0x80;
const RSV1 = 0x40;
const LONGEST_HEADER = 14;
/** Frames up to this payload length take the short way when they lie in one piece. */
const WHOLE_BYTES = SCRATCH_BYTES - INPUT_SLACK;
/** After resynchronising, a violation in so many frames means that the boundary was a false one. */
const DOUBTFUL_FRAMES = 128;

/** "HTTP/": read as a header, "HT" would be a fragmented control frame with RSV1. */
const HTTP = [0x48, 0x54, 0x54, 0x50, 0x2f] as const;
const mayBeHttp = (first: number, second: number): boolean => first === HTTP[0] && second === HTTP[1];
const isHttp = (bytes: Uint8Array, at: number): boolean => HTTP.every((byte, i) => bytes[at + i] === byte);

/**
 * The frames of one direction (RFC 6455 §5). An observer, not an endpoint: whatever breaks a rule is told and passed on,
 * and reading stops only where no boundary can be known. This class finds the boundaries.
 */
export class FrameDecoder implements WebSocketDecoder {
  private readonly direction: Direction;
  private readonly sink: WebSocketSink;
  private readonly memory: DecoderMemory;
  private readonly compression: boolean;
  private readonly frames: FrameReader;
  private state = READING;
  /** Stream offset of the next byte fed, and of index 0 of the bytes being read. */
  private offset: number = ZERO_DOUBLE;
  private base = 0;
  /** A header cut off by the end of a piece. */
  private head: Uint8Array | null = null;
  private headLength = 0;
  private search: Resynchroniser | null = null;
  private replaying = false;
  /** That a boundary was lost has been told. */
  private desynchronised = false;
  private doubtfulFrames = 0;
  private readonly pair: CalmPair;
  /** Its lane of `CalmTexts` while it is calm. */
  private lane = NO_LANE;
  /** The last text was not compressed: most likely the next one is not, either. */
  private plainTexts = true;
  private readonly maskBit: number;

  constructor(direction: Direction, sink: WebSocketSink, deflate: DeflateAgreement, options: DecoderOptions) {
    this.direction = direction;
    this.sink = sink;
    this.memory = options.memory;
    this.maskBit = direction === 0 ? 0x80 : 0;
    this.compression = deflate !== "none";
    this.pair = options.calm ?? new CalmPair(options.memory.texts);
    this.pair.join(direction, sink);
    this.frames = new FrameReader(direction, sink, deflate, options);
    if (options.midstream === true) this.startSearch();
  }

  /** Where texts that nobody reads may be handed to first (`CalmTexts.feed`), or NO_LANE. */
  get calmLane(): number {
    return this.lane;
  }

  /** See `FrameReader`. */
  get announced(): AnnouncedFrame | null {
    return this.frames.announced;
  }

  feed(bytes: Uint8Array, start: number, end: number, at: Position): void {
    this.settle();
    this.base = this.offset - start;
    this.read(bytes, start, end, at);
    this.offset += end - start;
    if (this.canSkim()) this.openLane();
  }

  /** What was counted in the lane is told. */
  settle(): void {
    if (this.lane === NO_LANE) return;
    this.pair.tellBeats();
    const counted = this.memory.texts.close(this.lane);
    this.lane = NO_LANE;
    const fedBytes = counted.nextOffset - this.offset;
    this.offset = counted.nextOffset;
    this.sink.onSkimmed(counted, fedBytes);
  }

  private openLane(): void {
    const { sink } = this;
    this.lane = this.pair.laneOf(this.direction);
    this.memory.texts.open(this.lane, this.offset, sink.skippedKey, this.maskBit, sink.largestMessageBytes);
  }

  /** Not `isExact`: it may be some bytes more or less, so that no boundary behind it is known. */
  gap(lengthBytes: number, at: Position, isExact = true): void {
    this.settle();
    if (this.state === GIVEN_UP || lengthBytes <= 0) return;
    this.offset += lengthBytes;
    tell(this.sink, "gap", this.direction, at, lengthBytes);
    if (!isExact) {
      if (this.state === SEARCHING) this.search?.reset();
      else {
        if (this.frames.remaining > 0) this.frames.missing(this.frames.remaining, at);
        this.desynchronise(at, lengthBytes);
      }
      return;
    }
    if (this.state === SEARCHING) {
      if (this.search?.gap(lengthBytes) !== true) return;
      this.resume(this.search, at);
      if (!this.isReading) return;
    }
    const payloadGap = lengthBytes - this.missingHeader(lengthBytes, at);
    const { remaining } = this.frames;
    if (remaining > 0) this.frames.missing(Math.min(remaining, payloadGap), at);
    // All of it inside one frame: its end is still known.
    if (payloadGap > remaining) this.desynchronise(at, lengthBytes);
  }

  private get isReading(): boolean {
    return this.state === READING;
  }

  /** A header of which the capture holds enough to tell its length begins its frame. Answers how much of it is missing. */
  private missingHeader(gapBytes: number, at: Position): number {
    const head = this.head as Uint8Array;
    if (this.headLength === 0) return 0;
    const length = lengthIn(head, 0, this.headLength);
    const missing = length < 0 ? 0 : headerBytes(head[1] as number) - this.headLength;
    if (length < 0 || missing > gapBytes) return 0;
    // Bytes of the masking key: without them the payload, which follows, could not be read; it is missing as well.
    head.fill(0, this.headLength);
    this.headLength = 0;
    this.begin(head, 0, 0, 0, length, false, at);
    return this.isReading ? missing : 0;
  }

  end(at: Position): void {
    this.settle();
    const { remaining, message } = this.frames;
    if (remaining > 0) tell(this.sink, "incomplete-frame", this.direction, at, remaining);
    else if (this.headLength > 0) tell(this.sink, "incomplete-frame", this.direction, at, 0);
    else if (message.open) tell(this.sink, "incomplete-message", this.direction, at, 0);
    const unread = this.search?.searchedBytes ?? 0;
    // In a capture that began in mid-stream no boundary was ever found.
    if (unread > 0 && !this.desynchronised) tell(this.sink, "desynchronised", this.direction, at, unread);
    message.end();
    this.search?.reset();
    this.search = null;
    this.headLength = 0;
    this.frames.remaining = 0;
    this.state = GIVEN_UP;
  }

  private read(bytes: Uint8Array, start: number, end: number, at: Position): void {
    let pos = start;
    while (pos < end) {
      if (this.state !== READING) {
        if (this.state === SEARCHING) this.find(bytes, pos, end, at);
        return;
      }
      if (this.frames.remaining > 0) pos = this.frames.payload(bytes, pos, end, at);
      else if (this.headLength === 0) {
        const next = pos > start && this.canSkim() ? this.skim(bytes, pos, end, at) : pos;
        pos = next > pos ? next : this.readHeader(bytes, pos, end, at);
      } else pos = this.joinHeader(bytes, pos, end, at);
    }
  }

  /** A frame begins next, nothing is open or doubtful, and somebody may want some texts only counted. */
  private canSkim(): boolean {
    const { frames } = this;
    return (
      this.state === READING &&
      frames.remaining === 0 &&
      this.headLength === 0 &&
      this.plainTexts &&
      this.doubtfulFrames === 0 &&
      frames.isIdle &&
      this.sink.skippedKey !== 0
    );
  }

  private skim(bytes: Uint8Array, from: number, end: number, at: Position): number {
    this.openLane();
    const pos = this.memory.texts.skim(this.lane, bytes, from, end, at);
    this.settle();
    return pos;
  }

  /** A header that starts at `pos`; short whole frames, but for a Close, are done with here. Answers where to go on. */
  private readHeader(bytes: Uint8Array, pos: number, end: number, at: Position): number {
    const { frames } = this;
    const first = bytes[pos] as number;
    const second = pos + 1 < end ? (bytes[pos + 1] as number) : 0;
    const payload = pos + headerBytes(second);
    if (payload > end || (mayBeHttp(first, second) && pos + HTTP.length > end))
      return this.cutHeader(bytes, pos, end, at);
    const form = second & 0x7f;
    const length = form < 126 ? form : form === 126 ? u16be(bytes, pos + 2) : longLength(bytes, pos);
    const key = second >= 0x80 ? i32be(bytes, payload - 4) : 0;
    const kind = first & ~RSV1;
    if (
      (first === FIN + PING || first === FIN + PONG) &&
      second >= 0x80 === (this.direction === 0) &&
      form < 126 &&
      payload + length <= end &&
      !frames.closed
    ) {
      if (this.doubtfulFrames > 0) this.doubtfulFrames--;
      frames.beat(bytes, payload, first, key, length, this.base + pos, at);
      return payload + length;
    }
    if (
      (kind === FIN + TEXT || kind === FIN + BINARY) &&
      second >= 0x80 === (this.direction === 0) &&
      payload + length <= end &&
      length <= WHOLE_BYTES &&
      (form < 126 || (length > 125 && form === 126)) &&
      (first === kind || this.compression) &&
      !frames.message.open &&
      !frames.closed
    ) {
      if (this.doubtfulFrames > 0) this.doubtfulFrames--;
      this.plainTexts = first === kind;
      frames.whole(bytes, payload, first, key, length, this.base + pos, at);
      return payload + length;
    }
    frames.startsAt(this.base + pos, at);
    return this.begin(bytes, pos, payload, key, length, payload + length <= end, at);
  }

  /** Keeps a header that is cut off by the end of the piece. */
  private cutHeader(bytes: Uint8Array, pos: number, end: number, at: Position): number {
    this.frames.startsAt(this.base + pos, at);
    this.head ??= new Uint8Array(LONGEST_HEADER);
    for (let i = pos; i < end; i++) this.head[this.headLength++] = bytes[i] as number;
    return end;
  }

  private joinHeader(bytes: Uint8Array, pos: number, end: number, at: Position): number {
    const head = this.head as Uint8Array;
    let from = pos;
    while (this.headLength < neededOf(head, this.headLength)) {
      if (from === end) return end;
      head[this.headLength++] = bytes[from++] as number;
    }
    const second = head[1] as number;
    const size = headerBytes(second);
    const form = second & 0x7f;
    const length = form < 126 ? form : form === 126 ? u16be(head, 2) : longLength(head, 0);
    const key = second >= 0x80 ? i32be(head, size - 4) : 0;
    const spare = this.headLength - size;
    this.headLength = 0;
    const next = this.begin(head, 0, size, key, length, false, at);
    if (spare > 0 && next === size) {
      // Read only to recognise HTTP: these bytes are the payload's, or the next header's.
      const { base } = this;
      this.base = this.frames.streamOffset;
      this.read(head, size, size + spare, at);
      this.base = base;
    }
    return from;
  }

  /** A frame with a whole header. Answers where to go on: behind the header, or behind its first byte if it is none. */
  private begin(
    bytes: Uint8Array,
    pos: number,
    payload: number,
    key: number,
    length: number,
    inOnePiece: boolean,
    at: Position,
  ): number {
    const first = bytes[pos] as number;
    const second = bytes[pos + 1] as number;
    const faults = headerFaults(this.direction, first, second >= 0x80, second & 0x7f, length, this.compression);
    if (this.isFalse(bytes, pos, faults, length, at)) {
      this.desynchronise(at, 0);
      return pos + 1;
    }
    if (this.doubtfulFrames > 0) this.doubtfulFrames--;
    this.frames.begin(first, second >= 0x80, key, length, faults, inOnePiece, at);
    return payload;
  }

  /** This cannot be the start of a frame, or nobody could say where it ends. */
  private isFalse(bytes: Uint8Array, pos: number, faults: number, length: number, at: Position): boolean {
    if (mayBeHttp(bytes[pos] as number, bytes[pos + 1] as number) && isHttp(bytes, pos)) {
      tell(this.sink, "not-websocket", this.direction, at, 0);
      return true;
    }
    if (faults !== 0 && this.doubtfulFrames > 0) return true;
    // RFC 6455 §5.2: the most significant bit must be 0. Past 2^53 lengths cannot be counted, nor be true.
    if (length <= Number.MAX_SAFE_INTEGER) return false;
    tell(this.sink, "length-too-large", this.direction, at, length);
    return true;
  }

  private desynchronise(at: Position, value: number): void {
    tell(this.sink, "desynchronised", this.direction, at, value);
    this.desynchronised = true;
    this.headLength = 0;
    this.frames.message.lose();
    this.startSearch();
  }

  private startSearch(): void {
    this.state = SEARCHING;
    this.search = new Resynchroniser(this.direction, this.compression, this.memory.buffers);
  }

  private find(bytes: Uint8Array, pos: number, end: number, at: Position): void {
    const { search } = this;
    // A boundary that proved false while its bytes were read again: those are not searched a second time.
    if (search === null || this.replaying) return;
    if (!search.add(bytes, pos, end, at, this.base + pos)) {
      if (search.searchedBytes > limits.resynchroniseSearchBytes) this.giveUp(search, at);
      return;
    }
    this.resume(search, at);
  }

  /** The boundary is known: what was held is read from there on. */
  private resume(search: Resynchroniser, at: Position): void {
    this.state = READING;
    this.search = null;
    this.doubtfulFrames = DOUBTFUL_FRAMES;
    this.frames.resynchronised = true;
    this.frames.openUnknown = true;
    tell(this.sink, "resynchronised", this.direction, at, search.skippedBytes);
    this.replaying = true;
    search.replay((held, start, stop, position, offset) => {
      this.base = offset - start;
      this.read(held, start, stop, position);
    });
    this.replaying = false;
    search.reset();
  }

  private giveUp(search: Resynchroniser, at: Position): void {
    tell(this.sink, "not-websocket", this.direction, at, search.searchedBytes);
    search.reset();
    this.search = null;
    this.state = GIVEN_UP;
  }
}

const longLength = (bytes: Uint8Array, pos: number): number => u32be(bytes, pos + 2) * 2 ** 32 + u32be(bytes, pos + 6);

/** Bytes to gather before the header that begins with `head[0 … length)` can be judged. */
function neededOf(head: Uint8Array, length: number): number {
  if (length < 2) return 2;
  const second = head[1] as number;
  return mayBeHttp(head[0] as number, second) ? Math.max(headerBytes(second), HTTP.length) : headerBytes(second);
}
