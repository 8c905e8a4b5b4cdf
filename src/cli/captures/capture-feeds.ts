import { type RelativeNs, relativeNs } from "../../base/brand.ts";
import type { Malformed } from "../../base/malformed.ts";
import { formatTime } from "../../base/time.ts";
import { EXIT, UserError } from "../../base/user-error.ts";
import { linkTypeName } from "../../pcap/link-type-names.ts";
import { CaptureMerge } from "../../pcap/merge.ts";
import { openCaptureReader } from "../../pcap/open-capture-reader.ts";
import { PacketsOf, type PacketsRead } from "../../pcap/packets-of.ts";
import type { CaptureComment, CaptureOrigin, CaptureSink, CaptureStatistics, RecordReader } from "../../pcap/types.ts";
import type { CapturedUntil } from "../../pipeline/capture-points.ts";
import { FileTime } from "../../pipeline/time/file-time.ts";
import { type FoundTimes, PipeTime } from "../../pipeline/time/timed-packets.ts";
import { type Feed, NO_PACKET } from "../../session/pump.ts";
import { openSources } from "../../source/open-source.ts";
import { sameContent } from "../../source/same-content.ts";
import type { ByteSource } from "../../source/types.ts";
import type { CaptureFacts } from "../../store/types.ts";
import type { KeyLog } from "../../tls/key-log.ts";
import { CapturesInTime } from "./captures-in-time.ts";
import type { PacketHomes } from "./packet-homes.ts";

/** What the blocks of one capture tell beside its packets. */
interface Told {
  readonly linkTypes: Set<number>;
  /** By interface: the counters are cumulative. null: never told. */
  readonly dropped: Map<number, number>;
  /** Beyond the last packet: silence counts too. */
  capturedUntilNs: bigint | null;
}

/** Packets that are looked over before the first one is told: of many files together no more than of one. */
const LOOKED_OVER = 1000;
const LEAST_LOOKED_OVER = 20;

/** Who hears of what is in a capture beside its packets. */
export interface FeedEvents {
  onMalformed(malformed: Malformed): void;
  /** With the time of its packet as it stands in the file, and its number in there; 0 for a comment on a section or interface. */
  onComment(comment: CaptureComment, timestampNs: RelativeNs): void;
  /** Takes the secrets that a capture brings along. */
  readonly keys: KeyLog | null;
  /** To be filled, where several captures are read. */
  readonly homes?: PacketHomes | null;
  /** For who copies captures. */
  readonly blocks?: Partial<Pick<CaptureSink, "onInterface" | "onStatistics" | "onBlock">>;
}

/** Its reader also tells where the record of the packet at hand starts. */
export interface CaptureFeed extends Feed {
  readonly reader: RecordReader;
}

/** Secrets Type of a TLS key log (draft-ietf-opsawg-pcapng §4.7). */
const TLS_KEY_LOG = 0x544c534b;

/** Captures opened and ready to be pumped, and what is known of them at any moment. */
export interface CaptureFeeds {
  readonly feeds: readonly CaptureFeed[];
  /** As they lie in their captures: for who copies them. */
  readonly order: PacketsRead;
  /** The same, with packets of a file that are out of order put right, and its clock: for who reads them. One of both can be asked. */
  readonly inTime: PacketsRead;
  /** `inTime` may differ from `order`. */
  readonly mendsOrder: boolean;
  /** Which capture each packet of `inTime` is from; null: there is but one. */
  readonly homes: PacketHomes | null;
  facts(): CaptureFacts[];
  /** Point of view of a capture (pipeline.ts); to be asked when its first packet is read. */
  vantageOf(index: number): number;
  /** Moments up to which the captures say that they were capturing, beyond their last packets. */
  capturedUntil(): CapturedUntil[];
  /** Throws `UserError` (exit 3) as soon as one has turned out to be no capture. */
  refuseWhatIsNoCapture(): void;
}

/**
 * `sourceOf`: may put something between a source and its reader. Throws `UserError` (exit 3) for what is missing or not
 * readable, (exit 2) for standard input, or one capture, named twice.
 */
export async function openFeeds(
  names: readonly string[],
  origin: CaptureOrigin,
  events: FeedEvents,
  sourceOf: (source: ByteSource, index: number) => ByteSource = (source) => source,
): Promise<CaptureFeeds> {
  refuseStdinTwice(names);
  await refuseTwice(names);
  const told = names.map((): Told => ({ linkTypes: new Set(), dropped: new Map(), capturedUntilNs: null }));
  const feeds: CaptureFeed[] = [];
  const sink = captureSink(told, feeds, events);
  for (const [index, source] of (await openSources(names)).entries()) {
    const reader = openCaptureReader(index, sink, origin);
    feeds.push({ source: sourceOf(source, index), reader, lastPacketNs: NO_PACKET, interrupted: false, vantage: 0 });
  }
  // What comes from a pipe may be running: no packet waits there for later ones.
  const mendsOrder = feeds.every(({ source }) => source.sizeBytes !== null);
  const looked = Math.max(LEAST_LOOKED_OVER, Math.floor(LOOKED_OVER / feeds.length));
  const asRead = feeds.map(({ reader }) => new PacketsOf(reader));
  const timed = asRead.map((packets) => (mendsOrder ? new FileTime(packets, looked) : new PipeTime(packets)));
  const merge = new CaptureMerge(asRead);
  const hasEnded = (index: number): boolean => merge.hasEnded(index) || together?.hasEnded(index) === true;
  const together =
    feeds.length < 2
      ? null
      : new CapturesInTime(timed, (index) => continuedBy(feeds, hasEnded, index), events.homes ?? null);
  origin.stepsForward = together?.stepsForward ?? timed[0]?.stepsForward ?? [];
  const foundIn = (index: number): FoundTimes | undefined => together?.foundIn(index) ?? timed[index];
  const steppedNs = (index: number): number => together?.steppedNs(index) ?? timed[index]?.steppedNs ?? 0;
  return {
    feeds,
    order: together === null ? (asRead[0] ?? merge) : merge,
    inTime: together ?? timed[0] ?? merge,
    mendsOrder,
    homes: together?.homes ?? null,
    facts: () => feeds.map((feed, index) => captureFacts(feed, told[index], origin, foundIn(index), steppedNs(index))),
    vantageOf: (index) => settleVantage(feeds, hasEnded, index),
    capturedUntil: () =>
      told.flatMap(({ capturedUntilNs }, captureIndex) =>
        capturedUntilNs === null
          ? []
          : {
              captureIndex,
              untilNs: relativeNs(Number(capturedUntilNs - (origin.ns ?? 0n)) - steppedNs(captureIndex)),
            },
      ),
    refuseWhatIsNoCapture: () => {
      for (const feed of feeds) refuseWhatIsNoCapture(feed);
    },
  };
}

export function refuseStdinTwice(names: readonly string[]): void {
  if (names.filter((name) => name === "-").length > 1) throw new UserError(EXIT.usage, "input.stdin-twice");
}

/** Read twice, one capture would look like two of both ends, and its packets like copies. */
async function refuseTwice(names: readonly string[]): Promise<void> {
  const same = names.length < 2 ? null : await sameContent(names);
  if (same !== null) throw new UserError(EXIT.usage, "input.twice", { name: same[0], other: same[1] });
}

function settleVantage(feeds: readonly Feed[], hasEnded: (index: number) => boolean, index: number): number {
  const before = continuedBy(feeds, hasEnded, index);
  const vantage = (before === null ? null : feeds[before]?.vantage) ?? index + 1;
  const feed = feeds[index];
  if (feed !== undefined) feed.vantage = vantage;
  return vantage;
}

/** A capture that begins when all earlier ones are over continues the last of them; null: it is another point of view. */
function continuedBy(feeds: readonly Feed[], hasEnded: (index: number) => boolean, index: number): number | null {
  let last: number | null = null;
  for (const [at, { lastPacketNs }] of feeds.entries()) {
    if (at === index || lastPacketNs === NO_PACKET) continue;
    if (!hasEnded(at)) return null;
    if (last === null || lastPacketNs > (feeds[last]?.lastPacketNs ?? NO_PACKET)) last = at;
  }
  return last;
}

function captureSink(
  told: readonly Told[],
  feeds: readonly Feed[],
  { onMalformed, onComment, keys, blocks }: FeedEvents,
): CaptureSink {
  const drops = (s: CaptureStatistics): number | null =>
    s.droppedByInterface === null && s.droppedByKernel === null
      ? null
      : (s.droppedByInterface ?? 0) + (s.droppedByKernel ?? 0);
  return {
    ...(blocks?.onBlock === undefined ? {} : { onBlock: blocks.onBlock }),
    onInterface: (info) => {
      told[info.captureIndex]?.linkTypes.add(info.linkType);
      blocks?.onInterface?.(info);
    },
    onStatistics: (statistics) => {
      blocks?.onStatistics?.(statistics);
      const dropped = drops(statistics);
      const about = told[statistics.captureIndex];
      if (about === undefined) return;
      about.capturedUntilNs = statistics.capturedUntilNs;
      if (dropped !== null) about.dropped.set(statistics.interfaceIndex, dropped);
    },
    onMalformed,
    // The reader still stands at the packet that the comment is about.
    onComment: (comment) => onComment(comment, feeds[comment.captureIndex]?.reader.view.timestampNs ?? relativeNs(0)),
    onSecrets: ({ secretsType, bytes }) => {
      if (secretsType === TLS_KEY_LOG) keys?.addAll(bytes);
    },
    onName: () => undefined,
  };
}

const NO_CAPTURE: Readonly<Record<string, string>> = {
  empty: "input.empty",
  "not-a-capture": "input.not-a-capture",
  "cut-in-header": "input.cut-in-header",
};

function refuseWhatIsNoCapture(feed: Feed): void {
  const messageId = NO_CAPTURE[feed.reader.summary.endedEarly?.code ?? ""];
  if (messageId !== undefined) throw new UserError(EXIT.input, messageId, { name: feed.source.label });
}

function captureFacts(
  feed: Feed,
  told: Told | undefined,
  origin: CaptureOrigin,
  found: FoundTimes | undefined,
  steppedNs: number,
): CaptureFacts {
  const { source, reader } = feed;
  const { summary } = reader;
  const drops = [...(told?.dropped.values() ?? [])];
  const firstNs = reader.firstPacketNs;
  return {
    name: source.label,
    format: summary.format ?? "pcap",
    compression: source.compression,
    linkTypes: [...(told?.linkTypes ?? [])].map(linkTypeName),
    packets: summary.packets,
    bytes: summary.bytes,
    firstPacketTime: firstNs === null ? null : formatTime(firstNs, relativeNs(0)),
    lastPacketTime:
      origin.ns === null || feed.lastPacketNs === NO_PACKET
        ? null
        : formatTime(origin.ns, relativeNs(feed.lastPacketNs + steppedNs)),
    truncatedPackets: summary.truncatedPackets,
    malformed: summary.malformed,
    dropped: drops.length === 0 ? null : drops.reduce((sum, n) => sum + n, 0),
    endedEarly: endedEarly(feed),
    stepBack: found?.stepBack ?? null,
    stepsForward: found?.stepsForward ?? [],
    oddTimes: found?.oddTimes ?? [],
  };
}

function endedEarly(feed: Feed): CaptureFacts["endedEarly"] {
  const { summary } = feed.reader;
  if (feed.interrupted) return { code: "interrupted", offset: summary.bytes };
  // Damaged compression is the cause; a record cut in two is only what follows from it.
  if (feed.source.endedEarly !== null) return { code: feed.source.endedEarly, offset: summary.bytes };
  return summary.endedEarly;
}
