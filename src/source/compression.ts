import { gunzipBytes } from "./gunzip.ts";
import type { ByteSource, CompressionFault } from "./types.ts";
import { unzstdBytes } from "./unzstd.ts";

export type Compression = ByteSource["compression"];

const RECOGNISED_BYTES = 4;

/** Tells the compression from the first bytes, whatever the name; `stored` still yields all of them. */
export async function recognise(
  stored: AsyncIterable<Uint8Array>,
): Promise<{ compression: Compression; stored: AsyncGenerator<Uint8Array> }> {
  const iterator = stored[Symbol.asyncIterator]();
  let first: Uint8Array = new Uint8Array(0);
  while (first.length < RECOGNISED_BYTES) {
    const { value, done } = await iterator.next();
    if (done) break;
    // A pipe may bring bytes one by one, and each chunk is ours only until the next is asked for.
    if (first.length > 0) first = Uint8Array.from([...first, ...value]);
    else first = value.length < RECOGNISED_BYTES ? value.slice() : value;
  }
  return { compression: compressionOf(first), stored: withFirst(first, iterator) };
}

async function* withFirst(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (first.length > 0) yield first;
    for (;;) {
      const { value, done } = await rest.next();
      if (done) return;
      yield value;
    }
  } finally {
    await rest.return?.();
  }
}

/** RFC 1952 §2.3.1; RFC 8878 §3.1.1 and, for a skippable frame in front, §3.1.2. */
export function compressionOf(bytes: Uint8Array): Compression {
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  if (a === 0x1f && b === 0x8b) return "gzip";
  if (b === 0xb5 && a === 0x28 && c === 0x2f && d === 0xfd) return "zstd";
  return (a & 0xf0) === 0x50 && b === 0x2a && c === 0x4d && d === 0x18 ? "zstd" : "none";
}

/** Yields what can be decompressed; when that is not all, tells why before it ends. Throws only what `stored` throws. */
export function decompress(
  compression: "gzip" | "zstd",
  stored: AsyncIterable<Uint8Array>,
  onFault: (fault: CompressionFault) => void,
): AsyncGenerator<Uint8Array> {
  return compression === "gzip" ? gunzipBytes(stored, onFault) : unzstdBytes(stored, onFault);
}
