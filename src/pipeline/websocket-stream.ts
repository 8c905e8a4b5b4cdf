import { type Direction, otherDirection, packetNumber, relativeNs, sideOf } from "../base/brand.ts";
import { limits } from "../base/limits.ts";
import type { Position } from "../base/packet-view.ts";
import type { FrameCounts, MessageCounts, WebSocketEventFacts } from "../store/types.ts";
import { FrameDecoder } from "../websocket/frame-decoder.ts";
import { Heartbeat } from "../websocket/heartbeat.ts";
import type { DecoderMemory } from "../websocket/memory.ts";
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  type DeflateAgreement,
  type FrameView,
  type MessageView,
  PING,
  PONG,
  TEXT,
  type WebSocketEvent,
  type WebSocketSink,
} from "../websocket/types.ts";
import { SessionWatch } from "./session-watch.ts";

/** What `wscap frames` and the tables of the TUI listen to. */
export interface FrameTap {
  /** Texts longer than this are not kept for `onFrameRow`; 0: no message bytes are wanted. */
  readonly keptMessageBytes: number;
  onFrame(connectionId: number, frame: FrameView): void;
  /** The message that the last `onFrame` completed. */
  onMessage(connectionId: number, message: MessageView): void;
}

/** What the opening handshake says about the messages to come. */
export interface Handshake {
  readonly target: string | null;
  readonly subprotocol: string | null;
}

/** A Close frame as it was sent; `endOffset` is where it ends in the WebSocket's bytes of its direction. */
export interface SeenCloseFrame {
  readonly code: number | null;
  readonly codeMissing: boolean;
  readonly reason: string;
  readonly packetNumber: number;
  readonly timestampNs: number;
  readonly endOffset: number;
}

const noCounts = (): FrameCounts => ({
  text: 0,
  binary: 0,
  continuation: 0,
  close: 0,
  ping: 0,
  pong: 0,
  reserved: 0,
  payloadBytes: 0,
});

/** One direction's sums, and the moments that rules ask for, as plain numbers. */
class Tally {
  readonly frames = noCounts();
  readonly messages: MessageCounts = { text: 0, binary: 0, bytes: 0 };
  closeFrame: SeenCloseFrame | null = null;
  firstFrameNumber = 0;
  firstFrameNs = 0.5;
  lastFrameNumber = 0;
  lastFrameNs = 0.5;
  largestMessageBytes = 0;
  largestMessageNumber = 0;
  largestMessageNs = 0.5;
  lastMessageNumber = 0;
  lastMessageNs = 0.5;
  incompleteFrameBytes = 0;
  /** Bytes handed to the decoder, gaps included. */
  fedBytes = 0;
}

/** One WebSocket: its two decoders, its heartbeat, and what is counted of it. */
export class WebSocketStream implements WebSocketSink {
  readonly by: "handshake" | "port" | "shape";
  readonly midstream: boolean;
  readonly openedNumber: number;
  readonly openedNs: number;
  readonly deflate: DeflateAgreement;
  readonly tallies: readonly [Tally, Tally] = [new Tally(), new Tally()];
  readonly heartbeat = new Heartbeat();
  readonly session: SessionWatch;
  readonly events: WebSocketEventFacts[] = [];
  readonly eventCounts: Record<string, number> = {};
  private readonly endedNs: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  private readonly decoders: readonly [FrameDecoder, FrameDecoder];
  private readonly connectionId: number;
  private readonly tap: FrameTap | null;

  constructor(
    connectionId: number,
    by: "handshake" | "port" | "shape",
    deflate: DeflateAgreement,
    openedAt: Position,
    tap: FrameTap | null,
    memory: DecoderMemory,
    handshake: Handshake | null,
  ) {
    this.session = new SessionWatch(
      "websocket",
      handshake?.target ?? null,
      handshake?.subprotocol ?? null,
      (direction) => this.tallies[direction].fedBytes,
    );
    this.connectionId = connectionId;
    this.by = by;
    this.midstream = by !== "handshake";
    this.deflate = deflate;
    this.openedNumber = openedAt.packetNumber;
    this.openedNs = openedAt.timestampNs;
    this.tap = tap;
    const options = {
      memory,
      keepBytes: Math.max(tap?.keptMessageBytes ?? 0, limits.readMessageBytes),
      midstream: this.midstream,
    };
    this.decoders = [new FrameDecoder(0, this, deflate, options), new FrameDecoder(1, this, deflate, options)];
  }

  get hasClientBytes(): boolean {
    return this.tallies[0].fedBytes > 0;
  }

  feed(direction: Direction, bytes: Uint8Array, start: number, end: number, at: Position): void {
    this.tallies[direction].fedBytes += end - start;
    this.decoders[direction].feed(bytes, start, end, at);
  }

  gap(direction: Direction, lengthBytes: number, at: Position): void {
    this.tallies[direction].fedBytes += lengthBytes;
    this.decoders[direction].gap(lengthBytes, at);
  }

  end(direction: Direction, at: Position): void {
    this.endedNs[direction] = Math.min(this.endedNs[direction], at.timestampNs);
    this.decoders[direction].end(at);
  }

  onFrame(frame: FrameView): void {
    const tally = this.tallies[frame.direction];
    const { frames } = tally;
    switch (frame.opcode) {
      case TEXT:
        frames.text++;
        break;
      case BINARY:
        frames.binary++;
        break;
      case CONTINUATION:
        frames.continuation++;
        break;
      case PING:
        frames.ping++;
        this.heartbeat.onFrame(frame);
        break;
      case PONG:
        frames.pong++;
        // Who has closed its side reads no more: a peer that wakes up now answers nobody.
        if (frame.lastTimestampNs <= this.endedNs[otherDirection(frame.direction)]) this.heartbeat.onFrame(frame);
        break;
      case CLOSE:
        frames.close++;
        tally.closeFrame ??= {
          code: frame.closeCode,
          codeMissing: frame.closeCode === null && frame.missingBytes > 0,
          reason: frame.closeReason ?? "",
          packetNumber: frame.lastPacketNumber,
          timestampNs: frame.lastTimestampNs,
          endOffset: tally.fedBytes,
        };
        break;
      default:
        frames.reserved++;
    }
    frames.payloadBytes += frame.length;
    if (tally.firstFrameNumber === 0) {
      tally.firstFrameNumber = frame.firstPacketNumber;
      tally.firstFrameNs = frame.firstTimestampNs;
    }
    tally.lastFrameNumber = frame.lastPacketNumber;
    tally.lastFrameNs = frame.lastTimestampNs;
    if (this.tap !== null) this.tap.onFrame(this.connectionId, frame);
  }

  onMessage(message: MessageView): void {
    const tally = this.tallies[message.direction];
    if (message.opcode === TEXT) tally.messages.text++;
    else tally.messages.binary++;
    tally.messages.bytes += message.length;
    tally.lastMessageNumber = message.lastPacketNumber;
    tally.lastMessageNs = message.lastTimestampNs;
    if (message.length > tally.largestMessageBytes) {
      tally.largestMessageBytes = message.length;
      tally.largestMessageNumber = message.lastPacketNumber;
      tally.largestMessageNs = message.lastTimestampNs;
    }
    this.session.onMessage(message);
    if (this.tap !== null) this.tap.onMessage(this.connectionId, message);
  }

  onEvent(event: WebSocketEvent): void {
    this.eventCounts[event.code] = (this.eventCounts[event.code] ?? 0) + 1;
    if (event.code === "incomplete-frame") this.tallies[event.direction].incompleteFrameBytes = event.value;
    // The first of each kind always finds a place: it is what a finding shows.
    const isFirst = this.eventCounts[event.code] === 1;
    if (!isFirst && this.events.length >= limits.webSocketEventsPerConnection) return;
    this.events.push({
      packet: packetNumber(event.packetNumber),
      timestampNs: relativeNs(event.timestampNs),
      code: event.code,
      from: sideOf(event.direction),
      section: event.section,
      value: event.value,
    });
  }
}
