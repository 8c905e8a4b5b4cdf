import { type PacketNumber, packetNumber } from "../base/brand.ts";
import type { PacketView } from "../base/packet-view.ts";
import type { CaptureReader } from "./types.ts";

/**
 * Several captures as one, in time order, packets numbered 1, 2, 3 … over all of them. Packets of equal time come in the
 * order of the inputs; within one capture file order is kept, also where its times go backwards. A single capture is
 * passed straight through and keeps its own numbers.
 *
 * Drive it like a reader: `next` until null; then `needs` names the reader that must be given more bytes (`push`, or
 * `end` when its source has none), and again; when `needs` is -1 all captures have ended. A chunk must stay unchanged
 * until its reader is named again.
 */
export class CaptureMerge {
  private readonly readers: readonly CaptureReader[];
  private readonly single: CaptureReader | null;
  /** A binary heap of readers whose next packet is in their view: earliest first. */
  private readonly heads: number[] = [];
  /** Readers to be asked before the next packet can be told, by index, last first. */
  private readonly asked: number[];
  private lastPacketNumber: PacketNumber = packetNumber(0);
  /** Of several captures: the number that the packet at hand has in its own. */
  ownNumber: PacketNumber = packetNumber(0);

  constructor(readers: readonly CaptureReader[]) {
    this.readers = readers;
    this.single = readers.length === 1 ? (readers[0] ?? null) : null;
    this.asked = readers.map((_, index) => index).reverse();
  }

  /** Index of the reader that must get more bytes or be ended; -1: all are done. Valid after `next` returned null. */
  needs(): number {
    if (this.single !== null) return this.single.done ? -1 : 0;
    return this.asked.at(-1) ?? -1;
  }

  /** The following packet, valid until the next call; null: see `needs`. */
  next(): PacketView | null {
    const { single } = this;
    if (single !== null) return single.next() === true ? single.view : null;
    for (let index = this.asked.at(-1); index !== undefined; index = this.asked.at(-1)) {
      const reader = this.readers[index];
      if (reader?.next()) this.rise(index);
      else if (reader?.done === false) return null;
      this.asked.pop();
    }
    const first = this.heads[0];
    const view = first === undefined ? undefined : this.readers[first]?.view;
    if (first === undefined || view === undefined) return null;
    this.removeFirst();
    this.asked.push(first);
    this.ownNumber = view.packetNumber;
    this.lastPacketNumber = packetNumber(this.lastPacketNumber + 1);
    view.packetNumber = this.lastPacketNumber;
    return view;
  }

  private earlier(a: number, b: number): boolean {
    const difference = this.timeOf(a) - this.timeOf(b);
    return difference < 0 || (difference === 0 && a < b);
  }

  private timeOf(index: number): number {
    return this.readers[index]?.view.timestampNs ?? 0;
  }

  private rise(index: number): void {
    const { heads } = this;
    let at = heads.length;
    for (; at > 0; ) {
      const parent = (at - 1) >> 1;
      const above = heads[parent] ?? 0;
      if (!this.earlier(index, above)) break;
      heads[at] = above;
      at = parent;
    }
    heads[at] = index;
  }

  private removeFirst(): void {
    const { heads } = this;
    const moved = heads.pop();
    const length = heads.length;
    if (moved === undefined || length === 0) return;
    let at = 0;
    for (let child = 1; child < length; child = 2 * at + 1) {
      if (child + 1 < length && this.earlier(heads[child + 1] ?? 0, heads[child] ?? 0)) child++;
      const below = heads[child] ?? 0;
      if (!this.earlier(below, moved)) break;
      heads[at] = below;
      at = child;
    }
    heads[at] = moved;
  }
}
