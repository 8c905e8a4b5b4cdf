import { type FileHandle, open, stat } from "node:fs/promises";
import { EXIT, UserError } from "../base/user-error.ts";
import { fileBytes } from "./file-bytes.ts";
import type { ByteSource } from "./types.ts";

const CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * A capture file. Throws `UserError` (exit 3) for what is missing, a directory, empty or not readable; the file itself
 * is opened when its chunks are asked for.
 */
export async function openSource(path: string): Promise<ByteSource> {
  const told = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw inputError(error, path);
  });
  if (told.isDirectory()) throw new UserError(EXIT.input, "input.is-directory", { name: path });
  if (told.isFile() && told.size === 0) throw new UserError(EXIT.input, "input.empty", { name: path });
  return new FileSource(path, told.isFile() ? told.size : null);
}

class FileSource implements ByteSource {
  readonly label: string;
  readonly live = false;
  readonly sizeBytes: number | null;
  compression: ByteSource["compression"] = "none";
  endedEarly: string | null = null;
  readBytes = 0;

  constructor(path: string, sizeBytes: number | null) {
    this.label = path;
    this.sizeBytes = sizeBytes;
  }

  async *chunks(signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    let file: FileHandle | null = null;
    try {
      file = await open(this.label, "r");
      for await (const chunk of fileBytes(file, CHUNK_BYTES, signal)) {
        this.readBytes += chunk.length;
        yield chunk;
      }
    } catch (error) {
      throw inputError(error as NodeJS.ErrnoException, this.label);
    } finally {
      await file?.close();
    }
  }
}

function inputError(error: NodeJS.ErrnoException, name: string): UserError {
  if (error.code === "ENOENT") return new UserError(EXIT.input, "input.not-found", { name });
  if (error.code === "EISDIR") return new UserError(EXIT.input, "input.is-directory", { name });
  return new UserError(EXIT.input, "input.unreadable", { name, reason: error.code ?? error.message });
}
