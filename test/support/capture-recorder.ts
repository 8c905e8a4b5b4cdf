// Reads a capture to its end and keeps everything the reader told.

import type { Malformed } from "../../src/base/malformed.ts";
import type { PacketView } from "../../src/base/packet-view.ts";
import { openCaptureReader } from "../../src/pcap/open-capture-reader.ts";
import type {
  CaptureComment,
  CaptureName,
  CaptureOrigin,
  CaptureReader,
  CaptureSecrets,
  CaptureSink,
  CaptureStatistics,
  CaptureSummary,
  InterfaceInfo,
} from "../../src/pcap/types.ts";

export interface RecordedPacket extends Omit<PacketView, "bytes" | "start"> {
  /** A copy of the captured bytes. */
  readonly data: Uint8Array;
}

export class RecordingSink implements CaptureSink {
  readonly interfaces: InterfaceInfo[] = [];
  readonly statistics: CaptureStatistics[] = [];
  readonly comments: CaptureComment[] = [];
  readonly secrets: CaptureSecrets[] = [];
  readonly names: CaptureName[] = [];
  readonly malformed: Malformed[] = [];
  onInterface(info: InterfaceInfo): void {
    this.interfaces.push(info);
  }
  onStatistics(statistics: CaptureStatistics): void {
    this.statistics.push(statistics);
  }
  onComment(comment: CaptureComment): void {
    this.comments.push(comment);
  }
  onSecrets(secrets: CaptureSecrets): void {
    this.secrets.push(secrets);
  }
  onName(name: CaptureName): void {
    this.names.push(name);
  }
  onMalformed(malformed: Malformed): void {
    this.malformed.push(malformed);
  }
}

export interface Recording extends Omit<RecordingSink, keyof CaptureSink> {
  readonly packets: readonly RecordedPacket[];
  readonly summary: CaptureSummary;
  readonly originNs: bigint | null;
  readonly firstPacketNs: bigint | null;
}

export const copyPacket = ({ bytes, start, ...kept }: PacketView): RecordedPacket => ({
  ...kept,
  data: bytes.slice(start, start + kept.capturedLength),
});

/** Pushes pieces of the given lengths (again and again), each in a buffer that is wiped once the reader is done with it. */
export function recordCapture(capture: Uint8Array, pieceLengths: readonly number[] = [capture.length]): Recording {
  const sink = new RecordingSink();
  const origin: CaptureOrigin = { ns: null };
  const reader = openCaptureReader(0, sink, origin);
  const packets: RecordedPacket[] = [];
  for (let at = 0, piece = 0; at < capture.length; piece++) {
    const length = Math.max(1, pieceLengths[piece % pieceLengths.length] ?? capture.length);
    const chunk = capture.slice(at, at + length);
    reader.push(chunk);
    takeAll(reader, packets);
    chunk.fill(0xee);
    at += length;
  }
  reader.end();
  takeAll(reader, packets);
  const { interfaces, statistics, comments, secrets, names, malformed } = sink;
  return {
    packets,
    interfaces,
    statistics,
    comments,
    secrets,
    names,
    malformed,
    summary: reader.summary,
    originNs: origin.ns,
    firstPacketNs: reader.firstPacketNs,
  };
}

function takeAll(reader: CaptureReader, packets: RecordedPacket[]): void {
  while (reader.next()) packets.push(copyPacket(reader.view));
}
