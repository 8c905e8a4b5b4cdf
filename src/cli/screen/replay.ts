import { packetNumber } from "../../base/brand.ts";
import type { Replay } from "../../session/connection-detail.ts";
import type { Progress } from "../../session/detail-types.ts";
import { type PacketSink, pump } from "../../session/pump.ts";
import { openFeeds } from "../captures/capture-feeds.ts";

export interface ReplayOptions {
  /** Files as they are now: a capture that is still being written is read as far as it goes. */
  readonly paths: () => readonly string[];
  /** Packets that came before the first one in the files: those had to make room. */
  readonly packetsGone: () => number;
  /** In the order of their times, as the first reading went; else in that of the files. */
  readonly isInTime: boolean;
  /** The origin that the first reading has settled. */
  readonly originNs: () => bigint | null;
  readonly onProgress: (progress: Progress) => void;
}

/** The packets of captures once more, numbered as before. */
export const replayOf =
  ({ paths, originNs, packetsGone, isInTime, onProgress }: ReplayOptions): Replay =>
  async (makeSink, signal) => {
    const captures = await openFeeds(
      paths(),
      { ns: originNs() },
      { onMalformed: () => undefined, onComment: () => undefined, keys: null },
    );
    const { feeds } = captures;
    const order = isInTime ? captures.inTime : captures.order;
    const gone = packetsGone();
    const sink = makeSink(captures.vantageOf);
    await pump(feeds, order, gone === 0 ? sink : renumbered(sink, gone), {
      signal,
      breathe: () => {
        onProgress(progressOf(feeds));
        return new Promise((resolve) => setImmediate(resolve));
      },
    });
  };

/** Each file's packets are numbered from 1, and the view is its reader's: it gets its own number back. */
const renumbered = (sink: PacketSink, gone: number): PacketSink => ({
  onPacket: (view) => {
    const { packetNumber: number } = view;
    view.packetNumber = packetNumber(number + gone);
    sink.onPacket(view);
    view.packetNumber = number;
  },
});

export function progressOf(feeds: Awaited<ReturnType<typeof openFeeds>>["feeds"]): Progress {
  let readBytes = 0;
  let totalBytes: number | null = 0;
  for (const { source } of feeds) {
    readBytes += source.readBytes;
    totalBytes = totalBytes === null || source.sizeBytes === null ? null : totalBytes + source.sizeBytes;
  }
  return { readBytes, totalBytes };
}
