import { type RelativeNs, relativeNs } from "../base/brand.ts";
import type { PacketView } from "../base/packet-view.ts";
import { formatTime } from "../base/time.ts";
import { EXIT, UserError } from "../base/user-error.ts";
import { linkTypeName } from "../pcap/link-type-names.ts";
import { CaptureMerge } from "../pcap/merge.ts";
import { openCaptureReader } from "../pcap/open-capture-reader.ts";
import type { CaptureComment, CaptureOrigin, CaptureSink, CaptureStatistics } from "../pcap/types.ts";
import { Pipeline } from "../pipeline/pipeline.ts";
import type { FrameTap } from "../pipeline/websocket-stream.ts";
import { type Feed, pump } from "../session/pump.ts";
import { openSources } from "../source/open-source.ts";
import type { Analysis, CaptureFacts } from "../store/types.ts";
import { showProgress } from "./progress.ts";
import type { Surroundings } from "./surroundings.ts";

export interface ReadOptions {
  readonly ports: readonly number[];
  readonly tap: FrameTap | null;
  /** Shared with who formats times while reading goes on. */
  readonly origin: CaptureOrigin;
  /** Waits for slow output between chunks. */
  readonly breathe: () => Promise<void> | undefined;
  /** pcapng comments, with the time of their packet (0 for those on a section or interface). */
  readonly onComment?: (comment: CaptureComment, timestampNs: RelativeNs) => void;
  /** Packets whose times are wanted, by number: filled while reading. */
  readonly packetTimes?: Map<number, RelativeNs | null>;
}

/** What the blocks of one capture tell beside its packets. */
interface Told {
  readonly linkTypes: Set<number>;
  /** By interface: the counters are cumulative. null: never told. */
  readonly dropped: Map<number, number>;
  /** Beyond the last packet: silence counts too. */
  capturedUntilNs: bigint | null;
}

/**
 * Reads captures to their end and analyses them. Throws `UserError` (exit 3) for what cannot be read or is no capture,
 * and (exit 130) when interrupted before the first packet.
 */
export async function readCaptures(
  names: readonly string[],
  options: ReadOptions,
  surroundings: Surroundings,
): Promise<Analysis> {
  const pipeline = new Pipeline({
    ports: options.ports,
    tap: options.tap,
    // Hostile captures must not be able to pile collisions.
    seed: (Math.random() * 2 ** 32) | 0,
    rethrow: false,
    vantageOf: (index) => settleVantage(feeds, index),
  });
  const told = names.map((): Told => ({ linkTypes: new Set(), dropped: new Map(), capturedUntilNs: null }));
  const onComment = (comment: CaptureComment): void => {
    // The reader still stands at the packet that the comment is about.
    options.onComment?.(comment, feeds[comment.captureIndex]?.reader.view.timestampNs ?? relativeNs(0));
  };
  const sink = captureSink(told, pipeline, onComment);
  if (names.filter((name) => name === "-").length > 1) throw new UserError(EXIT.usage, "input.stdin-twice");
  const sources = await openSources(names);
  const feeds = sources.map((source, index): Feed => {
    const reader = openCaptureReader(index, sink, options.origin);
    return { source, reader, lastPacketNs: null, interrupted: false, vantage: 0 };
  });
  const order = new CaptureMerge(feeds.map(({ reader }) => reader));
  const progress = showProgress(feeds, surroundings);
  const breathe = (): Promise<void> | undefined => {
    progress.update();
    for (const feed of feeds) refuseWhatIsNoCapture(feed);
    return options.breathe();
  };
  try {
    await pump(feeds, order, watched(pipeline, options.packetTimes), { signal: surroundings.interrupt, breathe });
  } finally {
    progress.erase();
  }
  for (const feed of feeds) refuseWhatIsNoCapture(feed);
  if (surroundings.interrupt.aborted && pipeline.packets === 0)
    throw new UserError(EXIT.interrupted, "run.interrupted");
  const originNs = options.origin.ns ?? 0n;
  for (const { capturedUntilNs } of told) {
    if (capturedUntilNs !== null) pipeline.advance(relativeNs(Number(capturedUntilNs - originNs)));
  }
  pipeline.finish();
  const facts = feeds.map((feed, index) => captureFacts(feed, told[index], options.origin));
  for (const capture of facts) surroundings.logger.info({ capture }, "read");
  return pipeline.analysis(facts, options.origin.ns, false);
}

function settleVantage(feeds: readonly Feed[], index: number): number {
  const vantage = vantageOf(feeds, index);
  const feed = feeds[index];
  if (feed !== undefined) feed.vantage = vantage;
  return vantage;
}

/** A capture that begins when all earlier ones are over continues the last of them; else it is another point of view. */
function vantageOf(feeds: readonly Feed[], index: number): number {
  let last = -1;
  for (const [at, { lastPacketNs, reader }] of feeds.entries()) {
    if (at === index || lastPacketNs === null) continue;
    if (!reader.done) return index + 1;
    if (last < 0 || lastPacketNs > (feeds[last]?.lastPacketNs ?? 0)) last = at;
  }
  return last < 0 ? index + 1 : (feeds[last]?.vantage ?? index + 1);
}

/** Notes the times of a few packets on their way. */
function watched(pipeline: Pipeline, times: ReadOptions["packetTimes"]): { onPacket(view: PacketView): void } {
  if (times === undefined || times.size === 0) return pipeline;
  return {
    onPacket(view) {
      if (times.has(view.packetNumber)) times.set(view.packetNumber, view.timestampNs);
      pipeline.onPacket(view);
    },
  };
}

function captureSink(
  told: readonly Told[],
  pipeline: Pipeline,
  onComment: (comment: CaptureComment) => void,
): CaptureSink {
  const drops = (s: CaptureStatistics): number | null =>
    s.droppedByInterface === null && s.droppedByKernel === null
      ? null
      : (s.droppedByInterface ?? 0) + (s.droppedByKernel ?? 0);
  return {
    onInterface: (info) => told[info.captureIndex]?.linkTypes.add(info.linkType),
    onStatistics: (statistics) => {
      const dropped = drops(statistics);
      const about = told[statistics.captureIndex];
      if (about === undefined) return;
      about.capturedUntilNs = statistics.capturedUntilNs;
      if (dropped !== null) about.dropped.set(statistics.interfaceIndex, dropped);
    },
    onMalformed: (malformed) => pipeline.onMalformed(malformed),
    onComment,
    onSecrets: () => undefined,
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

function captureFacts(feed: Feed, told: Told | undefined, origin: CaptureOrigin): CaptureFacts {
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
    lastPacketTime: origin.ns === null || feed.lastPacketNs === null ? null : formatTime(origin.ns, feed.lastPacketNs),
    truncatedPackets: summary.truncatedPackets,
    malformed: summary.malformed,
    dropped: drops.length === 0 ? null : drops.reduce((sum, n) => sum + n, 0),
    endedEarly: endedEarly(feed),
  };
}

function endedEarly(feed: Feed): CaptureFacts["endedEarly"] {
  const { summary } = feed.reader;
  if (feed.interrupted) return { code: "interrupted", offset: summary.bytes };
  // Damaged compression is the cause; a record cut in two is only what follows from it.
  if (feed.source.endedEarly !== null) return { code: feed.source.endedEarly, offset: summary.bytes };
  return summary.endedEarly;
}
