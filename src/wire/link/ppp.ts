import { u8, u16be } from "../../base/bytes.ts";
import { has, hex16, LAYER, type Layer, other, type Walk } from "../walk.ts";

/** PPP with or without address and control (RFC 1662 §3.1) and with a protocol of one or two bytes (RFC 1661 §6.5). */
export function readPpp(walk: Walk): Layer {
  if (!has(walk, 2, "wire.ppp.header-cut")) return LAYER.done;
  const { bytes } = walk;
  if (u16be(bytes, walk.at) === 0xff03) walk.at += 2;
  if (!has(walk, 2, "wire.ppp.header-cut")) return LAYER.done;
  const first = u8(bytes, walk.at);
  const isCompressed = (first & 1) !== 0;
  const protocol = isCompressed ? first : u16be(bytes, walk.at);
  walk.at += isCompressed ? 1 : 2;
  switch (protocol) {
    case 0x0021:
      return LAYER.ipv4;
    case 0x0057:
      return LAYER.ipv6;
    case 0x0281:
    case 0x0283:
      return LAYER.mpls;
    default:
      return other(walk, `ppp-${hex16(protocol)}`);
  }
}

/** Cisco HDLC: address, control, EtherType. */
export function readCiscoHdlc(walk: Walk): Layer {
  if (!has(walk, 4, "wire.hdlc.header-cut")) return LAYER.done;
  walk.etherType = u16be(walk.bytes, walk.at + 2);
  walk.at += 4;
  return walk.etherType < 0x0600 ? other(walk, `hdlc-${hex16(walk.etherType)}`) : LAYER.etherType;
}

/** PPP on a serial line: the first byte tells Cisco's framing from that of PPP. */
export function readSerialPpp(walk: Walk): Layer {
  if (!has(walk, 2, "wire.ppp.header-cut")) return LAYER.done;
  const start = u16be(walk.bytes, walk.at);
  return start === 0x0f00 || start === 0x8f00 ? readCiscoHdlc(walk) : LAYER.ppp;
}
