import { u8, u16be } from "../../base/bytes.ts";
import { endOfIpAt, enterIp, has, LAYER, type Layer, malformed, type Walk } from "../walk.ts";

/** An IPv6 header (RFC 8200 §3). */
export function readIpv6(walk: Walk): Layer {
  if (!enterIp(walk) || !has(walk, 40, "wire.ipv6.header-cut")) return LAYER.done;
  const { bytes, at } = walk;
  if (u8(bytes, at) >> 4 !== 6) return malformed(walk, "wire.ipv6.version", 1, "value");
  const payloadLength = u16be(bytes, at + 4);
  // 0: a jumbogram, or the network card was to fill it in (segmentation offload): up to the captured end.
  if (payloadLength > 0) endOfIpAt(walk, at + 40 + payloadLength);
  walk.ipVersion = 6;
  walk.ipHeaderStart = at;
  walk.sourceAddressStart = at + 8;
  walk.destinationAddressStart = at + 24;
  walk.hopLimit = u8(bytes, at + 7);
  walk.ipIdentification = -1;
  walk.dontFragment = true;
  walk.ipProtocol = u8(bytes, at + 6);
  walk.at = at + 40;
  return LAYER.ipProtocol;
}

/** One extension header that counts its length in units of 8 bytes, the first not included (RFC 8200 §4.2, RFC 7045). */
export function readIpv6Extension(walk: Walk): Layer {
  if (!has(walk, 8, "wire.ipv6.extension-cut")) return LAYER.done;
  const lengthBytes = (u8(walk.bytes, walk.at + 1) + 1) * 8;
  if (!has(walk, lengthBytes, "wire.ipv6.extension-cut")) return LAYER.done;
  walk.ipProtocol = u8(walk.bytes, walk.at);
  walk.at += lengthBytes;
  return LAYER.ipProtocol;
}
