import type { RelativeNs } from "../base/brand.ts";

/** What a capture tells about its end: it ran until then, beyond its last packet. */
export interface CapturedUntil {
  readonly captureIndex: number;
  readonly untilNs: RelativeNs;
}

/** Where each capture was taken: parts of one long capture share a point, captures taken elsewhere have one of their own. */
export class CapturePoints {
  private readonly points: number[] = [];
  /** By capture: the number of its first packet. */
  private readonly beginnings: number[] = [];
  private current = -1;
  private readonly settle: (captureIndex: number) => number;

  constructor(settle: (captureIndex: number) => number) {
    this.settle = settle;
  }

  /** A packet of this capture comes. Answers its point. */
  enter(captureIndex: number, packetNumber: number): number {
    this.current = captureIndex;
    this.beginnings[captureIndex] ??= packetNumber;
    this.points[captureIndex] ??= this.settle(captureIndex);
    return this.points[captureIndex] ?? 0;
  }

  of(captureIndex: number): number {
    return this.points[captureIndex] ?? 0;
  }

  /** The first packet of the capture at hand where, by its times, it continues another one; null: it does not. */
  get continuedFrom(): number | null {
    if (this.points.length < 2) return null;
    const own = this.points[this.current];
    const isShared = this.points.filter((point) => point === own).length > 1;
    return isShared ? (this.beginnings[this.current] ?? null) : null;
  }

  /** Whether another capture begins between two packets; null: no capture is taken for the continuation of another one. */
  get split(): ((packet: number, other: number) => boolean) | null {
    const { points, beginnings } = this;
    if (new Set(points).size === points.length) return null;
    return (packet, other) =>
      beginnings.some((begun) => begun > Math.min(packet, other) && begun <= Math.max(packet, other));
  }

  /** It does not continue it after all: its clock differs by more than the captures are long. Answers its new point. */
  standElsewhere(): number {
    const point = Math.max(...this.points.filter((known) => known !== undefined)) + 1;
    this.points[this.current] = point;
    return point;
  }
}
