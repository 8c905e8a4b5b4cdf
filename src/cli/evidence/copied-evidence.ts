import { u32be } from "../../base/bytes.ts";
import type { PacketView } from "../../base/packet-view.ts";
import { clearAddressOptions, copyBlock } from "../../pcap/pcapng-copy.ts";
import {
  EPB_FIXED_BYTES,
  INTERFACE_DESCRIPTION,
  NAME_RESOLUTION,
  SECTION_HEADER,
  SIMPLE_PACKET,
  SPB_FIXED_BYTES,
} from "../../pcap/pcapng-format.ts";
import { standIn } from "../../pipeline/scrub/stand-in.ts";
import { EvidenceWriter, KEPT_BLOCKS } from "./evidence-writer.ts";

/** One pcapng capture: every block as it was, with comments. */
export class CopiedEvidence extends EvidenceWriter {
  private little = true;
  private sections = 0;

  override readonly blocks = {
    onBlock: (bytes: Uint8Array, start: number, end: number, little: boolean): void =>
      this.block(bytes, start, end, little),
  };

  override end(): void {}

  protected override packet(packet: PacketView, recordStart: number, patched: Uint8Array | null): void {
    const comments = this.comments.of(packet.packetNumber);
    const kept: string[] = [];
    const made = copyBlock(packet.bytes, recordStart, this.little, comments, (comment) =>
      this.comments.replaces(comment, kept),
    );
    // A Simple Packet Block has no room for comments.
    const block = (made ?? copyBlock(packet.bytes, recordStart, this.little, []) ?? new Uint8Array(0)).slice();
    const withKept = kept.length > 0 && made !== null ? copyBlock(block, 0, this.little, kept) : null;
    const final = withKept === null ? block : withKept.slice();
    if (patched !== null) {
      const type = new DataView(final.buffer, final.byteOffset).getUint32(0, this.little);
      final.set(patched, type === SIMPLE_PACKET ? SPB_FIXED_BYTES : EPB_FIXED_BYTES);
    }
    this.put(final, made === null ? 0 : comments.length + kept.length);
  }

  private block(bytes: Uint8Array, start: number, end: number, little: boolean): void {
    this.little = little;
    const type = new DataView(bytes.buffer, bytes.byteOffset).getUint32(start, little);
    if (this.scrubs && (!KEPT_BLOCKS.has(type) || (type === NAME_RESOLUTION && this.redactor.addresses))) {
      this.blocksLeftOut++;
      return;
    }
    const kept: string[] = [];
    const isHeader = u32be(bytes, start) === SECTION_HEADER;
    const added = isHeader && this.sections++ === 0 ? this.comments.ofSection : [];
    const made = copyBlock(bytes, start, little, added, (comment) => this.comments.replaces(comment, kept));
    const whole =
      made === null ? bytes.slice(start, end) : kept.length === 0 ? made : (copyBlock(made, 0, little, kept) ?? made);
    const block = whole.slice();
    if (this.redactor.addresses && type === INTERFACE_DESCRIPTION) this.hideInterface(block, little);
    this.put(block, added.length);
  }

  /** An interface's own addresses, and those in its name, description and filter (pcapng §4.2). */
  private hideInterface(block: Uint8Array, little: boolean): void {
    clearAddressOptions(block, little);
    const text = Buffer.from(block.buffer, block.byteOffset, block.length).toString("latin1");
    for (const { start, end, tag } of this.redactor.packetSpans(text))
      block.set(standIn(text.slice(start, end), tag), start);
  }
}
