import { packetNumber, ZERO_TIME } from "../base/brand.ts";
import { ByteWindow } from "../base/byte-window.ts";
import * as limits from "../base/limits.ts";
import type { Malformed } from "../base/malformed.ts";
import type { PacketView } from "../base/packet-view.ts";
import type { CaptureOrigin, CaptureSink, CaptureSummary, EndedEarlyCode } from "./types.ts";

export const newPacketView = (captureIndex: number, bytes: Uint8Array): PacketView => ({
  packetNumber: packetNumber(0),
  timestampNs: ZERO_TIME,
  clockAheadNs: 0,
  linkType: 0,
  bytes,
  start: 0,
  capturedLength: 0,
  originalLength: 0,
  captureIndex,
  interfaceIndex: 0,
  recordOffset: 0,
});

/** What the readers of both formats share: the bytes at hand, the view they fill, the tally, and the time origin. */
export class CaptureState {
  readonly captureIndex: number;
  readonly sink: CaptureSink;
  readonly origin: CaptureOrigin;
  readonly input = new ByteWindow();
  readonly view: PacketView;
  readonly summary: CaptureSummary = {
    format: null,
    bytes: 0,
    packets: 0,
    truncatedPackets: 0,
    malformed: 0,
    endedEarly: null,
  };
  firstPacketNs: bigint | null = null;
  /** `end` was called: no more bytes will come. */
  ended = false;
  done = false;
  private comments = 0;
  private commentCharacters = 0;

  constructor(captureIndex: number, sink: CaptureSink, origin: CaptureOrigin) {
    this.captureIndex = captureIndex;
    this.sink = sink;
    this.origin = origin;
    this.view = newPacketView(captureIndex, this.input.bytes);
  }

  /** The analysis' origin, which the first packet of any capture sets. `ns`: epoch time of the packet at hand. */
  originOf(ns: bigint): bigint {
    this.firstPacketNs ??= ns;
    this.origin.ns ??= ns;
    return this.origin.ns;
  }

  malformed(
    code: `pcap.${string}`,
    offset: number,
    neededBytes: number,
    availableBytes: number,
    limitedBy: Malformed["limitedBy"],
    action: Malformed["action"],
  ): void {
    this.summary.malformed++;
    this.sink.onMalformed({
      code,
      packetNumber: packetNumber(0),
      offset,
      offsetIn: "capture",
      neededBytes,
      availableBytes,
      limitedBy,
      action,
    });
  }

  /** More than a person may have written is reported, and not handed on. `offset`: of its block. */
  comment(packetNumber: number, text: string, offset: number): void {
    this.comments++;
    this.commentCharacters += text.length;
    if (this.comments > limits.notesPerCapture || this.commentCharacters > limits.commentCharacters)
      this.malformed("pcap.comment", offset, text.length, 0, "limit", "continued");
    else this.sink.onComment({ captureIndex: this.captureIndex, packetNumber, text });
  }

  optionOverrun(offset: number): void {
    this.malformed("pcap.option.too-long", offset, 0, 0, "record-length", "continued");
  }

  /** Gives up at `offset`: nothing after it can be trusted. */
  stop(
    code: EndedEarlyCode,
    offset: number,
    neededBytes: number,
    availableBytes: number,
    limitedBy: Malformed["limitedBy"],
  ): false {
    this.summary.endedEarly = { code, offset };
    this.malformed(`pcap.${code}`, offset, neededBytes, availableBytes, limitedBy, "stopped");
    // What lies behind the trouble is not read, however much of it is at hand.
    return this.finish(limitedBy === "capture-length" ? offset + availableBytes : offset);
  }

  /** `next` found too few bytes: wait for more, or, after the end, say whether something was cut off. */
  starved(neededBytes: number): false {
    if (this.done) return false;
    const { offset, availableBytes } = this.input;
    this.summary.bytes = offset + availableBytes;
    if (!this.ended) return false;
    if (availableBytes > 0) return this.stop("cut-in-record", offset, neededBytes, availableBytes, "capture-length");
    return this.finish(offset);
  }

  private finish(bytes: number): false {
    this.summary.bytes = bytes;
    this.done = true;
    this.input.discard();
    return false;
  }
}
