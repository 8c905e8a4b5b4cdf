import { u8, u16be } from "../base/bytes.ts";
import type { Position } from "../base/packet-view.ts";

/** RFC 8446 §5.1, RFC 5246 §6.2.1. */
export const HEADER_BYTES = 5;
export const CONTENT = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23, heartbeat: 24 } as const;
/** RFC 5246 §6.2.3 allows the most. */
const LONGEST_BODY_BYTES = 16_384 + 2048;
export const LONGEST_RECORD_BYTES = HEADER_BYTES + LONGEST_BODY_BYTES;

/** Length of the record that begins there, header included; -1: none can. */
export function recordBytes(bytes: Uint8Array, at: number): number {
  const type = u8(bytes, at);
  const length = u16be(bytes, at + 3);
  const isOne = type >= CONTENT.changeCipherSpec && type <= CONTENT.heartbeat && u8(bytes, at + 1) === 3;
  return isOne && u8(bytes, at + 2) <= 4 && length <= LONGEST_BODY_BYTES ? HEADER_BYTES + length : -1;
}

/** Where in a record each packet's bytes begin; the first begins at 0. */
export interface Place extends Position {
  readonly start: number;
}

/** A record, header included, or what there is of it. Valid until the sink returns. */
export interface RecordView {
  readonly bytes: Uint8Array;
  readonly places: readonly Place[];
}
