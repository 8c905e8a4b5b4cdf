import { u8, u16be } from "../../base/bytes.ts";
import { endOfIpAt, enterIp, has, LAYER, type Layer, malformed, type Walk } from "../walk.ts";
import { readIpv4Fragment } from "./fragment.ts";

const DONT_FRAGMENT = 0x4000;
const MORE_FRAGMENTS = 0x2000;
const FRAGMENT_OFFSET = 0x1fff;

/** An IPv4 header with or without options (RFC 791 §3.1). */
export function readIpv4(walk: Walk): Layer {
  if (!enterIp(walk) || !has(walk, 20, "wire.ipv4.header-cut")) return LAYER.done;
  const { bytes, at } = walk;
  const first = u8(bytes, at);
  if (first >> 4 !== 4) return malformed(walk, "wire.ipv4.version", 1, "value");
  const headerLength = (first & 15) * 4;
  if (headerLength < 20) return malformed(walk, "wire.ipv4.header-length-too-small", 20, "value");
  const totalLength = u16be(bytes, at + 2);
  // 0: the network card was to fill it in (segmentation offload), so the packet reaches to its captured end.
  if (totalLength > 0) {
    if (totalLength < headerLength) return malformed(walk, "wire.ipv4.total-length-too-small", headerLength, "value");
    endOfIpAt(walk, at + totalLength);
  }
  if (!has(walk, headerLength, "wire.ipv4.options-cut")) return LAYER.done;
  const fragmentField = u16be(bytes, at + 6);
  walk.ipVersion = 4;
  walk.ipHeaderStart = at;
  walk.sourceAddressStart = at + 12;
  walk.destinationAddressStart = at + 16;
  walk.hopLimit = u8(bytes, at + 8);
  walk.ipIdentification = u16be(bytes, at + 4);
  walk.dontFragment = (fragmentField & DONT_FRAGMENT) !== 0;
  walk.ipProtocol = u8(bytes, at + 9);
  walk.at = at + headerLength;
  if ((fragmentField & (MORE_FRAGMENTS | FRAGMENT_OFFSET)) === 0) return LAYER.ipProtocol;
  return readIpv4Fragment(walk, (fragmentField & FRAGMENT_OFFSET) * 8, (fragmentField & MORE_FRAGMENTS) === 0);
}
