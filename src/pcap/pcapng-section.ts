import { u32be, u32le } from "../base/bytes.ts";
import * as limits from "../base/limits.ts";
import type { CaptureState } from "./capture-state.ts";
import { u16, u32 } from "./endian.ts";
import { readInterfaceDescription } from "./interface-description-block.ts";
import { readStatistics } from "./interface-statistics-block.ts";
import { readNames } from "./name-resolution-block.ts";
import {
  BYTE_ORDER_MAGIC,
  DECRYPTION_SECRETS,
  IDB_FIXED_BYTES,
  INTERFACE_DESCRIPTION,
  INTERFACE_STATISTICS,
  ISB_FIXED_BYTES,
  NAME_RESOLUTION,
  OPT_COMMENT,
  SECTION_HEADER,
  SHB_FIXED_BYTES,
} from "./pcapng-format.ts";
import { commentText, OptionCursor } from "./pcapng-options.ts";
import type { TickClock } from "./tick-clock.ts";

/** The byte order of the section whose header starts at `at`; null: it has none (§4.1). */
export function sectionIsLittle(bytes: Uint8Array, at: number): boolean | null {
  if (u32be(bytes, at + 8) === BYTE_ORDER_MAGIC) return false;
  return u32le(bytes, at + 8) === BYTE_ORDER_MAGIC ? true : null;
}

/** What packets need of the interface they name. */
export interface PacketInterface {
  readonly linkType: number;
  readonly snapLength: number;
  /** Over all sections of the capture. */
  readonly interfaceIndex: number;
  readonly clock: TickClock;
}

/** The section at hand: its interfaces, and everything in it that is not a packet. */
export class PcapngSection {
  /** By the interface id that blocks of this section use; empty when the section cannot be read. */
  interfaces: PacketInterface[] = [];
  /** False: the major version is unknown, so blocks cannot be interpreted, only stepped over. */
  readable = true;
  private interfaceCount = 0;
  private readonly state: CaptureState;

  constructor(state: CaptureState) {
    this.state = state;
  }

  /** A block that is no packet: `bytes[at, end)` with its type and total length, but not the second total length. */
  block(type: number, bytes: Uint8Array, at: number, end: number, little: boolean): void {
    if (type === SECTION_HEADER) this.header(bytes, at, end, little);
    else if (!this.readable) return;
    else if (type === INTERFACE_DESCRIPTION) this.interfaceDescription(bytes, at, end, little);
    else if (type === INTERFACE_STATISTICS) this.interfaceStatistics(bytes, at, end, little);
    else if (type === NAME_RESOLUTION) this.nameResolution(bytes, at, end, little);
    else if (type === DECRYPTION_SECRETS) this.decryptionSecrets(bytes, at, end, little);
  }

  private header(bytes: Uint8Array, at: number, end: number, little: boolean): void {
    this.interfaces = [];
    const whole = end - at >= SHB_FIXED_BYTES;
    const major = whole ? u16(bytes, at + 12, little) : 0;
    const minor = whole ? u16(bytes, at + 14, little) : 0;
    // A section of another major version has to be skipped; 1.2 is 1.0, and other minor versions ought to be readable.
    this.readable = major === 1;
    if (!this.readable || (minor !== 0 && minor !== 2)) {
      const action = this.readable ? "continued" : "skipped-rest";
      this.state.malformed("pcap.section.version", this.state.input.base + at, 4, end - at - 12, "value", action);
    }
    if (this.readable) this.comments(bytes, at, at + SHB_FIXED_BYTES, end, little);
  }

  private interfaceDescription(bytes: Uint8Array, at: number, end: number, little: boolean): void {
    const { state } = this;
    const offset = state.input.base + at;
    if (end - at < IDB_FIXED_BYTES || this.interfaceCount >= limits.interfacesPerCapture) {
      state.malformed("pcap.interface-block", offset, IDB_FIXED_BYTES, end - at, "limit", "continued");
      return;
    }
    const options = new OptionCursor(bytes, at + IDB_FIXED_BYTES, end, little);
    const { clock, comments, ...told } = readInterfaceDescription(bytes, at, little, options);
    if (options.overrun) state.optionOverrun(offset);
    const { captureIndex, sink } = state;
    const interfaceIndex = this.interfaceCount++;
    this.interfaces.push({ linkType: told.linkType, snapLength: told.snapLength, interfaceIndex, clock });
    sink.onInterface({ captureIndex, interfaceIndex, resolutionNs: clock.resolutionNs, ...told });
    for (const text of comments) state.comment(0, text, offset);
  }

  private interfaceStatistics(bytes: Uint8Array, at: number, end: number, little: boolean): void {
    const { state } = this;
    const offset = state.input.base + at;
    const about = end - at < ISB_FIXED_BYTES ? undefined : this.interfaces[u32(bytes, at + 8, little)];
    if (about === undefined) {
      state.malformed("pcap.statistics-block", offset, ISB_FIXED_BYTES, end - at, "value", "continued");
      return;
    }
    const options = new OptionCursor(bytes, at + ISB_FIXED_BYTES, end, little);
    const { delivered, ...counts } = readStatistics(bytes, little, options);
    if (options.overrun) state.optionOverrun(offset);
    const { captureIndex, sink } = state;
    const isWhole = delivered !== null && delivered === state.summary.packets;
    const takenNs = about.clock.epochNs(u32(bytes, at + 12, little), u32(bytes, at + 16, little));
    const capturedUntilNs = isWhole ? takenNs : null;
    sink.onStatistics({ captureIndex, interfaceIndex: about.interfaceIndex, ...counts, capturedUntilNs });
    this.comments(bytes, at, at + ISB_FIXED_BYTES, end, little);
  }

  private nameResolution(bytes: Uint8Array, at: number, end: number, little: boolean): void {
    const { captureIndex, sink, input } = this.state;
    if (!readNames(bytes, at + 8, end, little, captureIndex, sink)) {
      this.state.malformed("pcap.name-block", input.base + at, 0, end - at, "record-length", "continued");
    }
  }

  /** Decryption Secrets Block (§4.7): type, length, data. */
  private decryptionSecrets(bytes: Uint8Array, at: number, end: number, little: boolean): void {
    const { captureIndex, sink, input } = this.state;
    const start = at + 16;
    const length = start > end ? 0 : u32(bytes, at + 12, little);
    if (start + length > end) {
      this.state.malformed(
        "pcap.secrets-block",
        input.base + at,
        8 + length,
        end - at - 8,
        "record-length",
        "continued",
      );
      return;
    }
    sink.onSecrets({
      captureIndex,
      secretsType: u32(bytes, at + 8, little),
      bytes: bytes.slice(start, start + length),
    });
  }

  private comments(bytes: Uint8Array, at: number, optionsStart: number, end: number, little: boolean): void {
    const offset = this.state.input.base + at;
    const options = new OptionCursor(bytes, optionsStart, end, little);
    while (options.next()) {
      if (options.code !== OPT_COMMENT) continue;
      this.state.comment(0, commentText(bytes, options.valueStart, options.valueLength), offset);
    }
    if (options.overrun) this.state.optionOverrun(offset);
  }
}
