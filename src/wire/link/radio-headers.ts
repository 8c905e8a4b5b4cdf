import { i32be, i32le, u8, u16le } from "../../base/bytes.ts";
import { has, LAYER, type Layer, malformed, type Walk } from "../walk.ts";

/** What capture drivers put before an IEEE 802.11 frame. */

const FLAG_CHECK_SEQUENCE = 0x10;
const FLAG_PADDED = 0x20;

/** radiotap.org: version, length, a chain of bit masks that say which fields follow, each aligned to its size. */
export function readRadiotap(walk: Walk): Layer {
  if (!has(walk, 8, "wire.radiotap.header-cut")) return LAYER.done;
  const { bytes, at } = walk;
  const lengthBytes = u16le(bytes, at + 2);
  if (lengthBytes < 8) return malformed(walk, "wire.radiotap.length-too-small", 8, "value");
  if (!has(walk, lengthBytes, "wire.radiotap.header-cut")) return LAYER.done;
  const present = i32le(bytes, at + 4);
  let field = at + 4;
  while (field + 4 < at + lengthBytes && i32le(bytes, field) < 0) field += 4;
  field += 4;
  // Bit 0 is the 8-byte time, bit 1 the flags: nothing else matters here.
  if ((present & 1) !== 0) field = at + ((field - at + 7) & ~7) + 8;
  if ((present & 2) !== 0 && field < at + lengthBytes) applyFlags(walk, u8(bytes, field));
  walk.at = at + lengthBytes;
  return LAYER.wlan;
}

function applyFlags(walk: Walk, flags: number): void {
  walk.wlanHeaderIsPadded = (flags & FLAG_PADDED) !== 0;
  if ((flags & FLAG_CHECK_SEQUENCE) !== 0) dropCheckSequence(walk);
}

function dropCheckSequence(walk: Walk): void {
  walk.wireEnd = Math.max(walk.at, walk.wireEnd - 4);
  walk.end = Math.min(walk.end, walk.wireEnd);
}

/** The Prism header (its second word is its length, in either byte order) or the AVS header that replaced it. */
export function readPrism(walk: Walk): Layer {
  if (!has(walk, 8, "wire.prism.header-cut")) return LAYER.done;
  const { bytes, at } = walk;
  if (i32be(bytes, at) >>> 12 === 0x80211) return readAvs(walk);
  const little = i32le(bytes, at + 4) >>> 0;
  return skip(walk, little < 0x10000 ? little : i32be(bytes, at + 4) >>> 0, "wire.prism.header-cut");
}

/** A magic number with a version, the length, and more. */
export function readAvs(walk: Walk): Layer {
  if (!has(walk, 8, "wire.avs.header-cut")) return LAYER.done;
  return skip(walk, i32be(walk.bytes, walk.at + 4) >>> 0, "wire.avs.header-cut");
}

function skip(walk: Walk, lengthBytes: number, code: `wire.${string}`): Layer {
  if (lengthBytes < 8) return malformed(walk, code, 8, "value");
  if (!has(walk, lengthBytes, code)) return LAYER.done;
  walk.at += lengthBytes;
  return LAYER.wlan;
}

/** Per-Packet Information: version, flags, length, the link type of what follows, fields of type and length. */
export function readPpi(walk: Walk): Layer {
  if (!has(walk, 8, "wire.ppi.header-cut")) return LAYER.done;
  const { bytes, at } = walk;
  const lengthBytes = u16le(bytes, at + 2);
  if (lengthBytes < 8) return malformed(walk, "wire.ppi.length-too-small", 8, "value");
  if (!has(walk, lengthBytes, "wire.ppi.header-cut")) return LAYER.done;
  const headerEnd = at + lengthBytes;
  let hasCheckSequence = false;
  for (let field = at + 8; field + 14 <= headerEnd; field += 4 + u16le(bytes, field + 2)) {
    // Field 2, "802.11 common": 8 bytes of time, then flags.
    if (u16le(bytes, field) === 2) hasCheckSequence = (u8(bytes, field + 12) & 1) !== 0;
  }
  walk.linkType = i32le(bytes, at + 4);
  walk.at = headerEnd;
  if (hasCheckSequence) dropCheckSequence(walk);
  return LAYER.link;
}
