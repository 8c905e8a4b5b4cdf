import { u8, u16be } from "../../base/bytes.ts";
import { endNoLaterThan, has, LAYER, type Layer, malformed, other, type Walk } from "../walk.ts";

const TO_DS = 0x01;
const FROM_DS = 0x02;
const MORE_FRAGMENTS = 0x04;
const PROTECTED = 0x40;
const HT_CONTROL = 0x80;

/** Bits of a data frame's subtype, in place. */
const QOS = 0x80;
const NO_DATA = 0x40;

/** An IEEE 802.11 frame (§9.2, §9.3.2): data is read, the rest counted. The frame check sequence is left out before. */
export function readWlan(walk: Walk): Layer {
  if (!has(walk, 2, "wire.wlan.header-cut")) return LAYER.done;
  const { bytes, at } = walk;
  const frameControl = u8(bytes, at);
  const flags = u8(bytes, at + 1);
  if ((frameControl & 3) !== 0) return malformed(walk, "wire.wlan.version", 1, "value");
  const type = (frameControl >> 2) & 3;
  if (type !== 2) return other(walk, WLAN_TYPES[type] ?? "wlan-other");
  if ((frameControl & NO_DATA) !== 0) return other(walk, "wlan-no-data");
  if ((flags & PROTECTED) !== 0) return other(walk, "wlan-protected");
  const isQos = (frameControl & QOS) !== 0;
  let lengthBytes = 24;
  if ((flags & TO_DS) !== 0 && (flags & FROM_DS) !== 0) lengthBytes += 6;
  const qosControlAt = at + lengthBytes;
  if (isQos) lengthBytes += (flags & HT_CONTROL) !== 0 ? 6 : 2;
  if (!has(walk, lengthBytes, "wire.wlan.header-cut")) return LAYER.done;
  // The low four bits of sequence control number the fragments of an MSDU.
  if ((flags & MORE_FRAGMENTS) !== 0 || (u8(bytes, at + 22) & 0x0f) !== 0) return other(walk, "wlan-fragment");
  const isAMsdu = isQos && (u8(bytes, qosControlAt) & 0x80) !== 0;
  walk.at = at + (walk.wlanHeaderIsPadded ? (lengthBytes + 3) & ~3 : lengthBytes);
  return isAMsdu ? LAYER.aMsdu : LAYER.llc;
}

const WLAN_TYPES: Readonly<Record<number, string>> = { 0: "wlan-management", 1: "wlan-control", 3: "wlan-extension" };

/** One subframe (§9.3.2.2): destination, source, length, an LLC frame, padding to 4 bytes; the rest waits its turn. */
export function readAMsdu(walk: Walk): Layer {
  if (!has(walk, 14, "wire.wlan.subframe-cut")) return LAYER.done;
  const subframeEnd = walk.at + 14 + u16be(walk.bytes, walk.at + 12);
  const next = subframeEnd + ((4 - ((subframeEnd - walk.at) & 3)) & 3);
  if (next < walk.end) {
    const { bytes, origin, end, wireEnd, ipHeaderCount } = walk;
    walk.waiting.push({ layer: LAYER.aMsdu, bytes, origin, at: next, end, wireEnd, ipHeaderCount });
  }
  if (subframeEnd > walk.wireEnd) return malformed(walk, "wire.wlan.subframe-too-long", subframeEnd - walk.at, "value");
  endNoLaterThan(walk, subframeEnd);
  walk.at += 14;
  return LAYER.llc;
}
