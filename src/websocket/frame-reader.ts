import { type Direction, ZERO_TIME } from "../base/brand.ts";
import * as limits from "../base/limits.ts";
import type { Position } from "../base/packet-view.ts";
import type { CalmPair } from "./calm/calm-pair.ts";
import { closeCodeOf, closeReasonOf, isSendableCloseCode, isWellFormedClose } from "./close-frame.ts";
import { RSV1_MISPLACED, tell } from "./events.ts";
import { FAULT_CODES, MASK_FAULT, RESERVED_BITS } from "./frame-header.ts";
import { CONTROL_BYTES, type DecoderMemory } from "./memory.ts";
import { MessageAssembler } from "./message-assembler.ts";
import {
  type AnnouncedFrame,
  BINARY,
  CLOSE,
  CONTINUATION,
  type DeflateAgreement,
  type FrameView,
  TEXT,
  type WebSocketEventCode,
  type WebSocketSink,
} from "./types.ts";
import { type ByteStore, byteStore, unmask } from "./unmask.ts";

export interface DecoderOptions {
  readonly memory: DecoderMemory;
  /** What it shares with the decoder of the other direction; default: nothing. */
  readonly calm?: CalmPair;
  /** Payload bytes of one message passed on; default limits.keptMessageBytes, at most limits.inflatedMessageBytes. */
  readonly keepBytes?: number;
  /** The first byte need not be the start of a frame: the capture began later than the connection. */
  readonly midstream?: boolean;
}

/**
 * One frame after another of a direction, from a known header on (RFC 6455 §5): judges it, unmasks what is wanted, passes
 * it on, and hands data to the message it belongs to.
 */
export class FrameReader {
  /** Payload bytes still to come; 0: the next byte is a header's. */
  remaining = 0;
  /** The boundary was found again after a gap. */
  resynchronised = false;
  /** Fragments may be the rest of a message that was missed. */
  openUnknown = false;
  closed = false;
  readonly message: MessageAssembler;
  private readonly direction: Direction;
  private readonly sink: WebSocketSink;
  private readonly memory: DecoderMemory;
  /** RSV1 may mean compression. */
  private readonly compression: boolean;
  /** Nobody wants payload: what need not be checked is not unmasked. */
  private readonly countsOnly: boolean;
  private first = 0;
  private masked = false;
  private key = 0;
  private length = 0;
  private missingBytes = 0;
  private compressed = false;
  private intoMessage = false;
  private offset = 0;
  private firstPacketNumber = 0;
  private firstTimestampNs: number = ZERO_TIME;
  private control: ByteStore;
  private ownControl: ByteStore | null = null;
  private controlLength = 0;

  constructor(direction: Direction, sink: WebSocketSink, deflate: DeflateAgreement, options: DecoderOptions) {
    const keepBytes = Math.min(options.keepBytes ?? limits.keptMessageBytes, limits.inflatedMessageBytes);
    this.direction = direction;
    this.sink = sink;
    this.memory = options.memory;
    this.compression = deflate !== "none";
    this.countsOnly = keepBytes === 0;
    this.control = options.memory.control;
    this.message = new MessageAssembler(direction, sink, deflate, options.memory, keepBytes);
  }

  /** The first byte of a header was seen, at this offset of the stream. */
  startsAt(offset: number, at: Position): void {
    this.offset = offset;
    this.firstPacketNumber = at.packetNumber;
    this.firstTimestampNs = at.timestampNs;
  }

  /** Between messages of a stream that has not been closed, and nothing of it was missed. */
  get isIdle(): boolean {
    return !this.message.open && !this.closed && !this.openUnknown;
  }

  get streamOffset(): number {
    return this.offset;
  }

  /** One unfragmented data frame that breaks no rule and lies in one piece, its payload at `bytes[payload …)`. */
  whole(
    bytes: Uint8Array,
    payload: number,
    first: number,
    key: number,
    length: number,
    offset: number,
    at: Position,
  ): void {
    const opcode = first & 0x0f;
    const compressed = first >= 0xc0;
    this.openUnknown = false;
    const { frame, scratch } = this.memory;
    if (compressed) {
      unmask(bytes, payload, length, scratch, 0, key, 0);
      if (this.message.skims(opcode, length, at)) return;
    }
    this.fill(frame, first, key, length, offset, at);
    this.sink.onFrame(frame);
    if (compressed) this.message.wholeCompressed(opcode, length, at);
    else {
      const unread = this.countsOnly && opcode !== TEXT;
      this.message.whole(opcode, length, unread ? 0 : unmask(bytes, payload, length, scratch, 0, key, 0), at);
    }
  }

  /** A ping or pong that breaks no rule and lies in one piece, its payload at `bytes[payload …)`. */
  beat(
    bytes: Uint8Array,
    payload: number,
    first: number,
    key: number,
    length: number,
    offset: number,
    at: Position,
  ): void {
    const { frame, control } = this.memory;
    if (length > 0) unmask(bytes, payload, length, control, 0, key, 0);
    this.fill(frame, first, key, length, offset, at);
    frame.payload = control.bytes;
    frame.payloadLength = length;
    this.sink.onFrame(frame);
  }

  /** The data frame of which bytes are still to come; null: none. */
  get announced(): AnnouncedFrame | null {
    const opcode = this.first & 0x0f;
    if (this.remaining === 0 || opcode > BINARY) return null;
    const { length, firstPacketNumber: packetNumber, firstTimestampNs: timestampNs } = this;
    return { begins: opcode !== CONTINUATION, length, packetNumber, timestampNs };
  }

  /** The view of a frame that breaks no rule and lies in one piece. */
  private fill(frame: FrameView, first: number, key: number, length: number, offset: number, at: Position): void {
    const compressed = first >= 0xc0;
    frame.direction = this.direction;
    frame.opcode = first & 0x0f;
    frame.fin = true;
    frame.rsv = compressed ? 4 : 0;
    frame.masked = this.direction === 0;
    frame.maskingKey = key;
    frame.length = length;
    frame.compressed = compressed;
    frame.firstPacketNumber = at.packetNumber;
    frame.firstTimestampNs = at.timestampNs;
    frame.lastPacketNumber = at.packetNumber;
    frame.lastTimestampNs = at.timestampNs;
    frame.streamOffset = offset;
    frame.missingBytes = 0;
    frame.resynchronised = this.resynchronised;
    frame.payloadLength = 0;
    frame.closeCode = null;
    frame.closeReason = null;
  }

  /** A whole header; `faults` is what it breaks on its own. An empty frame is finished with it. */
  begin(
    first: number,
    masked: boolean,
    key: number,
    length: number,
    faults: number,
    inOnePiece: boolean,
    at: Position,
  ): void {
    if (faults !== 0) this.tellFaults(faults, first, length, at);
    this.first = first;
    this.masked = masked;
    this.key = key;
    this.length = length;
    this.remaining = length;
    this.missingBytes = 0;
    this.compressed = false;
    this.intoMessage = false;
    if ((first & 0x0f) >= CLOSE) this.beginControl(inOnePiece);
    else if ((first & 0x0f) <= 2) this.beginData(first, at);
    if (length === 0) this.finish(at);
  }

  /** Payload from `pos` on. Answers where the frame, or the piece, ends. */
  payload(bytes: Uint8Array, pos: number, end: number, at: Position): number {
    const length = Math.min(this.remaining, end - pos);
    const phase = (this.length - this.remaining) & 3;
    this.remaining -= length;
    if ((this.first & 0x0f) >= CLOSE) this.readControl(bytes, pos, length, phase);
    else if (this.intoMessage) this.message.payload(bytes, pos, length, this.key, phase, this.remaining, at);
    if (this.remaining === 0) this.finish(at);
    return pos + length;
  }

  /** Payload bytes that the capture does not hold. */
  missing(length: number, at: Position): void {
    this.missingBytes += length;
    this.remaining -= length;
    if (this.intoMessage) this.message.missing(length);
    if (this.remaining === 0) this.finish(at);
  }

  private finish(at: Position): void {
    const opcode = this.first & 0x0f;
    if (opcode === CLOSE && this.missingBytes === 0) this.checkClose(at);
    this.present(at);
    if (opcode === CLOSE) this.closed = true;
    if (this.intoMessage) this.message.endFrame(this.first >= 0x80, at);
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

  private readControl(bytes: Uint8Array, pos: number, length: number, phase: number): void {
    // After a hole the rest would be at the wrong place.
    if (this.missingBytes > 0) return;
    const take = Math.min(length, CONTROL_BYTES - this.controlLength);
    unmask(bytes, pos, take, this.control, this.controlLength, this.key, phase);
    this.controlLength += take;
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
    frame.streamOffset = this.offset;
    frame.missingBytes = this.missingBytes;
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
}
