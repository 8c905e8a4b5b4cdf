import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A classic capture whose packets have other times: so many seconds later, by their numbers; null: it has gone. */
export function retimedCopy(path: string, secondsMore: (packet: number) => number | null, name: string): string {
  const whole = readFileSync(path);
  const records = [whole.subarray(0, 24)];
  for (let at = 24, packet = 1; at < whole.length; packet++) {
    const record = whole.subarray(at, at + 16 + whole.readUInt32LE(at + 8));
    const more = secondsMore(packet);
    if (more !== null) {
      record.writeUInt32LE((record.readUInt32LE(0) + more) >>> 0, 0);
      records.push(record);
    }
    at += record.length;
  }
  const bytes = Buffer.concat(records);
  const folder = mkdtempSync(join(tmpdir(), "wscap-stepped-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const copy = join(folder, name);
  writeFileSync(copy, bytes);
  return copy;
}

/** One whose clock is set forward before one of its packets. */
export const steppedCopy = (path: string, atPacket: number, seconds: number): string =>
  retimedCopy(path, (packet) => (packet >= atPacket ? seconds : 0), "stepped.pcap");
