import { type PacketNumber, packetNumber } from "../base/brand.ts";
import type { PacketView } from "../base/packet-view.ts";
import type { PacketsRead } from "./packets-of.ts";

/**
 * Several captures as one, in time order, packets numbered 1, 2, 3 … over all of them. Packets of equal time come in the
 * order of the inputs; within one capture its order is kept, also where its times go backwards.
 *
 * Drive it like a reader: `next` until null; then `needs` names the capture that must be given more bytes (`push`, or
 * `end` when its source has none), and again; when `needs` is -1 all captures have ended. A chunk must stay unchanged
 * until its capture is named again.
 */
export class CaptureMerge implements PacketsRead {
  private readonly sources: readonly PacketsRead[];
  /** By capture: its packet that is first in turn. */
  private readonly views: (PacketView | undefined)[] = [];
  /** A binary heap of captures that have one: earliest first. */
  private readonly heads: number[] = [];
  /** Captures to be asked before the next packet can be told, by index, last first. */
  private readonly asked: number[];
  private readonly ended = new Set<number>();
  private lastPacketNumber: PacketNumber = packetNumber(0);
  /** The number that the packet at hand has in its own capture. */
  ownNumber: PacketNumber = packetNumber(0);
  private handedOn: PacketView | null = null;

  constructor(sources: readonly PacketsRead[]) {
    this.sources = sources;
    this.asked = sources.map((_, index) => index).reverse();
  }

  /** All of that capture's packets have been handed on. */
  hasEnded(index: number): boolean {
    return this.ended.has(index);
  }

  /** Index of the capture that must get more bytes or be ended; -1: all are done. Valid after `next` returned null. */
  needs(): number {
    return this.asked.at(-1) ?? -1;
  }

  /** The following packet, valid until the next call; null: see `needs`. */
  next(): PacketView | null {
    // Its reader tells what else the capture says about it by the number that it knows.
    if (this.handedOn !== null) this.handedOn.packetNumber = this.ownNumber;
    this.handedOn = null;
    for (let index = this.asked.at(-1); index !== undefined; index = this.asked.at(-1)) {
      const source = this.sources[index];
      const view = source?.next() ?? null;
      if (view !== null) {
        this.views[index] = view;
        this.rise(index);
      } else if (source !== undefined && source.needs() >= 0) return null;
      else this.ended.add(index);
      this.asked.pop();
    }
    const first = this.heads[0];
    const view = first === undefined ? undefined : this.views[first];
    if (first === undefined || view === undefined) return null;
    this.removeFirst();
    this.asked.push(first);
    this.ownNumber = view.packetNumber;
    this.lastPacketNumber = packetNumber(this.lastPacketNumber + 1);
    view.packetNumber = this.lastPacketNumber;
    this.handedOn = view;
    return view;
  }

  private earlier(a: number, b: number): boolean {
    const difference = this.timeOf(a) - this.timeOf(b);
    return difference < 0 || (difference === 0 && a < b);
  }

  private timeOf(index: number): number {
    return this.views[index]?.timestampNs ?? 0;
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
