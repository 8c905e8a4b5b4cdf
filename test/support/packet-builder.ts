import { packetNumber, relativeNs } from "../../src/base/brand.ts";
import type { PacketView } from "../../src/base/packet-view.ts";

/** Packets written from plain words, checksums included, so that tshark reads them as well as wscap does. */

export type Link = "ethernet" | "sll" | "sll2" | "raw" | "null" | "loop";

export const linkTypeOf: Readonly<Record<Link, number>> = {
  null: 0,
  ethernet: 1,
  raw: 101,
  loop: 108,
  sll: 113,
  sll2: 276,
};

interface LinkOptions {
  link?: Link;
  /** VLAN ids, outermost first; on Ethernet only. */
  vlan?: readonly number[];
}

interface IpOptions {
  hopLimit?: number;
  ipId?: number;
  dontFragment?: boolean;
  /** IPv4 options, padded to four bytes. */
  ipOptions?: Uint8Array;
}

export interface TcpPacket extends LinkOptions, IpOptions {
  /** `10.0.0.1:1234` or `[2001:db8::1]:1234`. */
  from: string;
  to: string;
  /** Letters of F S R P A U E C. */
  flags?: string;
  seq?: number;
  ack?: number;
  window?: number;
  urgentPointer?: number;
  /** TCP options, padded to four bytes. */
  options?: Uint8Array;
  payload?: Uint8Array | string;
}

export interface UdpPacket extends LinkOptions, IpOptions {
  from: string;
  to: string;
  payload?: Uint8Array | string;
}

export interface IcmpPacket extends LinkOptions, IpOptions {
  /** Addresses without a port. */
  from: string;
  to: string;
  type: number;
  code: number;
  /** The four bytes after the checksum: the next-hop MTU of type 3 code 4 (IPv4) or type 2 (IPv6). */
  rest?: number;
  payload?: Uint8Array;
}

export const concat = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
export const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(/\s+/g, ""), "hex"));
export const u16 = (value: number): Uint8Array => Uint8Array.of(value >>> 8, value);
export const u32 = (value: number): Uint8Array => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);

const toBytes = (payload: Uint8Array | string = ""): Uint8Array =>
  typeof payload === "string" ? new Uint8Array(Buffer.from(payload, "latin1")) : payload;

export function tcpPacket(packet: TcpPacket): Uint8Array {
  const [from, to] = [endpoint(packet.from), endpoint(packet.to)];
  const segment = tcpSegment(packet, from, to);
  return onLink(packet, from.address, ipPacket(packet, from.address, to.address, 6, segment));
}

export function udpPacket(packet: UdpPacket): Uint8Array {
  const [from, to] = [endpoint(packet.from), endpoint(packet.to)];
  const payload = toBytes(packet.payload);
  const datagram = concat(u16(from.port), u16(to.port), u16(8 + payload.length), u16(0), payload);
  datagram.set(u16(transportChecksum(from.address, to.address, 17, datagram) || 0xffff), 6);
  return onLink(packet, from.address, ipPacket(packet, from.address, to.address, 17, datagram));
}

export function icmpPacket(packet: IcmpPacket): Uint8Array {
  const [from, to] = [address(packet.from), address(packet.to)];
  const version6 = from.length === 16;
  const message = concat(
    Uint8Array.of(packet.type, packet.code, 0, 0),
    u32(packet.rest ?? 0),
    packet.payload ?? new Uint8Array(0),
  );
  const sum = version6 ? transportChecksum(from, to, 58, message) : checksum(message);
  message.set(u16(sum), 2);
  return onLink(packet, from, ipPacket(packet, from, to, version6 ? 58 : 1, message));
}

/** An IP packet in an Ethernet frame (or another link layer). */
export function onLink(options: LinkOptions, sender: Uint8Array, ip: Uint8Array): Uint8Array {
  const etherType = sender.length === 16 ? 0x86dd : 0x0800;
  switch (options.link ?? "ethernet") {
    case "ethernet":
      return ethernetFrame(etherType, ip, options.vlan);
    case "sll":
      return concat(u16(0), u16(1), u16(6), hex("0200 0000 0001 0000"), u16(etherType), ip);
    case "sll2":
      return concat(u16(etherType), u16(0), u32(1), u16(1), Uint8Array.of(0, 6), hex("0200 0000 0001 0000"), ip);
    case "null":
      return concat(Uint8Array.of(etherType === 0x0800 ? 2 : 30, 0, 0, 0), ip);
    case "loop":
      return concat(u32(etherType === 0x0800 ? 2 : 30), ip);
    case "raw":
      return ip;
  }
}

export function ethernetFrame(etherType: number, payload: Uint8Array, vlan: readonly number[] = []): Uint8Array {
  const tags = vlan.map((id) => concat(u16(0x8100), u16(id)));
  return concat(hex("0200 0000 0002 0200 0000 0001"), ...tags, u16(etherType), payload);
}

export function ipPacket(
  options: IpOptions,
  from: Uint8Array,
  to: Uint8Array,
  protocol: number,
  payload: Uint8Array,
): Uint8Array {
  const hopLimit = options.hopLimit ?? 64;
  if (from.length === 16) {
    return concat(u32(0x60000000), u16(payload.length), Uint8Array.of(protocol, hopLimit), from, to, payload);
  }
  const ipOptions = padded(options.ipOptions);
  const headerLength = 20 + ipOptions.length;
  const header = concat(
    Uint8Array.of(0x40 | (headerLength / 4), 0),
    u16(headerLength + payload.length),
    u16(options.ipId ?? 0),
    u16((options.dontFragment ?? true) ? 0x4000 : 0),
    Uint8Array.of(hopLimit, protocol, 0, 0),
    from,
    to,
    ipOptions,
  );
  header.set(u16(checksum(header)), 10);
  return concat(header, payload);
}

/**
 * The fragments of an IP packet (link "raw"), cut at these offsets of its payload, which must be multiples of 8
 * (RFC 791 §3.2, RFC 8200 §4.5).
 */
export function fragmentsOf(packet: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const isV4 = (packet[0] ?? 0) >> 4 === 4;
  const headerLength = isV4 ? ((packet[0] ?? 0) & 15) * 4 : 40;
  const payload = packet.subarray(headerLength);
  return [0, ...cuts].map((from, index, starts) => {
    const to = starts[index + 1] ?? payload.length;
    const more = to < payload.length;
    const header = packet.slice(0, headerLength);
    if (!isV4) {
      const fragmentHeader = concat(Uint8Array.of(header[6] ?? 0, 0), u16(from | Number(more)), u32(7));
      header.set(u16(8 + to - from), 4);
      header[6] = 44;
      return concat(header, fragmentHeader, payload.subarray(from, to));
    }
    header.set(u16(headerLength + to - from), 2);
    header.set(u16((more ? 0x2000 : 0) | (from / 8)), 6);
    header.set(u16(0), 10);
    header.set(u16(checksum(header)), 10);
    return concat(header, payload.subarray(from, to));
  });
}

const FLAG_LETTERS = "FSRPAUEC";

function tcpSegment(packet: TcpPacket, from: Endpoint, to: Endpoint): Uint8Array {
  const options = padded(packet.options);
  let flags = 0;
  for (const letter of packet.flags ?? "A") flags |= 1 << FLAG_LETTERS.indexOf(letter);
  const segment = concat(
    u16(from.port),
    u16(to.port),
    u32(packet.seq ?? 0),
    u32(packet.ack ?? 0),
    Uint8Array.of((20 + options.length) << 2, flags),
    u16(packet.window ?? 65_535),
    u16(0),
    u16(packet.urgentPointer ?? 0),
    options,
    toBytes(packet.payload),
  );
  segment.set(u16(transportChecksum(from.address, to.address, 6, segment)), 16);
  return segment;
}

const padded = (options: Uint8Array = new Uint8Array(0)): Uint8Array =>
  concat(options, new Uint8Array((4 - (options.length % 4)) % 4));

function transportChecksum(from: Uint8Array, to: Uint8Array, protocol: number, bytes: Uint8Array): number {
  return checksum(concat(from, to, u32(bytes.length), u32(protocol), bytes));
}

/** RFC 1071. */
export function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

interface Endpoint {
  address: Uint8Array;
  port: number;
}

function endpoint(text: string): Endpoint {
  const colon = text.lastIndexOf(":");
  return {
    address: address(text.slice(0, colon).replaceAll(/[[\]]/g, "")),
    port: Number(text.slice(colon + 1)),
  };
}

/** `10.0.0.1` or `2001:db8::1` as 4 or 16 bytes. */
export function address(text: string): Uint8Array {
  if (!text.includes(":")) return Uint8Array.from(text.split("."), Number);
  const [head = "", tail] = text.split("::");
  const groups = (part: string): number[] => (part === "" ? [] : part.split(":").map((g) => Number.parseInt(g, 16)));
  const [before, after] = [groups(head), groups(tail ?? "")];
  const zeros = tail === undefined ? [] : new Array<number>(8 - before.length - after.length).fill(0);
  return concat(...[...before, ...zeros, ...after].map(u16));
}

/** A packet as a capture reader would hand it over. */
export function packetView(bytes: Uint8Array, given: Partial<PacketView> = {}): PacketView {
  return {
    packetNumber: packetNumber(1),
    timestampNs: relativeNs(0),
    linkType: linkTypeOf.ethernet,
    bytes,
    start: 0,
    capturedLength: bytes.length,
    originalLength: Math.max(bytes.length, given.capturedLength ?? 0),
    captureIndex: 0,
    interfaceIndex: 0,
    recordOffset: 0,
    clockAheadNs: 0,
    ...given,
  };
}
