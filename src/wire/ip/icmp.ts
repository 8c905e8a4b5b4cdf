import { i32be, u8, u16be, u32be } from "../../base/bytes.ts";
import { has, LAYER, type Layer, other, type Walk } from "../walk.ts";

const ICMPV6 = 58;
const TCP = 6;
/** Destination unreachable, source quench, time exceeded, parameter problem (RFC 792). */
const ICMP_ERRORS: readonly number[] = [3, 4, 11, 12];
/** Destination unreachable, packet too big, time exceeded, parameter problem (RFC 4443 §3). */
const ICMPV6_ERRORS: readonly number[] = [1, 2, 3, 4];

/** ICMP and ICMPv6: an error that quotes a TCP segment is told, the rest is counted. */
export function readIcmp(walk: Walk): Layer {
  const isV6 = walk.ipProtocol === ICMPV6;
  const kind = isV6 ? "icmpv6" : "icmp";
  if (!has(walk, 8, "wire.icmp.header-cut")) return LAYER.done;
  const { bytes, at } = walk;
  const type = u8(bytes, at);
  const code = u8(bytes, at + 1);
  if (!(isV6 ? ICMPV6_ERRORS : ICMP_ERRORS).includes(type)) return other(walk, kind);
  if (walk.ipVersion !== (isV6 ? 6 : 4)) return other(walk, kind);
  walk.at = at + 8;
  const ports = isV6 ? quotedIpv6Tcp(walk) : quotedIpv4Tcp(walk);
  if (ports < 0) return other(walk, kind);
  walk.at = ports;
  if (!has(walk, 4, "wire.icmp.quote-cut")) return LAYER.done;
  const error = walk.icmpError;
  error.bytes = bytes;
  error.ipVersion = walk.ipVersion;
  error.senderAddressStart = walk.sourceAddressStart;
  error.type = type;
  error.code = code;
  // RFC 1191 §4: the low half only; RFC 4443 §3.2: all 32 bits.
  error.mtuBytes = isV6 ? (type === 2 ? u32be(bytes, at + 4) : 0) : type === 3 && code === 4 ? u16be(bytes, at + 6) : 0;
  error.quotedSourceAddressStart = at + 8 + (isV6 ? 8 : 12);
  error.quotedDestinationAddressStart = at + 8 + (isV6 ? 24 : 16);
  error.quotedSourcePort = u16be(bytes, ports);
  error.quotedDestinationPort = u16be(bytes, ports + 2);
  error.quotedSequenceNumber = walk.end - ports >= 8 ? i32be(bytes, ports + 4) : 0;
  walk.sink.onIcmpError(error, walk.packet);
  return LAYER.done;
}

/** Where TCP starts in the quoted packet; -1 when the quote shows no start of a TCP segment. */
function quotedIpv4Tcp(walk: Walk): number {
  const { bytes, at } = walk;
  if (walk.end - at < 20 || u8(bytes, at) >> 4 !== 4 || u8(bytes, at + 9) !== TCP) return -1;
  if ((u16be(bytes, at + 6) & 0x1fff) !== 0) return -1;
  return at + Math.max(20, (u8(bytes, at) & 15) * 4);
}

function quotedIpv6Tcp(walk: Walk): number {
  const { bytes, at, end } = walk;
  if (end - at < 40 || u8(bytes, at) >> 4 !== 6) return -1;
  let nextHeader = u8(bytes, at + 6);
  let next = at + 40;
  while (nextHeader !== TCP) {
    if (end - next < 8) return -1;
    const isFragment = nextHeader === 44;
    const isOption = nextHeader === 0 || nextHeader === 43 || nextHeader === 60;
    if (!isFragment && !isOption) return -1;
    if (isFragment && (u16be(bytes, next + 2) & 0xfff8) !== 0) return -1;
    nextHeader = u8(bytes, next);
    next += isFragment ? 8 : (u8(bytes, next + 1) + 1) * 8;
  }
  return next;
}
