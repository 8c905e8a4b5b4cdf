import type { FileHandle } from "node:fs/promises";

/**
 * Bytes of an open file in two buffers by turns: the next piece is read while the caller works on this one.
 * A piece is valid until the next is asked for. Ends quietly when `signal` says so; does not close the file.
 */
export async function* fileBytes(
  file: FileHandle,
  chunkBytes: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let free = new Uint8Array(chunkBytes);
  let filling = new Uint8Array(chunkBytes);
  let reading = readInto(file, filling);
  try {
    while (!signal?.aborted) {
      const length = await reading;
      if (length === 0 || signal?.aborted) return;
      const full = filling;
      filling = free;
      free = full;
      reading = readInto(file, filling);
      yield length === full.length ? full : full.subarray(0, length);
    }
  } finally {
    await reading.catch(() => 0);
  }
}

function readInto(file: FileHandle, buffer: Uint8Array): Promise<number> {
  const reading = file.read(buffer, 0, buffer.length, null).then(({ bytesRead }) => bytesRead);
  // An error is met when the piece is asked for, which may be never.
  reading.catch(() => undefined);
  return reading;
}
