import { open as openFd, readSync } from "node:fs";
import { open } from "node:fs/promises";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { promisify } from "node:util";

/** Zen 3 copies a file's pages three times as slowly to where a page of memory begins, as large buffers may (decision 0012). */
const OFF_PAGE_BYTES = 64;

/** V8 sees ends of pieces early then: code compiled without them is thrown away at the first one. */
const FIRST_BYTES = 2048;

/** A file's bytes through one buffer that is used again: a piece is valid until the next is asked for. */
export async function* fileBytes(path: string, chunkBytes: number, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const file = await open(path, "r");
  try {
    // A piece takes 0.2 ms from the page cache; asking the thread pool for it and waiting takes twice as long again.
    const buffer = new Uint8Array(new ArrayBuffer(OFF_PAGE_BYTES + chunkBytes), OFF_PAGE_BYTES);
    for (let asked = Math.min(FIRST_BYTES, chunkBytes); !signal?.aborted; asked = Math.min(2 * asked, chunkBytes)) {
      const bytesRead = readSync(file.fd, buffer, 0, asked, null);
      if (bytesRead === 0) return;
      yield bytesRead === chunkBytes ? buffer : buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** A named pipe's bytes. As a socket, because a read that waits in the thread pool keeps the process from exiting. */
export async function* pipeBytes(path: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const fd = await promisify(openFd)(path, "r");
  yield* streamBytes(new Socket({ fd, readable: true, writable: false }), signal);
}

/** A stream's bytes, standard input's for one. Ends quietly, and destroys the stream, when `signal` says so. */
export async function* streamBytes(stream: Readable, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const stop = () => stream.destroy();
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (error) {
    if (!signal?.aborted) throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}
