import { type PacketNumber, type RelativeNs, relativeNs } from "../base/brand.ts";
import { u32be } from "../base/bytes.ts";
import { limits } from "../base/limits.ts";
import type { CaptureState } from "./capture-state.ts";
import { u16, u32 } from "./endian.ts";
import { IDB_FIXED_BYTES, readInterfaceDescription } from "./interface-description-block.ts";
import { ISB_FIXED_BYTES, readNames, readSecrets, readStatistics } from "./metadata-blocks.ts";
import { commentText, OPT_COMMENT, OptionCursor } from "./pcapng-options.ts";
import type { TickClock } from "./tick-clock.ts";

/** Block types (draft-ietf-opsawg-pcapng §4 and §11.1). Any other block is skipped, custom blocks included. */
const INTERFACE_DESCRIPTION = 1;
const OBSOLETE_PACKET = 2;
const SIMPLE_PACKET = 3;
const NAME_RESOLUTION = 4;
const INTERFACE_STATISTICS = 5;
const ENHANCED_PACKET = 6;
const SYSTEMD_JOURNAL = 9;
const DECRYPTION_SECRETS = 10;
const CUSTOM = 0x00000bad;
const CUSTOM_NOT_COPIED = 0x40000bad;
export const SECTION_HEADER = 0x0a0d0d0a;

/** Type and total length before the body, total length after it. */
const BLOCK_FRAME_BYTES = 12;
const SHB_FIXED_BYTES = 16;

/** What packets need of the interface they name. */
interface Face {
  readonly linkType: number;
  readonly snapLength: number;
  /** Over all sections of the capture. */
  readonly interfaceIndex: number;
  readonly clock: TickClock;
}

/** The byte order of the section whose header starts at `at`, or null (draft-ietf-opsawg-pcapng §4.1). */
export function sectionIsLittle(bytes: Uint8Array, at: number): boolean | null {
  const magic = u32be(bytes, at + 8);
  if (magic === 0x1a2b3c4d) return false;
  return magic === 0x4d3c2b1a ? true : null;
}

/** Reads the blocks of a pcapng capture, section by section. The input stands at the first section header. */
export class PcapngReader {
  private readonly state: CaptureState;
  private little = true;
  /** Interfaces of the current section, by their id. */
  private faces: Face[] = [];
  private interfaceCount = 0;
  /** Runs ahead of `summary.packets` where Wireshark numbers a block that is no packet. */
  private lastPacketNumber = 0;
  /** The section's major version is unknown: its blocks cannot be interpreted, only stepped over. */
  private skippingSection = false;
  private lastTimestampNs: RelativeNs = relativeNs(0);
  /** Options of the packet handed out last: read when the next one is asked for. */
  private optionsStart = 0;
  private optionsEnd = 0;

  constructor(state: CaptureState) {
    this.state = state;
  }

  next(): boolean {
    const { state } = this;
    const input = state.input;
    if (this.optionsEnd !== 0) this.tellPacketComments();
    for (;;) {
      if (input.end - input.at < BLOCK_FRAME_BYTES && !input.need(BLOCK_FRAME_BYTES)) {
        return state.starved(BLOCK_FRAME_BYTES);
      }
      const type = u32(input.bytes, input.at, this.little);
      if (type === SECTION_HEADER && !this.learnByteOrder()) return false;
      const little = this.little;
      const total = u32(input.bytes, input.at + 4, little);
      if (total > limits.recordBytes) {
        return state.stop("absurd-length", input.offset, total, input.availableBytes, "limit");
      }
      if (total < BLOCK_FRAME_BYTES) {
        return state.stop("broken-block", input.offset, BLOCK_FRAME_BYTES, total, "value");
      }
      // Writers should pad the body to 32 bits and count that; some only pad.
      const blockBytes = (total + 3) & ~3;
      if (input.end - input.at < blockBytes && !input.need(blockBytes)) return state.starved(blockBytes);
      const { bytes, at } = input;
      const end = at + blockBytes - 4;
      if (u32(bytes, end, little) !== total) {
        return state.stop("broken-block", input.offset, total, u32(bytes, end, little), "value");
      }
      input.at = end + 4;
      if (type === ENHANCED_PACKET && !this.skippingSection) {
        if (this.enhancedPacket(bytes, at, end)) return true;
      } else if (this.otherBlock(type, bytes, at, end)) return true;
    }
  }

  private learnByteOrder(): boolean {
    const { input } = this.state;
    const little = sectionIsLittle(input.bytes, input.at);
    if (little === null) return this.state.stop("broken-block", input.offset, 4, 4, "value");
    this.little = little;
    return true;
  }

  /** §4.3: interface id, time stamp (high, low), captured and original length, data, options. */
  private enhancedPacket(bytes: Uint8Array, at: number, end: number): boolean {
    const little = this.little;
    if (end - at < 28) return this.skipped("pcap.packet-block.too-short", at, 28, end - at);
    const captured = u32(bytes, at + 20, little);
    const dataStart = at + 28;
    if (captured > end - dataStart)
      return this.skipped("pcap.packet-block.data-too-long", at, captured, end - dataStart);
    const face = this.faces[u32(bytes, at + 8, little)];
    if (face === undefined) return this.skipped("pcap.packet-block.unknown-interface", at, 0, 0);
    this.setTime(face, u32(bytes, at + 12, little), u32(bytes, at + 16, little));
    this.fill(face, bytes, at, dataStart, captured, u32(bytes, at + 24, little));
    this.keepOptions(dataStart + ((captured + 3) & ~3), end);
    return true;
  }

  private otherBlock(type: number, bytes: Uint8Array, at: number, end: number): boolean {
    if (type === SECTION_HEADER) this.sectionHeader(bytes, at, end);
    else if (this.skippingSection) return false;
    else if (type === SIMPLE_PACKET) return this.simplePacket(bytes, at, end);
    else if (type === OBSOLETE_PACKET) return this.obsoletePacket(bytes, at, end);
    else if (type === INTERFACE_DESCRIPTION) this.interfaceDescription(bytes, at, end);
    else if (type === INTERFACE_STATISTICS) this.interfaceStatistics(bytes, at, end);
    else if (type === NAME_RESOLUTION) this.nameResolution(bytes, at, end);
    else if (type === DECRYPTION_SECRETS) this.decryptionSecrets(bytes, at, end);
    // Not read, but Wireshark lists them as frames of their own.
    else if (type === CUSTOM || type === CUSTOM_NOT_COPIED || type === SYSTEMD_JOURNAL) this.lastPacketNumber++;
    return false;
  }

  /** §4.4: original length and data, of the section's first interface, cut at its snapshot length, without a time. */
  private simplePacket(bytes: Uint8Array, at: number, end: number): boolean {
    if (end - at < 12) return this.skipped("pcap.packet-block.too-short", at, 12, end - at);
    const face = this.faces[0];
    if (face === undefined) return this.skipped("pcap.packet-block.unknown-interface", at, 0, 0);
    const original = u32(bytes, at + 8, this.little);
    let captured = Math.min(original, end - at - 12);
    if (face.snapLength > 0) captured = Math.min(captured, face.snapLength);
    this.fill(face, bytes, at, at + 12, captured, original);
    return true;
  }

  /** Appendix A of the draft: the Packet Block, with 16 bits each for interface id and drops. */
  private obsoletePacket(bytes: Uint8Array, at: number, end: number): boolean {
    const little = this.little;
    if (end - at < 28) return this.skipped("pcap.packet-block.too-short", at, 28, end - at);
    const captured = u32(bytes, at + 20, little);
    const dataStart = at + 28;
    if (captured > end - dataStart)
      return this.skipped("pcap.packet-block.data-too-long", at, captured, end - dataStart);
    const face = this.faces[u16(bytes, at + 8, little)];
    if (face === undefined) return this.skipped("pcap.packet-block.unknown-interface", at, 0, 0);
    this.setTime(face, u32(bytes, at + 12, little), u32(bytes, at + 16, little));
    this.fill(face, bytes, at, dataStart, captured, u32(bytes, at + 24, little));
    this.keepOptions(dataStart + ((captured + 3) & ~3), end);
    return true;
  }

  private setTime(face: Face, high: number, low: number): void {
    const { clock } = face;
    if (!clock.aligned) clock.align(this.state.originOf(clock.epochNs(high, low)));
    this.lastTimestampNs = clock.sinceOrigin(high, low);
  }

  private fill(face: Face, bytes: Uint8Array, at: number, start: number, captured: number, original: number): void {
    const { view, summary, input } = this.state;
    summary.packets++;
    view.packetNumber = ++this.lastPacketNumber as PacketNumber;
    view.timestampNs = this.lastTimestampNs;
    view.linkType = face.linkType;
    view.bytes = bytes;
    view.start = start;
    view.capturedLength = captured;
    view.originalLength = Math.max(original, captured);
    view.interfaceIndex = face.interfaceIndex;
    view.recordOffset = input.base + at;
    if (original > captured) summary.truncatedPackets++;
  }

  private keepOptions(start: number, end: number): void {
    if (start + 4 > end) return;
    this.optionsStart = start;
    this.optionsEnd = end;
  }

  /** The block is still at hand: `next` has not moved on yet. */
  private tellPacketComments(): void {
    const { view } = this.state;
    const options = new OptionCursor(view.bytes, this.optionsStart, this.optionsEnd, this.little);
    this.optionsEnd = 0;
    while (options.next()) {
      if (options.code !== OPT_COMMENT) continue;
      this.tellComment(view.packetNumber, commentText(view.bytes, options.valueStart, options.valueLength));
    }
    if (options.overrun) this.optionOverrun(view.recordOffset);
  }

  /** §4.1: byte-order magic, version, section length, options. */
  private sectionHeader(bytes: Uint8Array, at: number, end: number): void {
    this.faces = [];
    const whole = end - at >= 8 + SHB_FIXED_BYTES;
    const major = whole ? u16(bytes, at + 12, this.little) : 0;
    const minor = whole ? u16(bytes, at + 14, this.little) : 0;
    // A section of another major version has to be skipped; 1.2 is 1.0, and other minor versions ought to be readable.
    this.skippingSection = major !== 1;
    if (this.skippingSection || (minor !== 0 && minor !== 2)) {
      const action = this.skippingSection ? "skipped-rest" : "continued";
      this.state.malformed("pcap.section.version", this.state.input.base + at, 4, end - at - 12, "value", action);
    }
    if (!this.skippingSection) this.blockComments(bytes, at, at + 8 + SHB_FIXED_BYTES, end);
  }

  private interfaceDescription(bytes: Uint8Array, at: number, end: number): void {
    const { state } = this;
    const body = at + 8;
    const offset = state.input.base + at;
    if (end - body < IDB_FIXED_BYTES || this.interfaceCount >= limits.interfacesPerCapture) {
      state.malformed("pcap.interface-block", offset, IDB_FIXED_BYTES, end - body, "limit", "continued");
      return;
    }
    const options = new OptionCursor(bytes, body + IDB_FIXED_BYTES, end, this.little);
    const info = readInterfaceDescription(bytes, body, this.little, options);
    if (options.overrun) this.optionOverrun(offset);
    const { linkType, snapLength, clock, name, description, filter, operatingSystem } = info;
    const interfaceIndex = this.interfaceCount++;
    this.faces.push({ linkType, snapLength, interfaceIndex, clock });
    state.sink.onInterface({
      captureIndex: state.captureIndex,
      interfaceIndex,
      linkType,
      snapLength,
      name,
      description,
      filter,
      operatingSystem,
      resolutionNs: clock.resolutionNs,
    });
    for (const text of info.comments) this.tellComment(0, text);
  }

  private interfaceStatistics(bytes: Uint8Array, at: number, end: number): void {
    const { state } = this;
    const body = at + 8;
    const offset = state.input.base + at;
    const face = end - body < ISB_FIXED_BYTES ? undefined : this.faces[u32(bytes, body, this.little)];
    if (face === undefined) {
      state.malformed("pcap.statistics-block", offset, ISB_FIXED_BYTES, end - body, "value", "continued");
      return;
    }
    const options = new OptionCursor(bytes, body + ISB_FIXED_BYTES, end, this.little);
    const counts = readStatistics(bytes, this.little, options);
    if (options.overrun) this.optionOverrun(offset);
    state.sink.onStatistics({
      captureIndex: state.captureIndex,
      interfaceIndex: face.interfaceIndex,
      ...counts,
    });
    this.blockComments(bytes, at, body + ISB_FIXED_BYTES, end);
  }

  private nameResolution(bytes: Uint8Array, at: number, end: number): void {
    const { captureIndex, sink, input } = this.state;
    if (!readNames(bytes, at + 8, end, this.little, captureIndex, (name) => sink.onName(name))) {
      this.state.malformed("pcap.name-block", input.base + at, 0, end - at, "record-length", "continued");
    }
  }

  private decryptionSecrets(bytes: Uint8Array, at: number, end: number): void {
    const { captureIndex, sink, input } = this.state;
    const secrets = end - at < 16 ? null : readSecrets(bytes, at + 8, end, this.little, captureIndex);
    if (secrets !== null) sink.onSecrets(secrets);
    else this.state.malformed("pcap.secrets-block", input.base + at, 8, end - at, "record-length", "continued");
  }

  private blockComments(bytes: Uint8Array, at: number, optionsStart: number, end: number): void {
    const options = new OptionCursor(bytes, optionsStart, end, this.little);
    while (options.next()) {
      if (options.code === OPT_COMMENT) {
        this.tellComment(0, commentText(bytes, options.valueStart, options.valueLength));
      }
    }
    if (options.overrun) this.optionOverrun(this.state.input.base + at);
  }

  private tellComment(packetNumber: number, text: string): void {
    const { captureIndex, sink } = this.state;
    sink.onComment({ captureIndex, packetNumber, text });
  }

  private optionOverrun(offset: number): void {
    this.state.malformed("pcap.option.too-long", offset, 0, 0, "record-length", "continued");
  }

  private skipped(code: `pcap.${string}`, at: number, neededBytes: number, availableBytes: number): false {
    const offset = this.state.input.base + at;
    this.state.malformed(code, offset, neededBytes, availableBytes, "record-length", "skipped-packet");
    return false;
  }
}
