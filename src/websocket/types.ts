import type { Direction } from "../base/brand.ts";
import type { Position } from "../base/packet-view.ts";

export type Opcode = number;
export const CONTINUATION = 0;
export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/** One frame, complete (RFC 6455 §5.2). Reused: valid until the sink returns. */
export interface FrameView {
  direction: Direction;
  opcode: Opcode;
  fin: boolean;
  /** RSV1 = 4, RSV2 = 2, RSV3 = 1. */
  rsv: number;
  masked: boolean;
  /** int32 bits of the masking key; 0 when not masked. */
  maskingKey: number;
  /** Payload length on the wire. */
  length: number;
  /** Part of a permessage-deflate message (RFC 7692): RSV1 on its first frame and the extension agreed. */
  compressed: boolean;
  /** Packet with the first byte, and with the last. */
  firstPacketNumber: number;
  firstTimestampNs: number;
  lastPacketNumber: number;
  lastTimestampNs: number;
  streamOffset: number;
  /** Payload bytes that the capture does not hold (a gap inside the frame). 0: all there. */
  missingBytes: number;
  /** Found again after a gap: the frame boundary is likely, not certain. */
  resynchronised: boolean;
  /** Control frames only (opcode ≥ 8): the unmasked payload, `payload[0 … payloadLength)`, at most 125 bytes kept. */
  payload: Uint8Array;
  payloadLength: number;
  /** Close frames only: code, or null (empty, or one byte), and reason (UTF-8, replacement characters where invalid). */
  closeCode: number | null;
  closeReason: string | null;
}

/** One complete text or binary message. Reused: valid until the sink returns. Comes right after its last frame. */
export interface MessageView {
  direction: Direction;
  /** TEXT or BINARY. */
  opcode: Opcode;
  compressed: boolean;
  frames: number;
  /** Payload bytes on the wire, and after inflation (equal when not compressed). */
  wireLength: number;
  length: number;
  /** The unmasked, inflated payload, `bytes[0 … keptLength)`. Less than `length` past limits.keptMessageBytes unless asked for whole. */
  bytes: Uint8Array;
  keptLength: number;
  /** null: it is what it says. Else why the payload is not known or not whole. */
  problem: null | "undecodable" | "inflate-failed" | "inflate-limit" | "gap" | "limit";
  /** Text only; null when it was not checked (payload not known). */
  validUtf8: boolean | null;
  firstPacketNumber: number;
  firstTimestampNs: number;
  lastPacketNumber: number;
  lastTimestampNs: number;
}

/** What RFC 6455 or 7692 forbids, and what stops decoding. `code` is the rule id's last part where there is one. */
export type WebSocketEventCode =
  | "unmasked-client"
  | "masked-server"
  | "reserved-bits"
  | "reserved-opcode"
  | "control-fragmented"
  | "control-too-long"
  | "length-not-minimal"
  | "length-too-large"
  | "unexpected-continuation"
  | "expected-continuation"
  | "invalid-utf8"
  | "close-malformed"
  | "close-reserved-code"
  | "data-after-close"
  | "deflate-failed"
  | "deflate-undecodable"
  | "inflate-limit"
  | "message-limit"
  | "gap"
  | "resynchronised"
  | "desynchronised"
  | "incomplete-frame"
  | "incomplete-message"
  | "not-websocket";

/** A data frame whose header has come, and not all of its payload. `begins`: it is the first of its message. */
export interface AnnouncedFrame {
  readonly begins: boolean;
  readonly length: number;
  readonly packetNumber: number;
  readonly timestampNs: number;
}

export interface WebSocketEvent {
  readonly code: WebSocketEventCode;
  readonly direction: Direction;
  /** "RFC 6455 §5.1" … */
  readonly section: string;
  readonly packetNumber: number;
  readonly timestampNs: number;
  /** Opcode, length, close code, bytes missing … whichever explains it. */
  readonly value: number;
}

/** Texts of one direction that were only counted. Reused: valid until the next lane is closed. */
export interface CountedTexts {
  texts: number;
  payloadBytes: number;
  /** Of the stream: where the next byte lies. */
  nextOffset: number;
  /** No beat came after them. */
  isLast: boolean;
  firstNs: number;
  lastNs: number;
  lastPacketNumber: number;
  /** Between two of them. */
  longestGapNs: number;
}

export interface WebSocketSink {
  onFrame(frame: FrameView): void;
  /** Texts with this `beginningKey` (`base/masked-text.ts`) need not be read, but for short ones; 0: each is. */
  readonly skippedKey: number;
  /** Of the messages so far. */
  readonly largestMessageBytes: number;
  /** Instead of `onFrame` and `onMessage`: a compressed text of one frame that is skipped; its bytes on the wire, and inflated. */
  onUnread(wireLength: number, length: number, at: Position): void;
  /** The same for texts that were not compressed, in one sum; `fedBytes` of the stream were theirs and those of beats. Before anything else that comes after them. */
  onSkimmed(counted: CountedTexts, fedBytes: number): void;
  onMessage(message: MessageView): void;
  onEvent(event: WebSocketEvent): void;
}

/** `value` of `deflate-undecodable`: why back references cannot be followed any more. */
export const UNDECODABLE = { handshakeMissing: 1, bytesMissing: 2, windowDropped: 3, earlierMessage: 4 } as const;
export type UndecodableCause = (typeof UNDECODABLE)[keyof typeof UNDECODABLE];

/** The agreed permessage-deflate parameters (RFC 7692 §7.1). */
export interface DeflateParameters {
  readonly serverNoContextTakeover: boolean;
  readonly clientNoContextTakeover: boolean;
  readonly serverMaxWindowBits: number;
  readonly clientMaxWindowBits: number;
}

/**
 * What is known about compression: agreed parameters; "none" (the 101 was seen and has no extension); "unknown"
 * (handshake not captured: RSV1 then most likely means compression that cannot be inflated).
 */
export type DeflateAgreement = DeflateParameters | "none" | "unknown";

/** One direction of a WebSocket, sans I/O, synchronous, total. */
export interface WebSocketDecoder {
  feed(bytes: Uint8Array, start: number, end: number, at: Position): void;
  /** Bytes that are not in the capture. The decoder looks for the next frame boundary by itself. */
  gap(lengthBytes: number, at: Position): void;
  end(at: Position): void;
}
