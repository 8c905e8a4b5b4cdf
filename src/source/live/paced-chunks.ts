import type { Readable } from "node:stream";

/** Chunks that follow each other faster than this are read less often and larger. */
const BUSY_SECONDS = 0.002;
const PAUSE_MS = 2;
/** What one read takes at most: then more is waiting already. */
const FULL_BYTES = 64 * 1024;
const WAITING_CHUNKS = 4;

/**
 * The chunks of a stream as they come, but at a high rate some hundred larger ones a second: a backend that writes each
 * packet at once would otherwise wake us for each, and the time for that is what the backend needs to keep up.
 */
export async function* pacedChunks(stream: Readable): AsyncGenerator<Uint8Array> {
  const waiting: Uint8Array[] = [];
  let ended = false;
  let wake = (): void => undefined;
  let last = 0;
  const onEnd = (): void => {
    ended = true;
    wake();
  };
  stream.on("data", (chunk: Uint8Array) => {
    waiting.push(chunk);
    const now = process.uptime();
    if (chunk.length < FULL_BYTES && now - last < BUSY_SECONDS) {
      stream.pause();
      setTimeout(() => stream.resume(), PAUSE_MS);
    } else if (waiting.length >= WAITING_CHUNKS) stream.pause();
    last = now;
    wake();
  });
  stream.once("end", onEnd).once("close", onEnd).once("error", onEnd);
  stream.resume();
  for (;;) {
    const chunk = waiting.shift();
    if (chunk !== undefined) {
      yield chunk;
      continue;
    }
    if (ended) return;
    await new Promise<void>((resolve) => {
      wake = resolve;
      if (stream.isPaused()) setTimeout(() => stream.resume(), PAUSE_MS);
    });
  }
}
