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
  /** Where a chunk begins: the packets before it, by capture. */
  private readonly before: number[][] = [];
  private count = 0;
  /** Packets so far, by capture. */
  private readonly counts: number[] = [];
  /** By capture: from this packet of it on so many numbers were taken by blocks that are no packets (custom, journal). */
  private readonly skips: { readonly from: number; readonly skipped: number }[][] = [];

  /** Packets come numbered 1, 2, 3 … over all captures; `ownNumber`: in their own. */
  add({ captureIndex }: PacketView, ownNumber: number): void {
    if (this.count === this.chunks.length * CHUNK) {
      this.chunks.push(new Uint16Array(CHUNK));
      this.before.push([...this.counts]);
    }
    const nth = (this.counts[captureIndex] ?? 0) + 1;
    this.counts[captureIndex] = nth;
    this.skips[captureIndex] ??= [];
    const skips = this.skips[captureIndex] ?? [];
    const skipped = ownNumber - nth;
    if (skipped !== (skips.at(-1)?.skipped ?? 0)) skips.push({ from: nth, skipped });
    const chunk = this.chunks[this.chunks.length - 1];
    if (chunk !== undefined) chunk[this.count++ % CHUNK] = captureIndex;
  }

  /** By the number over all; null: no such packet yet. */
  of(packet: number): PacketHome | null {
    if (packet < 1 || packet > this.count) return null;
    const capture = this.captureOf(packet);
    const chunk = Math.floor((packet - 1) / CHUNK);
    let own = this.before[chunk]?.[capture] ?? 0;
    for (let number = chunk * CHUNK + 1; number <= packet; number++) if (this.captureOf(number) === capture) own++;
    const skipped = this.skips[capture]?.findLast(({ from }) => from <= own)?.skipped ?? 0;
    return { capture, packet: packetNumber(own + skipped) };
  }

  /** The number over all. */
  overall({ capture, packet }: PacketHome): PacketNumber | null {
    const skipped = this.skips[capture]?.findLast((skip) => skip.from + skip.skipped <= packet)?.skipped ?? 0;
    let own = 0;
    for (let number = 1; number <= this.count; number++)
      if (this.captureOf(number) === capture && ++own + skipped === packet) return packetNumber(number);
    return null;
  }

  private captureOf(packet: number): number {
    return this.chunks[Math.floor((packet - 1) / CHUNK)]?.[(packet - 1) % CHUNK] ?? -1;
  }
}
