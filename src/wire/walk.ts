import { u8 } from "../base/bytes.ts";
import { limits } from "../base/limits.ts";
import type { Malformed } from "../base/malformed.ts";
import type { PacketView } from "../base/packet-view.ts";
import type { WireSink } from "./types.ts";

/**
 * What comes next in a packet. A reader looks at the bytes from `walk.at` on, moves `walk.at` behind its header and
 * returns the layer that follows, or `done` after it has told the sink what became of the packet.
 */
export const LAYER = {
  done: 0,
  /** By `walk.linkType`. */
  link: 1,
  ethernet: 2,
  llc: 3,
  /** By `walk.etherType`: every network layer and tag that Ethernet, SLL, GRE, VLAN … name by EtherType. */
  etherType: 4,
  ppp: 5,
  wlan: 6,
  /** IPv4 or IPv6, as the first four bits say. */
  ip: 7,
  ipv4: 8,
  ipv6: 9,
  /** By `walk.ipProtocol`. */
  ipProtocol: 10,
} as const;
export type Layer = (typeof LAYER)[keyof typeof LAYER];

/** A part of a packet that waits for its turn: all but the first subframe of an A-MSDU. */
interface Waiting {
  readonly layer: Layer;
  readonly at: number;
  readonly end: number;
  readonly wireEnd: number;
}

/** Where the walk through one packet is. ONE object is reused for all packets. */
export interface Walk {
  readonly sink: WireSink;
  packet: PacketView;
  /** The packet's bytes, or those of a reassembled datagram, and where packet or datagram starts in them. */
  bytes: Uint8Array;
  origin: number;
  at: number;
  /** End of the captured bytes of this layer. */
  end: number;
  /** End of this layer on the wire: what lies past `end` was cut off by the capture. */
  wireEnd: number;
  /** What `end` comes from when nothing was cut off. */
  endIsFrom: Malformed["limitedBy"];
  linkType: number;
  etherType: number;
  ipProtocol: number;
  /** The innermost IP header read so far. */
  ipVersion: 4 | 6;
  sourceAddressStart: number;
  destinationAddressStart: number;
  hopLimit: number;
  ipIdentification: number;
  dontFragment: boolean;
  /** IP headers entered, the measure of `limits.tunnelDepth`. */
  ipHeaderCount: number;
  readonly waiting: Waiting[];
}

export function malformed(
  walk: Walk,
  code: `wire.${string}`,
  neededBytes: number,
  limitedBy: Malformed["limitedBy"],
  action: Malformed["action"] = "skipped-packet",
): typeof LAYER.done {
  walk.sink.onMalformed({
    code,
    packetNumber: walk.packet.packetNumber,
    offset: walk.at - walk.origin,
    offsetIn: "packet",
    neededBytes,
    availableBytes: Math.max(0, walk.end - walk.at),
    limitedBy,
    action,
  });
  return LAYER.done;
}

export function other(walk: Walk, kind: string): typeof LAYER.done {
  walk.sink.onOther(kind, walk.packet);
  return LAYER.done;
}

/** Whether `lengthBytes` can be read from `walk.at`; when not, the sink has been told why. */
export function has(walk: Walk, lengthBytes: number, code: `wire.${string}`): boolean {
  if (walk.end - walk.at >= lengthBytes) return true;
  malformed(walk, code, lengthBytes, walk.end < walk.wireEnd ? "capture-length" : walk.endIsFrom);
  return false;
}

/** A header names its layer's length: padding and trailers behind it are left out, missing bytes were cut off. */
export function endAt(walk: Walk, wireEnd: number, from: Malformed["limitedBy"]): void {
  walk.wireEnd = wireEnd;
  if (wireEnd > walk.end) return;
  walk.end = wireEnd;
  walk.endIsFrom = from;
}

/** One more IP header; false when they are nested too deep to be honest. */
export function enterIp(walk: Walk): boolean {
  walk.ipHeaderCount += 1;
  if (walk.ipHeaderCount <= limits.tunnelDepth) return true;
  malformed(walk, "wire.tunnel.too-deep", limits.tunnelDepth, "limit");
  return false;
}

/** The layer that starts with an IP version in its first four bits. */
export function layerOfIpVersion(walk: Walk): Layer {
  if (!has(walk, 1, "wire.ip.cut")) return LAYER.done;
  const version = u8(walk.bytes, walk.at) >> 4;
  if (version === 4) return LAYER.ipv4;
  if (version === 6) return LAYER.ipv6;
  return malformed(walk, "wire.ip.version", 1, "value");
}
