import { u8, u16be } from "../base/bytes.ts";
import { endAt, enterIp, has, LAYER, type Layer, malformed, other, type Walk } from "./walk.ts";

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const DESTINATION_OPTIONS = 60;
const MOBILITY = 135;
const HOST_IDENTITY = 139;
const SHIM6 = 140;
const NO_NEXT_HEADER = 59;

/** An IPv6 header and its extension headers (RFC 8200 §3, §4). */
export function readIpv6(walk: Walk): Layer {
  if (!enterIp(walk) || !has(walk, 40, "wire.ipv6.header-cut")) return LAYER.done;
  const { bytes, at } = walk;
  if (u8(bytes, at) >> 4 !== 6) return malformed(walk, "wire.ipv6.version", 1, "value");
  const payloadLength = u16be(bytes, at + 4);
  // 0: a jumbogram, or the network card was to fill it in (segmentation offload): up to the captured end.
  if (payloadLength > 0) endAt(walk, at + 40 + payloadLength, "ip-total-length");
  walk.ipVersion = 6;
  walk.sourceAddressStart = at + 8;
  walk.destinationAddressStart = at + 24;
  walk.hopLimit = u8(bytes, at + 7);
  walk.ipIdentification = -1;
  walk.dontFragment = true;
  walk.ipProtocol = u8(bytes, at + 6);
  walk.at = at + 40;
  return readExtensionHeaders(walk);
}

function readExtensionHeaders(walk: Walk): Layer {
  const { bytes } = walk;
  for (;;) {
    switch (walk.ipProtocol) {
      case HOP_BY_HOP:
      case ROUTING:
      case DESTINATION_OPTIONS:
      case MOBILITY:
      case HOST_IDENTITY:
      case SHIM6: {
        if (!has(walk, 8, "wire.ipv6.extension-cut")) return LAYER.done;
        const lengthBytes = (u8(bytes, walk.at + 1) + 1) * 8;
        if (!has(walk, lengthBytes, "wire.ipv6.extension-cut")) return LAYER.done;
        walk.ipProtocol = u8(bytes, walk.at);
        walk.at += lengthBytes;
        break;
      }
      case FRAGMENT:
        return other(walk, "ip-fragment");
      case NO_NEXT_HEADER:
        return other(walk, "ipv6-no-next-header");
      default:
        return LAYER.ipProtocol;
    }
  }
}
