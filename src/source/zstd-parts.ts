import type { ByteWindow } from "../base/byte-window.ts";
import { u8, u16le, u32le } from "../base/bytes.ts";

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const BLOCK_LIMIT_BYTES = 128 * 1024;
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;

/** Bytes are valid until the next part is asked for. */
export type ZstdPart =
  | { readonly kind: "more" }
  | { readonly kind: "damaged" }
  | { readonly kind: "frame"; readonly header: Uint8Array; readonly windowBytes: number }
  | { readonly kind: "block"; readonly bytes: Uint8Array; readonly last: boolean }
  | { readonly kind: "checksum"; readonly bytes: Uint8Array }
  | { readonly kind: "frame-end" };

const MORE: ZstdPart = { kind: "more" };
const DAMAGED: ZstdPart = { kind: "damaged" };

/**
 * Cuts zstd data into frames and blocks (RFC 8878 §3.1) without decompressing, so that a decoder is given one block at
 * a time and never produces more than 128 KiB at once. After "more", push a chunk; after "damaged" there is no more.
 */
export function* zstdParts(input: ByteWindow): Generator<ZstdPart, never> {
  for (;;) {
    while (!input.need(4)) yield MORE;
    const magic = u32le(input.bytes, input.at);
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) yield* skippableFrame(input);
    else if (magic === MAGIC) yield* frame(input);
    else for (;;) yield DAMAGED;
  }
}

function* skippableFrame(input: ByteWindow): Generator<ZstdPart> {
  while (!input.need(8)) yield MORE;
  let left = u32le(input.bytes, input.at + 4);
  input.at += 8;
  while (left > 0) {
    while (!input.need(1)) yield MORE;
    const take = Math.min(left, input.end - input.at);
    input.at += take;
    left -= take;
  }
}

function* frame(input: ByteWindow): Generator<ZstdPart> {
  while (!input.need(5)) yield MORE;
  const descriptor = u8(input.bytes, input.at + 4);
  const singleSegment = (descriptor & 0x20) !== 0;
  const hasChecksum = (descriptor & 0x04) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const headerBytes = 5 + (singleSegment ? 0 : 1) + dictionaryBytes + sizeBytes;
  while (!input.need(headerBytes)) yield MORE;
  // A dictionary would have to come from elsewhere, and the reserved bit must be 0 (§3.1.1.1.1).
  if (dictionaryBytes > 0 || (descriptor & 0x08) !== 0) for (;;) yield DAMAGED;
  const header = input.bytes.slice(input.at, input.at + headerBytes);
  input.at += headerBytes;
  yield {
    kind: "frame",
    header,
    windowBytes: singleSegment ? contentBytes(header, 5, sizeBytes) : windowBytes(header),
  };
  for (let last = false; !last; ) {
    while (!input.need(3)) yield MORE;
    const block = u16le(input.bytes, input.at) | (u8(input.bytes, input.at + 2) << 16);
    const type = (block >> 1) & 3;
    const size = block >> 3;
    // §3.1.1.2.4: this bounds what a run-length block becomes, which is 4 bytes whatever its size.
    if (type === RESERVED_BLOCK || size > BLOCK_LIMIT_BYTES) for (;;) yield DAMAGED;
    const blockBytes = 3 + (type === RLE_BLOCK ? 1 : size);
    while (!input.need(blockBytes)) yield MORE;
    last = (block & 1) === 1;
    const bytes = input.bytes.subarray(input.at, input.at + blockBytes);
    input.at += blockBytes;
    yield { kind: "block", bytes, last };
  }
  if (hasChecksum) {
    while (!input.need(4)) yield MORE;
    const bytes = input.bytes.subarray(input.at, input.at + 4);
    input.at += 4;
    yield { kind: "checksum", bytes };
  }
  yield { kind: "frame-end" };
}

/** §3.1.1.1.2 */
function windowBytes(header: Uint8Array): number {
  const descriptor = u8(header, 5);
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** §3.1.1.1.4 */
function contentBytes(header: Uint8Array, at: number, sizeBytes: number): number {
  if (sizeBytes === 1) return u8(header, at);
  if (sizeBytes === 2) return u16le(header, at) + 256;
  return u32le(header, at) + (sizeBytes === 8 ? u32le(header, at + 4) * 2 ** 32 : 0);
}
