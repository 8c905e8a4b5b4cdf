const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const NS_PER_SECOND = 1e9;

/** Whether the record `bytes[start, end)`, header included, is wanted. `stamp`: ns since `baseSeconds`. */
export type Wants = (stamp: number, bytes: Buffer, start: number, end: number) => boolean;

/** Whole records of a backend's pcap stream (nanoseconds; this machine's byte order, which is little-endian). */
export class RecordWalk {
  /** The file header, once it has come. */
  header: Buffer | null = null;
  private readonly baseSeconds: number;
  private rest: Buffer | null = null;

  constructor(baseSeconds: number) {
    this.baseSeconds = baseSeconds;
  }

  /** Asks for each whole record in turn; `give` gets runs of wanted ones, which are part of `chunk` where they can be. */
  push(chunk: Uint8Array, wants: Wants, give: (records: Buffer) => void): void {
    const fresh = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const bytes = this.rest === null ? fresh : Buffer.concat([this.rest, fresh]);
    let at = 0;
    if (this.header === null && bytes.length >= FILE_HEADER_BYTES) {
      this.header = Buffer.from(bytes.subarray(0, FILE_HEADER_BYTES));
      at = FILE_HEADER_BYTES;
    }
    let runStart = -1;
    while (this.header !== null && bytes.length - at >= RECORD_HEADER_BYTES) {
      const end = at + RECORD_HEADER_BYTES + bytes.readUInt32LE(at + 8);
      if (end > bytes.length) break;
      // Exact for 104 days: below 2^53.
      const stamp = (bytes.readUInt32LE(at) - this.baseSeconds) * NS_PER_SECOND + bytes.readUInt32LE(at + 4);
      if (!wants(stamp, bytes, at, end)) {
        if (runStart >= 0) give(bytes.subarray(runStart, at));
        runStart = -1;
      } else if (runStart < 0) runStart = at;
      at = end;
    }
    if (runStart >= 0) give(bytes.subarray(runStart, at));
    this.rest = at === bytes.length ? null : Buffer.from(bytes.subarray(at));
  }
}
