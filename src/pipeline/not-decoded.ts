import * as limits from "../base/limits.ts";
import type { Malformed } from "../base/malformed.ts";
import type { Position } from "../base/packet-view.ts";
import type { Analysis } from "../store/types.ts";

const countOne = (counts: Record<string, number>, kind: string): void => {
  counts[kind] = (counts[kind] ?? 0) + 1;
};

/** What no connection is told of, by reason: packets that are not TCP, and what breaks a format. Nothing is dropped unsaid. */
export class NotDecoded {
  private readonly others: Record<string, number> = {};
  private readonly malformed: Malformed[] = [];
  private readonly malformedCounts: Record<string, number> = {};

  count(kind: string): void {
    // A capture may name any of 65,536 ethertypes: past the limit they share one word.
    const isKept = this.others[kind] !== undefined || Object.keys(this.others).length < limits.otherKinds;
    countOne(this.others, isKept ? kind : "other");
  }

  add(malformed: Malformed): void {
    countOne(this.malformedCounts, malformed.code);
    if (this.malformed.length < limits.malformedKept) this.malformed.push(malformed);
  }

  /** A stream that was given up in mid-way because of a bug of ours. */
  addInternal({ packetNumber }: Position): void {
    this.add({
      code: "internal.exception",
      packetNumber,
      offset: 0,
      offsetIn: "stream",
      neededBytes: 0,
      availableBytes: 0,
      limitedBy: "value",
      action: "skipped-rest",
    });
  }

  facts(): Pick<Analysis, "otherPackets" | "malformed" | "malformedCounts"> {
    return {
      otherPackets: { ...this.others },
      malformed: [...this.malformed],
      malformedCounts: { ...this.malformedCounts },
    };
  }
}
