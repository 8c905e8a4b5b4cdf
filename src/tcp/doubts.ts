import * as limits from "../base/limits.ts";
import type { PacketView } from "../base/packet-view.ts";
import { hasRightChecksum, hasRightHeader, isCheckable } from "../wire/checksum.ts";
import type { SegmentView } from "../wire/types.ts";
import type { DoubtedSegment, TcpHalf } from "./connection.ts";

/**
 * Whether checksums of one side say anything. Captured at the sender they are mostly not filled in yet (offload), merged
 * segments keep one of a part: only a side whose checksums have been right is measured by them.
 */
export const CHECKSUMS = { unknown: 0, right: 1, meaningless: 2 } as const;

/** The first packets of a side tell whether its checksums are worth looking at. */
export function learnChecksums(half: TcpHalf, segment: SegmentView, packet: PacketView): void {
  if (!isCheckable(segment)) return;
  half.checksums = hasRightChecksum(segment) ? CHECKSUMS.right : CHECKSUMS.meaningless;
  half.headersRight = hasRightHeader(segment, packet.bytes) ? 1 : 0;
}

/** Keeps a copy; the newest ones matter, the oldest goes when there are too many. */
export function doubt(half: TcpHalf, segment: SegmentView, packet: PacketView): void {
  half.doubts ??= [];
  if (half.doubts.length >= limits.doubtedSegmentsPerDirection) half.doubts.shift();
  const { payloadStart, payloadLength, sequenceNumber } = segment;
  const bytes = segment.bytes.slice(payloadStart, payloadStart + payloadLength);
  half.doubts.push({
    segment: { ...segment, bytes, payloadStart: 0, optionsStart: 0, optionsLength: 0 },
    packet: { ...packet, bytes, start: 0 },
    end: (sequenceNumber + payloadLength) | 0,
  });
}

/**
 * What to do with the doubted segments of `half` now that its peer acknowledges up to `acknowledged`. A receiver drops a
 * damaged segment (RFC 9293 §3.10.7.4), so one that it acknowledges without another copy was whole: the checksums of this
 * side are meaningless then, and all that was doubted is returned to be placed.
 */
export function settleDoubts(half: TcpHalf, acknowledged: number): readonly DoubtedSegment[] {
  const open = (half.doubts ?? []).filter(({ end }) => ((end - half.nextSequence) | 0) > 0);
  if (open.some(({ end }) => ((acknowledged - end) | 0) >= 0)) {
    half.checksums = CHECKSUMS.meaningless;
    half.damaged -= open.length;
    half.doubts = null;
    return open;
  }
  half.doubts = open.length === 0 ? null : open;
  return [];
}

/**
 * Nothing more will come. A damaged segment would have been sent again, so what was doubted once and never contradicted
 * is returned to be placed: captures that were edited or made by hand have wrong checksums more often than lines have.
 */
export function leftDoubts(half: TcpHalf): readonly DoubtedSegment[] {
  const open = (half.doubts ?? []).filter(({ end }) => ((end - half.nextSequence) | 0) > 0);
  half.doubts = null;
  const single = open.filter(
    (one) => open.filter(({ segment }) => segment.sequenceNumber === one.segment.sequenceNumber).length === 1,
  );
  half.damaged -= single.length;
  return single;
}

/** A doubted segment holds this stretch: what comes now is another copy of it. */
export const isDoubted = (half: TcpHalf, sequence: number, last: number): boolean =>
  half.doubts?.some(({ segment, end }) => ((sequence - segment.sequenceNumber) | 0) >= 0 && ((end - last) | 0) >= 0) ??
  false;
