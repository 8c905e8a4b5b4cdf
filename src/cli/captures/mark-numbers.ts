import type { Mark, PacketView } from "../../base/packet-view.ts";
import type { TimedPackets } from "../../pipeline/time/timed-packets.ts";

/** Packets that something was found out about before they had their number over all. */
export class MarkNumbers {
  private readonly captures: readonly TimedPackets[];
  /** By capture: marks that are known of, by the number in there; null: it has not come yet. */
  private readonly marks: Map<number, Mark | null>[];
  private readonly counts: number[];

  constructor(captures: readonly TimedPackets[]) {
    this.captures = captures;
    this.marks = captures.map(() => new Map());
    this.counts = captures.map(() => 0);
  }

  /** A packet on its way. */
  pass(capture: number, own: number, { packetNumber, timestampNs }: PacketView): void {
    const timed = this.captures[capture];
    const marks = this.marks[capture];
    if (timed === undefined || marks === undefined) return;
    if (timed.found !== this.counts[capture]) this.learn(timed, capture, marks);
    if (marks.size > 0 && marks.has(own)) marks.set(own, { packet: packetNumber, timestampNs });
  }

  /** null: not yet. */
  overall(capture: number, { packet }: Mark): Mark | null {
    return this.marks[capture]?.get(packet) ?? null;
  }

  private learn(timed: TimedPackets, capture: number, marks: Map<number, Mark | null>): void {
    const { stepsForward, oddTimes, stepBack } = timed;
    this.counts[capture] = timed.found;
    const found = [...stepsForward, ...oddTimes, ...(stepBack === null ? [] : [stepBack])];
    for (const { at } of found) if (!marks.has(at.packet)) marks.set(at.packet, null);
  }
}
