import { type PacketNumber, relativeNs, ZERO_TIME } from "../base/brand.ts";
import { u32be } from "../base/bytes.ts";
import * as limits from "../base/limits.ts";
import type { CaptureState } from "./capture-state.ts";
import { u16, u32 } from "./endian.ts";

export const PCAP_HEADER_BYTES = 24;

/** What a classic capture's magic number tells (draft-ietf-opsawg-pcap §4; libpcap sf-pcap.c). */
interface PcapMagic {
  readonly little: boolean;
  readonly nsPerFraction: 1 | 1000;
  /** 16, or 24 in Alexey Kuznetzov's modified format: interface index, protocol and packet type follow the lengths. */
  readonly recordHeaderBytes: 16 | 24;
}

const MAGICS: Readonly<Record<number, PcapMagic>> = {
  2712847316: { little: false, nsPerFraction: 1000, recordHeaderBytes: 16 },
  3569595041: { little: true, nsPerFraction: 1000, recordHeaderBytes: 16 },
  2712812621: { little: false, nsPerFraction: 1, recordHeaderBytes: 16 },
  1295823521: { little: true, nsPerFraction: 1, recordHeaderBytes: 16 },
  2712849716: { little: false, nsPerFraction: 1000, recordHeaderBytes: 24 },
  885895841: { little: true, nsPerFraction: 1000, recordHeaderBytes: 24 },
};

export const pcapMagic = (bytes: Uint8Array, at: number): PcapMagic | undefined => MAGICS[u32be(bytes, at)];

/** Reads the records of a classic capture. The input stands at the file header, which is at hand whole. */
export class PcapReader {
  private readonly state: CaptureState;
  private readonly magic: number;
  private readonly little: boolean;
  private readonly nsPerFraction: number;
  private readonly headerBytes: number;
  private readonly linkType: number;
  /** Files before version 2.4 may hold the two lengths the other way round (libpcap sf-pcap.c, `lengths_swapped`). */
  private readonly lengthsSwapped: "no" | "maybe" | "yes";
  private timeKnown = false;
  /** Records of nothing but zeros in a row: how many, where they begin, and the number of the last one. */
  private zeros = 0;
  private zerosStart = 0;
  private lastZero = -1;
  private originSeconds: number = ZERO_TIME;
  private originFractionNs: number = ZERO_TIME;

  constructor(state: CaptureState, magic: PcapMagic) {
    const { input } = state;
    const { bytes, at } = input;
    const little = magic.little;
    const major = u16(bytes, at + 4, little);
    const minor = u16(bytes, at + 6, little);
    this.state = state;
    this.magic = u32be(bytes, at);
    this.little = little;
    this.nsPerFraction = magic.nsPerFraction;
    this.headerBytes = magic.recordHeaderBytes;
    // The upper half holds reserved bits and the length of a frame check sequence (draft-ietf-opsawg-pcap §4).
    this.linkType = u32(bytes, at + 20, little) & 0xffff;
    this.lengthsSwapped = swapOf(major, minor);
    // 543.0 is DG/UX tcpdump's. Any other version has never been seen to differ in its records: read, but say so.
    if (!((major === 2 && minor <= 4) || (major === 543 && minor === 0))) {
      state.malformed("pcap.version", 4, 4, 4, "value", "continued");
    }
    state.sink.onInterface({
      captureIndex: state.captureIndex,
      interfaceIndex: 0,
      linkType: this.linkType,
      snapLength: u32(bytes, at + 16, little),
      name: null,
      description: null,
      filter: null,
      operatingSystem: null,
      resolutionNs: magic.nsPerFraction,
    });
    state.view.linkType = this.linkType;
    input.at += PCAP_HEADER_BYTES;
  }

  next(): boolean {
    const { state, headerBytes, little } = this;
    const input = state.input;
    if (input.end - input.at < headerBytes && !input.need(headerBytes)) return state.starved(headerBytes);
    // Read as int32, which stays a machine word; compared as the uint32 that it is.
    let captured = input.data.getInt32(input.at + 8, little);
    let original = input.data.getInt32(input.at + 12, little);
    if (this.lengthsSwapped !== "no" && (this.lengthsSwapped === "yes" || captured >>> 0 > original >>> 0)) {
      const other = captured;
      captured = original;
      original = other;
    }
    if ((captured | original) === 0) {
      if (u32be(input.bytes, input.at) === this.magic) {
        if (!input.need(PCAP_HEADER_BYTES)) return state.starved(PCAP_HEADER_BYTES);
        if (this.isHeaderAgain()) return this.behindHeaders();
      }
      if (this.isInZeros()) return state.stop("zeros", this.zerosStart, 0, 0, "value");
    }
    if (captured >>> 0 > limits.recordBytes) {
      return state.stop("absurd-length", input.offset, captured >>> 0, limits.recordBytes, "limit");
    }
    const recordBytes = headerBytes + captured;
    if (input.end - input.at < recordBytes && !input.need(recordBytes)) return state.starved(recordBytes);

    const { data, at } = input;
    const { view, summary } = state;
    const seconds = data.getUint32(at, little);
    const fractionNs = data.getUint32(at + 4, little) * this.nsPerFraction;
    if (!this.timeKnown) this.learnOrigin(seconds, fractionNs);
    view.timestampNs = relativeNs((seconds - this.originSeconds) * 1e9 + (fractionNs - this.originFractionNs));
    view.packetNumber = ++summary.packets as PacketNumber;
    // Storing a pointer that is there already costs more than looking.
    if (view.bytes !== input.bytes) view.bytes = input.bytes;
    view.start = at + headerBytes;
    view.capturedLength = captured;
    view.originalLength = captured;
    if (original >>> 0 > captured) {
      view.originalLength = original >>> 0;
      summary.truncatedPackets++;
    }
    view.recordOffset = input.base + at;
    input.at = at + recordBytes;
    return true;
  }

  /** Files put one behind the other (`cat a.pcap b.pcap`): the header of the next one stands where a record should. */
  private isHeaderAgain(): boolean {
    const { bytes, data, at } = this.state.input;
    return (
      u32be(bytes, at) === this.magic &&
      u16(bytes, at + 4, this.little) === 2 &&
      (data.getUint32(at + 20, this.little) & 0xffff) === this.linkType
    );
  }

  private behindHeaders(): boolean {
    const { input } = this.state;
    do input.at += PCAP_HEADER_BYTES;
    while (input.need(PCAP_HEADER_BYTES) && this.isHeaderAgain());
    return this.next();
  }

  /**
   * A file that was not written to its end (power lost, a disk full) often ends in zeros, and so does a bomb. As records
   * they are empty packets of 1970: so many in a row are none.
   */
  private isInZeros(): boolean {
    const { input, summary } = this.state;
    const { data, at } = input;
    if (data.getInt32(at) !== 0 || data.getInt32(at + 4) !== 0) return false;
    if (summary.packets !== this.lastZero) {
      this.zeros = 0;
      this.zerosStart = input.offset;
    }
    this.lastZero = summary.packets + 1;
    return ++this.zeros > limits.zeroRecords;
  }

  private learnOrigin(seconds: number, fractionNs: number): void {
    const origin = this.state.originOf(BigInt(seconds) * 1_000_000_000n + BigInt(fractionNs));
    this.originSeconds = Number(origin / 1_000_000_000n);
    this.originFractionNs = Number(origin % 1_000_000_000n);
    this.timeKnown = true;
  }
}

function swapOf(major: number, minor: number): "no" | "maybe" | "yes" {
  if (major === 543) return "yes";
  if (major !== 2 || minor > 3) return "no";
  return minor === 3 ? "maybe" : "yes";
}
