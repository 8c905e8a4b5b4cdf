import { type PacketNumber, packetNumber } from "../../base/brand.ts";
import type { PacketView } from "../../base/packet-view.ts";

/** A packet by its capture and by the number that it has in there. */
export interface PacketHome {
  readonly capture: number;
  readonly packet: PacketNumber;
}

const CHUNK = 65_536;

/**
 * Of captures that are read as one: which of them each packet is from, two bytes a packet. A note must be kept beside
 * the capture that its packet is in, by the number that it has there, or nobody finds it who opens that one alone.
 */
export class PacketHomes {
  private readonly chunks: Uint16Array[] = [];
  private count = 0;

  /** Packets come numbered 1, 2, 3 … over all captures. */
  add({ captureIndex }: PacketView): void {
    if (this.count === this.chunks.length * CHUNK) this.chunks.push(new Uint16Array(CHUNK));
    const chunk = this.chunks[this.chunks.length - 1];
    if (chunk !== undefined) chunk[this.count++ % CHUNK] = captureIndex;
  }

  /** By the number over all; null: no such packet yet. Counts from the first one: a note is written by hand. */
  of(packet: number): PacketHome | null {
    if (packet < 1 || packet > this.count) return null;
    const capture = this.captureOf(packet);
    let own = 0;
    for (let number = 1; number <= packet; number++) if (this.captureOf(number) === capture) own++;
    return { capture, packet: packetNumber(own) };
  }

  /** The number over all. */
  overall({ capture, packet }: PacketHome): PacketNumber | null {
    let own = 0;
    for (let number = 1; number <= this.count; number++)
      if (this.captureOf(number) === capture && ++own === packet) return packetNumber(number);
    return null;
  }

  private captureOf(packet: number): number {
    return this.chunks[Math.floor((packet - 1) / CHUNK)]?.[(packet - 1) % CHUNK] ?? -1;
  }
}
