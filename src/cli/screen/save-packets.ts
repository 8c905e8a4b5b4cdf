import { createWriteStream } from "node:fs";
import { rename, unlink } from "node:fs/promises";
import { finished } from "node:stream/promises";
import { noteComment } from "../../annotations/comment-form.ts";
import type { Note } from "../../annotations/types.ts";
import type { PacketView } from "../../base/packet-view.ts";
import { enhancedPacketBlock, interfaceDescriptionBlock, sectionHeaderBlock } from "../../pcap/pcapng-writer.ts";
import { SelectedPipeline } from "../../pipeline/selected-pipeline.ts";
import type { Replay } from "../../session/connection-detail.ts";
import type { PacketSink } from "../../session/pump.ts";
import type { ConnectionFacts } from "../../store/types.ts";

export interface PacketsToSave {
  readonly replay: Replay;
  readonly originNs: bigint;
  /** null: every packet. */
  readonly connections: readonly ConnectionFacts[] | null;
  readonly notes: readonly Note[];
  readonly application: string;
}

/** Packets as pcapng, notes as their comments; whole or not at all. Throws what the file system says. */
export async function savePackets(path: string, request: PacketsToSave): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  const file = createWriteStream(temporary, { flags: "wx" });
  try {
    const writer = new PacketWriter((block) => file.write(block), request);
    await request.replay(() => sinkOf(request, writer), new AbortController().signal);
    file.end();
    await finished(file);
    await rename(temporary, path);
  } catch (error) {
    file.destroy();
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

class PacketWriter implements PacketSink {
  private readonly write: (block: Uint8Array) => void;
  private readonly originNs: bigint;
  private readonly comments = new Map<number, string[]>();
  /** Of each input interface the number in the file, and its link type. */
  private readonly interfaces = new Map<string, number>();

  constructor(write: (block: Uint8Array) => void, { originNs, notes, application }: PacketsToSave) {
    this.write = write;
    this.originNs = originNs;
    const ofCapture: string[] = [];
    for (const note of notes) {
      if (note.deleted) continue;
      const { anchor } = note;
      // Other people's comments are written as they were.
      const comment = note.id.startsWith("comment-") ? note.text : noteComment(note);
      if (anchor.kind === "capture") ofCapture.push(comment);
      else this.comments.set(anchor.packet, [...(this.comments.get(anchor.packet) ?? []), comment]);
    }
    write(sectionHeaderBlock({ application, comments: ofCapture }));
  }

  onPacket(view: PacketView): void {
    const comments = this.comments.get(view.packetNumber);
    this.write(
      enhancedPacketBlock({
        interfaceId: this.interfaceOf(view),
        timeNs: this.originNs + BigInt(Math.round(view.timestampNs + view.clockAheadNs)),
        bytes: view.bytes,
        start: view.start,
        capturedLength: view.capturedLength,
        originalLength: view.originalLength,
        ...(comments === undefined ? {} : { comments }),
      }),
    );
  }

  private interfaceOf({ captureIndex, interfaceIndex, linkType }: PacketView): number {
    const key = `${captureIndex} ${interfaceIndex} ${linkType}`;
    const known = this.interfaces.get(key);
    if (known !== undefined) return known;
    const id = this.interfaces.size;
    this.interfaces.set(key, id);
    this.write(interfaceDescriptionBlock({ linkType, snapLength: 0 }));
    return id;
  }
}

/** Chosen packets are told apart by their connection's addresses and ports. */
function sinkOf({ connections }: PacketsToSave, writer: PacketWriter): PacketSink {
  if (connections === null) return writer;
  const pairs = connections.map(({ client, server }) => [client, server] as const);
  return new SelectedPipeline({ ports: [], tap: null, seed: 0, rethrow: false }, pairs, {
    onSegment: (_, packet) => writer.onPacket(packet),
    onFollowed: () => undefined,
  });
}
