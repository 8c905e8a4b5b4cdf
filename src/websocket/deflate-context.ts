import type { Direction } from "../base/brand.ts";
import { limits } from "../base/limits.ts";
import { remember, WINDOW_BYTES } from "./history.ts";
import { INFLATED, type InflateStatus, TOO_LARGE } from "./inflate.ts";
import { inflateLarge } from "./inflate-message.ts";
import type { DecoderMemory } from "./memory.ts";
import { type DeflateAgreement, UNDECODABLE, type UndecodableCause } from "./types.ts";
import type { DeflateWindow, WindowOwner } from "./window-pool.ts";

/** From here on (compressed bytes) zlib beats our own inflater; see native-notes/decisions/0002-two-inflaters.md. */
const LARGE_BYTES = 2048;

const takesOver = (direction: Direction, agreement: DeflateAgreement): boolean => {
  if (typeof agreement === "string") return true;
  return !(direction === 0 ? agreement.clientNoContextTakeover : agreement.serverNoContextTakeover);
};

/**
 * permessage-deflate (RFC 7692 §7) of one direction. With context takeover each message may refer to the 32 KiB before
 * it, so one message that is not known makes later ones undecodable; those are still tried, since a message without such
 * references inflates to the same bytes whatever came before, and once 32 KiB are known in a row nothing is in doubt.
 * A window smaller than 32 KiB (§7.1.2) restricts the sender only: the larger one reads all that it may send.
 */
export class DeflateContext implements WindowOwner {
  /** Why the history has a hole; null: it is whole. */
  lost: UndecodableCause | null;
  /** The hole was reported. */
  reported = false;
  /** The last message: `bytes[0 … known)`, valid until the next message of any direction, of `length` inflated ones. */
  bytes: Uint8Array = new Uint8Array(0);
  known = 0;
  length = 0;
  private readonly memory: DecoderMemory;
  private readonly takeover: boolean;
  private window: DeflateWindow | null = null;

  constructor(direction: Direction, agreement: DeflateAgreement, memory: DecoderMemory) {
    this.memory = memory;
    this.takeover = takesOver(direction, agreement);
    this.lost = agreement === "unknown" ? UNDECODABLE.handshakeMissing : null;
  }

  /** `input` must have INPUT_SLACK bytes after the message; they are overwritten. */
  inflate(input: Uint8Array, length: number): InflateStatus {
    const { windows, inflater } = this.memory;
    let window: DeflateWindow | null = null;
    if (this.takeover) {
      window = this.window;
      if (window === null) window = this.window = windows.take(this);
      else windows.use(window);
    }
    let status: InflateStatus = TOO_LARGE;
    if (length >= LARGE_BYTES) {
      const large = inflateLarge(input, length, window, limits.inflatedMessageBytes);
      status = large.status;
      this.bytes = large.bytes;
      this.known = large.bytes.length;
    }
    if (length < LARGE_BYTES || status === TOO_LARGE) {
      // zlib gives nothing of a message that is too large: its beginning is read by our own.
      const most = length < LARGE_BYTES ? limits.inflatedMessageBytes : limits.keptMessageBytes;
      status = inflater.inflate(input, length, window, most);
      this.bytes = inflater.out.bytes;
      this.known = inflater.outLength;
    }
    this.length = status === TOO_LARGE ? limits.inflatedMessageBytes : this.known;
    if (window !== null && status === INFLATED) {
      remember(window, this.bytes, this.length);
      if (window.have === WINDOW_BYTES) this.lost = null;
    }
    return status;
  }

  /** The history before the next message is not known: a message was not read, or not whole. */
  lose(cause: UndecodableCause): void {
    if (!this.takeover) return;
    if (this.lost === null) {
      this.lost = cause;
      this.reported = false;
    }
    if (this.window !== null) this.window.have = 0;
  }

  windowDropped(): void {
    this.window = null;
    this.lose(UNDECODABLE.windowDropped);
  }

  release(): void {
    if (this.window !== null) this.memory.windows.give(this.window);
    this.window = null;
  }
}
