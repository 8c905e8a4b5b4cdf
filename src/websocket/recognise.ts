import type { Direction } from "../base/brand.ts";
import { u8 } from "../base/bytes.ts";
import { headerBytes, headerFaults, lengthIn } from "./frame-header.ts";
import { IMPLAUSIBLE, PLAUSIBLE, TOO_SHORT, tested, testHeader } from "./plausible-header.ts";

/** A part of a stream as captured: bytes (one packet's, or a piece of it), or a number of missing ones behind them. */
export type StreamPart = Uint8Array | number;

/** Longer chains say no more. */
const ENOUGH_FRAMES = 8;

/**
 * Do these bytes, the start of a packet, look like frames sent in `direction` (RFC 6455 §5.2)? Client frames are masked
 * and server frames are not (§5.1), so bytes that look like one side's never look like the other's.
 *
 * "yes": several whole frames in a row, or one that ends with the bytes and holds text. "maybe": what is there fits, but
 * other protocols could look so (a length behind one byte is common: DNS over TCP, MQTT), or there is too little of it.
 */
export function looksLikeFrames(
  bytes: Uint8Array,
  start: number,
  end: number,
  direction: Direction,
): "no" | "maybe" | "yes" {
  let at = start;
  let frames = 0;
  let points = 0;
  let open: boolean | null = null;
  while (at < end && frames < ENOUGH_FRAMES) {
    const state = testHeader(bytes, at, end, direction, true);
    if (state === TOO_SHORT) break;
    if (state !== PLAUSIBLE) return "no";
    if (tested.opcode < 8) {
      if (open !== null && open !== (tested.opcode === 0)) return "no";
      open = !tested.fin;
      // A continuation in front is any two bytes with a zero first: it counts for nothing.
      if (frames === 0 && tested.opcode === 0) points--;
    }
    frames++;
    points += (tested.weak ? 0 : 1) + (tested.looksLikeText ? 1 : 0);
    at += tested.headerLength + tested.length;
  }
  if (frames > 0 && at === end) points++;
  return points >= 3 ? "yes" : "maybe";
}

/**
 * The same where packets were cut short: what matters is where frames end, and that needs only their headers. A frame
 * that ends exactly where a packet ended on the wire counts like one that ends with its bytes.
 */
export function cutLooksLikeFrames(parts: readonly StreamPart[], direction: Direction): "no" | "maybe" | "yes" {
  let points = 0;
  let frames = 0;
  let offset = 0;
  /** Where the next frame begins, by its predecessor; null: at the start of the next packet, most likely. */
  let next: number | null = 0;
  for (let i = 0; i < parts.length && frames < ENOUGH_FRAMES; i++) {
    const bytes = parts[i];
    if (bytes === undefined || typeof bytes === "number") {
      offset += bytes ?? 0;
      continue;
    }
    const behind = parts[i + 1];
    const captured = offset + bytes.length;
    const end = captured + (typeof behind === "number" ? behind : 0);
    let at: number = next ?? offset;
    while (at < captured) {
      const length = lengthOfFrame(bytes, at - offset, direction);
      if (length === IMPLAUSIBLE) return "no";
      if (length === UNKNOWN) break;
      frames++;
      at += length;
      points += (tested.weak ? 0 : 1) + (tested.looksLikeText ? 1 : 0) + (at === end ? 1 : 0);
    }
    next = at === end || at > end ? at : null;
    offset = captured;
  }
  return points >= 3 ? "yes" : "maybe";
}

const UNKNOWN = -1;

/** Header and payload of the frame at `at`, though its masking key and payload may be missing. */
function lengthOfFrame(bytes: Uint8Array, at: number, direction: Direction): number {
  const state = testHeader(bytes, at, bytes.length, direction, true);
  if (state === PLAUSIBLE) return tested.headerLength + tested.length;
  if (state !== TOO_SHORT) return IMPLAUSIBLE;
  const length = lengthIn(bytes, at, bytes.length);
  if (length < 0) return UNKNOWN;
  const [first, second] = [u8(bytes, at), u8(bytes, at + 1)];
  if (headerFaults(direction, first, second >= 0x80, second & 0x7f, length, true) !== 0) return IMPLAUSIBLE;
  tested.weak = length === 0 && (first & 0x0f) < 8;
  tested.looksLikeText = false;
  return headerBytes(second) + length;
}
