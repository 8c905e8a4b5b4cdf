import { u8, u16be } from "../base/bytes.ts";
import * as limits from "../base/limits.ts";

/** RFC 8446 §4. */
export const MESSAGE = {
  clientHello: 1,
  serverHello: 2,
  endOfEarlyData: 5,
  encryptedExtensions: 8,
  certificate: 11,
  certificateRequest: 13,
  finished: 20,
  keyUpdate: 24,
} as const;

/** Messages of which more is wanted than that they came. */
const KEPT: ReadonlySet<number> = new Set([
  MESSAGE.clientHello,
  MESSAGE.serverHello,
  MESSAGE.encryptedExtensions,
  MESSAGE.certificate,
]);
const HEAD_BYTES = 4;

/** Handshake messages of one direction, over the records that carry them. `body` is null of those that nobody reads. */
export class HandshakeReader {
  private readonly onMessage: (type: number, body: Uint8Array | null) => void;
  private readonly kept: ReadonlySet<number>;
  private readonly head = new Uint8Array(HEAD_BYTES);
  private headBytes = 0;
  private remaining = 0;
  private body: Uint8Array | null = null;
  private bodyBytes = 0;

  constructor(onMessage: (type: number, body: Uint8Array | null) => void, kept = KEPT) {
    this.onMessage = onMessage;
    this.kept = kept;
  }

  feed(bytes: Uint8Array, end: number): void {
    let at = 0;
    while (at < end) {
      if (this.headBytes < HEAD_BYTES) {
        this.head[this.headBytes++] = u8(bytes, at++);
        if (this.headBytes === HEAD_BYTES) this.begin();
        continue;
      }
      const taken = Math.min(this.remaining, end - at);
      if (this.body !== null) {
        this.body.set(bytes.subarray(at, at + taken), this.bodyBytes);
        this.bodyBytes += taken;
      }
      this.remaining -= taken;
      at += taken;
      if (this.remaining === 0) this.finish();
    }
  }

  /** A record is missing: the next one is taken to begin with a message. */
  reset(): void {
    this.headBytes = 0;
    this.remaining = 0;
    this.body = null;
  }

  private begin(): void {
    this.remaining = (u8(this.head, 1) << 16) | u16be(this.head, 2);
    const isKept = this.kept.has(u8(this.head, 0)) && this.remaining <= limits.tlsHandshakeBytes;
    this.body = isKept ? new Uint8Array(this.remaining) : null;
    this.bodyBytes = 0;
    if (this.remaining === 0) this.finish();
  }

  private finish(): void {
    const { body } = this;
    this.reset();
    this.onMessage(u8(this.head, 0), body);
  }
}
