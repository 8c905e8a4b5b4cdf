import { type FileHandle, open } from "node:fs/promises";
import type { PacketRuns } from "./packet-runs.ts";
import { SpoolFile } from "./spool-file.ts";

const CHUNK_BYTES = 1024 * 1024;

/** Parts of one capture become one file: all have the same header, only the first one's is taken. Removes the parts. */
export async function joinFiles(
  parts: readonly SpoolFile[],
  headerBytes: number,
  target: string,
): Promise<{ path: string; packets: PacketRuns }> {
  const [first] = parts;
  const joined = new SpoolFile(target, first?.firstNs ?? 0n);
  for (const [index, part] of parts.entries()) {
    const file = await open(part.partialPath, "r");
    try {
      await copy(file, index === 0 ? 0 : headerBytes, joined);
    } finally {
      await file.close();
    }
    joined.packets.append(part.packets);
  }
  for (const part of parts) part.remove();
  return { path: joined.complete(), packets: joined.packets };
}

async function copy(from: FileHandle, start: number, to: SpoolFile): Promise<void> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let at = start; ; ) {
    const { bytesRead } = await from.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    const problem = to.append(buffer.subarray(0, bytesRead), to.lastNs);
    if (problem !== null) throw problem;
    at += bytesRead;
  }
}
