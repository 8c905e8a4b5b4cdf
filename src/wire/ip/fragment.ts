import { latin1, u8, u16be } from "../../base/bytes.ts";
import type { WireSink } from "../types.ts";
import { has, LAYER, type Layer, malformed, other, type Walk } from "../walk.ts";
import {
  type Datagram,
  type Fragment,
  type FragmentStore,
  type GivenUp,
  holdsSameBytes,
  missingBytes,
} from "./fragment-store.ts";

/** One fragment of an IPv4 datagram; `walk.at` is behind the header (RFC 791 §3.2). */
export function readIpv4Fragment(walk: Walk, offset: number, isLast: boolean): Layer {
  const start = walk.ipHeaderStart;
  const key = `4${latin1(walk.bytes, start + 12, start + 20)}${walk.ipIdentification},${walk.ipProtocol}`;
  return readFragment(walk, key, 20, offset, isLast);
}

/** The Fragment header of IPv6 (RFC 8200 §4.5). */
export function readIpv6FragmentHeader(walk: Walk): Layer {
  if (!has(walk, 8, "wire.ipv6.fragment-header-cut")) return LAYER.done;
  const { bytes, at, ipHeaderStart } = walk;
  const field = u16be(bytes, at + 2);
  walk.ipProtocol = u8(bytes, at);
  walk.at = at + 8;
  // An "atomic" fragment is a whole datagram (RFC 6946).
  if ((field & 0xfff9) === 0) return LAYER.ipProtocol;
  const key = `6${latin1(bytes, ipHeaderStart + 8, ipHeaderStart + 40)}${latin1(bytes, at + 4, at + 8)}`;
  return readFragment(walk, key, 40, field & 0xfff8, (field & 1) === 0);
}

function readFragment(walk: Walk, key: string, headerLength: 20 | 40, offset: number, isLast: boolean): Layer {
  if (walk.end < walk.wireEnd) {
    // Cut by the capture, so the datagram can never be whole; its first fragment still shows the ports.
    return offset === 0 ? LAYER.ipProtocol : other(walk, "ip-fragment-cut");
  }
  const payloadLength = walk.end - walk.at;
  if (payloadLength === 0) return malformed(walk, "wire.ip.fragment-empty", 1, walk.wireEndIsFrom);
  const fragment: Fragment = {
    key,
    bytes: walk.bytes,
    headerStart: walk.ipHeaderStart,
    headerLength,
    protocol: walk.ipProtocol,
    payloadStart: walk.at,
    payloadLength,
    offset,
    isLast,
    packetNumber: walk.packet.packetNumber,
    timestampNs: walk.packet.timestampNs,
  };
  const became = walk.fragments.add(fragment);
  if (became === "too-long") return malformed(walk, "wire.ip.fragment-too-long", payloadLength, "limit");
  if (became === "contradicts-end") return malformed(walk, "wire.ip.fragment-contradicts-end", payloadLength, "value");
  const datagram = walk.fragments.find(key);
  if (datagram !== undefined && !holdsSameBytes(datagram, fragment)) {
    malformed(walk, "wire.ip.fragment-overlap-differs", payloadLength, "value", "continued");
  }
  if (became === "complete" && datagram !== undefined) return walkInto(walk, datagram);
  return other(walk, became === "duplicate" ? "ip-fragment-duplicate" : "ip-fragment");
}

/** Goes on with the whole datagram, which starts with the IP header of its first fragment. */
function walkInto(walk: Walk, datagram: Datagram): Layer {
  const { bytes, headerLength } = datagram;
  walk.bytes = bytes;
  walk.origin = 0;
  walk.at = headerLength;
  walk.end = headerLength + datagram.payloadLength;
  walk.wireEnd = walk.end;
  walk.wireEndIsFrom = "ip-total-length";
  walk.ipProtocol = datagram.protocol;
  walk.ipHeaderStart = 0;
  walk.sourceAddressStart = headerLength === 20 ? 12 : 8;
  walk.destinationAddressStart = headerLength === 20 ? 16 : 24;
  walk.hopLimit = u8(bytes, headerLength === 20 ? 8 : 7);
  return LAYER.ipProtocol;
}

/** Tells the sink of a datagram whose other fragments never came; the packet is that of its first fragment seen. */
export const tellGivenUp =
  (sink: WireSink): ConstructorParameters<typeof FragmentStore>[0] =>
  (datagram: Datagram, why: GivenUp) => {
    const neededBytes = datagram.payloadLength < 0 ? datagram.reach : datagram.payloadLength;
    sink.onMalformed({
      code: `wire.ip.fragments-incomplete-${why}`,
      packetNumber: datagram.firstPacket,
      offset: 0,
      offsetIn: "packet",
      neededBytes,
      availableBytes: datagram.reach - missingBytes(datagram),
      limitedBy: why === "capture-end" ? "stream-end" : "limit",
      action: "skipped-packet",
    });
  };
