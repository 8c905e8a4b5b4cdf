import type { PacketNumber, RelativeNs } from "./brand.ts";

/**
 * One captured record. ONE object is reused for all packets: it and the bytes it points to are valid only until the
 * sink returns; copy what you keep. `bytes[start … start + capturedLength)` is the packet from its link header on.
 * Nobody writes into `bytes`.
 */
export interface PacketView {
  packetNumber: PacketNumber;
  timestampNs: RelativeNs;
  /** The time in the file is later by so much: not 0 only behind a place where the capture's clock had been set. */
  clockAheadNs: number;
  /** LINKTYPE_ value (tcpdump.org/linktypes.html). */
  linkType: number;
  bytes: Uint8Array;
  start: number;
  capturedLength: number;
  /** Length on the wire; at least `capturedLength`. */
  originalLength: number;
  /** Index of the capture among the inputs, and of the interface within that capture. */
  captureIndex: number;
  interfaceIndex: number;
  /** Byte offset of the record (pcap record header or pcapng block) in the uncompressed capture. */
  recordOffset: number;
}

/** Where something was seen. Reused like `PacketView`. */
export interface Position {
  packetNumber: PacketNumber;
  timestampNs: RelativeNs;
}

/** A position that is kept. */
export interface Mark {
  readonly packet: PacketNumber;
  readonly timestampNs: RelativeNs;
}

/** In time; of the same moment (clocks may be coarse), in the order of the capture. */
export const isBefore = (a: Mark, b: Mark): boolean =>
  a.timestampNs < b.timestampNs || (a.timestampNs === b.timestampNs && a.packet < b.packet);

/** So far apart in time may packets lie in a capture in the wrong order, and are put right (`pcap/time-order.ts`). */
export const DISORDER_NS = 20e6;

/**
 * Within the disorder that is put right the times tell what came first, since numbers stay those of the file; beyond it
 * the numbers do, since a clock may be set back.
 */
export function cameBefore(packet: number, ns: number, otherPacket: number, otherNs: number): boolean {
  const apartNs = otherNs - ns;
  if (apartNs !== 0 && Math.abs(apartNs) <= DISORDER_NS) return apartNs > 0;
  return packet < otherPacket;
}

export const markOf = (at: Position): Mark => ({ packet: at.packetNumber, timestampNs: at.timestampNs });
