import { ZERO_DOUBLE, ZERO_TIME } from "../base/brand.ts";
import { BufferPool } from "./buffer-pool.ts";
import { CalmTexts } from "./calm/calm-texts.ts";
import { INFLATED, Inflater, type InflateStatus } from "./deflate/inflate.ts";
import { WindowPool } from "./deflate/window-pool.ts";
import type { FrameView, MessageView } from "./types.ts";
import { type ByteStore, byteStore } from "./unmask.ts";

const noBytes = new Uint8Array(0);

/** A message: `bytes[begin … begin + known)` of `length` inflated ones. Reused: valid until the next message of any direction. */
export interface Inflated {
  status: InflateStatus;
  bytes: Uint8Array;
  begin: number;
  known: number;
  length: number;
  /** It was seen to be ASCII throughout. */
  ascii: boolean;
}

/** What all decoders of one analysis share: scratch space, the reused views, and the bounded pools. */
export class DecoderMemory {
  readonly windows: WindowPool;
  readonly buffers: BufferPool;
  readonly inflater = new Inflater();
  readonly texts = new CalmTexts(emptyFrame());
  /** One frame's payload while it is looked at. */
  readonly scratch: ByteStore = byteStore(SCRATCH_BYTES);
  /** The payload of a control frame that came in one piece. */
  readonly control: ByteStore = byteStore(CONTROL_BYTES);
  readonly frame: FrameView = emptyFrame();
  readonly message: MessageView = emptyMessage();
  readonly inflated: Inflated = { status: INFLATED, bytes: noBytes, begin: 0, known: 0, length: 0, ascii: false };

  constructor(windows = new WindowPool(), buffers = new BufferPool()) {
    this.windows = windows;
    this.buffers = buffers;
  }
}

/** A control frame's payload is at most 125 bytes (RFC 6455 §5.5). */
export const CONTROL_BYTES = 125;
export const SCRATCH_BYTES = 64 * 1024;
const emptyFrame = (): FrameView => ({
  direction: 0,
  opcode: 0,
  fin: false,
  rsv: 0,
  masked: false,
  maskingKey: 0,
  length: 0,
  compressed: false,
  firstPacketNumber: 0,
  firstTimestampNs: ZERO_TIME,
  lastPacketNumber: 0,
  lastTimestampNs: ZERO_TIME,
  streamOffset: ZERO_DOUBLE,
  missingBytes: 0,
  resynchronised: false,
  payload: noBytes,
  payloadLength: 0,
  closeCode: null,
  closeReason: null,
});

const emptyMessage = (): MessageView => ({
  direction: 0,
  opcode: 0,
  compressed: false,
  frames: 0,
  wireLength: 0,
  length: 0,
  bytes: noBytes,
  keptLength: 0,
  problem: null,
  validUtf8: null,
  firstPacketNumber: 0,
  firstTimestampNs: ZERO_TIME,
  lastPacketNumber: 0,
  lastTimestampNs: ZERO_TIME,
});
