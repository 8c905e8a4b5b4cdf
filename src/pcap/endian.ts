import { u16be, u16le, u32be, u32le } from "../base/bytes.ts";

/** Reads in the byte order of a capture or section. The caller has checked the length. */
export const u16 = (bytes: Uint8Array, at: number, little: boolean): number =>
  little ? u16le(bytes, at) : u16be(bytes, at);
export const u32 = (bytes: Uint8Array, at: number, little: boolean): number =>
  little ? u32le(bytes, at) : u32be(bytes, at);

export function u64(bytes: Uint8Array, at: number, little: boolean): bigint {
  const first = BigInt(u32(bytes, at, little));
  const second = BigInt(u32(bytes, at + 4, little));
  return little ? (second << 32n) | first : (first << 32n) | second;
}
