import type { PacketView } from "../../base/packet-view.ts";
import {
  INTERFACE_DESCRIPTION,
  INTERFACE_STATISTICS,
  NAME_RESOLUTION,
  SECTION_HEADER,
} from "../../pcap/pcapng-format.ts";
import type { CaptureSink } from "../../pcap/types.ts";
import type { Redactor } from "../../report/redact.ts";
import type { EvidenceComments } from "./evidence-comments.ts";
import type { PacketPatcher } from "./packet-patcher.ts";

/** What readers need, and drops; keys of TLS, journals and other programs' blocks may hold anything. */
export const KEPT_BLOCKS: ReadonlySet<number> = new Set([
  SECTION_HEADER,
  INTERFACE_DESCRIPTION,
  NAME_RESOLUTION,
  INTERFACE_STATISTICS,
]);

/** Makes the blocks of a pcapng file out of captures that are read. */
export abstract class EvidenceWriter {
  packets = 0;
  commentsWritten = 0;
  blocksLeftOut = 0;
  /** What the captures hold beside their packets. */
  abstract readonly blocks: Partial<Pick<CaptureSink, "onInterface" | "onStatistics" | "onBlock">>;
  protected readonly comments: EvidenceComments;
  protected readonly redactor: Redactor;
  /** Something is hidden. */
  protected readonly scrubs: boolean;
  private readonly patcher: PacketPatcher;
  private parts: Uint8Array[] = [];

  constructor(comments: EvidenceComments, patcher: PacketPatcher, redactor: Redactor, scrubs: boolean) {
    this.comments = comments;
    this.patcher = patcher;
    this.redactor = redactor;
    this.scrubs = scrubs;
  }

  /** `recordStart`: of its record or block in `packet.bytes`. */
  write(packet: PacketView, recordStart: number): void {
    this.packets++;
    this.packet(packet, recordStart, this.patcher.patched(packet));
  }

  /** All captures have been read. */
  abstract end(): void;

  /** Blocks made and not yet handed on. */
  take(): readonly Uint8Array[] {
    const { parts } = this;
    this.parts = [];
    return parts;
  }

  protected abstract packet(packet: PacketView, recordStart: number, patched: Uint8Array | null): void;

  protected put(block: Uint8Array, comments: number): void {
    this.parts.push(block);
    this.commentsWritten += comments;
  }
}
