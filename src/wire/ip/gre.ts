import { u8, u16be } from "../../base/bytes.ts";
import { endNoLaterThan, has, hex16, LAYER, type Layer, other, type Walk } from "../walk.ts";

const CHECKSUM = 0x8000;
const ROUTING = 0x4000;
const KEY = 0x2000;
const SEQUENCE_NUMBER = 0x1000;
const ACKNOWLEDGMENT = 0x0080;
const VERSION = 0x0007;

const WCCP = 0x883e;
const ERSPAN_I_AND_II = 0x88be;
const ERSPAN_III = 0x22eb;

/** Generic Routing Encapsulation (RFC 2784, RFC 2890) and its version for PPTP (RFC 2637 §4.1). */
export function readGre(walk: Walk): Layer {
  if (!has(walk, 4, "wire.gre.header-cut")) return LAYER.done;
  const { bytes, at } = walk;
  const flags = u16be(bytes, at);
  const protocol = u16be(bytes, at + 2);
  const version = flags & VERSION;
  if (version > 1) return other(walk, `gre-version-${version}`);
  let lengthBytes = 4;
  if ((flags & (CHECKSUM | ROUTING)) !== 0) lengthBytes += 4;
  if ((flags & KEY) !== 0) lengthBytes += 4;
  if ((flags & SEQUENCE_NUMBER) !== 0) lengthBytes += 4;
  if (version === 1 && (flags & ACKNOWLEDGMENT) !== 0) lengthBytes += 4;
  if (!has(walk, lengthBytes, "wire.gre.header-cut")) return LAYER.done;
  walk.at = at + lengthBytes;
  if (version === 1) {
    // The key's first half is the payload length; a packet that only acknowledges has none.
    const payloadLength = u16be(bytes, at + 4);
    if ((flags & SEQUENCE_NUMBER) === 0 || payloadLength === 0) return other(walk, "gre-acknowledgment");
    endNoLaterThan(walk, walk.at + payloadLength);
  } else if ((flags & ROUTING) !== 0 && !skipSourceRoutes(walk)) return LAYER.done;
  return readGrePayload(walk, protocol, flags);
}

function readGrePayload(walk: Walk, protocol: number, flags: number): Layer {
  switch (protocol) {
    case ERSPAN_I_AND_II:
      // Type I has neither sequence number nor header (draft-foschiano-erspan §4.1).
      return (flags & SEQUENCE_NUMBER) === 0 ? LAYER.ethernet : skipErspanHeader(walk, 8);
    case ERSPAN_III:
      return skipErspanHeader(walk, 12);
    case WCCP: {
      // Version 2 puts 4 bytes before the packet, version 1 does not.
      if (!has(walk, 4, "wire.gre.header-cut")) return LAYER.done;
      if (u8(walk.bytes, walk.at) >> 4 !== 4) walk.at += 4;
      return LAYER.ipv4;
    }
    default:
      if (protocol < 0x0600) return other(walk, `gre-protocol-${hex16(protocol)}`);
      walk.etherType = protocol;
      return LAYER.etherType;
  }
}

function skipErspanHeader(walk: Walk, lengthBytes: number): Layer {
  if (!has(walk, lengthBytes, "wire.erspan.header-cut")) return LAYER.done;
  // Type III: the last bit announces 8 more bytes.
  const hasSubheader = lengthBytes === 12 && (u8(walk.bytes, walk.at + 11) & 1) !== 0;
  const total = lengthBytes + (hasSubheader ? 8 : 0);
  if (!has(walk, total, "wire.erspan.header-cut")) return LAYER.done;
  walk.at += total;
  return LAYER.ethernet;
}

/** RFC 1701: source route entries up to one of length 0. */
function skipSourceRoutes(walk: Walk): boolean {
  for (;;) {
    if (!has(walk, 4, "wire.gre.source-route-cut")) return false;
    const lengthBytes = u8(walk.bytes, walk.at + 3);
    const isLast = u16be(walk.bytes, walk.at) === 0 && lengthBytes === 0;
    if (!has(walk, 4 + lengthBytes, "wire.gre.source-route-cut")) return false;
    walk.at += 4 + lengthBytes;
    if (isLast) return true;
  }
}
