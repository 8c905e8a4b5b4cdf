import type { StepForward } from "../base/captured-time.ts";
import type { Malformed } from "../base/malformed.ts";
import type { PacketView } from "../base/packet-view.ts";

export type CaptureFormat = "pcap" | "pcapng";

/** Epoch nanoseconds that every `RelativeNs` of one analysis counts from: set once, by the first packet read. */
export interface CaptureOrigin {
  ns: bigint | null;
  /** Where the clock of the one capture was set forward, as far as it has been read: see `base/captured-time.ts`. */
  stepsForward?: readonly StepForward[];
}

/** One interface of a capture: for classic pcap the only one, index 0. */
export interface InterfaceInfo {
  readonly captureIndex: number;
  readonly interfaceIndex: number;
  readonly linkType: number;
  /** 0: no limit. */
  readonly snapLength: number;
  readonly name: string | null;
  readonly description: string | null;
  readonly filter: string | null;
  readonly operatingSystem: string | null;
  /** Smallest step of the time stamps. */
  readonly resolutionNs: number;
}

/** Interface Statistics Block, or a backend's counters. Cumulative since the capture began; null: not told. */
export interface CaptureStatistics {
  readonly captureIndex: number;
  readonly interfaceIndex: number;
  readonly received: number | null;
  /** Dropped by the interface, and by the operating system for want of buffers. */
  readonly droppedByInterface: number | null;
  readonly droppedByKernel: number | null;
  /**
   * Epoch nanoseconds until which was captured, beyond the last packet: silence counts too. null: not told, or not to be
   * believed, since a cut-out of a capture keeps this block and not the packets that it counts.
   */
  readonly capturedUntilNs: bigint | null;
}

/** Comes after its packet was handed out (with the following `next`), so that a merge has given the number. */
export interface CaptureComment {
  readonly captureIndex: number;
  /** 0: the comment is on the section or interface as a whole. */
  readonly packetNumber: number;
  readonly text: string;
}

/** Decryption Secrets Block: kept as it is, never printed. */
export interface CaptureSecrets {
  readonly captureIndex: number;
  readonly secretsType: number;
  readonly bytes: Uint8Array;
}

/** Name Resolution Block record. */
export interface CaptureName {
  readonly captureIndex: number;
  readonly address: string;
  readonly name: string;
}

export interface CaptureSink {
  /** Before any packet of that interface. */
  onInterface(info: InterfaceInfo): void;
  onStatistics(statistics: CaptureStatistics): void;
  onComment(comment: CaptureComment): void;
  onSecrets(secrets: CaptureSecrets): void;
  onName(name: CaptureName): void;
  onMalformed(malformed: Malformed): void;
  /**
   * For who copies a pcapng capture: each block that is no packet, known or not, whole and as it is, before it is read:
   * `bytes[start, end)`, in the byte order of its section.
   */
  onBlock?(bytes: Uint8Array, start: number, end: number, little: boolean): void;
}

/**
 * Why a capture was not read to a proper end. `empty` (no byte at all), `not-a-capture` (neither pcap nor pcapng) and
 * `cut-in-header` (ended inside the file header) mean that nothing could be read.
 */
export type EndedEarlyCode =
  | "empty"
  | "not-a-capture"
  | "cut-in-header"
  | "cut-in-record"
  | "absurd-length"
  | "zeros"
  | "broken-block";

/** How reading one capture went. */
export interface CaptureSummary {
  /** null until the first bytes have told. */
  format: CaptureFormat | null;
  /** Bytes of the uncompressed capture read so far. */
  bytes: number;
  packets: number;
  /** Packets of which the capture holds less than was on the wire. */
  truncatedPackets: number;
  malformed: number;
  /** null while and when it was read to its end; else why, and at which byte of the uncompressed capture. */
  endedEarly: null | { readonly code: EndedEarlyCode; readonly offset: number };
}

/**
 * Pull reader of one capture, sans I/O. `push` hands over a chunk, which must stay unchanged until `next` has returned
 * false; `next` fills `view` with the following packet (true) or says that more bytes are needed or that the capture
 * has ended (false). Block information goes to the sink as it is met. Never throws. `view.packetNumber` counts this
 * capture's packets; a merge overwrites it.
 */
export interface CaptureReader {
  readonly summary: CaptureSummary;
  readonly view: PacketView;
  /** Epoch nanoseconds of this capture's first packet; null before it. */
  readonly firstPacketNs: bigint | null;
  /** Nothing will come any more: read to the end, or given up (`summary.endedEarly`); further bytes are ignored. */
  readonly done: boolean;
  push(chunk: Uint8Array): void;
  /** No more bytes will come: what is left over is judged (cut off or complete). */
  end(): void;
  next(): boolean;
}

/** For who copies records: also says where in `view.bytes` the record header or block of the packet at hand starts. */
export interface RecordReader extends CaptureReader {
  readonly recordStart: number;
}
