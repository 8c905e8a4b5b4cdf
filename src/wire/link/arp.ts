import { u16be } from "../../base/bytes.ts";
import { has, LAYER, type Layer, other, type Walk } from "../walk.ts";

/** ARP for IPv4 over Ethernet (RFC 826); for anything else it is counted. */
export function readArp(walk: Walk): Layer {
  if (!has(walk, 8, "wire.arp.header-cut")) return LAYER.done;
  const { bytes, at } = walk;
  const isIpv4OverEthernet =
    u16be(bytes, at) === 1 && u16be(bytes, at + 2) === 0x0800 && u16be(bytes, at + 4) === 0x0604;
  if (!isIpv4OverEthernet) return other(walk, "arp");
  if (!has(walk, 28, "wire.arp.addresses-cut")) return LAYER.done;
  const arp = walk.arp;
  arp.bytes = bytes;
  arp.operation = u16be(bytes, at + 6);
  arp.senderAddressStart = at + 14;
  arp.targetAddressStart = at + 24;
  walk.sink.onArp(arp, walk.packet);
  return LAYER.done;
}
