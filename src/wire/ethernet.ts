import { u16be } from "../base/bytes.ts";
import { limits } from "../base/limits.ts";
import { has, LAYER, type Layer, malformed, other, type Walk } from "./walk.ts";

export const ETHER_TYPE = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;

/** Destination, source, EtherType or length (IEEE 802.3 §3.2.6). */
export function readEthernet(walk: Walk): Layer {
  if (!has(walk, 14, "wire.ethernet.header-cut")) return LAYER.done;
  walk.etherType = u16be(walk.bytes, walk.at + 12);
  walk.at += 14;
  return LAYER.etherType;
}

export function readEtherType(walk: Walk): Layer {
  for (let tagCount = 0; ; tagCount += 1) {
    switch (walk.etherType) {
      case ETHER_TYPE.ipv4:
        return LAYER.ipv4;
      case ETHER_TYPE.ipv6:
        return LAYER.ipv6;
      case 0x8100:
      case 0x88a8:
      case 0x9100:
      case 0x9200:
        // IEEE 802.1Q §9.6: two bytes of priority and VLAN id, then the next EtherType.
        if (tagCount === limits.tunnelDepth) return malformed(walk, "wire.vlan.too-deep", limits.tunnelDepth, "limit");
        if (!has(walk, 4, "wire.vlan.tag-cut")) return LAYER.done;
        walk.etherType = u16be(walk.bytes, walk.at + 2);
        walk.at += 4;
        break;
      default:
        return other(walk, `ethertype-0x${walk.etherType.toString(16).padStart(4, "0")}`);
    }
  }
}
