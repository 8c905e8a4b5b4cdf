import { limits } from "../base/limits.ts";
import { type History, Inflater, WINDOW_BYTES } from "./inflate.ts";
import type { FrameView, MessageView } from "./types.ts";
import { type ByteStore, byteStore } from "./unmask.ts";

/** A direction's history and its place in the order of use. */
export interface DeflateWindow extends History {
  /** Told when the window goes to another direction. */
  owner: WindowOwner | null;
  newer: DeflateWindow | null;
  older: DeflateWindow | null;
}

export interface WindowOwner {
  windowDropped(): void;
}

/** Deflate windows, at most limits.inflateWindows: then the one idle for longest goes to whoever asks. */
export class WindowPool {
  private readonly maximum: number;
  private count = 0;
  private newest: DeflateWindow | null = null;
  private oldest: DeflateWindow | null = null;
  private free: DeflateWindow | null = null;

  constructor(maximum: number = limits.inflateWindows) {
    this.maximum = maximum;
  }

  take(owner: WindowOwner): DeflateWindow {
    const window = this.free ?? this.another();
    if (window === this.free) this.free = window.older;
    window.owner = owner;
    window.have = 0;
    window.next = 0;
    this.link(window);
    return window;
  }

  use(window: DeflateWindow): void {
    if (window === this.newest) return;
    this.unlink(window);
    this.link(window);
  }

  give(window: DeflateWindow): void {
    this.unlink(window);
    window.owner = null;
    window.older = this.free;
    this.free = window;
  }

  private another(): DeflateWindow {
    const { oldest } = this;
    if (this.count >= this.maximum && oldest !== null) {
      this.unlink(oldest);
      oldest.owner?.windowDropped();
      return oldest;
    }
    this.count++;
    return { ...byteStore(WINDOW_BYTES), have: 0, next: 0, owner: null, newer: null, older: null };
  }

  private link(window: DeflateWindow): void {
    window.older = this.newest;
    window.newer = null;
    if (this.newest !== null) this.newest.newer = window;
    this.newest = window;
    if (this.oldest === null) this.oldest = window;
  }

  private unlink(window: DeflateWindow): void {
    if (window.newer === null) this.newest = window.older;
    else window.newer.older = window.older;
    if (window.older === null) this.oldest = window.newer;
    else window.older.newer = window.newer;
    window.newer = null;
    window.older = null;
  }
}

const SMALLEST_SHIFT = 8;
const SPARE_BYTES = 4 * 1024 * 1024;

/**
 * Buffers for messages that are not whole yet, in sizes of powers of two, at most limits.heldMessageBytes in use over all
 * connections. A few are kept to be used again.
 */
export class BufferPool {
  private readonly maximum: number;
  private readonly spare: ByteStore[][] = [];
  private spareBytes = 0;
  private usedBytes = 0;

  constructor(maximum: number = limits.heldMessageBytes) {
    this.maximum = maximum;
  }

  /** A buffer of at least so many bytes, contents undefined; null when there is no room left. */
  take(lengthBytes: number): ByteStore | null {
    const shift = Math.max(SMALLEST_SHIFT, 32 - Math.clz32(lengthBytes - 1));
    const size = 2 ** shift;
    if (this.usedBytes + size > this.maximum) return null;
    this.usedBytes += size;
    const spare = this.spare[shift]?.pop();
    if (spare === undefined) return byteStore(size);
    this.spareBytes -= size;
    return spare;
  }

  give(store: ByteStore): void {
    const size = store.bytes.length;
    this.usedBytes -= size;
    if (this.spareBytes + size > SPARE_BYTES) return;
    this.spareBytes += size;
    const shift = 31 - Math.clz32(size);
    let list = this.spare[shift];
    if (list === undefined) {
      list = [];
      this.spare[shift] = list;
    }
    list.push(store);
  }

  /** A larger buffer with the first `used` bytes of `store`, which goes back; null (and `store` stays) without room. */
  grow(store: ByteStore, used: number, lengthBytes: number): ByteStore | null {
    const larger = this.take(lengthBytes);
    if (larger === null) return null;
    larger.bytes.set(store.bytes.subarray(0, used));
    this.give(store);
    return larger;
  }
}

/** What all decoders of one analysis share: scratch space, the reused views, and the bounded pools. */
export class DecoderMemory {
  readonly windows: WindowPool;
  readonly buffers: BufferPool;
  readonly inflater = new Inflater();
  /** One frame's payload while it is looked at. */
  readonly scratch: ByteStore = byteStore(SCRATCH_BYTES);
  /** The payload of a control frame that came in one piece. */
  readonly control: ByteStore = byteStore(CONTROL_BYTES);
  readonly frame: FrameView = emptyFrame();
  readonly message: MessageView = emptyMessage();

  constructor(windows = new WindowPool(), buffers = new BufferPool()) {
    this.windows = windows;
    this.buffers = buffers;
  }
}

/** A control frame's payload is at most 125 bytes (RFC 6455 §5.5). */
export const CONTROL_BYTES = 125;
export const SCRATCH_BYTES = 64 * 1024;
const noBytes = new Uint8Array(0);

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
  firstTimestampNs: 0,
  lastPacketNumber: 0,
  lastTimestampNs: 0,
  streamOffset: 0,
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
  firstTimestampNs: 0,
  lastPacketNumber: 0,
  lastTimestampNs: 0,
});
