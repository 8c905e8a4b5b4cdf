// A process of its own around npm `cap`, since that takes its process with it: an interface that goes down is an abort,
// a failed open a crash at garbage collection. Writes a classic pcap stream (nanoseconds) to standard output; ends when
// standard input ends. Argument: a `CaptureRequest` as JSON.
import { writeSync } from "node:fs";
import { becomeOwner } from "./owner.ts";
import type { CaptureRequest } from "./types.ts";

const STDOUT = 1;
const STDERR = 2;
const FAILED = 1;
const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const NANOSECOND_MAGIC = 0xa1b23c4d;
/** libpcap inside cap cuts at this length without a word. */
const CAP_SNAP_BYTES = 65_535;
const BATCH_BYTES = 256 * 1024;

const LINK_TYPES: Readonly<Record<string, { linkType: number; ipStart: number }>> = {
  NULL: { linkType: 0, ipStart: 4 },
  ETHERNET: { linkType: 1, ipStart: 14 },
  RAW: { linkType: 101, ipStart: 0 },
  LINKTYPE_LINUX_SLL: { linkType: 113, ipStart: 16 },
  IEEE802_11_RADIO: { linkType: 127, ipStart: -1 },
};

// The addon does not keep it alive: it must never be collected.
const packet = Buffer.alloc(CAP_SNAP_BYTES + 15);
const batch = Buffer.allocUnsafe(BATCH_BYTES + packet.length + RECORD_HEADER_BYTES);
let batched = 0;
let packets = 0;
let flushing = false;

/** Leaves at once: a `cap` whose open failed must be neither closed nor collected. */
function fail(error: unknown): never {
  const text = error instanceof Error ? error.message : String(error);
  writeSync(STDERR, `wscap-cap: ${text.split("\n")[0]}\n`);
  process.exit(FAILED);
}

function writeAll(bytes: Buffer, length: number): void {
  for (let at = 0; at < length; ) {
    try {
      at += writeSync(STDOUT, bytes, at, length - at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Nobody reads any more: there is nothing left to do.
      if (code !== "EAGAIN") process.exit(0);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

function flush(): void {
  flushing = false;
  writeAll(batch, batched);
  batched = 0;
}

function writeFileHeader(linkType: number, snapLengthBytes: number): void {
  const header = Buffer.alloc(FILE_HEADER_BYTES);
  header.writeUInt32LE(NANOSECOND_MAGIC, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(Math.min(snapLengthBytes, CAP_SNAP_BYTES), 16);
  header.writeUInt32LE(linkType, 20);
  writeAll(header, header.length);
}

/** What was on the wire: cap does not tell that it cut, but the IPv4 header does. */
function originalLength(length: number, ipStart: number): number {
  if (length < CAP_SNAP_BYTES || ipStart < 0 || (packet[ipStart] as number) >> 4 !== 4) return length;
  return Math.max(length, ipStart + packet.readUInt16BE(ipStart + 2));
}

function record(length: number, ipStart: number, snapLengthBytes: number): void {
  // Stamped here, so it is late by whatever kept this process: the source says "userspace".
  const nowMs = performance.timeOrigin + performance.now();
  const seconds = Math.floor(nowMs / 1000);
  const kept = Math.min(length, snapLengthBytes);
  batch.writeUInt32LE(seconds, batched);
  batch.writeUInt32LE(Math.floor((nowMs - seconds * 1000) * 1e6), batched + 4);
  batch.writeUInt32LE(kept, batched + 8);
  batch.writeUInt32LE(originalLength(length, ipStart), batched + 12);
  packet.copy(batch, batched + RECORD_HEADER_BYTES, 0, kept);
  batched += RECORD_HEADER_BYTES + kept;
  if (batched >= BATCH_BYTES) flush();
  else if (!flushing) {
    flushing = true;
    setImmediate(flush);
  }
}

function leave(): void {
  flush();
  process.exit(0);
}

async function capture(request: CaptureRequest): Promise<void> {
  const { Cap } = (await import("cap").catch(fail)).default;
  const { interfaceName, filter, bufferBytes, snapLengthBytes, packetCount, owner } = request;
  const cap = new Cap();
  let linkName = "";
  try {
    linkName = cap.open(interfaceName, filter, bufferBytes, packet);
  } catch (error) {
    fail(error);
  }
  if (owner !== null) becomeOwner(owner);
  const link = LINK_TYPES[linkName];
  if (link === undefined) fail(`link type ${linkName} is not supported with cap`);
  writeFileHeader(link.linkType, snapLengthBytes);
  cap.on("packet", (length) => {
    record(length, link.ipStart, snapLengthBytes);
    if (++packets === packetCount) leave();
  });
  process.stdin.on("end", leave).on("error", leave).resume();
}

void capture(JSON.parse(process.argv[2] ?? "{}") as CaptureRequest);
