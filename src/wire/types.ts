import type { Malformed } from "../base/malformed.ts";
import type { PacketView } from "../base/packet-view.ts";

/**
 * One TCP segment. ONE object is reused; it and its bytes are valid only until the sink returns.
 * Every `…Start` is an offset into `bytes` (the packet's, or those of a reassembled datagram).
 */
export interface SegmentView {
  bytes: Uint8Array;
  ipVersion: 4 | 6;
  /** 4 or 16 bytes each. */
  sourceAddressStart: number;
  destinationAddressStart: number;
  sourcePort: number;
  destinationPort: number;
  /** int32 with the bits of the uint32 (compare with `(a - b) | 0`). */
  sequenceNumber: number;
  acknowledgmentNumber: number;
  /** TCP flags, RFC 9293 §3.1: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128. */
  flags: number;
  /** The field as sent, not scaled. */
  window: number;
  urgentPointer: number;
  /** IPv4 TTL or IPv6 hop limit. */
  hopLimit: number;
  /** IPv4 identification; -1 for IPv6. */
  ipIdentification: number;
  /** IPv4 "don't fragment"; always true of IPv6, whose routers never fragment. */
  dontFragment: boolean;
  optionsStart: number;
  optionsLength: number;
  payloadStart: number;
  /** Captured payload bytes. */
  payloadLength: number;
  /** Payload bytes on the wire that the capture cut off (snapshot length). */
  payloadCutLength: number;
}

/** The quoted segment of an ICMP or ICMPv6 error (RFC 792, RFC 4443); quoted addresses are those of the lost packet. */
export interface IcmpErrorView {
  bytes: Uint8Array;
  ipVersion: 4 | 6;
  /** Who sent the error. */
  senderAddressStart: number;
  type: number;
  code: number;
  /** Next-hop MTU of "fragmentation needed" / "packet too big", else 0. */
  mtuBytes: number;
  quotedSourceAddressStart: number;
  quotedDestinationAddressStart: number;
  quotedSourcePort: number;
  quotedDestinationPort: number;
  /** Sequence number of the quoted segment; 0 when the quote is too short. */
  quotedSequenceNumber: number;
}

/** UDP towards or from the ports that wscap reads (DNS 53, mDNS 5353). */
export interface DatagramView {
  bytes: Uint8Array;
  ipVersion: 4 | 6;
  sourceAddressStart: number;
  destinationAddressStart: number;
  sourcePort: number;
  destinationPort: number;
  payloadStart: number;
  payloadLength: number;
}

/** ARP for IPv4 over Ethernet (RFC 826). */
export interface ArpView {
  bytes: Uint8Array;
  operation: number;
  senderAddressStart: number;
  targetAddressStart: number;
}

/** Why a packet yielded nothing for TCP: stable words, counted. */
export type NotDecoded = string;

export interface WireSink {
  onSegment(segment: SegmentView, packet: PacketView): void;
  onIcmpError(error: IcmpErrorView, packet: PacketView): void;
  onDatagram(datagram: DatagramView, packet: PacketView): void;
  onArp(arp: ArpView, packet: PacketView): void;
  /** A well-formed packet of a kind that is not read (`udp`, `ethertype-0x88cc`, `link-type-147` …). */
  onOther(kind: NotDecoded, packet: PacketView): void;
  onMalformed(malformed: Malformed): void;
}

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const ACK = 16;
export const URG = 32;
