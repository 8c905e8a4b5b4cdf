import { i32be, i32le, u8, u16be, u16le } from "../../base/bytes.ts";
import { has, hex16, LAYER, type Layer, layerOfIpVersion, malformed, other, type Walk } from "../walk.ts";
import { readPppoeSession } from "./ethernet.ts";
import { LINK } from "./link-types.ts";
import { readCiscoHdlc, readSerialPpp } from "./ppp.ts";
import { readAvs, readPpi, readPrism, readRadiotap } from "./radio-headers.ts";

/** The link header that the capture's link type names. */
export function readLinkLayer(walk: Walk): Layer {
  switch (walk.linkType) {
    case LINK.ethernet:
      return LAYER.ethernet;
    case LINK.sll:
      return readSll(walk);
    case LINK.sll2:
      return readSll2(walk);
    case LINK.null:
    case LINK.loop:
      return readNull(walk);
    case LINK.rawBsd:
    case LINK.rawOpenBsd:
    case LINK.raw:
    case LINK.ipv4:
    case LINK.ipv6:
      return layerOfIpVersion(walk);
    case LINK.ppp:
    case LINK.pppHdlc:
      return readSerialPpp(walk);
    case LINK.pppWithDirection:
      return skipHeader(walk, 1, LAYER.ppp);
    case LINK.pppoe:
      return readPppoeSession(walk);
    case LINK.ciscoHdlc:
      return readCiscoHdlc(walk);
    case LINK.wlan:
      return LAYER.wlan;
    case LINK.radiotap:
      return readRadiotap(walk);
    case LINK.prism:
      return readPrism(walk);
    case LINK.avs:
      return readAvs(walk);
    case LINK.ppi:
      return readPpi(walk);
    case LINK.nflog:
      return readNflog(walk);
    case LINK.pktap:
      return readPktap(walk);
    case LINK.arcnetLinux:
      return readArcnet(walk);
    case LINK.dsa:
      return readSwitchTag(walk, 4);
    case LINK.edsa:
      return readSwitchTag(walk, 8);
    default:
      return other(walk, walk.linkType >>> 16 === 0 ? `link-type-${walk.linkType}` : "link-type-unknown");
  }
}

function skipHeader(walk: Walk, lengthBytes: number, next: Layer): Layer {
  if (!has(walk, lengthBytes, "wire.link.header-cut")) return LAYER.done;
  walk.at += lengthBytes;
  return next;
}

/** Linux cooked capture: packet type, device type, address, protocol. */
function readSll(walk: Walk): Layer {
  if (!has(walk, 16, "wire.sll.header-cut")) return LAYER.done;
  const { bytes, at } = walk;
  walk.at = at + 16;
  return readCooked(walk, u16be(bytes, at + 2), u16be(bytes, at + 14));
}

/** Its second version: protocol first, then interface and device type. */
function readSll2(walk: Walk): Layer {
  if (!has(walk, 20, "wire.sll2.header-cut")) return LAYER.done;
  const { bytes, at } = walk;
  walk.at = at + 20;
  return readCooked(walk, u16be(bytes, at + 8), u16be(bytes, at));
}

const ARPHRD_NETLINK = 824;
const ETH_P_802_2 = 0x0004;

function readCooked(walk: Walk, deviceType: number, protocol: number): Layer {
  if (deviceType === ARPHRD_NETLINK) return other(walk, "netlink");
  if (protocol === ETH_P_802_2) return LAYER.llc;
  if (protocol < 0x0600) return other(walk, `sll-protocol-${hex16(protocol)}`);
  walk.etherType = protocol;
  return LAYER.etherType;
}

/** An address family: in the byte order of the capturing machine (NULL) or of the network (LOOP). */
function readNull(walk: Walk): Layer {
  if (!has(walk, 4, "wire.null.header-cut")) return LAYER.done;
  const big = i32be(walk.bytes, walk.at);
  const family = big >>> 16 === 0 ? big : i32le(walk.bytes, walk.at);
  walk.at += 4;
  if (family >>> 16 !== 0) {
    // No family at all: some write Cisco HDLC or an EtherType here.
    walk.etherType = big & 0xffff;
    return LAYER.etherType;
  }
  switch (family) {
    case 2:
      return LAYER.ipv4;
    // AF_INET6 of Linux, Windows, NetBSD and OpenBSD, FreeBSD, macOS.
    case 10:
    case 23:
    case 24:
    case 28:
    case 30:
      return LAYER.ipv6;
    default:
      return other(walk, family < 256 ? `address-family-${family}` : "address-family-unknown");
  }
}

const NFULA_PAYLOAD = 9;

/** Linux netfilter log: 4 bytes, then fields of length and type in the byte order of the capturing machine. */
function readNflog(walk: Walk): Layer {
  if (!has(walk, 8, "wire.nflog.header-cut")) return LAYER.done;
  const { bytes } = walk;
  walk.at += 4;
  // Types are small, so their high byte tells the byte order.
  const read = u8(bytes, walk.at + 2) === 0 && u8(bytes, walk.at + 3) !== 0 ? u16be : u16le;
  for (;;) {
    if (!has(walk, 4, "wire.nflog.no-payload")) return LAYER.done;
    const lengthBytes = read(bytes, walk.at);
    if (lengthBytes < 4) return malformed(walk, "wire.nflog.length-too-small", 4, "value");
    if ((read(bytes, walk.at + 2) & 0x7fff) === NFULA_PAYLOAD) {
      walk.at += 4;
      return layerOfIpVersion(walk);
    }
    walk.at += (lengthBytes + 3) & ~3;
  }
}

/** Apple's header: its length, a record type, the link type of what follows. */
function readPktap(walk: Walk): Layer {
  if (!has(walk, 12, "wire.pktap.header-cut")) return LAYER.done;
  const lengthBytes = i32le(walk.bytes, walk.at) >>> 0;
  if (lengthBytes < 12) return malformed(walk, "wire.pktap.length-too-small", 12, "value");
  walk.linkType = i32le(walk.bytes, walk.at + 8);
  return skipHeader(walk, lengthBytes, LAYER.link);
}

const ARCNET_IP = 212;

/** Linux ARCNET (RFC 1201): source, destination, offset, protocol, flag of a split packet, its number. */
function readArcnet(walk: Walk): Layer {
  if (!has(walk, 8, "wire.arcnet.header-cut")) return LAYER.done;
  const protocol = u8(walk.bytes, walk.at + 4);
  if (protocol !== ARCNET_IP) return other(walk, `arcnet-${protocol}`);
  if (u8(walk.bytes, walk.at + 5) !== 0) return other(walk, "arcnet-fragment");
  return skipHeader(walk, 8, LAYER.ipv4);
}

/** Ethernet with the tag of a Marvell switch between the addresses and the EtherType. */
function readSwitchTag(walk: Walk, tagBytes: number): Layer {
  if (!has(walk, 14 + tagBytes, "wire.dsa.header-cut")) return LAYER.done;
  walk.at += 14 + tagBytes;
  walk.etherType = u16be(walk.bytes, walk.at - 2);
  return LAYER.etherType;
}
