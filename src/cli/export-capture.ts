import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findingComment, isFindingComment, isStoryComment, noteComment, STORY } from "../annotations/comment-form.ts";
import { u32be } from "../base/bytes.ts";
import type { PacketView } from "../base/packet-view.ts";
import { render } from "../i18n/render.ts";
import { openCaptureReader } from "../pcap/open-capture-reader.ts";
import { clearAddressOptions, copyBlock } from "../pcap/pcapng-copy.ts";
import { enhancedPacketBlock, interfaceDescriptionBlock, sectionHeaderBlock } from "../pcap/pcapng-writer.ts";
import type { CaptureOrigin, CaptureSink, InterfaceInfo } from "../pcap/types.ts";
import { AddressRewriter } from "../pipeline/scrub/address-rewriter.ts";
import { PacketScrub } from "../pipeline/scrub/packet-scrub.ts";
import { ScrubPipeline } from "../pipeline/scrub/scrub-pipeline.ts";
import { standIn } from "../pipeline/scrub/websocket-scrub.ts";
import { buildReport } from "../report/model.ts";
import type { Redactor } from "../report/redact.ts";
import { sharePage } from "../report/share-page.ts";
import { storyLines } from "../report/story.ts";
import { openSource } from "../source/open-source.ts";
import type { Analysed } from "./analyse.ts";
import type { Surroundings } from "./surroundings.ts";

export interface ExportPlan {
  /** Packets of these connections; null: all packets. */
  readonly connections: ReadonlySet<number> | null;
  /** Only packets between these times. */
  readonly fromNs: number;
  readonly toNs: number;
  readonly blankPayloads: boolean;
  readonly ports: readonly number[];
}

export interface Exported {
  readonly packets: number;
  readonly comments: number;
  readonly values: number;
  readonly compressed: number;
  readonly unreadBytes: number;
  readonly fragments: number;
  readonly blocksLeftOut: number;
}

/** The packets of a capture as pcapng, piece by piece, with findings and notes as comments. Reads the capture twice more. */
export async function exportCapture(
  path: string,
  analysed: Analysed,
  plan: ExportPlan,
  redactor: Redactor,
  surroundings: Surroundings,
  write: (piece: Uint8Array) => Promise<void> | undefined,
): Promise<Exported> {
  const find = (text: string) => redactor.packetSpans(text);
  const scrub = redactor.applied || plan.blankPayloads || redactor.addresses;
  const { blankPayloads, ports } = plan;
  const hideCertificates = redactor.addresses;
  const hidesText = redactor.applied || blankPayloads;
  const decrypted = new Set<number>(
    hidesText ? analysed.analysis.connections.flatMap(({ id, tls }) => (tls?.decrypted ? id : [])) : [],
  );
  const pipeline = new ScrubPipeline(
    { find, blankPayloads, hideCertificates, decrypted, scrub, ports },
    (Math.random() * 2 ** 32) | 0,
  );
  await readPackets(path, NO_SINK, (packet) => pipeline.onPacket(packet));
  pipeline.finish();
  const writer = new EvidenceWriter(analysed, plan, redactor, surroundings, pipeline, scrub);
  await writer.write(path, write);
  return writer.exported();
}

type BlockSink = Pick<CaptureSink, "onInterface" | "onBlock">;
const NO_SINK: BlockSink = { onInterface: () => undefined };

async function readPackets(
  path: string,
  sink: BlockSink,
  onPacket: (packet: PacketView, recordStart: number, format: string | null) => void,
  afterChunk?: () => Promise<void>,
): Promise<void> {
  const source = await openSource(path);
  const origin: CaptureOrigin = { ns: null };
  const nothing = (): void => undefined;
  const whole = {
    ...sink,
    onStatistics: nothing,
    onComment: nothing,
    onSecrets: nothing,
    onName: nothing,
    onMalformed: nothing,
  };
  const reader = openCaptureReader(0, whole, origin);
  const drain = (): void => {
    while (reader.next()) onPacket(reader.view, reader.recordStart, reader.summary.format);
  };
  for await (const chunk of source.chunks()) {
    reader.push(chunk);
    drain();
    await afterChunk?.();
  }
  reader.end();
  drain();
}

/** Section Header, Interface Description, Interface Statistics, Name Resolution: what readers need, and drops. */
const INTERFACE_DESCRIPTION = 1;
const KEPT_BLOCKS = new Set([0x0a0d0d0a, 1, 4, 5]);
const NAME_RESOLUTION = 4;
const SIMPLE_PACKET = 3;
const SIMPLE_DATA = 12;
const PACKET_DATA = 28;

class EvidenceWriter {
  /** Blocks made and not yet handed on. */
  private parts: Uint8Array[] = [];
  private readonly analysed: Analysed;
  private readonly plan: ExportPlan;
  private readonly redactor: Redactor;
  private readonly surroundings: Surroundings;
  private readonly pipeline: ScrubPipeline;
  private readonly patcher: PacketScrub;
  private readonly rewriter: AddressRewriter | null;
  private readonly comments = new Map<number, string[]>();
  private readonly sectionComments: string[] = [];
  private readonly icmpPackets = new Set<number>();
  private readonly scrub: boolean;
  private little = true;
  private sections = 0;
  private packets = 0;
  private written = 0;
  private blocksLeftOut = 0;

  constructor(
    analysed: Analysed,
    plan: ExportPlan,
    redactor: Redactor,
    surroundings: Surroundings,
    pipeline: ScrubPipeline,
    scrub: boolean,
  ) {
    this.analysed = analysed;
    this.plan = plan;
    this.redactor = redactor;
    this.surroundings = surroundings;
    this.pipeline = pipeline;
    this.scrub = scrub;
    this.patcher = new PacketScrub(pipeline, (text) => redactor.spans(text));
    this.rewriter = redactor.addresses ? new AddressRewriter((address) => redactor.address(address)) : null;
    for (const facts of analysed.analysis.connections) {
      if (plan.connections?.has(facts.id) === false) continue;
      for (const { packet } of facts.tcp.icmpErrors) this.icmpPackets.add(packet);
    }
    this.collectComments();
  }

  exported(): Exported {
    return {
      packets: this.packets,
      comments: this.written,
      values: this.scrub ? this.pipeline.values : 0,
      compressed: this.scrub ? this.pipeline.compressedBlanked : 0,
      unreadBytes: this.patcher.unreadBytes,
      fragments: this.patcher.fragments,
      blocksLeftOut: this.blocksLeftOut,
    };
  }

  async write(path: string, write: (piece: Uint8Array) => Promise<void> | undefined): Promise<void> {
    const handOn = async (): Promise<void> => {
      const { parts } = this;
      this.parts = [];
      for (const part of parts) await write(part);
    };
    const interfaces: InterfaceInfo[] = [];
    const sink: BlockSink = {
      onInterface: (info) => interfaces.push(info),
      onBlock: (bytes, start, end, little) => this.block(bytes, start, end, little),
    };
    let begun = false;
    await readPackets(
      path,
      sink,
      (packet, recordStart, format) => {
        if (format === "pcap" && !begun) this.beginClassic(interfaces);
        begun = true;
        if (!this.isWanted(packet)) return;
        if (format === "pcap") this.classicPacket(packet);
        else this.packetBlock(packet, recordStart);
      },
      handOn,
    );
    if (!begun && this.sections === 0) this.beginClassic(interfaces);
    await handOn();
  }

  private isWanted(packet: PacketView): boolean {
    const { connections, fromNs, toNs } = this.plan;
    if (packet.timestampNs < fromNs || packet.timestampNs > toNs) return false;
    if (connections === null) return true;
    const owner = this.pipeline.ownerOf(packet.packetNumber);
    return (owner >= 0 && connections.has(owner >> 1)) || this.icmpPackets.has(packet.packetNumber);
  }

  private beginClassic(interfaces: readonly InterfaceInfo[]): void {
    const { version } = this.surroundings;
    this.parts.push(sectionHeaderBlock({ application: `wscap ${version}`, comments: this.sectionComments }));
    this.written += this.sectionComments.length;
    for (const info of interfaces) this.parts.push(interfaceDescriptionBlock(info));
  }

  /** The packet's bytes as they may be shown; null: as they are. */
  private patched(packet: PacketView): Uint8Array | null {
    const scrubbed = this.scrub ? this.patcher.scrub(packet) : null;
    if (this.rewriter === null) return scrubbed;
    const { bytes, start, capturedLength } = packet;
    const own = scrubbed ?? bytes.slice(start, start + capturedLength);
    this.rewriter.rewrite(own, packet.linkType);
    return own;
  }

  private classicPacket(packet: PacketView): void {
    const patched = this.patched(packet);
    const comments = this.comments.get(packet.packetNumber) ?? [];
    this.packets++;
    this.written += comments.length;
    this.parts.push(
      enhancedPacketBlock({
        interfaceId: 0,
        timeNs: (this.analysed.analysis.originNs ?? 0n) + BigInt(Math.round(packet.timestampNs)),
        bytes: patched ?? packet.bytes,
        start: patched === null ? packet.start : 0,
        capturedLength: packet.capturedLength,
        originalLength: packet.originalLength,
        comments,
      }),
    );
  }

  private packetBlock(packet: PacketView, recordStart: number): void {
    const { bytes } = packet;
    const patched = this.patched(packet);
    const comments = this.comments.get(packet.packetNumber) ?? [];
    const kept: string[] = [];
    const made = copyBlock(bytes, recordStart, this.little, comments, (comment) => this.replaces(comment, kept));
    // A Simple Packet Block has no room for comments.
    const block = (made ?? copyBlock(bytes, recordStart, this.little, []) ?? new Uint8Array(0)).slice();
    const withKept = kept.length > 0 && made !== null ? copyBlock(block, 0, this.little, kept) : null;
    const final = withKept === null ? block : withKept.slice();
    if (patched !== null) {
      const type = new DataView(final.buffer, final.byteOffset).getUint32(0, this.little);
      final.set(patched, type === SIMPLE_PACKET ? SIMPLE_DATA : PACKET_DATA);
    }
    this.packets++;
    if (made !== null) this.written += comments.length + kept.length;
    this.parts.push(final);
  }

  /** Wscap's own comments are made anew; a person's are kept, without their secrets. */
  private replaces(comment: string, kept: string[]): boolean {
    if (isFindingComment(comment) || isStoryComment(comment) || this.isKnownNote(comment)) return true;
    const shown = this.redactor.text(comment);
    if (shown === comment) return false;
    kept.push(shown);
    return true;
  }

  private isKnownNote(comment: string): boolean {
    const id = /\n?\[wscap note ([\w-]+) /.exec(comment)?.[1];
    return id !== undefined && this.analysed.notes.some(({ note, source }) => source === "sidecar" && note.id === id);
  }

  private block(bytes: Uint8Array, start: number, end: number, little: boolean): void {
    this.little = little;
    const type = new DataView(bytes.buffer, bytes.byteOffset).getUint32(start, little);
    if (this.scrub && (!KEPT_BLOCKS.has(type) || (type === NAME_RESOLUTION && this.rewriter !== null))) {
      // Keys of TLS, journals, other programs' blocks: who knows what they hold.
      this.blocksLeftOut++;
      return;
    }
    const kept: string[] = [];
    const isHeader = u32be(bytes, start) === 0x0a0d0d0a;
    const added = isHeader && this.sections++ === 0 ? this.sectionComments : [];
    const made = copyBlock(bytes, start, little, added, (comment) => this.replaces(comment, kept));
    this.written += added.length;
    const whole =
      made === null ? bytes.slice(start, end) : kept.length === 0 ? made : (copyBlock(made, 0, little, kept) ?? made);
    const block = whole.slice();
    if (this.rewriter !== null && type === INTERFACE_DESCRIPTION) this.hideInterface(block, little);
    this.parts.push(block);
  }

  /** An interface's own addresses, and those in its name, description and filter (pcapng §4.2). */
  private hideInterface(block: Uint8Array, little: boolean): void {
    clearAddressOptions(block, little);
    const text = Buffer.from(block.buffer, block.byteOffset, block.length).toString("latin1");
    for (const { start, end, tag } of this.redactor.packetSpans(text))
      block.set(standIn(text.slice(start, end), tag), start);
  }

  private collectComments(): void {
    const { analysed, redactor, surroundings } = this;
    const { language, version } = surroundings;
    const { analysis, findings, notes } = analysed;
    const model = buildReport(analysis, findings, { version, language, redactor, notes, words: render });
    this.sectionComments.push(STORY + storyLines(sharePage(model, redactor)).join("\n"));
    const add = (packet: number, comment: string): void => {
      const list = this.comments.get(packet);
      if (list === undefined) this.comments.set(packet, [comment]);
      else list.push(comment);
    };
    for (const finding of model.findings) {
      for (const { packet, what } of finding.evidence) add(packet, findingComment(finding.rule, finding.title, what));
    }
    for (const { note, source, stranded } of notes) {
      // A comment that the capture holds already is copied with its packet.
      if (source === "capture") continue;
      const text = noteComment({ ...note, text: redactor.text(note.text), author: redactor.text(note.author) });
      if (note.anchor.kind === "capture" || stranded) this.sectionComments.push(text);
      else add(note.anchor.packet, text);
    }
  }
}

/** Standard input can be read once only: it is kept in a temporary file for as long as `use` runs. */
export async function withReadableTwice<T>(path: string, use: (path: string) => Promise<T>): Promise<T> {
  if (path !== "-") return use(path);
  const folder = await mkdtemp(join(tmpdir(), "wscap-"));
  try {
    const kept = join(folder, "stdin.pcap");
    const source = await openSource("-");
    await writeFile(kept, source.chunks(), { mode: 0o600 });
    return await use(kept);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
