import { i32be, u8, viewOf } from "../base/bytes.ts";
import type { SegmentView } from "../wire/types.ts";

const WORDS = 8;
/** As many as V8 keeps inside its heap: a capture may hold a million connections of one SYN. */
const FIRST_ENTRIES = 2;
/** Of a side that has not been heard. */
const NO_ENTRIES = new Int32Array(0);
const GROWTH = 4;
const ENTRIES = 32;
/** A second copy of a packet (bridge, veth, loopback on `any`) follows within this; no retransmission is so fast with the same identification. */
const DUPLICATE_NS = 20e6;
/** Without any identification (IPv6, identification 0) only an instant copy is believed to be one. */
const UNIDENTIFIED_NS = 1e6;
const MICROSECOND = 1000;

/** 32 bits that differ when a payload differs, most likely: its ends, its middle and its length. */
function sampleOf(bytes: Uint8Array, start: number, length: number): number {
  if (length < 8) {
    let hash = length;
    for (let at = start; at < start + length; at++) hash = Math.imul(hash, 31) + u8(bytes, at);
    return hash | 0;
  }
  const view = viewOf(bytes);
  const head = view.getInt32(start);
  const middle = view.getInt32(start + (length >> 1) - 2);
  const tail = view.getInt32(start + length - 4);
  return (Math.imul(head, 0x9e3779b1) ^ Math.imul(middle, 0x85ebca77) ^ Math.imul(tail, 0xc2b2ae3d) ^ length) | 0;
}

const optionsOf = (segment: SegmentView): number => {
  const { optionsLength, optionsStart, bytes } = segment;
  // Timestamps after two NOPs (RFC 7323 appendix A) is what nearly every stack sends: words 1 and 2 are its values.
  if (optionsLength >= 12)
    return i32be(bytes, optionsStart + 4) ^ Math.imul(i32be(bytes, optionsStart + optionsLength - 4), 31);
  return optionsLength > 0 ? i32be(bytes, optionsStart + optionsLength - 4) : 0;
};

/**
 * The last packets of one direction, to recognise a packet that the capture saw twice, and a retransmission that says
 * something else. A ring of integers: sequence, acknowledgment, flags and length, identification and window,
 * microseconds, hop limit, options, payload sample.
 */
export class RecentPackets {
  private ring = NO_ENTRIES;
  private count = 0;

  add(segment: SegmentView, timestampNs: number): void {
    if (this.count * WORDS === this.ring.length && this.count < ENTRIES) {
      const larger = new Int32Array(this.ring.length * GROWTH || FIRST_ENTRIES * WORDS);
      larger.set(this.ring);
      this.ring = larger;
    }
    const { ring } = this;
    const at = (this.count * WORDS) & (ring.length - 1);
    ring[at] = segment.sequenceNumber;
    ring[at + 1] = segment.acknowledgmentNumber;
    ring[at + 2] = segment.flags | (segment.payloadLength << 8);
    ring[at + 3] = (segment.ipIdentification << 16) | segment.window;
    ring[at + 4] = (timestampNs / MICROSECOND) | 0;
    ring[at + 5] = segment.hopLimit;
    ring[at + 6] = optionsOf(segment);
    ring[at + 7] = sampleOf(segment.bytes, segment.payloadStart, segment.payloadLength);
    this.count++;
  }

  /** The same packet was captured a moment ago (on another interface, or on its way in and out). */
  holds(segment: SegmentView, timestampNs: number): boolean {
    const { ring } = this;
    const entries = Math.min(this.count, ring.length / WORDS);
    const flagsAndLength = segment.flags | (segment.payloadLength << 8);
    const identified = segment.ipIdentification > 0;
    const microseconds = (timestampNs / MICROSECOND) | 0;
    for (let entry = 0; entry < entries; entry++) {
      const at = entry * WORDS;
      if (ring[at] !== segment.sequenceNumber || ring[at + 2] !== flagsAndLength) continue;
      if (ring[at + 1] !== segment.acknowledgmentNumber) continue;
      if (ring[at + 3] !== ((segment.ipIdentification << 16) | segment.window)) continue;
      const ageNs = Math.abs((microseconds - (ring[at + 4] as number)) | 0) * MICROSECOND;
      const forwarded = ring[at + 5] !== segment.hopLimit;
      if (ageNs > (identified || forwarded ? DUPLICATE_NS : UNIDENTIFIED_NS)) continue;
      if (ring[at + 6] !== optionsOf(segment)) continue;
      if (ring[at + 7] === sampleOf(segment.bytes, segment.payloadStart, segment.payloadLength)) return true;
    }
    return false;
  }

  /** An earlier packet carried the same stretch of the stream with other bytes. */
  contradicts(segment: SegmentView): boolean {
    const { ring } = this;
    const entries = Math.min(this.count, ring.length / WORDS);
    for (let entry = 0; entry < entries; entry++) {
      const at = entry * WORDS;
      if (ring[at] !== segment.sequenceNumber || (ring[at + 2] as number) >> 8 !== segment.payloadLength) continue;
      return ring[at + 7] !== sampleOf(segment.bytes, segment.payloadStart, segment.payloadLength);
    }
    return false;
  }
}
