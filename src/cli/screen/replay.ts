import type { Replay } from "../../session/connection-detail.ts";
import type { Progress } from "../../session/detail-types.ts";
import { pump } from "../../session/pump.ts";
import { openFeeds } from "../capture-feeds.ts";

export interface ReplayOptions {
  /** Files as they are now: a capture that is still being written is read as far as it goes. */
  readonly paths: () => readonly string[];
  /** The origin that the first reading has settled. */
  readonly originNs: () => bigint | null;
  readonly onProgress: (progress: Progress) => void;
}

/** The packets of captures once more, numbered as before. */
export const replayOf =
  ({ paths, originNs, onProgress }: ReplayOptions): Replay =>
  async (makeSink, signal) => {
    const captures = await openFeeds(
      paths(),
      { ns: originNs() },
      { onMalformed: () => undefined, onComment: () => undefined },
    );
    const { feeds, order } = captures;
    await pump(feeds, order, makeSink(captures.vantageOf), {
      signal,
      breathe: () => {
        onProgress(progressOf(feeds));
        return new Promise((resolve) => setImmediate(resolve));
      },
    });
  };

export function progressOf(feeds: Awaited<ReturnType<typeof openFeeds>>["feeds"]): Progress {
  let readBytes = 0;
  let totalBytes: number | null = 0;
  for (const { source } of feeds) {
    readBytes += source.readBytes;
    totalBytes = totalBytes === null || source.sizeBytes === null ? null : totalBytes + source.sizeBytes;
  }
  return { readBytes, totalBytes };
}
