import type { Direction } from "../base/brand.ts";
import { u16be, u32be } from "../base/bytes.ts";
import type { WebSocketEventCode } from "./types.ts";

/** What may be wrong with a frame header on its own, as bits. */
export const MASK_FAULT = 1;
export const RESERVED_BITS = 2;
export const RESERVED_OPCODE = 4;
export const CONTROL_FRAGMENTED = 8;
export const CONTROL_TOO_LONG = 16;
export const LENGTH_NOT_MINIMAL = 32;

/**
 * The rules of RFC 6455 §5.1, §5.2 and §5.5 (RFC 7692 §6 for RSV1) that one header can break.
 * `lengthForm` is its seven-bit length field; `compression`: RSV1 may open a data message.
 */
export function headerFaults(
  direction: Direction,
  first: number,
  masked: boolean,
  lengthForm: number,
  length: number,
  compression: boolean,
): number {
  const opcode = first & 0x0f;
  const reserved = first & 0x70;
  let faults = masked === (direction === 0) ? 0 : MASK_FAULT;
  if (reserved !== 0 && !(reserved === 0x40 && compression && (opcode === 1 || opcode === 2))) faults |= RESERVED_BITS;
  if (opcode >= 8) {
    if (opcode > 10) faults |= RESERVED_OPCODE;
    if (first < 0x80) faults |= CONTROL_FRAGMENTED;
    if (length > 125) faults |= CONTROL_TOO_LONG;
  } else if (opcode > 2) {
    faults |= RESERVED_OPCODE;
  }
  if ((lengthForm === 126 && length < 126) || (lengthForm === 127 && length < 65_536)) faults |= LENGTH_NOT_MINIMAL;
  return faults;
}

/** Bytes of the header whose second byte this is (RFC 6455 §5.2). */
export const headerBytes = (second: number): number => {
  const form = second & 0x7f;
  return 2 + (form === 127 ? 8 : form === 126 ? 2 : 0) + (second >= 0x80 ? 4 : 0);
};

/** The payload length that a header says, of which `bytes[at … end)` is there; -1: that part of it is missing. */
export function lengthIn(bytes: Uint8Array, at: number, end: number): number {
  if (at + 2 > end) return -1;
  const form = (bytes[at + 1] as number) & 0x7f;
  if (form < 126) return form;
  if (form === 126) return at + 4 > end ? -1 : u16be(bytes, at + 2);
  return at + 10 > end ? -1 : u32be(bytes, at + 2) * 2 ** 32 + u32be(bytes, at + 6);
}

export const FAULT_CODES: readonly (readonly [number, WebSocketEventCode])[] = [
  [RESERVED_BITS, "reserved-bits"],
  [RESERVED_OPCODE, "reserved-opcode"],
  [CONTROL_FRAGMENTED, "control-fragmented"],
  [CONTROL_TOO_LONG, "control-too-long"],
  [LENGTH_NOT_MINIMAL, "length-not-minimal"],
];
