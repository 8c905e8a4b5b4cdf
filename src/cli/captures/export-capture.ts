import { packetNumber } from "../../base/brand.ts";
import type { PacketView } from "../../base/packet-view.ts";
import { EXIT, UserError } from "../../base/user-error.ts";
import { ScrubPipeline } from "../../pipeline/scrub/scrub-pipeline.ts";
import type { Redactor } from "../../report/redact.ts";
import { type PacketOrder, pump } from "../../session/pump.ts";
import { CopiedEvidence } from "../evidence/copied-evidence.ts";
import { EvidenceComments } from "../evidence/evidence-comments.ts";
import type { EvidenceWriter } from "../evidence/evidence-writer.ts";
import { JoinedEvidence } from "../evidence/joined-evidence.ts";
import { PacketPatcher } from "../evidence/packet-patcher.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Analysed } from "./analyse.ts";
import { type CaptureFeeds, type FeedEvents, openFeeds } from "./capture-feeds.ts";
import type { PacketHomes } from "./packet-homes.ts";

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

/**
 * The packets of captures as one pcapng file, piece by piece, with findings and notes as comments. Reads the captures
 * twice more. Throws `UserError` as reading does, and (exit 130) when interrupted: half a file is no evidence.
 */
export async function exportCapture(
  paths: readonly string[],
  analysed: Analysed,
  plan: ExportPlan,
  redactor: Redactor,
  surroundings: Surroundings,
  write: (piece: Uint8Array) => Promise<void> | undefined,
): Promise<Exported> {
  const { analysis } = analysed;
  const scrubs = redactor.applied || plan.blankPayloads || redactor.addresses;
  const hidesText = redactor.applied || plan.blankPayloads;
  const decrypted = new Set<number>(
    hidesText ? analysis.connections.flatMap(({ id, tls }) => (tls?.decrypted ? id : [])) : [],
  );
  // One pcapng capture is copied; anything else has no blocks to copy, or sections in no common order.
  // Building the report makes secrets and hosts known that are only mentioned elsewhere.
  const isCopied = analysis.captures.length === 1 && analysis.captures[0]?.format === "pcapng";
  const comments = new EvidenceComments(analysed, redactor, surroundings, !isCopied);
  const planning = await openAgain(paths, {});
  const pipeline = new ScrubPipeline(
    {
      find: (text) => redactor.packetSpans(text),
      blankPayloads: plan.blankPayloads,
      hidesHosts: redactor.addresses,
      hostOf: (name) => redactor.host(name),
      decrypted,
      scrub: scrubs,
      ports: plan.ports,
      vantageOf: planning.vantageOf,
    },
    (Math.random() * 2 ** 32) | 0,
  );
  await readAll(
    planning,
    planning.inTime,
    (packet) => pipeline.onPacket(packet),
    surroundings,
    async () => undefined,
  );
  pipeline.finish();

  const patcher = new PacketPatcher(pipeline, redactor, scrubs);
  const writer: EvidenceWriter = isCopied
    ? new CopiedEvidence(comments, patcher, redactor, scrubs)
    : new JoinedEvidence(comments, patcher, redactor, scrubs, {
        application: `wscap ${surroundings.version}`,
        originNs: analysis.originNs ?? 0n,
        formats: analysis.captures.map(({ format }) => format),
      });
  const isWanted = wantedBy(plan, analysed, pipeline);
  const handOn = async (): Promise<void> => {
    for (const part of writer.take()) await write(part);
  };
  const writing = await openAgain(paths, writer.blocks);
  // Copied as they lie in the files, numbered as they were told of.
  const numbers = planning.homes === null ? null : numbersByCapture(planning.homes, paths.length);
  const onPacket = (packet: PacketView): void => {
    const number = numbers?.[packet.captureIndex]?.[writing.order.ownNumber];
    if (number !== undefined) packet.packetNumber = packetNumber(number);
    if (isWanted(packet)) writer.write(packet, writing.feeds[packet.captureIndex]?.reader.recordStart ?? 0);
  };
  await readAll(writing, writing.order, onPacket, surroundings, handOn);
  writer.end();
  await handOn();
  return {
    packets: writer.packets,
    comments: writer.commentsWritten,
    values: scrubs ? pipeline.values : 0,
    compressed: scrubs ? pipeline.compressedBlanked : 0,
    unreadBytes: patcher.scrub.unreadBytes,
    fragments: patcher.scrub.fragments,
    blocksLeftOut: writer.blocksLeftOut,
  };
}

/** Of each capture's packets the numbers over all, by their own. */
const numbersByCapture = (homes: PacketHomes, captures: number): number[][] =>
  Array.from({ length: captures }, (_, capture) => {
    const numbers: number[] = [];
    for (const [own, overall] of homes.numbersIn(capture)) numbers[own] = overall;
    return numbers;
  });

const nothing = (): void => undefined;

const openAgain = (paths: readonly string[], blocks: NonNullable<FeedEvents["blocks"]>): Promise<CaptureFeeds> =>
  openFeeds(paths, { ns: null }, { onMalformed: nothing, onComment: nothing, keys: null, blocks });

async function readAll(
  { feeds }: CaptureFeeds,
  order: PacketOrder,
  onPacket: (packet: PacketView) => void,
  { interrupt }: Surroundings,
  breathe: () => Promise<void>,
): Promise<void> {
  await pump(feeds, order, { onPacket }, { signal: interrupt, breathe });
  if (interrupt.aborted) throw new UserError(EXIT.interrupted, "run.interrupted");
}

function wantedBy(plan: ExportPlan, { analysis }: Analysed, pipeline: ScrubPipeline): (packet: PacketView) => boolean {
  const { connections, fromNs, toNs } = plan;
  const icmpPackets = new Set<number>();
  for (const { id, tcp } of analysis.connections) {
    if (connections?.has(id) === true) for (const { packet } of tcp.icmpErrors) icmpPackets.add(packet);
  }
  return ({ packetNumber, timestampNs }) => {
    if (timestampNs < fromNs || timestampNs > toNs) return false;
    if (connections === null) return true;
    const owner = pipeline.ownerOf(packetNumber);
    return (owner >= 0 && connections.has(owner >> 1)) || icmpPackets.has(packetNumber);
  };
}
