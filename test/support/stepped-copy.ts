import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A classic capture of microseconds, whose clock is set forward before one of its packets. */
export function steppedCopy(path: string, atPacket: number, seconds: number): string {
  const bytes = readFileSync(path);
  for (let at = 24, packet = 1; at < bytes.length; at += 16 + bytes.readUInt32LE(at + 8), packet++)
    if (packet >= atPacket) bytes.writeUInt32LE(bytes.readUInt32LE(at) + seconds, at);
  const folder = mkdtempSync(join(tmpdir(), "wscap-stepped-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const copy = join(folder, "stepped.pcap");
  writeFileSync(copy, bytes);
  return copy;
}
