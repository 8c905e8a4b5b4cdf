import type { Direction } from "../base/brand.ts";
import { i32be, u16be, u32be } from "../base/bytes.ts";
import { limits } from "../base/limits.ts";
import type { Position } from "../base/packet-view.ts";
import { closeCodeOf, closeReasonOf, isSendableCloseCode, isWellFormedClose } from "./close-frame.ts";
import { RSV1_MISPLACED, tell } from "./events.ts";
import { FAULT_CODES, headerBytes, headerFaults, MASK_FAULT, RESERVED_BITS } from "./frame-header.ts";
import { INPUT_SLACK } from "./inflate.ts";
import { CONTROL_BYTES, type DecoderMemory, SCRATCH_BYTES } from "./memory.ts";
import { MessageAssembler } from "./message-assembler.ts";
import { Resynchroniser } from "./resynchroniser.ts";
import {
  CLOSE,
  CONTINUATION,
  type DeflateAgreement,
  type WebSocketDecoder,
  type WebSocketEventCode,
  type WebSocketSink,
} from "./types.ts";
import { type ByteStore, byteStore, unmask } from "./unmask.ts";

export interface DecoderOptions {
  readonly memory: DecoderMemory;
  /** Payload bytes of one message passed on; default limits.keptMessageBytes, at most limits.inflatedMessageBytes. */
  readonly keepBytes?: number;
  /** The first byte need not be the start of a frame: the capture began later than the connection. */
  readonly midstream?: boolean;
}

const AT_HEADER = 0;
const IN_PAYLOAD = 1;
const SEARCHING = 2;
const GIVEN_UP = 3;

const FIN_TEXT = 0x81;
const FIN_BINARY = 0x82;

/** After resynchronising, a violation in so many frames means that the boundary was a false one. */
const DOUBTFUL_FRAMES = 8;
const LONGEST_HEADER = 14;
/** Frames up to this payload length take the short way when they lie in one piece. */
const WHOLE_BYTES = SCRATCH_BYTES - INPUT_SLACK;
/** "HTTP/": read as a header, "HT" would be a fragmented control frame with RSV1. */
const isHttp = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 0x48 &&
  bytes[at + 1] === 0x54 &&
  bytes[at + 2] === 0x54 &&
  bytes[at + 3] === 0x50 &&
  bytes[at + 4] === 0x2f;
const HTTP_BYTES = 5;

/**
 * The frames of one direction (RFC 6455 §5). An observer, not an endpoint: whatever breaks a rule is told and passed on,
 * and reading stops only where no boundary can be known.
 */
export class FrameDecoder implements WebSocketDecoder {
  private readonly direction: Direction;
  private readonly sink: WebSocketSink;
  private readonly memory: DecoderMemory;
  private readonly message: MessageAssembler;
  /** RSV1 may mean compression. */
  private readonly compression: boolean;
  /** Nobody wants payload: what need not be checked is not unmasked. */
  private readonly countsOnly: boolean;
  private state = AT_HEADER;
  /** Stream offset of the next byte fed, and of index 0 of the bytes being read. */
  private offset = 0;
  private base = 0;
  private head: Uint8Array | null = null;
  private headLength = 0;
  private search: Resynchroniser | null = null;
  private replaying = false;
  private resynchronised = false;
  private doubtfulFrames = 0;
  /** Fragments may be the rest of a message that was missed. */
  private openUnknown = false;
  private closed = false;
  // The frame being read.
  private first = 0;
  private masked = false;
  private key = 0;
  private length = 0;
  private remaining = 0;
  private missing = 0;
  private compressed = false;
  private intoMessage = false;
  private frameOffset = 0;
  private firstPacketNumber = 0;
  private firstTimestampNs = 0;
  private control: ByteStore;
  private ownControl: ByteStore | null = null;
  private controlLength = 0;

  constructor(direction: Direction, sink: WebSocketSink, deflate: DeflateAgreement, options: DecoderOptions) {
    const keepBytes = Math.min(options.keepBytes ?? limits.keptMessageBytes, limits.inflatedMessageBytes);
    this.direction = direction;
    this.sink = sink;
    this.memory = options.memory;
    this.countsOnly = keepBytes === 0;
    this.control = options.memory.control;
    this.compression = deflate !== "none";
    this.message = new MessageAssembler(direction, sink, deflate, options.memory, keepBytes);
    if (options.midstream === true) this.startSearch();
  }

  feed(bytes: Uint8Array, start: number, end: number, at: Position): void {
    this.base = this.offset - start;
    this.read(bytes, start, end, at);
    this.offset += end - start;
  }

  gap(lengthBytes: number, at: Position): void {
    this.offset += lengthBytes;
    if (this.state === GIVEN_UP || lengthBytes <= 0) return;
    tell(this.sink, "gap", this.direction, at, lengthBytes);
    if (this.state === SEARCHING) {
      this.search?.reset();
      return;
    }
    if (this.state === IN_PAYLOAD) {
      const within = lengthBytes <= this.remaining;
      const lost = within ? lengthBytes : this.remaining;
      this.missing += lost;
      this.remaining -= lost;
      if (this.intoMessage) this.message.missing(lost);
      if (this.remaining === 0) this.finishFrame(at);
      if (within) return;
    }
    this.desynchronise(at, lengthBytes);
  }

  end(at: Position): void {
    if (this.state === IN_PAYLOAD) tell(this.sink, "incomplete-frame", this.direction, at, this.remaining);
    else if (this.headLength > 0) tell(this.sink, "incomplete-frame", this.direction, at, this.headLength);
    if (this.message.open) tell(this.sink, "incomplete-message", this.direction, at, 0);
    this.message.end();
    this.search?.reset();
    this.search = null;
    this.headLength = 0;
    this.state = GIVEN_UP;
  }

  private read(bytes: Uint8Array, start: number, end: number, at: Position): void {
    let pos = start;
    while (pos < end) {
      if (this.state === AT_HEADER) {
        pos = this.headLength === 0 ? this.readHeader(bytes, pos, end, at) : this.joinHeader(bytes, pos, end, at);
      } else if (this.state === IN_PAYLOAD) {
        pos = this.readPayload(bytes, pos, end, at);
      } else {
        if (this.state === SEARCHING) this.find(bytes, pos, end, at);
        return;
      }
    }
  }

  /** A header that starts at `pos`; short whole data frames are done with here. Answers where to go on. */
  private readHeader(bytes: Uint8Array, pos: number, end: number, at: Position): number {
    const first = bytes[pos] as number;
    const second = pos + 1 < end ? (bytes[pos + 1] as number) : 0;
    const size = headerBytes(second);
    if (pos + size > end || (first === 0x48 && second === 0x54 && pos + HTTP_BYTES > end))
      return this.cutHeader(bytes, pos, end, at);
    const form = second & 0x7f;
    if (form === 127) return this.beginLong(bytes, pos, size, end, at);
    const length = form === 126 ? u16be(bytes, pos + 2) : form;
    const key = second >= 0x80 ? i32be(bytes, pos + size - 4) : 0;
    const payload = pos + size;
    this.frameOffset = this.base + pos;
    this.firstPacketNumber = at.packetNumber;
    this.firstTimestampNs = at.timestampNs;
    const kind = first & 0xbf;
    if (
      (kind === FIN_TEXT || kind === FIN_BINARY) &&
      second >= 0x80 === (this.direction === 0) &&
      payload + length <= end &&
      length <= WHOLE_BYTES &&
      (form !== 126 || length > 125) &&
      (first === kind || this.compression) &&
      !this.message.open &&
      !this.closed
    ) {
      this.wholeFrame(bytes, payload, first, key, length, at);
      return payload + length;
    }
    return this.begin(bytes, pos, first, second, length, key, payload, end, at);
  }

  /** One unfragmented data frame that breaks no rule and lies in one piece. */
  private wholeFrame(
    bytes: Uint8Array,
    payload: number,
    first: number,
    key: number,
    length: number,
    at: Position,
  ): void {
    this.first = first;
    this.masked = this.direction === 0;
    this.key = key;
    this.length = length;
    this.missing = 0;
    this.openUnknown = false;
    this.compressed = first >= 0xc0;
    this.present(at);
    const { scratch } = this.memory;
    if (this.compressed) {
      unmask(bytes, payload, length, scratch, 0, key, 0);
      this.message.wholeCompressed(first & 0x0f, length, at);
    } else {
      const unread = this.countsOnly && first !== FIN_TEXT;
      const nonAscii = unread ? 0 : unmask(bytes, payload, length, scratch, 0, key, 0);
      this.message.whole(first & 0x0f, length, nonAscii, at);
    }
  }

  private beginLong(bytes: Uint8Array, pos: number, size: number, end: number, at: Position): number {
    const length = u32be(bytes, pos + 2) * 2 ** 32 + u32be(bytes, pos + 6);
    const second = bytes[pos + 1] as number;
    this.frameOffset = this.base + pos;
    this.firstPacketNumber = at.packetNumber;
    this.firstTimestampNs = at.timestampNs;
    const key = second >= 0x80 ? i32be(bytes, pos + size - 4) : 0;
    return this.begin(bytes, pos, bytes[pos] as number, second, length, key, pos + size, end, at);
  }

  /** Keeps a header that is cut off by the end of the piece. */
  private cutHeader(bytes: Uint8Array, pos: number, end: number, at: Position): number {
    this.head ??= new Uint8Array(LONGEST_HEADER);
    this.frameOffset = this.base + pos;
    this.firstPacketNumber = at.packetNumber;
    this.firstTimestampNs = at.timestampNs;
    for (let i = pos; i < end; i++) this.head[this.headLength++] = bytes[i] as number;
    return end;
  }

  private joinHeader(bytes: Uint8Array, pos: number, end: number, at: Position): number {
    const head = this.head as Uint8Array;
    let from = pos;
    for (;;) {
      const size = this.headLength < 2 ? 2 : headerBytes(head[1] as number);
      const needed = this.headLength >= 2 && head[0] === 0x48 && head[1] === 0x54 ? Math.max(size, HTTP_BYTES) : size;
      if (this.headLength >= needed) break;
      if (from === end) return end;
      head[this.headLength++] = bytes[from++] as number;
    }
    const second = head[1] as number;
    const size = headerBytes(second);
    const form = second & 0x7f;
    const length = form < 126 ? form : form === 126 ? u16be(head, 2) : u32be(head, 2) * 2 ** 32 + u32be(head, 6);
    const key = second >= 0x80 ? i32be(head, size - 4) : 0;
    // Bytes past the header were only read to recognise HTTP: they are the payload's.
    const spare = this.headLength - size;
    this.headLength = 0;
    const next = this.begin(head, 0, head[0] as number, second, length, key, size, size, at);
    if (spare > 0 && next === size) this.read(head, size, size + spare, at);
    return from;
  }

  /**
   * A frame with a whole header: checks it, and finishes an empty one. Answers where to go on in `bytes`: after the header,
   * or just behind its first byte when it cannot be one.
   */
  private begin(
    bytes: Uint8Array,
    pos: number,
    first: number,
    second: number,
    length: number,
    key: number,
    payload: number,
    end: number,
    at: Position,
  ): number {
    if (first === 0x48 && isHttp(bytes, pos)) {
      tell(this.sink, "not-websocket", this.direction, at, 0);
      this.desynchronise(at, 0);
      return pos + 1;
    }
    const masked = second >= 0x80;
    const faults = headerFaults(this.direction, first, masked, second & 0x7f, length, this.compression);
    if (this.doubtfulFrames > 0) {
      if (faults !== 0) {
        this.desynchronise(at, 0);
        return pos + 1;
      }
      this.doubtfulFrames--;
    }
    // RFC 6455 §5.2: the most significant bit must be 0. Past 2^53 lengths cannot be counted, nor be true.
    if (length > Number.MAX_SAFE_INTEGER) {
      tell(this.sink, "length-too-large", this.direction, at, length);
      this.desynchronise(at, 0);
      return pos + 1;
    }
    if (faults !== 0) this.tellFaults(faults, first, length, at);
    this.first = first;
    this.masked = masked;
    this.key = key;
    this.length = length;
    this.remaining = length;
    this.missing = 0;
    this.compressed = false;
    this.intoMessage = false;
    if ((first & 0x0f) >= 8) this.beginControl(payload + length <= end);
    else if ((first & 0x0f) <= 2) this.beginData(first, at);
    this.state = IN_PAYLOAD;
    if (length === 0) this.finishFrame(at);
    return payload;
  }

  private tellFaults(faults: number, first: number, length: number, at: Position): void {
    const { sink, direction } = this;
    const opcode = first & 0x0f;
    if ((faults & MASK_FAULT) !== 0)
      tell(sink, direction === 0 ? "unmasked-client" : "masked-server", direction, at, opcode);
    for (const [bit, code] of FAULT_CODES) {
      if ((faults & bit) === 0) continue;
      if (bit === RESERVED_BITS) {
        const misplaced = this.compression && (first & 0x70) === 0x40;
        tell(sink, code, direction, at, (first >> 4) & 7, misplaced ? RSV1_MISPLACED : undefined);
      } else {
        tell(sink, code, direction, at, code === "control-too-long" || code === "length-not-minimal" ? length : opcode);
      }
    }
  }

  private beginControl(whole: boolean): void {
    this.controlLength = 0;
    if (whole) {
      this.control = this.memory.control;
      return;
    }
    this.ownControl ??= byteStore(CONTROL_BYTES);
    this.control = this.ownControl;
  }

  private beginData(first: number, at: Position): void {
    const { message } = this;
    const opcode = first & 0x0f;
    if (this.closed) this.tell("data-after-close", at, opcode);
    if (opcode === CONTINUATION) {
      if (!message.open && !this.openUnknown) this.tell("unexpected-continuation", at, opcode);
      if (first >= 0x80) this.openUnknown = false;
      this.intoMessage = message.open;
      this.compressed = message.open && message.compressed;
      return;
    }
    this.openUnknown = false;
    if (message.open) {
      this.tell("expected-continuation", at, opcode);
      message.abandon();
    }
    const rsv1 = (first & 0x40) !== 0;
    this.compressed = rsv1 && this.compression;
    this.intoMessage = true;
    // RSV1 that was never agreed may still be compression: what it means is not known, so it is not shown as text.
    const problem = rsv1 && !this.compression ? "undecodable" : null;
    message.begin(opcode, this.compressed, problem, this.firstPacketNumber, this.firstTimestampNs);
  }

  private readPayload(bytes: Uint8Array, pos: number, end: number, at: Position): number {
    const length = Math.min(this.remaining, end - pos);
    const phase = (this.length - this.remaining) & 3;
    this.remaining -= length;
    if ((this.first & 0x0f) >= 8) this.readControl(bytes, pos, length, phase);
    else if (this.intoMessage) this.message.payload(bytes, pos, length, this.key, phase, this.remaining, at);
    if (this.remaining === 0) this.finishFrame(at);
    return pos + length;
  }

  private readControl(bytes: Uint8Array, pos: number, length: number, phase: number): void {
    // After a hole the rest would be at the wrong place.
    if (this.missing > 0) return;
    const take = Math.min(length, CONTROL_BYTES - this.controlLength);
    unmask(bytes, pos, take, this.control, this.controlLength, this.key, phase);
    this.controlLength += take;
  }

  private finishFrame(at: Position): void {
    this.state = AT_HEADER;
    const opcode = this.first & 0x0f;
    if (opcode === CLOSE && this.missing === 0) this.checkClose(at);
    this.present(at);
    if (opcode === CLOSE) this.closed = true;
    if (this.intoMessage) this.message.endFrame(this.first >= 0x80, at);
  }

  /** RFC 6455 §5.5.1 and §7.4. */
  private checkClose(at: Position): void {
    const { bytes } = this.control;
    const length = this.controlLength;
    if (this.length <= CONTROL_BYTES && !isWellFormedClose(bytes, length)) this.tell("close-malformed", at, length);
    const code = closeCodeOf(bytes, length);
    if (code !== null && !isSendableCloseCode(code)) this.tell("close-reserved-code", at, code);
  }

  private present(at: Position): void {
    const { frame } = this.memory;
    const opcode = this.first & 0x0f;
    frame.direction = this.direction;
    frame.opcode = opcode;
    frame.fin = this.first >= 0x80;
    frame.rsv = (this.first >> 4) & 7;
    frame.masked = this.masked;
    frame.maskingKey = this.key;
    frame.length = this.length;
    frame.compressed = this.compressed;
    frame.firstPacketNumber = this.firstPacketNumber;
    frame.firstTimestampNs = this.firstTimestampNs;
    frame.lastPacketNumber = at.packetNumber;
    frame.lastTimestampNs = at.timestampNs;
    frame.streamOffset = this.frameOffset;
    frame.missingBytes = this.missing;
    frame.resynchronised = this.resynchronised;
    frame.payloadLength = 0;
    frame.closeCode = null;
    frame.closeReason = null;
    if (opcode >= 8) {
      frame.payload = this.control.bytes;
      frame.payloadLength = this.controlLength;
      if (opcode === CLOSE) {
        frame.closeCode = closeCodeOf(frame.payload, this.controlLength);
        frame.closeReason = closeReasonOf(frame.payload, this.controlLength);
      }
    }
    this.sink.onFrame(frame);
  }

  private tell(code: WebSocketEventCode, at: Position, value: number): void {
    tell(this.sink, code, this.direction, at, value);
  }

  private desynchronise(at: Position, value: number): void {
    this.tell("desynchronised", at, value);
    this.headLength = 0;
    this.message.lose();
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
    this.state = AT_HEADER;
    this.resynchronised = true;
    this.doubtfulFrames = DOUBTFUL_FRAMES;
    this.openUnknown = true;
    this.tell("resynchronised", at, search.searchedBytes);
    this.search = null;
    this.replaying = true;
    search.replay((held, start, stop, position, offset) => {
      this.base = offset - start;
      this.read(held, start, stop, position);
    });
    this.replaying = false;
    search.reset();
  }

  private giveUp(search: Resynchroniser, at: Position): void {
    this.tell("not-websocket", at, search.searchedBytes);
    search.reset();
    this.search = null;
    this.state = GIVEN_UP;
  }
}
