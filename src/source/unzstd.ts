import type { Transform } from "node:stream";
import zlib from "node:zlib";
import { Decompress } from "fzstd";
import { ByteWindow } from "../base/byte-window.ts";
import * as limits from "../base/limits.ts";
import { SteppedEngine } from "./stepped-engine.ts";
import type { CompressionFault } from "./types.ts";
import { type ZstdPart, zstdParts } from "./zstd-parts.ts";

/** Seekable files have frames of 256 KiB or less, with windows of some MiB. */
const WINDOWS_A_BYTE = 64;

/** Decompresses one frame, a part at a time. A part that is damaged makes `failed` true and yields nothing. */
interface FrameDecoder {
  readonly failed: boolean;
  decode(part: ZstdPart): Promise<Uint8Array[]>;
  close(): void;
}

/** zstd, also several frames one after another, skippable ones left out (RFC 8878 §3.1). */
export async function* unzstdBytes(
  stored: AsyncIterable<Uint8Array>,
  onFault: (fault: CompressionFault) => void,
  startFrame: (header: Uint8Array) => FrameDecoder = nativeFrame ?? fzstdFrame,
): AsyncGenerator<Uint8Array> {
  const input = new ByteWindow();
  const parts = zstdParts(input);
  let decoder: FrameDecoder | null = null;
  let spareWindowBytes: number = limits.zstdSpareWindowBytes;
  try {
    for await (const chunk of stored) {
      input.push(chunk);
      for (let part = parts.next().value; part.kind !== "more"; part = parts.next().value) {
        if (part.kind === "damaged") return onFault("compression-damaged");
        if (part.kind === "frame") {
          if (part.windowBytes > limits.zstdWindowBytes) return onFault("compression-window");
          // Each frame gets a window of its own: millions that hold a byte each would take hours.
          spareWindowBytes -= part.windowBytes;
          if (spareWindowBytes < 0) return onFault("compression-window");
          decoder = startFrame(part.header);
        } else if (decoder !== null) {
          const pieces = await decoder.decode(part);
          for (const piece of pieces) spareWindowBytes += piece.length * WINDOWS_A_BYTE;
          yield* pieces;
          if (decoder.failed) return onFault("compression-damaged");
          if (part.kind === "frame-end") decoder = null;
        }
      }
    }
    if (decoder !== null || input.availableBytes > 0) onFault("compression-cut");
  } finally {
    decoder?.close();
  }
}

/** The library's decoder: four times slower than Node's own, and without a look at the checksum. */
export function fzstdFrame(header: Uint8Array): FrameDecoder {
  const output: Uint8Array[] = [];
  const engine = new Decompress((chunk) => {
    if (chunk.length > 0) output.push(chunk);
  });
  // Without the checksum flag the frame ends with its last block.
  let pending = Uint8Array.from(header, (byte, index) => (index === 4 ? byte & ~0x04 : byte));
  const decoder = {
    failed: false,
    decode(part: ZstdPart): Promise<Uint8Array[]> {
      if (part.kind === "block") {
        try {
          // It holds on to what is too short to look at, so that is copied; the header goes with the first block.
          const bytes = Buffer.concat([pending, part.bytes]);
          pending = new Uint8Array(0);
          engine.push(bytes, part.last);
        } catch {
          decoder.failed = true;
        }
      }
      return Promise.resolve(output.splice(0));
    },
    close() {},
  };
  return decoder;
}

type CreateDecompress = (options: { chunkSize: number; params: Record<number, number> }) => Transform;

/** Node's own decoder, from 22.15 on. It reads one frame only, so each frame gets a new one. */
export const nativeFrame = nativeFrameOf(
  (zlib as unknown as { createZstdDecompress?: CreateDecompress }).createZstdDecompress,
);

function nativeFrameOf(create: CreateDecompress | undefined): ((header: Uint8Array) => FrameDecoder) | null {
  if (create === undefined) return null;
  const windowLogMax = (zlib.constants as unknown as { ZSTD_d_windowLogMax: number }).ZSTD_d_windowLogMax;
  const params = { [windowLogMax]: Math.ceil(Math.log2(limits.zstdWindowBytes)) };
  return (header) => {
    const engine = new SteppedEngine(create({ chunkSize: 128 * 1024, params }));
    let pending: Uint8Array | null = header;
    return {
      get failed() {
        return engine.failure !== null;
      },
      async decode(part) {
        const output: Uint8Array[] = [];
        if (pending !== null) output.push(...(await engine.write(pending)));
        pending = null;
        if (part.kind === "block" || part.kind === "checksum") output.push(...(await engine.write(part.bytes)));
        else if (part.kind === "frame-end") output.push(...(await engine.end()));
        return output;
      },
      close: () => engine.close(),
    };
  };
}
