import type { Direction } from "../base/brand.ts";
import { PLAUSIBLE, TOO_SHORT, tested, testHeader } from "./plausible-header.ts";

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
