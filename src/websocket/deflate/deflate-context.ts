import type { Direction } from "../../base/brand.ts";
import * as limits from "../../base/limits.ts";
import type { DecoderMemory } from "../memory.ts";
import { type DeflateAgreement, UNDECODABLE, type UndecodableCause } from "../types.ts";
import { type ByteStore, byteStore } from "../unmask.ts";
import { extend, type History, remember, WINDOW_BYTES } from "./history.ts";
import { INFLATED, TOO_LARGE } from "./inflate.ts";
import { inflateLarge } from "./inflate-message.ts";
import type { WindowOwner } from "./window-pool.ts";

/** From here on (compressed bytes) zlib beats our own inflater; see native-notes/decisions/0002-two-inflaters.md. */
const LARGE_BYTES = 8192;
const NO_WINDOW = -1;
const nowhere = byteStore(0);

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
export class DeflateContext implements WindowOwner, History {
  // What each message touches comes first, so that it lies together.
  private readonly memory: DecoderMemory;
  private readonly takeover: boolean;
  private window = NO_WINDOW;
  store: ByteStore = nowhere;
  start = 0;
  have = 0;
  next = 0;
  /** Why the history has a hole; null: it is whole. */
  lost: UndecodableCause | null;
  /** The hole was reported. */
  reported = false;

  constructor(direction: Direction, agreement: DeflateAgreement, memory: DecoderMemory) {
    this.memory = memory;
    this.takeover = takesOver(direction, agreement);
    this.lost = agreement === "unknown" ? UNDECODABLE.handshakeMissing : null;
  }

  /** The result is in `memory.inflated`. `input` must have INPUT_SLACK bytes after the message; they are overwritten. */
  inflate(input: ByteStore, length: number): void {
    const { inflater, inflated } = this.memory;
    const history = this.takeover ? this : null;
    if (history !== null) this.keepWindow();
    inflated.status = TOO_LARGE;
    if (length >= LARGE_BYTES) {
      const large = inflateLarge(input.bytes, length, history, limits.inflatedMessageBytes);
      inflated.status = large.status;
      inflated.bytes = large.bytes;
      inflated.begin = 0;
      inflated.known = large.bytes.length;
      inflated.ascii = false;
    }
    const own = length < LARGE_BYTES || inflated.status === TOO_LARGE;
    if (own) {
      // zlib gives nothing of a message that is too large: its beginning is read by our own.
      const most = length < LARGE_BYTES ? limits.inflatedMessageBytes : limits.keptMessageBytes;
      inflated.status = inflater.inflate(input, length, history, most);
      if (inflated.bytes !== inflater.store.bytes) inflated.bytes = inflater.store.bytes;
      inflated.begin = inflater.begin;
      inflated.known = inflater.outLength;
      inflated.ascii = inflater.ascii;
    }
    inflated.length = inflated.status === TOO_LARGE ? limits.inflatedMessageBytes : inflated.known;
    if (history === null || inflated.status !== INFLATED) return;
    const end = inflated.begin + inflated.known;
    if (own && inflater.inPlace) extend(history, end);
    else remember(history, inflated.bytes.subarray(inflated.begin, end));
    if (this.lost !== null && this.have === WINDOW_BYTES) this.lost = null;
  }

  /** A window of its own, marked as in use. */
  private keepWindow(): void {
    const { windows } = this.memory;
    if (this.window !== NO_WINDOW) {
      windows.use(this.window);
      return;
    }
    this.window = windows.take(this);
    this.store = windows.storeOf(this.window);
    this.start = windows.startOf(this.window);
    this.have = 0;
    this.next = this.start;
  }

  /** The history before the next message is not known: a message was not read, or not whole. */
  lose(cause: UndecodableCause): void {
    if (!this.takeover) return;
    if (this.lost === null) {
      this.lost = cause;
      this.reported = false;
    }
    this.have = 0;
  }

  windowDropped(): void {
    this.forget();
    this.lose(UNDECODABLE.windowDropped);
  }

  release(): void {
    if (this.window !== NO_WINDOW) this.memory.windows.give(this.window);
    this.forget();
  }

  private forget(): void {
    this.window = NO_WINDOW;
    this.store = nowhere;
    this.have = 0;
  }
}
