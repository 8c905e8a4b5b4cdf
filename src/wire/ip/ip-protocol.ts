import { u8 } from "../../base/bytes.ts";
import { readTcp } from "../tcp.ts";
import { has, LAYER, type Layer, other, type Walk } from "../walk.ts";
import { readIpv6FragmentHeader } from "./fragment.ts";
import { readGre } from "./gre.ts";
import { readIcmp } from "./icmp.ts";
import { readIpv6Extension } from "./ipv6.ts";
import { readUdp } from "./udp.ts";

/** Assigned Internet protocol numbers (iana.org/assignments/protocol-numbers). */
export const IP_PROTOCOL = { icmp: 1, ipv4: 4, tcp: 6, udp: 17, ipv6: 41, gre: 47, icmpv6: 58 } as const;

/** What an IP header, or an extension header behind it, says comes next. */
export function readIpProtocol(walk: Walk): Layer {
  switch (walk.ipProtocol) {
    case IP_PROTOCOL.tcp:
      return readTcp(walk);
    case IP_PROTOCOL.udp:
      return readUdp(walk);
    case IP_PROTOCOL.icmp:
    case IP_PROTOCOL.icmpv6:
      return readIcmp(walk);
    case IP_PROTOCOL.ipv4:
      return LAYER.ipv4;
    case IP_PROTOCOL.ipv6:
      return LAYER.ipv6;
    case IP_PROTOCOL.gre:
      return readGre(walk);
    case 51:
      return readAuthenticationHeader(walk);
    case 97:
      return readEtherIp(walk);
    case 137:
      return LAYER.mpls;
    default:
      return walk.ipVersion === 6 ? readIpv6NextHeader(walk) : other(walk, `ip-protocol-${walk.ipProtocol}`);
  }
}

function readIpv6NextHeader(walk: Walk): Layer {
  switch (walk.ipProtocol) {
    case 0: // hop-by-hop options
    case 43: // routing
    case 60: // destination options
    case 135: // mobility
    case 139: // host identity
    case 140: // shim6
      return readIpv6Extension(walk);
    case 44:
      return readIpv6FragmentHeader(walk);
    default:
      return other(walk, `ip-protocol-${walk.ipProtocol}`);
  }
}

/** RFC 4302 §2.2: the length counts units of 4 bytes, the first two not included. */
function readAuthenticationHeader(walk: Walk): Layer {
  if (!has(walk, 12, "wire.ah.header-cut")) return LAYER.done;
  const lengthBytes = (u8(walk.bytes, walk.at + 1) + 2) * 4;
  if (!has(walk, lengthBytes, "wire.ah.header-cut")) return LAYER.done;
  walk.ipProtocol = u8(walk.bytes, walk.at);
  walk.at += lengthBytes;
  return LAYER.ipProtocol;
}

/** RFC 3378 §3: version 3 and padding, then an Ethernet frame. */
function readEtherIp(walk: Walk): Layer {
  if (!has(walk, 2, "wire.etherip.header-cut")) return LAYER.done;
  walk.at += 2;
  return LAYER.ethernet;
}
