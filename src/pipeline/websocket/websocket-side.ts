import { type Direction, ZERO_DOUBLE, ZERO_TIME } from "../../base/brand.ts";
import * as limits from "../../base/limits.ts";
import type { Position } from "../../base/packet-view.ts";
import { MessageSieve } from "../../payload/message-sieve.ts";
import type { FrameCounts, MessageCounts } from "../../store/websocket-types.ts";
import { FrameDecoder } from "../../websocket/frame-decoder.ts";
import type { DecoderOptions } from "../../websocket/frame-reader.ts";
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  type CountedTexts,
  type DeflateAgreement,
  type FrameView,
  type MessageView,
  PING,
  PONG,
  TEXT,
  type WebSocketEvent,
  type WebSocketSink,
} from "../../websocket/types.ts";
import type { FrameTap } from "./frame-tap.ts";

/** A Close frame as it was sent; `endOffset` is where it ends in the WebSocket's bytes of its direction. */
export interface SeenCloseFrame {
  readonly code: number | null;
  readonly codeMissing: boolean;
  readonly reason: string;
  readonly packetNumber: number;
  readonly timestampNs: number;
  readonly endOffset: number;
}

/** What concerns both sides of a WebSocket. */
export interface SideOwner {
  onBeat(frame: FrameView): void;
  onClose(direction: Direction, nowNs: number): void;
  /** `concerns`: it begins in a way that a diagnosis may need, and not like the one before. `isEarly`: a first text. */
  onMessage(message: MessageView, concerns: boolean, isEarly: boolean): void;
  /** A message of which nothing is known but its length. */
  onUnread(direction: Direction): void;
  onEvent(event: WebSocketEvent): void;
  readonly connectionId: number;
  readonly tap: FrameTap | null;
}

/**
 * One direction of a WebSocket: its decoder, and what is counted of it. The sums lie flat in this one object, because with
 * hundreds of connections in turn each line of memory that a message touches costs more than the arithmetic.
 */
export class WebSocketSide implements WebSocketSink {
  /** Bytes handed to the decoder, gaps included. */
  fedBytes: number = ZERO_DOUBLE;
  closeFrame: SeenCloseFrame | null = null;
  /** Of a Close that came after that one. */
  laterCloseCode: number | null = null;
  firstFrameNumber = 0;
  firstFrameNs: number = ZERO_TIME;
  lastFrameNumber = 0;
  lastFrameNs: number = ZERO_TIME;
  largestMessageBytes = 0;
  largestMessageNumber = 0;
  largestMessageNs: number = ZERO_TIME;
  lastMessageNumber = 0;
  lastMessageNs: number = ZERO_TIME;
  longestMessageGapNs: number = ZERO_TIME;
  incompleteFrameBytes = 0;
  /** Of the frames of a message whose last one has not come. */
  unfinishedBytes = 0;
  unfinishedNumber = 0;
  unfinishedNs: number = ZERO_TIME;
  private textFrames = 0;
  private binaryFrames = 0;
  private continuations = 0;
  private closes = 0;
  private pings = 0;
  private pongs = 0;
  private reservedFrames = 0;
  private payloadBytes = 0;
  private textMessages = 0;
  private binaryMessages = 0;
  private messageBytes = 0;
  /** Texts that were only counted, each a frame and a message. */
  private unreadTexts = 0;
  private unreadWireBytes: number = ZERO_DOUBLE;
  private unreadBytes: number = ZERO_DOUBLE;
  private readonly owner: SideOwner;
  private readonly tap: FrameTap | null;
  private readonly sieve = new MessageSieve();
  private readonly decoder: FrameDecoder;

  constructor(direction: Direction, owner: SideOwner, deflate: DeflateAgreement, options: DecoderOptions) {
    this.owner = owner;
    this.tap = owner.tap;
    this.decoder = new FrameDecoder(direction, this, deflate, options);
  }

  get frames(): FrameCounts {
    return {
      text: this.textFrames + this.unreadTexts,
      binary: this.binaryFrames,
      continuation: this.continuations,
      close: this.closes,
      ping: this.pings,
      pong: this.pongs,
      reserved: this.reservedFrames,
      payloadBytes: this.payloadBytes + this.unreadWireBytes,
    };
  }

  get messages(): MessageCounts {
    return {
      text: this.textMessages + this.unreadTexts,
      binary: this.binaryMessages,
      bytes: this.messageBytes + this.unreadBytes,
    };
  }

  /** See `FrameDecoder`. */
  get calmLane(): number {
    return this.decoder.calmLane;
  }

  /** Before anybody looks. */
  settle(): void {
    this.decoder.settle();
  }

  feed(bytes: Uint8Array, start: number, end: number, at: Position): void {
    this.fedBytes += end - start;
    this.decoder.feed(bytes, start, end, at);
  }

  gap(lengthBytes: number, at: Position, isExact: boolean): void {
    this.fedBytes += lengthBytes;
    this.decoder.gap(lengthBytes, at, isExact);
  }

  end(at: Position): void {
    this.decoder.end(at);
  }

  onFrame(frame: FrameView): void {
    switch (frame.opcode) {
      case TEXT:
        this.textFrames++;
        break;
      case BINARY:
        this.binaryFrames++;
        break;
      case CONTINUATION:
        this.continuations++;
        break;
      case PING:
        this.pings++;
        this.owner.onBeat(frame);
        break;
      case PONG:
        this.pongs++;
        this.owner.onBeat(frame);
        break;
      case CLOSE:
        this.closes++;
        this.noteClose(frame);
        this.owner.onClose(frame.direction, frame.lastTimestampNs);
        break;
      default:
        this.reservedFrames++;
    }
    this.payloadBytes += frame.length;
    if (!frame.fin || frame.opcode === CONTINUATION) this.noteFragment(frame);
    if (this.firstFrameNumber === 0) {
      this.firstFrameNumber = frame.firstPacketNumber;
      this.firstFrameNs = frame.firstTimestampNs;
    }
    this.lastFrameNumber = frame.lastPacketNumber;
    this.lastFrameNs = frame.lastTimestampNs;
    if (this.tap !== null) this.tap.onFrame(this.owner.connectionId, frame);
  }

  /** A tap wants them all, and the first texts are all read. Small messages may be a heartbeat by their regularity: `isSkipped` says no to them. */
  get skippedKey(): number {
    const { knownKey } = this.sieve;
    return this.tap === null && this.textMessages >= limits.earlyTexts ? knownKey : 0;
  }

  /** What is noted of a first frame is known: nothing is skipped before something was read. */
  onUnread(wireLength: number, length: number, at: Position): void {
    this.unreadTexts++;
    this.unreadWireBytes += wireLength;
    this.unreadBytes += length;
    this.lastFrameNumber = at.packetNumber;
    this.lastFrameNs = at.timestampNs;
    this.noteMessage(length, at.packetNumber, at.timestampNs);
  }

  onSkimmed(counted: CountedTexts, fedBytes: number): void {
    this.fedBytes += fedBytes;
    if (counted.texts === 0) return;
    this.unreadTexts += counted.texts;
    this.unreadWireBytes += counted.payloadBytes;
    this.unreadBytes += counted.payloadBytes;
    if (counted.isLast) {
      this.lastFrameNumber = counted.lastPacketNumber;
      this.lastFrameNs = counted.lastNs;
    }
    // None was larger than what is known, and the gap before the first one counts like those between them.
    const sinceLastNs = this.lastMessageNumber === 0 ? 0 : counted.firstNs - this.lastMessageNs;
    this.longestMessageGapNs = Math.max(this.longestMessageGapNs, sinceLastNs, counted.longestGapNs);
    this.lastMessageNumber = counted.lastPacketNumber;
    this.lastMessageNs = counted.lastNs;
  }

  onMessage(message: MessageView): void {
    const isText = message.opcode === TEXT;
    if (isText) this.textMessages++;
    else this.binaryMessages++;
    this.messageBytes += message.length;
    this.noteMessage(message.length, message.lastPacketNumber, message.lastTimestampNs);
    const isUnknown = message.keptLength === 0 && message.length > 0;
    if (isUnknown) this.owner.onUnread(message.direction);
    else {
      const isEarly = isText && this.textMessages <= limits.earlyTexts;
      this.owner.onMessage(message, this.sieve.passes(message.bytes, message.keptLength, isText), isEarly);
    }
    if (this.tap !== null) this.tap.onMessage(this.owner.connectionId, message);
  }

  private noteMessage(length: number, packetNumber: number, timestampNs: number): void {
    if (this.lastMessageNumber !== 0 && timestampNs - this.lastMessageNs > this.longestMessageGapNs)
      this.longestMessageGapNs = timestampNs - this.lastMessageNs;
    this.lastMessageNumber = packetNumber;
    this.lastMessageNs = timestampNs;
    if (length <= this.largestMessageBytes) return;
    this.largestMessageBytes = length;
    this.largestMessageNumber = packetNumber;
    this.largestMessageNs = timestampNs;
  }

  onEvent(event: WebSocketEvent): void {
    if (event.code === "incomplete-frame") {
      this.incompleteFrameBytes = event.value;
      const { announced } = this.decoder;
      if (announced !== null)
        this.noteUnfinished(announced.begins, announced.length, announced.packetNumber, announced.timestampNs);
    }
    this.owner.onEvent(event);
  }

  private noteFragment({ opcode, fin, length, firstPacketNumber, firstTimestampNs }: FrameView): void {
    if (fin) this.unfinishedBytes = 0;
    else this.noteUnfinished(opcode !== CONTINUATION, length, firstPacketNumber, firstTimestampNs);
  }

  private noteUnfinished(begins: boolean, length: number, packetNumber: number, timestampNs: number): void {
    if (begins || this.unfinishedBytes === 0) {
      this.unfinishedBytes = 0;
      this.unfinishedNumber = packetNumber;
      this.unfinishedNs = timestampNs;
    }
    this.unfinishedBytes += length;
  }

  private noteClose(frame: FrameView): void {
    if (this.closeFrame !== null) this.laterCloseCode = frame.closeCode;
    this.closeFrame ??= {
      code: frame.closeCode,
      codeMissing: frame.closeCode === null && frame.missingBytes > 0,
      reason: frame.closeReason ?? "",
      packetNumber: frame.lastPacketNumber,
      timestampNs: frame.lastTimestampNs,
      endOffset: this.fedBytes,
    };
  }
}
