import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const DECRYPTION_SECRETS_BLOCK = 0x0a;

/**
 * A pcapng (little endian) without its Decryption Secrets Blocks: its TLS stays closed. The path of the copy, which stays
 * until the end that is named: vitest's `afterAll` or `onTestFinished`.
 */
export function withoutKeys(path: string, atEnd: (remove: () => void) => void): string {
  const bytes = readFileSync(path);
  const blocks: Buffer[] = [];
  for (let at = 0; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32LE(at + 4);
    if (bytes.readUInt32LE(at) !== DECRYPTION_SECRETS_BLOCK) blocks.push(bytes.subarray(at, at + length));
    at += length;
  }
  const folder = mkdtempSync(join(tmpdir(), "wscap-sealed-"));
  atEnd(() => rmSync(folder, { recursive: true }));
  const copy = join(folder, "closed.pcapng");
  writeFileSync(copy, Buffer.concat(blocks));
  return copy;
}
