import { openCaptureReader } from "./open-capture-reader.ts";
import { ENHANCED_PACKET, EPB_FIXED_BYTES } from "./pcapng-format.ts";
import { interfaceDescriptionBlock, interfaceStatisticsBlock, sectionHeaderBlock } from "./pcapng-writer.ts";
import type { CaptureOrigin, CaptureReader, CaptureStatistics, InterfaceInfo } from "./types.ts";

const TWO_32 = 0x1_0000_0000;
const FIRST_BUFFER_BYTES = 256 * 1024;

export interface RecorderOptions {
  readonly application: string;
  readonly operatingSystem: string;
  readonly interfaceName: string;
  readonly filter: string;
  /** What the person who reads the file later ought to know of how it was made. */
  readonly comment: string;
}

type Counts = Pick<CaptureStatistics, "received" | "droppedByInterface" | "droppedByKernel">;

/**
 * Turns the classic pcap stream of a capture backend into pcapng, so that what is kept says where it came from and how
 * much was dropped, and ends with the time until which was captured. Sans I/O; hands out whole blocks only, so that a
 * file made of them can be read whenever writing stopped.
 */
export class PcapngRecorder {
  /** Section and interface: the first blocks of the stream, and of every file that holds a part of it. */
  header: Uint8Array | null = null;
  packets = 0;
  /** Of the newest packet; what `push` returned holds it. */
  lastPacketNs = 0n;
  private readonly options: RecorderOptions;
  private readonly reader: CaptureReader;
  private readonly origin: CaptureOrigin = { ns: null };
  private out: Buffer = Buffer.allocUnsafe(FIRST_BUFFER_BYTES);
  private used = 0;
  private originHigh = 0;
  private originLow = 0;

  constructor(options: RecorderOptions) {
    this.options = options;
    const nothing = (): void => undefined;
    this.reader = openCaptureReader(
      0,
      {
        onInterface: (info) => this.begin(info),
        onStatistics: nothing,
        onComment: nothing,
        onSecrets: nothing,
        onName: nothing,
        onMalformed: nothing,
      },
      this.origin,
    );
  }

  /** The backend's stream is broken: nothing more will come out. */
  get broken(): boolean {
    return this.reader.done;
  }

  /** Whole blocks for what has come so far, the header included the first time. Valid until the next call. */
  push(chunk: Uint8Array): Uint8Array {
    const { reader } = this;
    this.used = 0;
    reader.push(chunk);
    while (reader.next()) this.record();
    this.packets = reader.summary.packets;
    if (this.used > 0) this.lastPacketNs = (this.origin.ns ?? 0n) + BigInt(reader.view.timestampNs);
    return this.out.subarray(0, this.used);
  }

  /** The counters as of now; the last of these blocks says until when was captured. Empty before the header. */
  statistics(nowNs: bigint, counts: Counts): Uint8Array {
    if (this.header === null) return new Uint8Array(0);
    return interfaceStatisticsBlock(0, nowNs, { ...counts, delivered: this.packets });
  }

  private begin(info: InterfaceInfo): void {
    const { application, operatingSystem, interfaceName, filter, comment } = this.options;
    this.header = Buffer.concat([
      sectionHeaderBlock({ application, operatingSystem, comments: [comment] }),
      interfaceDescriptionBlock({
        linkType: info.linkType,
        snapLength: info.snapLength,
        name: interfaceName,
        filter,
        operatingSystem,
      }),
    ]);
    this.room(this.header.length);
    this.out.set(this.header, this.used);
    this.used += this.header.length;
  }

  /** Enhanced Packet Block (draft-ietf-opsawg-pcapng §4.3), without allocating. */
  private record(): void {
    const { view } = this.reader;
    const { capturedLength } = view;
    if (this.originHigh === 0) {
      const origin = this.origin.ns ?? 0n;
      this.originHigh = Number(origin >> 32n);
      this.originLow = Number(origin & 0xffff_ffffn);
    }
    const padded = (capturedLength + 3) & ~3;
    const total = EPB_FIXED_BYTES + padded + 4;
    this.room(total);
    const { out, used: at } = this;
    // Exact: both parts stay far below 2^53.
    const low = this.originLow + view.timestampNs;
    const carry = Math.floor(low / TWO_32);
    out.writeUInt32LE(ENHANCED_PACKET, at);
    out.writeUInt32LE(total, at + 4);
    out.writeUInt32LE(0, at + 8);
    out.writeUInt32LE(this.originHigh + carry, at + 12);
    out.writeUInt32LE(low - carry * TWO_32, at + 16);
    out.writeUInt32LE(capturedLength, at + 20);
    out.writeUInt32LE(view.originalLength, at + 24);
    const data = at + EPB_FIXED_BYTES;
    out.set(view.bytes.subarray(view.start, view.start + capturedLength), data);
    for (let pad = data + capturedLength; pad < data + padded; pad++) out[pad] = 0;
    out.writeUInt32LE(total, at + total - 4);
    this.used = at + total;
  }

  private room(bytes: number): void {
    if (this.used + bytes <= this.out.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.out.length * 2, this.used + bytes));
    larger.set(this.out.subarray(0, this.used));
    this.out = larger;
  }
}
