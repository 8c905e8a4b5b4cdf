import { u8, u16be } from "../../base/bytes.ts";
import { LINK } from "../link/link-types.ts";
import { endNoLaterThan, has, LAYER, type Layer, other, type Walk } from "../walk.ts";

/** Tunnels that are known by a UDP port only: what does not look like one of them is counted as `udp`. */

/** RFC 7348 §5: the I flag says that the header is valid; the last byte is reserved. */
export function readVxlan(walk: Walk): Layer {
  if (!has(walk, 8, "wire.vxlan.header-cut")) return LAYER.done;
  if ((u8(walk.bytes, walk.at) & 0x08) === 0 || u8(walk.bytes, walk.at + 7) !== 0) return other(walk, "udp");
  walk.at += 8;
  return LAYER.ethernet;
}

/** RFC 8926 §3.4: version 0, options counted in units of 4 bytes, an EtherType. */
export function readGeneve(walk: Walk): Layer {
  if (!has(walk, 8, "wire.geneve.header-cut")) return LAYER.done;
  const first = u8(walk.bytes, walk.at);
  if (first >> 6 !== 0) return other(walk, "udp");
  const lengthBytes = 8 + (first & 0x3f) * 4;
  if (!has(walk, lengthBytes, "wire.geneve.options-cut")) return LAYER.done;
  walk.etherType = u16be(walk.bytes, walk.at + 2);
  walk.at += lengthBytes;
  if (walk.etherType < 0x0600) return other(walk, "udp");
  return LAYER.etherType;
}

/** 3GPP TS 29.281 §5: version 1 with any of sequence number, N-PDU number and extension headers; G-PDU carries IP. */
export function readGtpU(walk: Walk): Layer {
  if (!has(walk, 8, "wire.gtp.header-cut")) return LAYER.done;
  const { bytes, at } = walk;
  const flags = u8(bytes, at);
  if (flags >> 4 !== 3) return other(walk, "udp");
  if (u8(bytes, at + 1) !== 0xff) return other(walk, "gtp-signalling");
  endNoLaterThan(walk, at + 8 + u16be(bytes, at + 2));
  walk.at = at + 8;
  if ((flags & 0x07) !== 0) {
    if (!has(walk, 4, "wire.gtp.header-cut")) return LAYER.done;
    walk.at += 4;
    if ((flags & 0x04) !== 0 && !skipGtpExtensions(walk, u8(bytes, walk.at - 1))) return LAYER.done;
  }
  if (!has(walk, 1, "wire.gtp.header-cut")) return LAYER.done;
  const version = u8(bytes, walk.at) >> 4;
  return version === 4 || version === 6 ? LAYER.ip : other(walk, "gtp-not-ip");
}

function skipGtpExtensions(walk: Walk, firstType: number): boolean {
  let type = firstType;
  while (type !== 0) {
    if (!has(walk, 4, "wire.gtp.extension-cut")) return false;
    const lengthBytes = Math.max(1, u8(walk.bytes, walk.at)) * 4;
    if (!has(walk, lengthBytes, "wire.gtp.extension-cut")) return false;
    walk.at += lengthBytes;
    type = u8(walk.bytes, walk.at - 1);
  }
  return true;
}

/** RFC 4380 §5.1.1: optional authentication and origin indication, then IPv6. */
export function readTeredo(walk: Walk): Layer {
  const { bytes } = walk;
  if (!has(walk, 4, "wire.teredo.header-cut")) return LAYER.done;
  if (u16be(bytes, walk.at) === 1) {
    const lengthBytes = 13 + u8(bytes, walk.at + 2) + u8(bytes, walk.at + 3);
    if (!has(walk, lengthBytes + 2, "wire.teredo.header-cut")) return LAYER.done;
    walk.at += lengthBytes;
  }
  if (u16be(bytes, walk.at) === 0) {
    if (!has(walk, 9, "wire.teredo.header-cut")) return LAYER.done;
    walk.at += 8;
  }
  return u8(bytes, walk.at) >> 4 === 6 ? LAYER.ipv6 : other(walk, "udp");
}

/** TaZmen Sniffer Protocol: version 1, what is inside, tags up to an end tag. */
export function readTzsp(walk: Walk): Layer {
  if (!has(walk, 5, "wire.tzsp.header-cut")) return LAYER.done;
  const { bytes, at } = walk;
  const type = u8(bytes, at + 1);
  if (u8(bytes, at) !== 1 || type > 1) return other(walk, "udp");
  const linkType = TZSP_LINK_TYPE[u16be(bytes, at + 2)];
  if (linkType === undefined) return other(walk, "tzsp");
  walk.at = at + 4;
  for (;;) {
    if (!has(walk, 1, "wire.tzsp.tag-cut")) return LAYER.done;
    const tag = u8(bytes, walk.at);
    if (tag > 1 && !has(walk, 2, "wire.tzsp.tag-cut")) return LAYER.done;
    walk.at += tag > 1 ? 2 + u8(bytes, walk.at + 1) : 1;
    if (tag === 1) break;
  }
  walk.linkType = linkType;
  return LAYER.link;
}

const TZSP_LINK_TYPE: Readonly<Record<number, number>> = {
  1: LINK.ethernet,
  18: LINK.wlan,
  119: LINK.prism,
  127: LINK.avs,
};
