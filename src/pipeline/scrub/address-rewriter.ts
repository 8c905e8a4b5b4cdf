import { u8, u16be } from "../../base/bytes.ts";
import { LINK } from "../../wire/link/link-types.ts";
import { hideDns } from "./dns-names.ts";
import { PseudonymBytes } from "./pseudonym-bytes.ts";
import { radioFrameStart, readRadioFrame } from "./radio-frame.ts";
import { type Sum, SummedBytes } from "./summed-bytes.ts";

const [IPV4, IPV6, ARP] = [0x0800, 0x86dd, 0x0806];
const VLAN_TAGS: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100]);
const [ICMP, IP_IN_IP, TCP, UDP, IPV6_IN_IP, GRE, ICMPV6] = [1, 4, 6, 17, 41, 47, 58];
const IPV6_OPTIONS: ReadonlySet<number> = new Set([0, 60]);
const [DNS_PORT, VXLAN_PORT] = [53, 4789];
const MPTCP = 30;
const NOP = 1;
const DEPTH = 8;

/**
 * Gives the addresses in a packet's headers their pseudonyms, lengths kept and checksums carried along: link-layer
 * addresses, IPv4 and IPv6 (in tunnels and in what ICMP quotes too), ARP, neighbour discovery, DNS answers. What is not
 * TCP, DNS or one of these is blanked behind its addresses: nobody could say what it holds.
 */
export class AddressRewriter {
  private readonly pseudonyms: PseudonymBytes;
  private readonly labelsOf: (labels: readonly string[]) => readonly string[];
  private packet = new SummedBytes(new Uint8Array(0));

  constructor(pseudonymOf: (address: string) => string, labelsOf: (labels: readonly string[]) => readonly string[]) {
    this.pseudonyms = new PseudonymBytes(pseudonymOf);
    this.labelsOf = labelsOf;
  }

  /** In place. */
  rewrite(bytes: Uint8Array, linkType: number): void {
    this.packet = new SummedBytes(bytes);
    switch (linkType) {
      case LINK.ethernet:
        this.ethernet(0, 0);
        break;
      case LINK.sll:
        this.hardwareAddress(6, Math.min(8, u16be(bytes, 4)));
        this.etherType(16, u16be(bytes, 14), 0);
        break;
      case LINK.sll2:
        this.hardwareAddress(12, Math.min(8, u8(bytes, 11)));
        this.etherType(20, u16be(bytes, 0), 0);
        break;
      case LINK.null:
      case LINK.loop:
        this.ip(4, 0);
        break;
      case LINK.raw:
      case LINK.rawBsd:
      case LINK.rawOpenBsd:
      case LINK.ipv4:
      case LINK.ipv6:
        this.ip(0, 0);
        break;
      case LINK.wlan:
      case LINK.radiotap:
      case LINK.prism:
      case LINK.avs:
        this.radio(radioFrameStart(bytes, linkType));
        break;
      default:
        // Other headers hold addresses in places of their own.
        this.packet.blank(0, bytes.length, []);
    }
  }

  /** The frame check sequence at its end, where there is one, does not fit any more: nobody computes it anew. */
  private radio(at: number): void {
    const { packet } = this;
    const frame = at < 0 ? null : readRadioFrame(packet.bytes, at);
    if (frame === null) {
      packet.blank(0, this.end, []);
      return;
    }
    for (const place of frame.addresses) this.hardwareAddress(place, 6);
    if (frame.etherType === null) packet.blank(frame.body, this.end, []);
    else this.etherType(frame.body + 8, frame.etherType, 0);
  }

  private get end(): number {
    return this.packet.bytes.length;
  }

  private ethernet(at: number, depth: number): void {
    this.hardwareAddress(at, 6);
    this.hardwareAddress(at + 6, 6);
    this.etherType(at + 14, at + 14 <= this.end ? u16be(this.packet.bytes, at + 12) : 0, depth);
  }

  private etherType(at: number, type: number, depth: number): void {
    const { bytes } = this.packet;
    if (VLAN_TAGS.has(type) && at + 4 <= this.end && depth < DEPTH) {
      this.etherType(at + 4, u16be(bytes, at + 2), depth + 1);
      return;
    }
    if (type === IPV4 || type === IPV6) {
      this.ip(at, depth);
      return;
    }
    if (type === ARP) {
      this.arp(at);
      return;
    }
    this.packet.blank(at, this.end, []);
  }

  private arp(at: number): void {
    const { bytes } = this.packet;
    if (at + 28 > this.end || u8(bytes, at + 4) !== 6 || u8(bytes, at + 5) !== 4) {
      this.packet.blank(at + 8, this.end, []);
      return;
    }
    this.hardwareAddress(at + 8, 6);
    this.address(at + 14, 4, []);
    this.hardwareAddress(at + 18, 6);
    this.address(at + 24, 4, []);
    // Padding that some cards fill with what was in their memory.
    this.packet.blank(at + 28, this.end, []);
  }

  private ip(at: number, depth: number): void {
    const { bytes } = this.packet;
    if (depth > DEPTH) {
      this.packet.blank(at, this.end, []);
      return;
    }
    const version = at < this.end ? u8(bytes, at) >> 4 : 0;
    if (version === 4 && at + 20 <= this.end) this.ipv4(at, depth);
    else if (version === 6 && at + 40 <= this.end) this.ipv6(at, depth);
    else this.packet.blank(at, this.end, []);
  }

  private ipv4(at: number, depth: number): void {
    const { packet } = this;
    const payload = Math.min(this.end, at + Math.max(20, (u8(packet.bytes, at) & 15) * 4));
    const header: Sum = { at: at + 10, origin: at };
    const isFragment = (u16be(packet.bytes, at + 6) & 0x3fff) !== 0;
    const protocol = u8(packet.bytes, at + 9);
    const sums = isFragment ? [header] : [header, ...addressSums(protocol, payload)];
    this.address(at + 12, 4, sums);
    this.address(at + 16, 4, sums);
    // Source routes and recorded routes are addresses (RFC 791 §3.1).
    packet.set(at + 20, new Uint8Array(Math.max(0, payload - at - 20)).fill(NOP), [header]);
    if (isFragment) packet.blank(payload, this.end, []);
    else this.payload(protocol, payload, depth);
  }

  private ipv6(at: number, depth: number): void {
    const { packet } = this;
    let protocol = u8(packet.bytes, at + 6);
    let payload = at + 40;
    while (IPV6_OPTIONS.has(protocol) && payload + 8 <= this.end) {
      protocol = u8(packet.bytes, payload);
      payload += 8 + u8(packet.bytes, payload + 1) * 8;
    }
    const sums = addressSums(protocol, payload);
    this.address(at + 8, 16, sums);
    this.address(at + 24, 16, sums);
    this.payload(protocol, payload, depth);
  }

  private payload(protocol: number, at: number, depth: number): void {
    const { packet } = this;
    if (at >= this.end) return;
    const sums = transportSums(protocol, at);
    if (protocol === TCP) {
      this.tcpOptions(at, sums);
      return;
    }
    if (protocol === UDP) {
      this.udp(at, sums, depth);
      return;
    }
    if (protocol === ICMP) {
      this.icmp(at, sums);
      return;
    }
    if (protocol === ICMPV6) {
      this.icmpv6(at, sums);
      return;
    }
    if (protocol === IP_IN_IP || protocol === IPV6_IN_IP) {
      this.ip(at, depth + 1);
      return;
    }
    // RFC 2784: a plain header; with keys or routing it is not followed.
    if (protocol === GRE && at + 4 <= this.end && u16be(packet.bytes, at) === 0) {
      this.etherType(at + 4, u16be(packet.bytes, at + 2), depth + 1);
      return;
    }
    packet.blank(at, this.end, []);
  }

  /** Multipath TCP tells the peer of further addresses (RFC 8684 §3.4.1). */
  private tcpOptions(tcp: number, sums: readonly Sum[]): void {
    const { bytes } = this.packet;
    const end = tcp + 20 <= this.end ? Math.min(this.end, tcp + (u8(bytes, tcp + 12) >> 4) * 4) : tcp;
    for (let at = tcp + 20; at + 1 < end; ) {
      const kind = u8(bytes, at);
      if (kind === 0) return;
      const length = kind === NOP ? 1 : Math.max(2, u8(bytes, at + 1));
      if (kind === MPTCP) this.packet.set(at, new Uint8Array(Math.min(length, end - at)).fill(NOP), sums);
      at += length;
    }
  }

  private udp(at: number, sums: readonly Sum[], depth: number): void {
    const { bytes } = this.packet;
    if (at + 8 > this.end) return;
    const [source, destination] = [u16be(bytes, at), u16be(bytes, at + 2)];
    if (source === DNS_PORT || destination === DNS_PORT) {
      const readTo = hideDns(this.packet, at + 8, sums, {
        address: (place, length) => this.address(place, length, sums),
        labels: this.labelsOf,
      });
      this.packet.blank(readTo, this.end, sums);
    } else if (destination === VXLAN_PORT && at + 16 < this.end) {
      // The inner packet's changes are not carried into the outer checksum: without one it is right (RFC 7348 §5).
      this.packet.bytes.fill(0, at + 6, at + 8);
      this.ethernet(at + 16, depth + 1);
    } else this.packet.blank(at + 8, this.end, sums);
  }

  private icmp(at: number, sums: readonly Sum[]): void {
    const { packet } = this;
    const type = u8(packet.bytes, at);
    if (type === 5) this.address(at + 4, 4, sums);
    if (at + 28 <= this.end && [3, 4, 5, 11, 12].includes(type)) this.quoted(at + 8, 4, sums);
    else packet.blank(Math.min(this.end, at + 8), this.end, sums);
  }

  private icmpv6(at: number, sums: readonly Sum[]): void {
    const { packet } = this;
    const type = u8(packet.bytes, at);
    if (type >= 1 && type <= 4 && at + 48 <= this.end) {
      this.quoted(at + 8, 6, sums);
      return;
    }
    if ((type === 135 || type === 136) && at + 24 <= this.end) {
      this.address(at + 8, 16, sums);
      // RFC 4861 §4.6: link-layer addresses, and who knows what else.
      packet.blank(Math.min(this.end, at + 26), this.end, sums);
    } else packet.blank(Math.min(this.end, at + 8), this.end, sums);
  }

  /** What an error quotes: its addresses; the payload behind its ports has been blanked before. */
  private quoted(at: number, version: 4 | 6, outer: readonly Sum[]): void {
    const { bytes } = this.packet;
    const isV4 = version === 4;
    const payload = isV4 ? at + Math.max(20, (u8(bytes, at) & 15) * 4) : at + 40;
    const protocol = u8(bytes, at + (isV4 ? 9 : 6));
    const inner = [...(isV4 ? [{ at: at + 10, origin: at }] : []), ...addressSums(protocol, payload)];
    const [source, length]: [number, 4 | 16] = isV4 ? [at + 12, 4] : [at + 8, 16];
    const before = bytes.slice();
    this.address(source, length, inner);
    this.address(source + length, length, inner);
    if (protocol !== TCP) this.packet.blank(Math.min(this.end, payload + 8), this.end, []);
    // All of it, the quoted checksums too, is under the error's own.
    const after = bytes.slice(at);
    bytes.set(before.subarray(at), at);
    this.packet.set(at, after, outer);
  }

  private address(at: number, length: 4 | 16, sums: readonly Sum[]): void {
    if (at + length > this.end) this.packet.blank(at, this.end, sums);
    else this.packet.set(at, this.pseudonyms.address(this.packet.bytes.slice(at, at + length)), sums);
  }

  private hardwareAddress(at: number, length: number): void {
    const own = this.packet.bytes.slice(at, at + length);
    if (own.length > 0) this.packet.set(at, this.pseudonyms.hardware(own), []);
  }
}

/** The checksums that cover the addresses: by a pseudo-header, in which they begin at even places. */
const addressSums = (protocol: number, at: number): Sum[] => (protocol === ICMP ? [] : transportSums(protocol, at));

/** The checksums over what a transport carries. */
function transportSums(protocol: number, at: number): Sum[] {
  if (protocol === TCP) return [{ at: at + 16, origin: at }];
  if (protocol === UDP) return [{ at: at + 6, origin: at, mayBeNone: true }];
  return protocol === ICMPV6 || protocol === ICMP ? [{ at: at + 2, origin: at }] : [];
}
