import * as limits from "../../base/limits.ts";

/** Packets of the capture that stand one behind the other in a file. */
export interface PacketRun {
  /** Number of the first one in the capture, and in the file. */
  readonly first: number;
  readonly firstInFile: number;
  readonly count: number;
}

/** Which packets of a capture a file holds: all numbers begin at 1. Packets that could not be written leave holes. */
export class PacketRuns {
  private list: PacketRun[] = [];
  private packets = 0;

  get total(): number {
    return this.packets;
  }

  get runs(): readonly PacketRun[] {
    return this.list;
  }

  add(first: number, count: number): void {
    if (count === 0) return;
    const last = this.list.at(-1);
    const follows = last !== undefined && last.first + last.count === first;
    if (follows) this.list[this.list.length - 1] = { ...last, count: last.count + count };
    // A disk that is full again and again: what cannot be told any more is not told wrongly.
    else if (this.list.length < limits.packetRunsPerFile) {
      this.list.push({ first, firstInFile: this.packets + 1, count });
    }
    this.packets += count;
  }

  append(other: PacketRuns): void {
    for (const { first, count } of other.list) this.add(first, count);
  }

  /** Number in the file; null: it is not there. */
  numberInFile(packet: number): number | null {
    const run = this.list.find(({ first, count }) => packet >= first && packet < first + count);
    return run === undefined ? null : run.firstInFile + packet - run.first;
  }
}
