import { u16be, u32be } from "../../base/bytes.ts";
import { headerBytes } from "../../websocket/frame-header.ts";
import { BINARY, CLOSE, CONTINUATION } from "../../websocket/types.ts";
import { type EditStream, NO_KEY } from "./message-parts.ts";
import { MessageSearch } from "./message-search.ts";
import { BinarySearch, BlankedMessage, CompressedMessage, type OpenMessage, PlainMessage } from "./open-message.ts";
import type { FindSpans } from "./stand-in.ts";

export interface FrameScrubOptions {
  readonly find: FindSpans;
  /** `--payloads none`: no data message is kept. */
  readonly blankAll: boolean;
  /** Tells of the nth compressed message of this direction whether it holds a secret; null: it could not be read. */
  readonly compressed: (index: number) => boolean | null;
  readonly edit: EditStream;
  /** Everything between these offsets has been read, and its secrets are overwritten. */
  readonly judge: (from: number, to: number) => void;
}

const LONGEST_HEADER = 14;
const CLOSE_CODE_BYTES = 2;

/**
 * The frames of one unbroken stretch of a WebSocket direction (RFC 6455 §5.2), as its bytes come: finds the secrets of
 * each message through masking and fragmentation. A message is judged with its last byte.
 */
export class FrameScrub {
  values = 0;
  compressedBlanked = 0;
  private readonly options: FrameScrubOptions;
  private readonly header = new Uint8Array(LONGEST_HEADER);
  private headerRead = 0;
  /** Payload of the frame being read that has not come yet. */
  private rest = 0;
  private payloadRead = 0;
  private first = 0;
  private key: Uint8Array = NO_KEY;
  private message: OpenMessage | null = null;
  private control: OpenMessage | null = null;
  private isCompressed = false;
  private isOrphan = false;
  /** From the first blanked message on, later ones may refer back to what is no longer there (RFC 7692 §7.2.3.2). */
  private windowLost = false;
  private compressedIndex = 0;
  private judgedTo: number;

  constructor(options: FrameScrubOptions, begins: number) {
    this.options = options;
    this.judgedTo = begins;
  }

  get heldBytes(): number {
    return (this.message?.heldBytes ?? 0) + (this.control?.heldBytes ?? 0);
  }

  /** `offset`: of `bytes` in the stream. */
  add(bytes: Uint8Array, offset: number): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.rest > 0) {
        const taken = Math.min(this.rest, bytes.length - at);
        this.open?.add(this.unmasked(bytes, at, taken));
        this.payloadRead += taken;
        this.rest -= taken;
        at += taken;
      } else {
        this.header[this.headerRead++] = bytes[at++] as number;
        const whole = headerBytes(this.header[1] as number);
        if (this.headerRead < 2 || this.headerRead < whole) continue;
        this.begin(whole, offset + at);
      }
      if (this.rest === 0) this.endFrame(offset + at);
    }
  }

  private get open(): OpenMessage | null {
    return this.control ?? this.message;
  }

  private begin(headerLength: number, payload: number): void {
    const { header } = this;
    const second = header[1] as number;
    const form = second & 0x7f;
    this.headerRead = 0;
    this.first = header[0] as number;
    this.rest = form < 126 ? form : form === 126 ? u16be(header, 2) : u32be(header, 2) * 2 ** 32 + u32be(header, 6);
    this.payloadRead = 0;
    this.key = second >= 0x80 ? header.slice(headerLength - 4, headerLength) : NO_KEY;
    const opcode = this.first & 0x0f;
    if (opcode >= CLOSE) this.control = this.controlOf(opcode);
    else if (opcode !== CONTINUATION) {
      // A message that never ended: nobody else has read it either.
      if (this.message !== null) this.finish(null);
      this.isCompressed = (this.first & 0x40) !== 0;
      this.message = this.messageOf(opcode);
    } else if (this.message === null) {
      // It continues nothing, but perhaps what was compressed before.
      this.message = this.messageOf(BINARY);
      this.isOrphan = true;
    }
    this.open?.begin(payload, this.rest, this.key);
  }

  private controlOf(opcode: number): OpenMessage {
    const { find, edit, blankAll } = this.options;
    if (opcode === CLOSE) return new PlainMessage(new MessageSearch(find, edit), CLOSE_CODE_BYTES);
    return blankAll ? new BlankedMessage(edit) : new PlainMessage(new MessageSearch(find, edit), 0);
  }

  private messageOf(opcode: number): OpenMessage {
    const { find, edit, blankAll } = this.options;
    if (this.isCompressed) return new CompressedMessage(edit, () => this.windowLost);
    if (blankAll) return new BlankedMessage(edit);
    return new PlainMessage(opcode === BINARY ? new BinarySearch(find, edit) : new MessageSearch(find, edit), 0);
  }

  private endFrame(at: number): void {
    if (this.control !== null) {
      this.values += this.control.end();
      this.control = null;
    } else if (this.first >= 0x80) {
      const isKnown = this.isCompressed && !this.isOrphan;
      this.finish(isKnown ? this.options.compressed(this.compressedIndex++) : null);
    }
    // Between the fragments of a message: those before it are judged with the last one only.
    if (this.message !== null) return;
    this.options.judge(this.judgedTo, at);
    this.judgedTo = at;
  }

  /** `secret`: whether a compressed message holds one; null: nobody could read it. */
  private finish(secret: boolean | null): void {
    if (this.isCompressed) {
      this.windowLost ||= secret !== false || this.options.blankAll;
      if (this.windowLost) this.compressedBlanked++;
    }
    this.values += this.message?.end() ?? 0;
    this.message = null;
    this.isOrphan = false;
  }

  private unmasked(bytes: Uint8Array, at: number, length: number): Buffer {
    const plain = Buffer.from(bytes.buffer, bytes.byteOffset + at, length);
    if (this.key === NO_KEY) return plain;
    const copy = Buffer.from(plain);
    const { key, payloadRead } = this;
    for (let i = 0; i < length; i++) copy[i] = (copy[i] as number) ^ (key[(payloadRead + i) & 3] as number);
    return copy;
  }
}
