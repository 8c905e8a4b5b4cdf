import { u8, u16be } from "../../base/bytes.ts";
import * as limits from "../../base/limits.ts";
import { endNoLaterThan, has, hex16, LAYER, type Layer, malformed, other, type Walk } from "../walk.ts";
import { readArp } from "./arp.ts";

/** Values of IEEE 802.3 §3.2.6 up to this are the length of an LLC frame, from 0x0600 on they are EtherTypes. */
const LARGEST_LENGTH = 1500;

const CISCO = 0x00000c;

/** Destination, source, EtherType or length. */
export function readEthernet(walk: Walk): Layer {
  if (!has(walk, 14, "wire.ethernet.header-cut")) return LAYER.done;
  walk.etherType = u16be(walk.bytes, walk.at + 12);
  walk.at += 14;
  return LAYER.etherType;
}

export function readEtherType(walk: Walk): Layer {
  for (let tagCount = 0; tagCount <= limits.tunnelDepth; tagCount += 1) {
    const tagBytes = tagLength(walk.etherType);
    if (tagBytes === 0) return readUntagged(walk);
    if (!has(walk, tagBytes, "wire.ethernet.tag-cut")) return LAYER.done;
    walk.at += tagBytes;
    walk.etherType = u16be(walk.bytes, walk.at - 2);
  }
  return malformed(walk, "wire.ethernet.too-many-tags", limits.tunnelDepth, "limit");
}

/** Bytes between a tag's EtherType and the end of the EtherType that follows it; 0 for what is no tag. */
function tagLength(etherType: number): number {
  switch (etherType) {
    case 0x8100: // IEEE 802.1Q
    case 0x88a8: // IEEE 802.1ad
    case 0x9100: // what was used before 802.1ad
    case 0x9200:
      return 4;
    case 0x8926: // Cisco VN-Tag
      return 6;
    case 0x893f: // IEEE 802.1BR E-Tag
    case 0x8909: // Cisco MetaData
      return 8;
    default:
      return 0;
  }
}

function readUntagged(walk: Walk): Layer {
  const etherType = walk.etherType;
  switch (etherType) {
    case 0x0800:
      return LAYER.ipv4;
    case 0x86dd:
      return LAYER.ipv6;
    case 0x0806:
      return readArp(walk);
    case 0x8847:
    case 0x8848:
      return LAYER.mpls;
    case 0x8863:
      return other(walk, "pppoe-discovery");
    case 0x8864:
      return readPppoeSession(walk);
    case 0x880b:
      return LAYER.ppp;
    case 0x6558: // transparent Ethernet bridging
      return LAYER.ethernet;
    case 0x88e7: // IEEE 802.1ah: service instance tag, then a customer's Ethernet frame
      if (!has(walk, 4, "wire.ethernet.tag-cut")) return LAYER.done;
      walk.at += 4;
      return LAYER.ethernet;
  }
  if (etherType > LARGEST_LENGTH) return other(walk, `ethertype-${hex16(etherType)}`);
  endNoLaterThan(walk, walk.at + etherType);
  return LAYER.llc;
}

/** IEEE 802.2 LLC; with SNAP it names an EtherType (RFC 1042). */
export function readLlc(walk: Walk): Layer {
  if (!has(walk, 3, "wire.llc.header-cut")) return LAYER.done;
  const { bytes, at } = walk;
  const accessPoints = u16be(bytes, at);
  const isUnnumbered = u8(bytes, at + 2) === 3;
  if (accessPoints === 0x0606 && isUnnumbered) {
    walk.at = at + 3;
    return LAYER.ipv4;
  }
  if (accessPoints !== 0xaaaa || !isUnnumbered)
    return other(walk, `llc-0x${(accessPoints >> 8).toString(16).padStart(2, "0")}`);
  if (!has(walk, 8, "wire.snap.header-cut")) return LAYER.done;
  const organization = (u16be(bytes, at + 3) << 8) | u8(bytes, at + 5);
  const protocol = u16be(bytes, at + 6);
  // 00-00-F8: bridged as IEEE 802.1H says.
  if ((organization !== 0 && organization !== 0x0000f8) || protocol <= LARGEST_LENGTH) {
    return other(walk, organization === CISCO ? `snap-cisco-${hex16(protocol)}` : "snap");
  }
  walk.at = at + 8;
  walk.etherType = protocol;
  return LAYER.etherType;
}

/** RFC 2516 §4: the payload of a session is PPP without address and control. */
export function readPppoeSession(walk: Walk): Layer {
  if (!has(walk, 6, "wire.pppoe.header-cut")) return LAYER.done;
  if (u8(walk.bytes, walk.at + 1) !== 0) return other(walk, "pppoe-discovery");
  endNoLaterThan(walk, walk.at + 6 + u16be(walk.bytes, walk.at + 4));
  walk.at += 6;
  return LAYER.ppp;
}

/** A label stack (RFC 3032 §2.1) does not say what it carries: IP, or Ethernet with or without a control word. */
export function readMpls(walk: Walk): Layer {
  const { bytes } = walk;
  let isBottom = false;
  while (!isBottom) {
    if (!has(walk, 4, "wire.mpls.label-cut")) return LAYER.done;
    isBottom = (u8(bytes, walk.at + 2) & 1) !== 0;
    walk.at += 4;
  }
  if (!has(walk, 4, "wire.mpls.payload-cut")) return LAYER.done;
  // Ethernet may begin with an address that looks like a version of IP or like a control word.
  if (isIpOnEthernet(walk)) return LAYER.ethernet;
  switch (u8(bytes, walk.at) >> 4) {
    case 4:
      return LAYER.ipv4;
    case 6:
      return LAYER.ipv6;
    case 0: // control word, RFC 4448 §4.6
      walk.at += 4;
      return LAYER.ethernet;
    case 1: // RFC 4385 §5
      return other(walk, "mpls-associated-channel");
    default:
      return LAYER.ethernet;
  }
}

function isIpOnEthernet(walk: Walk): boolean {
  const { bytes, at, end } = walk;
  if (end - at < 15) return false;
  const etherType = u16be(bytes, at + 12);
  const version = u8(bytes, at + 14) >> 4;
  return (etherType === 0x0800 && version === 4) || (etherType === 0x86dd && version === 6);
}
