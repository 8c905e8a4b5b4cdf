import { stat } from "node:fs/promises";
import { EXIT, UserError } from "../base/user-error.ts";
import { decompress, recognise } from "./compression.ts";
import { fileBytes, pipeBytes, streamBytes } from "./file-bytes.ts";
import type { ByteSource, CompressionFault } from "./types.ts";

/** Fits a processor's second cache, where the packets then are when they are read: 10 to 15 % faster than 1 MiB. */
const CHUNK_BYTES = 256 * 1024;
const SMALLEST_CHUNK_BYTES = 64 * 1024;

/** Opens the captures of one analysis; many of them share the memory that one would use for its buffer. */
export function openSources(paths: readonly string[]): Promise<ByteSource[]> {
  const chunkBytes = Math.max(SMALLEST_CHUNK_BYTES, Math.floor(CHUNK_BYTES / paths.length));
  return Promise.all(paths.map((path) => openSource(path, chunkBytes)));
}

/**
 * A capture file, or standard input for "-". Throws `UserError` (exit 3) for what is missing, a directory, empty or
 * not readable. The file is opened when its chunks are asked for, which throws the same.
 */
export async function openSource(path: string, chunkBytes = CHUNK_BYTES): Promise<ByteSource> {
  if (path === "-") {
    if (process.stdin.isTTY) throw new UserError(EXIT.input, "input.terminal", { name: path });
    return new StoredSource(path, null, (signal) => streamBytes(process.stdin, signal));
  }
  const told = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw inputError(error, path);
  });
  if (told.isDirectory()) throw new UserError(EXIT.input, "input.is-directory", { name: path });
  if (told.isFIFO()) return new StoredSource(path, null, (signal) => pipeBytes(path, signal));
  if (told.isFile() && told.size === 0) throw new UserError(EXIT.input, "input.empty", { name: path });
  return new StoredSource(path, told.isFile() ? told.size : null, (signal) => fileBytes(path, chunkBytes, signal));
}

class StoredSource implements ByteSource {
  readonly label: string;
  readonly live = false;
  readonly sizeBytes: number | null;
  compression: ByteSource["compression"] = "none";
  endedEarly: CompressionFault | null = null;
  readBytes = 0;
  private readonly open: (signal?: AbortSignal) => AsyncGenerator<Uint8Array>;

  constructor(label: string, sizeBytes: number | null, open: (signal?: AbortSignal) => AsyncGenerator<Uint8Array>) {
    this.label = label;
    this.sizeBytes = sizeBytes;
    this.open = open;
  }

  async *chunks(signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      const { compression, stored } = await recognise(this.counted(signal));
      this.compression = compression;
      const onFault = (fault: CompressionFault) => {
        if (!signal?.aborted) this.endedEarly = fault;
      };
      let empty = true;
      for await (const chunk of compression === "none" ? stored : decompress(compression, stored, onFault)) {
        empty = false;
        yield chunk;
      }
      if (empty && !signal?.aborted) {
        throw new UserError(EXIT.input, `input.${this.endedEarly ?? "empty"}`, { name: this.label, compression });
      }
    } catch (error) {
      throw error instanceof UserError ? error : inputError(error as NodeJS.ErrnoException, this.label);
    }
  }

  private async *counted(signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.open(signal)) {
      this.readBytes += chunk.length;
      yield chunk;
    }
  }
}

function inputError(error: NodeJS.ErrnoException, name: string): UserError {
  const { code, message } = error;
  if (code === "ENOENT" || code === "ENOTDIR") return new UserError(EXIT.input, "input.not-found", { name });
  if (code === "EISDIR") return new UserError(EXIT.input, "input.is-directory", { name });
  return new UserError(EXIT.input, "input.unreadable", { name, reason: code ?? message });
}
