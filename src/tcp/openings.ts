import { appendTo } from "../base/append-to.ts";
import { ABSENT, timestampValue } from "../wire/tcp-options.ts";
import type { SegmentView } from "../wire/types.ts";
import { neverSeen, type TcpConnection, type TcpHalf } from "./connection.ts";

/** By chance hardly any share one; made-up ones may all do. */
const MOST_ALIKE = 8;

/**
 * Connections that went on, by the sequence numbers that their SYNs began with: a NAT changes addresses and ports and
 * leaves these, and the time stamp (RFC 7323 §4.1) beside them, as they are.
 */
export class Openings {
  readonly beforePacket: number;
  private readonly byNumber = new Map<number, TcpHalf[]>();

  constructor(connections: readonly TcpConnection[], beforePacket: number) {
    this.beforePacket = beforePacket;
    for (const connection of connections) {
      if (connection.established === null || connection.firstPacketNumber >= beforePacket) continue;
      for (const half of connection.halves)
        if (half.synSeen && !neverSeen(half.stampNs)) appendTo(this.byNumber, half.initialSequence, half);
    }
  }

  /** One of them began with this very SYN or SYN-ACK. Without a stamp nothing is said: 32 bits are soon the same by chance. */
  has(segment: SegmentView): boolean {
    const stamp = timestampValue(segment);
    if (stamp === ABSENT) return false;
    const alike = this.byNumber.get(segment.sequenceNumber) ?? [];
    return alike.slice(0, MOST_ALIKE).some(({ stampValue }) => stampValue === (stamp | 0));
  }
}
