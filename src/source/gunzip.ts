import { createGunzip } from "node:zlib";
import { SteppedEngine } from "./stepped-engine.ts";
import type { CompressionFault } from "./types.ts";

/** Deflate reaches 1,032 to 1: a piece this small never becomes more than 16 MiB. */
const PIECE_BYTES = 16 * 1024;
const OUTPUT_BYTES = 256 * 1024;

/** gzip, also several members one after another (RFC 1952 §2.2). */
export async function* gunzipBytes(
  stored: AsyncIterable<Uint8Array>,
  onFault: (fault: CompressionFault) => void,
): AsyncGenerator<Uint8Array> {
  const engine = new SteppedEngine(createGunzip({ chunkSize: OUTPUT_BYTES }));
  try {
    for await (const chunk of stored) {
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        yield* await engine.write(chunk.subarray(at, at + PIECE_BYTES));
        if (engine.failure !== null) return onFault("compression-damaged");
      }
    }
    yield* await engine.end();
    if (engine.failure === null) return;
    onFault(engine.failure.code === "Z_BUF_ERROR" ? "compression-cut" : "compression-damaged");
  } finally {
    engine.close();
  }
}
