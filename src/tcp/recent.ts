import { i32be, u8, viewOf } from "../base/bytes.ts";
import type { Position } from "../base/packet-view.ts";
import { ABSENT, timestampValue } from "../wire/tcp-options.ts";
import type { SegmentView } from "../wire/types.ts";

const WORDS = 8;
/** As many as V8 keeps inside its heap: a capture may hold a million connections of one SYN. */
const FIRST_ENTRIES = 2;
/** Of a side that has not been heard. */
const NO_ENTRIES = new Int32Array(0);
const GROWTH = 4;
const ENTRIES = 32;
/** Where copies come late, more lies between a packet and its copy. */
const ENTRIES_OF_LATE_COPIES = 128;
/** A second copy of a packet (bridge, veth, loopback on `any`) follows within this; no retransmission is so fast with the same identification. */
export const DUPLICATE_NS = 20e6;
/** A copy may come later still where two captures were merged whose clocks differ; beyond this it is left alone. */
const LATEST_COPY_NS = 60e9;
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
 * What is sent again has another identification and a later timestamp (RFC 7323 §4.1): with both the same it is the same
 * packet, however late. Without them it is one where copies are known to come as late as that.
 */
function mayBeLate(segment: SegmentView, ageNs: number, lateNs: number): boolean {
  if (ageNs > LATEST_COPY_NS) return false;
  if (segment.ipIdentification > 0 && timestampValue(segment) !== ABSENT) return true;
  return lateNs > 0 && Math.abs(ageNs - lateNs) <= DUPLICATE_NS + lateNs / 4;
}

/**
 * The last packets of one direction, to recognise a packet that the capture saw twice, and a retransmission that says
 * something else. A ring of integers: sequence, acknowledgment, flags and length, identification and window,
 * microseconds, hop limit, options, payload sample.
 */
export class RecentPackets {
  private ring = NO_ENTRIES;
  private count = 0;
  private limit = ENTRIES;

  /** Copies come late here: from now on more packets are remembered. */
  rememberMore(): void {
    if (this.limit === ENTRIES_OF_LATE_COPIES) return;
    this.limit = ENTRIES_OF_LATE_COPIES;
    // Where it went round it grows behind what it holds, in whatever order: all of that is older than what comes.
    this.count = Math.min(this.count, this.ring.length / WORDS);
  }

  add(segment: SegmentView, { timestampNs }: Pick<Position, "timestampNs">): void {
    if (this.count * WORDS === this.ring.length && this.count < this.limit) {
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

  /**
   * How long ago the same packet was captured already (on another interface, on its way in and out, or at the other end); -1:
   * it was not. `lateNs`: how late copies are known to come on this connection; 0: nothing is known.
   */
  copyAgeNs(segment: SegmentView, timestampNs: number, lateNs: number): number {
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
      if (ageNs > (identified || forwarded ? DUPLICATE_NS : UNIDENTIFIED_NS) && !mayBeLate(segment, ageNs, lateNs))
        continue;
      if (ring[at + 6] !== optionsOf(segment)) continue;
      if (ring[at + 7] === sampleOf(segment.bytes, segment.payloadStart, segment.payloadLength)) return ageNs;
    }
    return -1;
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

  get heldBytes(): number {
    return this.ring.byteLength;
  }

  /** `lastNs`: when the newest of them came, or little later. */
  since(lastNs: number): RememberedPackets {
    return new RememberedPackets(this.ring, Math.min(this.count, this.ring.length / WORDS), lastNs);
  }
}

/** What of a packet stays the same on its way through routers. */
const LASTING_WORDS = [0, 1, 2, 3, 6, 7];

/** The last packets of one direction as one capture has them, to be found again in another one. */
export class RememberedPackets {
  private readonly ring: Int32Array;
  private readonly entries: number;
  private readonly lastNs: number;

  constructor(ring: Int32Array, entries: number, lastNs: number) {
    this.ring = ring;
    this.entries = entries;
    this.lastNs = lastNs;
  }

  /** By how much they came later here than in the other capture, by both clocks; null: they have none in common. */
  aheadOf(other: RememberedPackets | null): { readonly leastNs: number; readonly mostNs: number } | null {
    const there = other?.times();
    if (there === undefined) return null;
    let [leastNs, mostNs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const [key, hereNs] of this.times()) {
      const aheadNs = hereNs - (there.get(key) ?? Number.NaN);
      if (Number.isNaN(aheadNs)) continue;
      leastNs = Math.min(leastNs, aheadNs);
      mostNs = Math.max(mostNs, aheadNs);
    }
    return leastNs === Number.POSITIVE_INFINITY ? null : { leastNs, mostNs };
  }

  /** By what tells them apart; those that look the same tell nothing. */
  private times(): Map<string, number> {
    const times = new Map<string, number>();
    const lastMicroseconds = (this.lastNs / MICROSECOND) | 0;
    for (let at = 0; at < this.entries * WORDS; at += WORDS) {
      const key = LASTING_WORDS.map((word) => this.ring[at + word]).join(" ");
      const ageNs = ((lastMicroseconds - (this.ring[at + 4] as number)) | 0) * MICROSECOND;
      times.set(key, times.has(key) ? Number.NaN : this.lastNs - ageNs);
    }
    return times;
  }
}
