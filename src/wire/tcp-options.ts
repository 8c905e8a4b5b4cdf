import { u8, u16be, u32be } from "../base/bytes.ts";
import type { SegmentView } from "./types.ts";

/**
 * TCP options, looked for where and when someone asks: nothing is allocated and nothing kept. All answer with
 * `ABSENT` (-1) when the option is missing, cut off by the capture or has a length that its kind cannot have.
 */

export const ABSENT = -1;

const END_OF_LIST = 0;
const NO_OPERATION = 1;
const MAXIMUM_SEGMENT_SIZE = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const SACK = 5;
const TIMESTAMPS = 8;
const FAST_OPEN = 34;
const EXPERIMENT = 254;
/** RFC 6994 identifier under which Fast Open was tried before it had a kind (RFC 7413 appendix). */
const FAST_OPEN_EXPERIMENT = 0xf989;

/** Where the first option of this kind starts (RFC 9293 §3.1: kind, length of the whole option, data). */
function findOption(segment: SegmentView, kind: number): number {
  const { bytes, optionsStart } = segment;
  const end = optionsStart + segment.optionsLength;
  let at = optionsStart;
  while (at < end) {
    const found = u8(bytes, at);
    if (found === END_OF_LIST) return ABSENT;
    if (found === NO_OPERATION) {
      at += 1;
      continue;
    }
    // A length below 2 would never end, one beyond the options is a lie: what follows cannot be told apart.
    const length = at + 1 < end ? u8(bytes, at + 1) : 0;
    if (length < 2 || at + length > end) return ABSENT;
    if (found === kind) return at;
    at += length;
  }
  return ABSENT;
}

function findOptionOfLength(segment: SegmentView, kind: number, length: number): number {
  const at = findOption(segment, kind);
  return at >= 0 && u8(segment.bytes, at + 1) === length ? at : ABSENT;
}

/** Bytes; of a SYN (RFC 9293 §3.7.1). */
export function maximumSegmentSize(segment: SegmentView): number {
  const at = findOptionOfLength(segment, MAXIMUM_SEGMENT_SIZE, 4);
  return at < 0 ? ABSENT : u16be(segment.bytes, at + 2);
}

/** How far windows are shifted to the left; of a SYN. More than 14 counts as 14 (RFC 7323 §2.3). */
export function windowScale(segment: SegmentView): number {
  const at = findOptionOfLength(segment, WINDOW_SCALE, 3);
  return at < 0 ? ABSENT : Math.min(14, u8(segment.bytes, at + 2));
}

/** Of a SYN (RFC 2018 §2). */
export const sackPermitted = (segment: SegmentView): boolean => findOptionOfLength(segment, SACK_PERMITTED, 2) >= 0;

/** TSval, uint32 (RFC 7323 §3.2). */
export function timestampValue(segment: SegmentView): number {
  const at = findTimestamps(segment);
  return at < 0 ? ABSENT : u32be(segment.bytes, at + 2);
}

/** TSecr, uint32; meaningful with ACK only. */
export function timestampEchoReply(segment: SegmentView): number {
  const at = findTimestamps(segment);
  return at < 0 ? ABSENT : u32be(segment.bytes, at + 6);
}

function findTimestamps(segment: SegmentView): number {
  const { bytes, optionsStart, optionsLength } = segment;
  // The layout that RFC 7323 appendix A recommends, and that nearly all segments have.
  if (optionsLength === 12 && u16be(bytes, optionsStart) === 0x0101 && u16be(bytes, optionsStart + 2) === 0x080a) {
    return optionsStart + 2;
  }
  return findOptionOfLength(segment, TIMESTAMPS, 10);
}

/** Offset in `bytes` of the first SACK block: its left and right edge, uint32 each, then the next (RFC 2018 §3). */
export function sackBlocksStart(segment: SegmentView): number {
  const at = findOption(segment, SACK);
  return at >= 0 && sackBlocksIn(segment, at) > 0 ? at + 2 : ABSENT;
}

export function sackBlockCount(segment: SegmentView): number {
  const at = findOption(segment, SACK);
  return at < 0 ? 0 : sackBlocksIn(segment, at);
}

function sackBlocksIn(segment: SegmentView, at: number): number {
  const dataLength = u8(segment.bytes, at + 1) - 2;
  return (dataLength & 7) === 0 ? dataLength >> 3 : 0;
}

/** Bytes of the Fast Open cookie: 0 asks for one (RFC 7413 §4.1.1). */
export function fastOpenCookieLength(segment: SegmentView): number {
  const at = findOption(segment, FAST_OPEN);
  if (at >= 0) return u8(segment.bytes, at + 1) - 2;
  const experiment = findOption(segment, EXPERIMENT);
  if (experiment < 0 || u8(segment.bytes, experiment + 1) < 4) return ABSENT;
  if (u16be(segment.bytes, experiment + 2) !== FAST_OPEN_EXPERIMENT) return ABSENT;
  return u8(segment.bytes, experiment + 1) - 4;
}
