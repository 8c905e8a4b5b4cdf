import { setFlagsFromString } from "node:v8";
import type { RelativeNs } from "../../base/brand.ts";
import { EXIT, UserError } from "../../base/user-error.ts";
import type { CaptureComment, CaptureOrigin } from "../../pcap/types.ts";
import { Pipeline } from "../../pipeline/pipeline.ts";
import type { FrameTap } from "../../pipeline/websocket/frame-tap.ts";
import { type PacketSink, pump } from "../../session/pump.ts";
import type { Analysis } from "../../store/types.ts";
import type { KeyLog } from "../../tls/key-log.ts";
import type { Surroundings } from "../surroundings.ts";
import { thriftyWith } from "../thrift.ts";
import { type CaptureFeeds, openFeeds } from "./capture-feeds.ts";
import { lookAt, type WantedPackets, wantsAny } from "./notes-of-captures.ts";
import type { PacketHomes } from "./packet-homes.ts";
import { showProgress } from "./progress.ts";

export interface ReadOptions extends WantedPackets {
  readonly ports: readonly number[];
  readonly tap: FrameTap | null;
  /** Of several captures: learns which one each packet is from. */
  readonly homes?: PacketHomes | null;
  /** Secrets of TLS. */
  readonly keys: KeyLog;
  /** Shared with who formats times while reading goes on. */
  readonly origin: CaptureOrigin;
  /** Waits for slow output between chunks. */
  readonly breathe: () => Promise<void> | undefined;
  /** pcapng comments, with the time of their packet (0 for those on a section or interface). */
  readonly onComment?: (comment: CaptureComment, timestampNs: RelativeNs) => void;
}

/**
 * V8's young generation begins with 1 MB and doubles: on its way to 16 it is copied a dozen times, a tenth of a short run.
 * Only while packets are read: compiled code that was kept is refused under other flags, Node's own too.
 */
const GROWTH = "--semi-space-growth-factor=";
const FAST_GROWTH = `${GROWTH}4`;
const USUAL_GROWTH = `${GROWTH}2`;

/**
 * Reads captures to their end and analyses them. Throws `UserError` (exit 3) for what cannot be read or is no capture,
 * and (exit 130) when interrupted before the first packet.
 */
export async function readCaptures(
  names: readonly string[],
  options: ReadOptions,
  surroundings: Surroundings,
): Promise<Analysis> {
  const captures = await openFeeds(names, options.origin, {
    onMalformed: (malformed) => pipeline.onMalformed(malformed),
    onComment: (comment, timestampNs) => options.onComment?.(comment, timestampNs),
    keys: options.keys,
    homes: options.homes ?? null,
  });
  const { feeds, inTime: order } = captures;
  const pipeline = new Pipeline({
    ports: options.ports,
    tap: options.tap,
    keys: options.keys,
    // Hostile captures must not be able to pile collisions.
    seed: (Math.random() * 2 ** 32) | 0,
    rethrow: false,
    vantageOf: captures.vantageOf,
    ofOneCapture: feeds.length === 1,
  });
  const progress = showProgress(feeds, surroundings);
  const breathe = (): Promise<void> | undefined => {
    thriftyWith(pipeline.connectionCount);
    progress.update();
    captures.refuseWhatIsNoCapture();
    return options.breathe();
  };
  setFlagsFromString(FAST_GROWTH);
  try {
    await pump(feeds, order, watched(pipeline, options, order), { signal: surroundings.interrupt, breathe });
  } finally {
    setFlagsFromString(USUAL_GROWTH);
    progress.erase();
  }
  captures.refuseWhatIsNoCapture();
  if (surroundings.interrupt.aborted && pipeline.packets === 0)
    throw new UserError(EXIT.interrupted, "run.interrupted");
  for (const until of captures.capturedUntil()) pipeline.capturedUntil(until);
  pipeline.finish();
  const facts = captures.facts();
  for (const capture of facts) surroundings.logger.info({ capture }, "read");
  return pipeline.analysis(facts, options.origin.ns, false);
}

/** Notes the times of a few packets on their way. */
function watched(
  pipeline: Pipeline,
  wanted: WantedPackets,
  order: Pick<CaptureFeeds["inTime"], "ownNumber">,
): PacketSink {
  if (!wantsAny(wanted)) return pipeline;
  return {
    onPacket(view) {
      lookAt(wanted, view, order.ownNumber);
      pipeline.onPacket(view);
    },
  };
}
