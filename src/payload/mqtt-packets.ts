import { u8 } from "../base/bytes.ts";

/** So much of a packet is kept: its fixed header, and what of its body is ever read. */
const HEAD_BYTES = 128;
/** The fixed header: a type, and a remaining length of at most four bytes (MQTT 3.1.1 §2.2.3). */
const LENGTH_BYTES = 4;
const CONNECT = 0x10;
/** Protocol names of MQTT 3.1.1 and 5, and of 3.1, with their lengths. */
const NAMES = ["\0\u0004MQTT", "\0\u0006MQIsdp"].map((name) => Buffer.from(name, "latin1"));

/** A whole packet: its first bytes, valid within the call, and how long it is. */
export type OnMqttPacket = (head: Uint8Array, lengthBytes: number) => void;

/**
 * Finds the packets in what one side sends: a message holds several, or a part of one, since MQTT takes the WebSocket for a
 * stream of bytes (§6.0). Of each packet only the beginning is kept; a hole ends it for good, as nothing marks a beginning.
 */
export class MqttPackets {
  isLost = false;
  private readonly head = new Uint8Array(HEAD_BYTES);
  private filled = 0;
  /** Where the body begins; 0: the fixed header is not whole. */
  private body = 0;
  private restBytes = 0;
  private lengthBytes = 0;
  /** Bytes of this packet are missing: what comes behind them is no beginning. */
  private isCut = false;

  feed(bytes: Uint8Array, length: number, onPacket: OnMqttPacket): void {
    let at = 0;
    while (at < length && !this.isLost) {
      if (this.body === 0) {
        this.takeHeader(u8(bytes, at));
        at += 1;
      } else {
        const taken = Math.min(this.restBytes, length - at);
        const kept = this.isCut ? 0 : Math.min(taken, HEAD_BYTES - this.filled);
        this.head.set(bytes.subarray(at, at + kept), this.filled);
        this.filled += kept;
        this.restBytes -= taken;
        at += taken;
      }
      if (this.body > 0 && this.restBytes === 0) this.finish(onPacket);
    }
  }

  /** Bytes that were sent and are not at hand: of no matter in the middle of a packet. */
  skip(lengthBytes: number): void {
    if (lengthBytes <= 0) return;
    if (this.body === 0 || lengthBytes >= this.restBytes) this.isLost = true;
    else {
      this.restBytes -= lengthBytes;
      this.isCut = true;
    }
  }

  /** What has come of the first packet is the beginning of a CONNECT, as far as it goes. */
  get mayBeConnect(): boolean {
    if (this.filled > 0 && u8(this.head, 0) !== CONNECT) return false;
    if (this.body === 0) return !this.isLost;
    const name = this.head.subarray(this.body, this.filled);
    return NAMES.some((known) => known.subarray(0, name.length).equals(name.subarray(0, known.length)));
  }

  private takeHeader(byte: number): void {
    this.head[this.filled] = byte;
    this.filled += 1;
    // A type of 0 is reserved (§2.2.1).
    if (this.filled === 1) this.isLost = byte >> 4 === 0;
    else if (byte < 0x80) {
      this.body = this.filled;
      for (let at = this.body - 1; at > 0; at -= 1) this.restBytes = this.restBytes * 128 + (u8(this.head, at) & 0x7f);
      this.lengthBytes = this.body + this.restBytes;
    } else this.isLost = this.filled > LENGTH_BYTES;
  }

  private finish(onPacket: OnMqttPacket): void {
    onPacket(this.head.subarray(0, this.filled), this.lengthBytes);
    this.isCut = false;
    this.filled = 0;
    this.body = 0;
    this.restBytes = 0;
  }
}
