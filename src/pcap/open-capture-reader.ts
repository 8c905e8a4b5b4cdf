import { u32be } from "../base/bytes.ts";
import type { PacketView } from "../base/packet-view.ts";
import { CaptureState } from "./capture-state.ts";
import { PCAP_HEADER_BYTES, PcapReader, pcapMagic } from "./pcap-reader.ts";
import { SECTION_HEADER } from "./pcapng-format.ts";
import { PcapngReader } from "./pcapng-reader.ts";
import { sectionIsLittle } from "./pcapng-section.ts";
import type { CaptureOrigin, CaptureSink, CaptureSummary, RecordReader } from "./types.ts";

export const MAGIC_BYTES = 4;
const SECTION_START_BYTES = 12;

/**
 * A reader that tells the format from the first bytes, whatever the name. What is no capture ends early at once, with
 * `summary.endedEarly.code` "empty", "not-a-capture" or "cut-in-header".
 * `origin` is shared by all captures of one analysis.
 */
export function openCaptureReader(captureIndex: number, sink: CaptureSink, origin: CaptureOrigin): RecordReader {
  return new RecognisingReader(new CaptureState(captureIndex, sink, origin));
}

/** Whether a file that begins so is meant as a capture. */
export const isCaptureMagic = (bytes: Uint8Array): boolean =>
  pcapMagic(bytes, 0) !== undefined || u32be(bytes, 0) === SECTION_HEADER;

class RecognisingReader implements RecordReader {
  readonly summary: CaptureSummary;
  readonly view: PacketView;
  private readonly state: CaptureState;
  private reader: PcapReader | PcapngReader | null = null;

  constructor(state: CaptureState) {
    this.state = state;
    this.summary = state.summary;
    this.view = state.view;
  }

  get firstPacketNs(): bigint | null {
    return this.state.firstPacketNs;
  }

  get recordStart(): number {
    return this.view.recordOffset - this.state.input.base;
  }

  get done(): boolean {
    return this.state.done;
  }

  push(chunk: Uint8Array): void {
    if (!this.state.done) this.state.input.push(chunk);
  }

  end(): void {
    this.state.ended = true;
  }

  next(): boolean {
    const reader = this.reader ?? this.recognise();
    if (reader === null) return false;
    return reader.next();
  }

  private recognise(): PcapReader | PcapngReader | null {
    const { state } = this;
    const { input } = state;
    if (!input.need(MAGIC_BYTES)) return this.tooShort("not-a-capture", MAGIC_BYTES);
    const magic = pcapMagic(input.bytes, input.at);
    if (magic !== undefined) {
      state.summary.format = "pcap";
      if (!input.need(PCAP_HEADER_BYTES)) return this.tooShort("cut-in-header", PCAP_HEADER_BYTES);
      this.reader = new PcapReader(state, magic);
      return this.reader;
    }
    if (u32be(input.bytes, input.at) === SECTION_HEADER) {
      if (!input.need(SECTION_START_BYTES)) return this.tooShort("cut-in-header", SECTION_START_BYTES);
      if (sectionIsLittle(input.bytes, input.at) !== null) {
        state.summary.format = "pcapng";
        this.reader = new PcapngReader(state);
        return this.reader;
      }
    }
    state.stop("not-a-capture", 0, MAGIC_BYTES, MAGIC_BYTES, "value");
    return null;
  }

  private tooShort(code: "not-a-capture" | "cut-in-header", neededBytes: number): null {
    const { state } = this;
    const available = state.input.availableBytes;
    if (state.ended && !state.done) {
      state.stop(available === 0 ? "empty" : code, 0, neededBytes, available, "capture-length");
    }
    return null;
  }
}
