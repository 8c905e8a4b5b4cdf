import type { Feed } from "../../session/pump.ts";
import type { Surroundings } from "../surroundings.ts";

const AFTER_MS = 400;
const EVERY_MS = 100;

export interface Progress {
  update(): void;
  erase(): void;
}

const NONE: Progress = { update: () => undefined, erase: () => undefined };

/** One line on standard error while a long file is read, where somebody can see it; erased at the end. */
export function showProgress(feeds: readonly Feed[], { stderr, stdout, chrome }: Surroundings): Progress {
  // A table on the same terminal shows by itself that something happens.
  if (!stderr.isTTY || (stdout.isTTY && stdout.bytesWritten > 0)) return NONE;
  const started = performance.now();
  let next = AFTER_MS;
  let shown = false;
  return {
    update() {
      const now = performance.now() - started;
      if (now < next) return;
      next = now + EVERY_MS;
      shown = true;
      stderr.write(`\r\u001b[K${chrome.progress(...amount(feeds))}`);
    },
    erase() {
      if (shown) stderr.write("\r\u001b[K");
    },
  };
}

function amount(feeds: readonly Feed[]): [percent: number | null, megabytes: string] {
  let read = 0;
  let total: number | null = 0;
  for (const { source } of feeds) {
    read += source.readBytes;
    total = total === null || source.sizeBytes === null ? null : total + source.sizeBytes;
  }
  return [total ? Math.floor((100 * read) / total) : null, `${(read / 1e6).toFixed(0)} MB`];
}
