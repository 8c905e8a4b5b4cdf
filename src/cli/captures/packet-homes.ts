import { type PacketNumber, packetNumber } from "../../base/brand.ts";
import type { PacketView } from "../../base/packet-view.ts";

/** A packet by its capture and by the number that it has in there. */
export interface PacketHome {
  readonly capture: number;
  readonly packet: PacketNumber;
}

const CHUNK = 65_536;

interface Chunk {
  readonly captures: Uint16Array;
  /** By capture, where the chunk begins: its packets until then, and the numbers that were taken by blocks that are none. */
  readonly before: readonly number[];
  readonly skipped: readonly number[];
  /** null: each capture's numbers go up one by one. */
  own: Uint32Array | null;
}

/**
 * Of captures that are read as one: which of them each packet is from, two bytes a packet. A note must be kept beside
 * the capture that its packet is in, by the number that it has there, or nobody finds it who opens that one alone.
 */
export class PacketHomes {
  private readonly chunks: Chunk[] = [];
  private count = 0;
  /** Packets so far, by capture. */
  private readonly counts: number[] = [];
  /** By how much a capture's last number is more than its packets: custom blocks and journals have numbers, too. */
  private readonly skips: number[] = [];

  /** Packets come numbered 1, 2, 3 … over all captures; `ownNumber`: in their own. */
  add({ captureIndex }: PacketView, ownNumber: number): void {
    const at = this.count++ % CHUNK;
    if (at === 0)
      this.chunks.push({
        captures: new Uint16Array(CHUNK),
        before: [...this.counts],
        skipped: [...this.skips],
        own: null,
      });
    const chunk = this.chunks[this.chunks.length - 1] as Chunk;
    const nth = (this.counts[captureIndex] ?? 0) + 1;
    this.counts[captureIndex] = nth;
    this.skips[captureIndex] = ownNumber - nth;
    if (chunk.own === null && ownNumber - nth !== (chunk.skipped[captureIndex] ?? 0)) chunk.own = numbersOf(chunk, at);
    chunk.captures[at] = captureIndex;
    if (chunk.own !== null) chunk.own[at] = ownNumber;
  }

  /** By the number over all; null: no such packet yet. */
  of(packet: number): PacketHome | null {
    const chunk = packet < 1 || packet > this.count ? undefined : this.chunks[Math.floor((packet - 1) / CHUNK)];
    if (chunk === undefined) return null;
    const at = (packet - 1) % CHUNK;
    const own = (chunk.own ?? numbersOf(chunk, at + 1))[at] ?? 0;
    return { capture: chunk.captures[at] ?? 0, packet: packetNumber(own) };
  }

  /** -1: no such packet yet. */
  captureOf(packet: number): number {
    if (packet < 1 || packet > this.count) return -1;
    return this.chunks[Math.floor((packet - 1) / CHUNK)]?.captures[(packet - 1) % CHUNK] ?? -1;
  }

  /** The number over all. */
  overall({ capture, packet }: PacketHome): PacketNumber | null {
    for (const [own, number] of this.numbersIn(capture)) if (own === packet) return packetNumber(number);
    return null;
  }

  /** Of that capture's packets the numbers over all, by their own. */
  *numbersIn(capture: number): Iterable<readonly [own: number, overall: number]> {
    for (const [index, chunk] of this.chunks.entries()) {
      const length = Math.min(CHUNK, this.count - index * CHUNK);
      const own = chunk.own ?? numbersOf(chunk, length);
      for (let at = 0; at < length; at++)
        if (chunk.captures[at] === capture) yield [own[at] ?? 0, index * CHUNK + at + 1];
    }
  }
}

/** Those of its first packets. */
function numbersOf({ captures, before, skipped }: Chunk, count: number): Uint32Array {
  const numbers = new Uint32Array(CHUNK);
  const last = [...before];
  for (let at = 0; at < count; at++) {
    const capture = captures[at] ?? 0;
    last[capture] = (last[capture] ?? 0) + 1;
    numbers[at] = (last[capture] ?? 0) + (skipped[capture] ?? 0);
  }
  return numbers;
}
