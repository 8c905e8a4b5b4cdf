import { i32be, i32le, u16be } from "../base/bytes.ts";
import { has, LAYER, type Layer, layerOfIpVersion, malformed, other, type Walk } from "./walk.ts";

/** Values of tcpdump.org/linktypes.html. */
export const LINK = { null: 0, ethernet: 1, raw: 101, loop: 108, sll: 113, ipv4: 228, ipv6: 229, sll2: 276 } as const;

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
    case 12:
    case 14:
    case LINK.raw:
      return layerOfIpVersion(walk);
    case LINK.ipv4:
      return LAYER.ipv4;
    case LINK.ipv6:
      return LAYER.ipv6;
    default:
      return other(walk, `link-type-${walk.linkType}`);
  }
}

function readSll(walk: Walk): Layer {
  if (!has(walk, 16, "wire.sll.header-cut")) return LAYER.done;
  walk.etherType = u16be(walk.bytes, walk.at + 14);
  walk.at += 16;
  return LAYER.etherType;
}

function readSll2(walk: Walk): Layer {
  if (!has(walk, 20, "wire.sll2.header-cut")) return LAYER.done;
  walk.etherType = u16be(walk.bytes, walk.at);
  walk.at += 20;
  return LAYER.etherType;
}

/** An address family: in the byte order of the capturing machine (NULL) or of the network (LOOP). */
function readNull(walk: Walk): Layer {
  if (!has(walk, 4, "wire.null.header-cut")) return LAYER.done;
  const big = i32be(walk.bytes, walk.at);
  const family = big >>> 16 === 0 ? big : i32le(walk.bytes, walk.at);
  walk.at += 4;
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
      if (family >>> 16 !== 0) return malformed(walk, "wire.null.family", 4, "value");
      return other(walk, `address-family-${family}`);
  }
}
