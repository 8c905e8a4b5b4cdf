import { u32be, u32le } from "../../base/bytes.ts";
import type { PacketView } from "../../base/packet-view.ts";
import { littleEndianBlock } from "../../pcap/little-endian-block.ts";
import { packetOptions } from "../../pcap/pcapng-copy.ts";
import {
  INTERFACE_DESCRIPTION,
  INTERFACE_STATISTICS,
  NAME_RESOLUTION,
  SECTION_HEADER,
} from "../../pcap/pcapng-format.ts";
import {
  enhancedPacketBlock,
  interfaceDescriptionBlock,
  interfaceStatisticsBlock,
  sectionHeaderBlock,
} from "../../pcap/pcapng-writer.ts";
import type { CaptureStatistics, InterfaceInfo } from "../../pcap/types.ts";
import type { Redactor } from "../../report/redact.ts";
import type { EvidenceComments } from "./evidence-comments.ts";
import { EvidenceWriter } from "./evidence-writer.ts";
import type { PacketPatcher } from "./packet-patcher.ts";

/** Blocks that are made anew, with the numbers that interfaces have in the new file. */
const MADE_ANEW: ReadonlySet<number> = new Set([SECTION_HEADER, INTERFACE_DESCRIPTION, INTERFACE_STATISTICS]);

export interface JoinedOptions {
  readonly application: string;
  readonly originNs: bigint;
  /** Of each capture. */
  readonly formats: readonly ("pcap" | "pcapng")[];
}

/**
 * Captures of any format as one section: packets in time order as they were read, each naming the interface that it was
 * captured on. Time stamps are in nanoseconds, which every capture's are whole numbers of.
 */
export class JoinedEvidence extends EvidenceWriter {
  private readonly options: JoinedOptions;
  private begun = false;
  /** By capture and interface. */
  private readonly ids: (number[] | undefined)[] = [];
  private interfaces = 0;
  private readonly statistics = new Map<number, CaptureStatistics>();
  private lastNs = 0n;

  constructor(
    comments: EvidenceComments,
    patcher: PacketPatcher,
    redactor: Redactor,
    scrubs: boolean,
    options: JoinedOptions,
  ) {
    super(comments, patcher, redactor, scrubs);
    this.options = options;
  }

  override readonly blocks = {
    onInterface: (info: InterfaceInfo): void => this.describe(info),
    onStatistics: (statistics: CaptureStatistics): void => {
      const id = this.ids[statistics.captureIndex]?.[statistics.interfaceIndex];
      if (id !== undefined) this.statistics.set(id, statistics);
    },
    onBlock: (bytes: Uint8Array, start: number, end: number, little: boolean): void =>
      this.block(bytes, start, end, little),
  };

  override end(): void {
    this.begin();
    for (const [id, told] of this.statistics) {
      const { lastNs } = this;
      const isLater = told.capturedUntilNs !== null && told.capturedUntilNs > lastNs;
      this.put(interfaceStatisticsBlock(id, isLater ? told.capturedUntilNs : lastNs, told), 0);
    }
  }

  protected override packet(packet: PacketView, recordStart: number, patched: Uint8Array | null): void {
    const { packetNumber, captureIndex, interfaceIndex, timestampNs } = packet;
    const isPcapng = this.options.formats[captureIndex] === "pcapng";
    const kept: string[] = [];
    const own = isPcapng ? packetOptions(packet.bytes, recordStart) : null;
    for (const comment of own?.comments ?? []) if (!this.comments.replaces(comment, kept)) kept.push(comment);
    const comments = [...this.comments.of(packetNumber), ...kept];
    const timeNs = this.options.originNs + BigInt(Math.round(timestampNs));
    if (timeNs > this.lastNs) this.lastNs = timeNs;
    const block = enhancedPacketBlock({
      interfaceId: this.ids[captureIndex]?.[interfaceIndex] ?? 0,
      timeNs,
      bytes: patched ?? packet.bytes,
      start: patched === null ? packet.start : 0,
      capturedLength: packet.capturedLength,
      originalLength: packet.originalLength,
      comments,
      ...(own?.flags == null ? {} : { flags: own.flags }),
    });
    this.put(block, comments.length);
  }

  private begin(): void {
    if (this.begun) return;
    this.begun = true;
    const { ofSection } = this.comments;
    const { application } = this.options;
    this.put(sectionHeaderBlock({ application, comments: ofSection }), ofSection.length);
  }

  private describe(info: InterfaceInfo): void {
    this.begin();
    const ids = this.ids[info.captureIndex] ?? [];
    this.ids[info.captureIndex] = ids;
    ids[info.interfaceIndex] = this.interfaces++;
    const shown = (text: string | null): string | null => (text === null ? null : this.redactor.text(text));
    const { name, description, filter } = info;
    const told = { ...info, name: shown(name), description: shown(description), filter: shown(filter) };
    this.put(interfaceDescriptionBlock(told), 0);
  }

  /** Others are copied where they hold nothing to hide, and can be had in the byte order of the new file. */
  private block(bytes: Uint8Array, start: number, end: number, little: boolean): void {
    const type = little ? u32le(bytes, start) : u32be(bytes, start);
    if (MADE_ANEW.has(type)) return;
    const mayStay = !this.scrubs || (type === NAME_RESOLUTION && !this.redactor.addresses);
    const copy = mayStay ? littleEndianBlock(bytes, start, end, little) : null;
    if (copy === null) {
      this.blocksLeftOut++;
      return;
    }
    this.begin();
    this.put(copy, 0);
  }
}
