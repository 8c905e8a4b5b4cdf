const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;

/** Whole records of a backend's pcap stream (this machine's byte order, which is little-endian), and their times. */
export class RecordWalk {
  /** The file header, once it has come. */
  header: Buffer | null = null;
  private rest: Buffer = Buffer.alloc(0);

  /**
   * Calls `wants` for each whole record: where it is in `bytes`, and when. Returns a copy of the records from the first
   * one that is wanted on: what comes after it is wanted too.
   */
  push(chunk: Uint8Array, wants: (bytes: Buffer, start: number, end: number, time: Stamp) => boolean): Buffer {
    const bytes = this.rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.rest, chunk]);
    let at = 0;
    if (this.header === null && bytes.length >= FILE_HEADER_BYTES) {
      this.header = Buffer.from(bytes.subarray(0, FILE_HEADER_BYTES));
      at = FILE_HEADER_BYTES;
    }
    const time: Stamp = { seconds: 0, ns: 0 };
    let from = -1;
    while (this.header !== null && bytes.length - at >= RECORD_HEADER_BYTES) {
      const end = at + RECORD_HEADER_BYTES + bytes.readUInt32LE(at + 8);
      if (end > bytes.length) break;
      time.seconds = bytes.readUInt32LE(at);
      time.ns = bytes.readUInt32LE(at + 4);
      if (wants(bytes, at, end, time) && from < 0) from = at;
      at = end;
    }
    this.rest = Buffer.from(bytes.subarray(at));
    return from < 0 ? NOTHING : bytes.subarray(from, at);
  }
}

const NOTHING = Buffer.alloc(0);

/** Kernel time of a packet: the same for all who capture it. */
export interface Stamp {
  seconds: number;
  ns: number;
}

export const isAfter = (a: Stamp, b: Stamp): boolean =>
  a.seconds > b.seconds || (a.seconds === b.seconds && a.ns > b.ns);
