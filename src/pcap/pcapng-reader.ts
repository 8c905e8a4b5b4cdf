import { type PacketNumber, type RelativeNs, relativeNs, ZERO_TIME } from "../base/brand.ts";
import * as limits from "../base/limits.ts";
import type { CaptureState } from "./capture-state.ts";
import {
  ENHANCED_PACKET,
  EPB_FIXED_BYTES,
  OPT_COMMENT,
  PACKET,
  SECTION_HEADER,
  SIMPLE_PACKET,
  SPB_FIXED_BYTES,
} from "./pcapng-format.ts";
import { commentText, OptionCursor } from "./pcapng-options.ts";
import { type PacketInterface, PcapngSection, sectionIsLittle } from "./pcapng-section.ts";

/** Not read, but Wireshark lists them as frames of their own: numbers stay the same as Wireshark's. */
const CUSTOM = 0x00000bad;
const CUSTOM_NOT_COPIED = 0x40000bad;
const SYSTEMD_JOURNAL = 9;

/** Type and total length before the body, total length after it. */
const BLOCK_FRAME_BYTES = 12;

/** Reads the blocks of a pcapng capture, section by section. The input stands at the first section header. */
export class PcapngReader {
  private readonly state: CaptureState;
  private readonly section: PcapngSection;
  private little = true;
  /** Runs ahead of `summary.packets` where Wireshark numbers a block that is no packet. */
  private lastPacketNumber = 0;
  private lastTimestampNs: RelativeNs = ZERO_TIME;
  /** Options of the packet handed out last: read when the next one is asked for. */
  private optionsStart = 0;
  private optionsEnd = 0;

  constructor(state: CaptureState) {
    this.state = state;
    this.section = new PcapngSection(state);
  }

  next(): boolean {
    const { state } = this;
    const input = state.input;
    if (this.optionsEnd !== 0) this.tellPacketComments();
    for (;;) {
      if (input.end - input.at < BLOCK_FRAME_BYTES && !input.need(BLOCK_FRAME_BYTES)) {
        return state.starved(BLOCK_FRAME_BYTES);
      }
      const type = input.data.getUint32(input.at, this.little);
      if (type === SECTION_HEADER && !this.learnByteOrder()) return false;
      const little = this.little;
      const total = input.data.getUint32(input.at + 4, little);
      if (total > limits.recordBytes) {
        return state.stop("absurd-length", input.offset, total, limits.recordBytes, "limit");
      }
      if (total < BLOCK_FRAME_BYTES) {
        return state.stop("broken-block", input.offset, BLOCK_FRAME_BYTES, total, "value");
      }
      // The body is padded to 32 bits, which counts; some writers pad and do not count it.
      const blockBytes = (total + 3) & ~3;
      if (input.end - input.at < blockBytes && !input.need(blockBytes)) return state.starved(blockBytes);
      const at = input.at;
      const end = at + blockBytes - 4;
      const totalAgain = input.data.getUint32(end, little);
      if (totalAgain !== total) return state.stop("broken-block", input.offset, total, totalAgain, "value");
      input.at = end + 4;
      if (type === ENHANCED_PACKET) {
        if (this.packetBlock(at, end, false)) return true;
      } else if (this.otherBlock(type, at, end)) return true;
    }
  }

  private learnByteOrder(): boolean {
    const { input } = this.state;
    const little = sectionIsLittle(input.bytes, input.at);
    if (little === null) return this.state.stop("broken-block", input.offset, 4, 4, "value");
    this.little = little;
    return true;
  }

  /**
   * Enhanced Packet Block (§4.3): interface id, time stamp (high, low), captured and original length, data, options.
   * The obsolete Packet Block (appendix A) halves the interface id to make room for a count of drops.
   */
  private packetBlock(at: number, end: number, obsolete: boolean): boolean {
    const little = this.little;
    const { data } = this.state.input;
    if (end - at < EPB_FIXED_BYTES) return this.skipped("pcap.packet-block.too-short", at, EPB_FIXED_BYTES, end - at);
    const captured = data.getUint32(at + 20, little);
    const start = at + EPB_FIXED_BYTES;
    if (captured > end - start) return this.skipped("pcap.packet-block.data-too-long", at, captured, end - start);
    const face = this.section.interfaces[obsolete ? data.getUint16(at + 8, little) : data.getUint32(at + 8, little)];
    if (face === undefined) return this.skipped("pcap.packet-block.unknown-interface", at, 0, 0);
    const high = data.getUint32(at + 12, little);
    const low = data.getUint32(at + 16, little);
    const { clock } = face;
    if (!clock.aligned) clock.align(this.state.originOf(clock.epochNs(high, low)));
    this.lastTimestampNs = clock.sinceOrigin(high, low);
    this.fill(face, at, start, captured, data.getUint32(at + 24, little));
    const optionsStart = start + ((captured + 3) & ~3);
    if (optionsStart + 4 <= end) {
      this.optionsStart = optionsStart;
      this.optionsEnd = end;
    }
    return true;
  }

  private otherBlock(type: number, at: number, end: number): boolean {
    if (type === SIMPLE_PACKET) return this.simplePacket(at, end);
    if (type === PACKET) return this.packetBlock(at, end, true);
    const { sink, input } = this.state;
    sink.onBlock?.(input.bytes, at, end + 4, this.little);
    if (type === CUSTOM || type === CUSTOM_NOT_COPIED || type === SYSTEMD_JOURNAL) this.lastPacketNumber++;
    else this.section.block(type, input.bytes, at, end, this.little);
    return false;
  }

  /**
   * Simple Packet Block (§4.4): original length and data, of the section's first interface, cut at its snapshot
   * length. It has no time stamp: the packet keeps the time of the one before it.
   */
  private simplePacket(at: number, end: number): boolean {
    if (end - at < SPB_FIXED_BYTES) return this.skipped("pcap.packet-block.too-short", at, SPB_FIXED_BYTES, end - at);
    const face = this.section.interfaces[0];
    if (face === undefined) return this.skipped("pcap.packet-block.unknown-interface", at, 0, 0);
    const original = this.state.input.data.getUint32(at + 8, this.little);
    let captured = Math.min(original, end - at - SPB_FIXED_BYTES);
    if (face.snapLength > 0) captured = Math.min(captured, face.snapLength);
    this.fill(face, at, at + SPB_FIXED_BYTES, captured, original);
    return true;
  }

  private fill(face: PacketInterface, at: number, start: number, captured: number, original: number): void {
    const { view, summary, input } = this.state;
    summary.packets++;
    view.packetNumber = ++this.lastPacketNumber as PacketNumber;
    // Before any time is known it is a minus zero: nobody is to see that.
    view.timestampNs = relativeNs(this.lastTimestampNs + 0);
    view.linkType = face.linkType;
    view.bytes = input.bytes;
    view.start = start;
    view.capturedLength = captured;
    view.originalLength = Math.max(original, captured);
    view.interfaceIndex = face.interfaceIndex;
    view.recordOffset = input.base + at;
    if (original > captured) summary.truncatedPackets++;
  }

  /** The block is still at hand: `next` has not moved on yet. */
  private tellPacketComments(): void {
    const { view } = this.state;
    const options = new OptionCursor(view.bytes, this.optionsStart, this.optionsEnd, this.little);
    this.optionsEnd = 0;
    while (options.next()) {
      if (options.code !== OPT_COMMENT) continue;
      const text = commentText(view.bytes, options.valueStart, options.valueLength);
      this.state.comment(view.packetNumber, text, view.recordOffset);
    }
    if (options.overrun) this.state.optionOverrun(view.recordOffset);
  }

  private skipped(code: `pcap.${string}`, at: number, neededBytes: number, availableBytes: number): false {
    // Blocks of a section that cannot be interpreted were announced once, by its header.
    if (this.section.readable) {
      const offset = this.state.input.base + at;
      this.state.malformed(code, offset, neededBytes, availableBytes, "record-length", "skipped-packet");
    }
    return false;
  }
}
