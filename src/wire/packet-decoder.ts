import { u8, u16be, viewOf } from "../base/bytes.ts";
import type { PacketView } from "../base/packet-view.ts";
import { tellGivenUp } from "./ip/fragment.ts";
import { FragmentStore } from "./ip/fragment-store.ts";
import { readIpProtocol } from "./ip/ip-protocol.ts";
import { readIpv4 } from "./ip/ipv4.ts";
import { readIpv6 } from "./ip/ipv6.ts";
import { readEthernet, readEtherType, readLlc, readMpls } from "./link/ethernet.ts";
import { readLinkLayer } from "./link/link-layer.ts";
import { LINK } from "./link/link-types.ts";
import { readPpp } from "./link/ppp.ts";
import { readAMsdu, readWlan } from "./link/wlan.ts";
import { readTcpFields } from "./tcp.ts";
import type { SegmentView, WireSink } from "./types.ts";
import { emptyArp, emptyDatagram, emptyIcmpError, emptySegment } from "./views.ts";
import { LAYER, type Layer, layerOfIpVersion, type Walk } from "./walk.ts";

const TCP = 6;
/** Bytes of the fixed IPv4 and TCP headers. */
const IPV4_AND_TCP = 40;

/**
 * Turns packets into TCP segments, ICMP errors and datagrams. Every packet ends in at least one call of the sink; none
 * makes it throw.
 */
export class PacketDecoder {
  readonly #sink: WireSink;
  readonly #segment: SegmentView = emptySegment();
  readonly #fragments: FragmentStore;
  #walk: Walk | undefined;

  constructor(sink: WireSink) {
    this.#sink = sink;
    this.#fragments = new FragmentStore(tellGivenUp(sink));
  }

  decode(packet: PacketView): void {
    const ipStart = plainIpv4Start(packet);
    // Compared with true: V8 would look for every falsy value there is (native-notes/decisions/0010).
    if (ipStart >= 0 && readPlainTcp(this.#segment, packet, ipStart) === true)
      this.#sink.onSegment(this.#segment, packet);
    else this.#readLayers(packet);
  }

  /** The capture is over: datagrams whose fragments are still missing are reported. */
  end(): void {
    this.#fragments.end();
  }

  #readLayers(packet: PacketView): void {
    this.#walk ??= newWalk(this.#sink, packet, this.#segment, this.#fragments);
    const walk = this.#walk;
    startWalk(walk, packet);
    let layer: Layer = LAYER.link;
    for (;;) {
      while (layer !== LAYER.done) layer = readLayer(walk, layer);
      const next = walk.waiting.pop();
      if (next === undefined) return;
      walk.bytes = next.bytes;
      walk.origin = next.origin;
      walk.at = next.at;
      walk.end = next.end;
      walk.wireEnd = next.wireEnd;
      walk.ipHeaderCount = next.ipHeaderCount;
      layer = next.layer;
    }
  }
}

function newWalk(sink: WireSink, packet: PacketView, segment: SegmentView, fragments: FragmentStore): Walk {
  return {
    sink,
    fragments,
    segment,
    datagram: emptyDatagram(),
    icmpError: emptyIcmpError(),
    arp: emptyArp(),
    packet,
    bytes: packet.bytes,
    origin: 0,
    at: 0,
    end: 0,
    wireEnd: 0,
    wireEndIsFrom: "record-length",
    linkType: 0,
    wlanHeaderIsPadded: false,
    etherType: 0,
    ipProtocol: 0,
    ipVersion: 4,
    ipHeaderStart: 0,
    sourceAddressStart: 0,
    destinationAddressStart: 0,
    hopLimit: 0,
    ipIdentification: 0,
    dontFragment: false,
    ipHeaderCount: 0,
    waiting: [],
  };
}

function startWalk(walk: Walk, packet: PacketView): void {
  walk.packet = packet;
  walk.bytes = packet.bytes;
  walk.origin = packet.start;
  walk.at = packet.start;
  walk.end = packet.start + packet.capturedLength;
  walk.wireEnd = packet.start + packet.originalLength;
  walk.wireEndIsFrom = "record-length";
  walk.linkType = packet.linkType;
  walk.wlanHeaderIsPadded = false;
  walk.ipHeaderCount = 0;
  walk.waiting.length = 0;
}

function readLayer(walk: Walk, layer: Layer): Layer {
  switch (layer) {
    case LAYER.done:
      return LAYER.done;
    case LAYER.link:
      return readLinkLayer(walk);
    case LAYER.ethernet:
      return readEthernet(walk);
    case LAYER.etherType:
      return readEtherType(walk);
    case LAYER.llc:
      return readLlc(walk);
    case LAYER.ppp:
      return readPpp(walk);
    case LAYER.wlan:
      return readWlan(walk);
    case LAYER.aMsdu:
      return readAMsdu(walk);
    case LAYER.mpls:
      return readMpls(walk);
    case LAYER.ip:
      return layerOfIpVersion(walk);
    case LAYER.ipv4:
      return readIpv4(walk);
    case LAYER.ipv6:
      return readIpv6(walk);
    case LAYER.ipProtocol:
      return readIpProtocol(walk);
  }
}

/** Where IPv4 starts in a packet whose link header is plain and says IPv4; -1 for all others, which are walked. */
function plainIpv4Start(packet: PacketView): number {
  const { bytes, start } = packet;
  if (packet.capturedLength < IPV4_AND_TCP) return -1;
  const view = viewOf(bytes);
  switch (packet.linkType) {
    case LINK.ethernet: {
      const etherType = view.getUint16(start + 12);
      if (etherType === 0x0800) return start + 14;
      // One VLAN tag (IEEE 802.1Q) is common enough to stay on this path.
      return etherType === 0x8100 && view.getUint16(start + 16) === 0x0800 ? start + 18 : -1;
    }
    case LINK.sll:
      return view.getUint16(start + 14) === 0x0800 ? start + 16 : -1;
    case LINK.sll2:
      return view.getUint16(start) === 0x0800 ? start + 20 : -1;
    case LINK.null:
      return (u8(bytes, start) | u8(bytes, start + 3)) === 2 && u16be(bytes, start + 1) === 0 ? start + 4 : -1;
    case LINK.raw:
    case LINK.ipv4:
      return start;
    default:
      return -1;
  }
}

/**
 * The common case in one straight line: IPv4 without options and fragments, carrying TCP, headers captured whole, read
 * four bytes at a time (RFC 791 §3.1). False when the packet is anything else; then nothing has been told to anyone.
 */
function readPlainTcp(segment: SegmentView, packet: PacketView, ipStart: number): boolean {
  const { bytes, start } = packet;
  const end = start + packet.capturedLength;
  if (end - ipStart < IPV4_AND_TCP) return false;
  const view = viewOf(bytes);
  const versionAndLength = view.getInt32(ipStart);
  const fragment = view.getInt32(ipStart + 4);
  const hopsAndProtocol = view.getInt32(ipStart + 8) >>> 16;
  if (versionAndLength >>> 24 !== 0x45 || (fragment & 0x3fff) !== 0 || (hopsAndProtocol & 0xff) !== TCP) return false;
  const tcpStart = ipStart + 20;
  const payloadStart = readTcpFields(segment, view, tcpStart);
  const ipEnd = ipStart + (versionAndLength & 0xffff);
  if (payloadStart < tcpStart + 20 || payloadStart > ipEnd || payloadStart > end) return false;
  if (ipEnd > start + packet.originalLength) return false;
  const payloadEnd = Math.min(ipEnd, end);
  if (segment.bytes !== bytes) segment.bytes = bytes;
  segment.ipVersion = 4;
  segment.sourceAddressStart = ipStart + 12;
  segment.destinationAddressStart = ipStart + 16;
  segment.hopLimit = hopsAndProtocol >> 8;
  segment.ipIdentification = fragment >>> 16;
  segment.dontFragment = (fragment & 0x4000) !== 0;
  segment.optionsLength = payloadStart - tcpStart - 20;
  segment.payloadStart = payloadStart;
  segment.payloadLength = payloadEnd - payloadStart;
  segment.payloadCutLength = ipEnd - payloadEnd;
  return true;
}
