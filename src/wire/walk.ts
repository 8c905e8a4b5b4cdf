import type { PacketNumber } from "../base/brand.ts";
import { u8 } from "../base/bytes.ts";
import * as limits from "../base/limits.ts";
import type { Malformed } from "../base/malformed.ts";
import type { PacketView } from "../base/packet-view.ts";
import type { FragmentStore } from "./ip/fragment-store.ts";
import type { ArpView, DatagramView, IcmpErrorView, SegmentView, WireSink } from "./types.ts";

/**
 * What comes next in a packet. A reader looks at the bytes from `walk.at` on, moves `walk.at` behind its header and
 * returns the layer that follows, or `done` after it has told the sink what became of the packet.
 */
export const LAYER = {
  done: 0,
  /** By `walk.linkType`. */
  link: 1,
  ethernet: 2,
  /** By `walk.etherType`: what Ethernet, SLL, GRE, Geneve … name by EtherType, tags included. */
  etherType: 3,
  llc: 4,
  ppp: 5,
  wlan: 6,
  /** Subframes of an 802.11 A-MSDU. */
  aMsdu: 7,
  mpls: 8,
  /** IPv4 or IPv6, as the first four bits say. */
  ip: 9,
  ipv4: 10,
  ipv6: 11,
  /** By `walk.ipProtocol`. */
  ipProtocol: 12,
} as const;
export type Layer = (typeof LAYER)[keyof typeof LAYER];

/** The rest of a packet that waits until its first part is read. */
interface Waiting {
  readonly layer: Layer;
  readonly bytes: Uint8Array;
  readonly origin: number;
  readonly at: number;
  readonly end: number;
  readonly wireEnd: number;
  readonly ipHeaderCount: number;
}

/** Where the walk through one packet is. ONE object is reused for all packets. */
export interface Walk {
  readonly sink: WireSink;
  readonly fragments: FragmentStore;
  readonly segment: SegmentView;
  readonly datagram: DatagramView;
  readonly icmpError: IcmpErrorView;
  readonly arp: ArpView;
  packet: PacketView;
  /** The packet's bytes, or those of a reassembled datagram, and where packet or datagram starts in them. */
  bytes: Uint8Array;
  origin: number;
  at: number;
  /** End of the captured bytes of this layer. */
  end: number;
  /** End of this layer on the wire: what lies past `end` was cut off by the capture. */
  wireEnd: number;
  /** What `wireEnd` comes from: "record-length" is the length that the capture claims, the others are headers. */
  wireEndIsFrom: Malformed["limitedBy"];
  linkType: number;
  /** The radio header says that the 802.11 header is padded to a multiple of 4 bytes. */
  wlanHeaderIsPadded: boolean;
  etherType: number;
  ipProtocol: number;
  /** The innermost IP header read so far. */
  ipVersion: 4 | 6;
  ipHeaderStart: number;
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
  packetNumber: PacketNumber = walk.packet.packetNumber,
): typeof LAYER.done {
  walk.sink.onMalformed({
    code,
    packetNumber,
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

export const hex16 = (value: number): string => `0x${value.toString(16).padStart(4, "0")}`;

/** Whether `lengthBytes` can be read from `walk.at`; when not, the sink has been told why. */
export function has(walk: Walk, lengthBytes: number, code: `wire.${string}`): boolean {
  if (walk.end - walk.at >= lengthBytes) return true;
  malformed(walk, code, lengthBytes, walk.end < walk.wireEnd ? "capture-length" : walk.wireEndIsFrom);
  return false;
}

/** A length field: what lies behind it is padding, what the capture lacks before it was cut off. */
function endAt(walk: Walk, wireEnd: number, from: Malformed["limitedBy"]): void {
  walk.wireEnd = wireEnd;
  walk.wireEndIsFrom = from;
  if (wireEnd < walk.end) walk.end = wireEnd;
}

/** The length field of a layer below IP: it is not believed when it promises more than there was. */
export function endNoLaterThan(walk: Walk, wireEnd: number): void {
  if (wireEnd < walk.wireEnd) endAt(walk, wireEnd, "header-length");
}

/** An IP header's length. What lies beyond the frame itself was never on the wire, whatever the header claims. */
export function endOfIpAt(walk: Walk, wireEnd: number): void {
  if (wireEnd <= walk.wireEnd) endAt(walk, wireEnd, "ip-total-length");
  else malformed(walk, "wire.ip.longer-than-layer-below", wireEnd - walk.at, walk.wireEndIsFrom, "continued");
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
