import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { decompress } from "fzstd";
import type { PacketView } from "../../src/base/packet-view.ts";
import { openCaptureReader } from "../../src/pcap/open-capture-reader.ts";
import type { CaptureReader, CaptureSink } from "../../src/pcap/types.ts";

const SILENT: CaptureSink = {
  onInterface() {},
  onStatistics() {},
  onComment() {},
  onSecrets() {},
  onName() {},
  onMalformed() {},
};

/** The whole capture as bytes, decompressed. */
export function captureBytes(path: string): Uint8Array {
  const bytes = readFileSync(path);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes);
  if (bytes.length > 4 && bytes.readUInt32LE(0) === 0xfd2fb528) return decompress(bytes);
  return bytes;
}

/** Hands every packet over in pieces of `chunkBytes`; returns the reader with its summary. */
export function readPackets(
  bytes: Uint8Array,
  onPacket: (packet: PacketView) => void,
  chunkBytes = bytes.length,
): CaptureReader {
  const reader = openCaptureReader(0, SILENT, { ns: null });
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    reader.push(bytes.subarray(at, Math.min(bytes.length, at + chunkBytes)));
    while (reader.next()) onPacket(reader.view);
  }
  reader.end();
  while (reader.next()) onPacket(reader.view);
  return reader;
}
