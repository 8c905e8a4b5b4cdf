import type { PacketNumber } from "../../base/brand.ts";
import type { OddTime, StepForward } from "../../base/captured-time.ts";
import type { Mark, PacketView } from "../../base/packet-view.ts";
import { CaptureMerge } from "../../pcap/merge.ts";
import type { PacketsRead } from "../../pcap/packets-of.ts";
import { copyOf, setClock } from "../../pcap/time-order.ts";
import type { FoundTimes, TimedPackets } from "../../pipeline/time/timed-packets.ts";
import { MarkNumbers } from "./mark-numbers.ts";
import { PacketHomes } from "./packet-homes.ts";

/** One of them. */
interface Piece {
  readonly packets: TimedPackets;
  /** Where its clock was set forward, as far as those packets have come. */
  readonly steps: StepForward[];
  hasBegun: boolean;
  /** The capture that it continues, by the same clock, and by how much that was further on at its end. */
  continues: number | null;
  carriedNs: number;
}

/**
 * Several captures as one, each by the time that was lived through in it: a clock that is set in one of them, or a single
 * wild time, changes nothing of the others. What is found there is told by the numbers that packets have over all.
 */
export class CapturesInTime implements PacketsRead {
  readonly homes: PacketHomes;
  /** Of all captures, each with the packets that it holds for. */
  readonly stepsForward: StepForward[] = [];
  private readonly pieces: readonly Piece[];
  private readonly merge: CaptureMerge;
  private readonly numbers: MarkNumbers;
  private readonly continuedBy: (index: number) => number | null;

  /** `continuedBy`: which capture one continues, asked when its first packet comes; null: none. */
  constructor(
    captures: readonly TimedPackets[],
    continuedBy: (index: number) => number | null,
    homes: PacketHomes | null,
  ) {
    this.pieces = captures.map((packets) => ({ packets, steps: [], hasBegun: false, continues: null, carriedNs: 0 }));
    this.merge = new CaptureMerge(captures);
    this.numbers = new MarkNumbers(captures);
    this.continuedBy = continuedBy;
    this.homes = homes ?? new PacketHomes();
  }

  get ownNumber(): PacketNumber {
    return this.merge.ownNumber;
  }

  hasEnded(index: number): boolean {
    return this.merge.hasEnded(index);
  }

  needs(): number {
    return this.merge.needs();
  }

  next(): PacketView | null {
    const view = this.merge.next();
    const piece = view === null ? undefined : this.pieces[view.captureIndex];
    if (view === null || piece === undefined) return null;
    const { captureIndex } = view;
    this.homes.add(view, this.merge.ownNumber);
    if (!piece.hasBegun) this.begin(piece, captureIndex);
    const shown = piece.carriedNs === 0 ? view : copyOf(view);
    if (piece.carriedNs !== 0) setClock(shown, -piece.carriedNs);
    this.numbers.pass(captureIndex, this.merge.ownNumber, shown);
    if (piece.steps.length < piece.packets.stepsForward.length) this.noteStep(piece, captureIndex);
    return shown;
  }

  /** With the numbers over all. */
  foundIn(index: number): FoundTimes {
    const piece = this.pieces[index];
    if (piece === undefined) return { stepBack: null, stepsForward: [], oddTimes: [] };
    const { stepBack, oddTimes } = piece.packets;
    const at = (mark: Mark): Mark => this.numbers.overall(index, mark) ?? mark;
    return {
      stepBack: stepBack === null ? null : { ...stepBack, at: at(stepBack.at) },
      stepsForward: piece.steps,
      oddTimes: oddTimes.map((odd): OddTime => ({ ...odd, at: at(odd.at) })),
    };
  }

  /** By how much its clock is further on at its end. */
  steppedNs(index: number): number {
    const piece = this.pieces[index];
    return piece === undefined ? 0 : piece.carriedNs + piece.packets.steppedNs;
  }

  private begin(piece: Piece, index: number): void {
    piece.hasBegun = true;
    piece.continues = this.continuedBy(index);
    piece.carriedNs = piece.continues === null ? 0 : this.steppedNs(piece.continues);
  }

  /** It is told once its packet has a number. */
  private noteStep({ packets, steps }: Piece, index: number): void {
    const found = packets.stepsForward[steps.length];
    const at = found === undefined ? null : this.numbers.overall(index, found.at);
    if (found === undefined || at === null) return;
    const step = { at, ns: found.ns, holds: (packet: number) => this.isAfter(this.homes.captureOf(packet), index) };
    steps.push(step);
    this.stepsForward.push(step);
  }

  /** It is that capture, or one that goes on with its clock. */
  private isAfter(capture: number, index: number): boolean {
    for (let at: number | null = capture; at !== null; at = this.pieces[at]?.continues ?? null)
      if (at === index) return true;
    return false;
  }
}
