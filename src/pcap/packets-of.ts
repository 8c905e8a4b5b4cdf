import type { PacketNumber } from "../base/brand.ts";
import type { PacketView } from "../base/packet-view.ts";
import type { CaptureReader } from "./types.ts";

/** Packets as they are read, of one capture or of several. */
export interface PacketsRead {
  /** The number that the packet at hand has in its own capture. */
  readonly ownNumber: PacketNumber;
  /** Index of the capture that must get more bytes or be ended; -1: all are done. Valid after `next` returned null. */
  needs(): number;
  /** The following packet, valid until the next call; null: see `needs`. */
  next(): PacketView | null;
}

/** The packets of one capture as its reader hands them out. */
export class PacketsOf implements PacketsRead {
  private readonly reader: CaptureReader;

  constructor(reader: CaptureReader) {
    this.reader = reader;
  }

  get ownNumber(): PacketNumber {
    return this.reader.view.packetNumber;
  }

  needs(): number {
    return this.reader.done ? -1 : this.reader.view.captureIndex;
  }

  next(): PacketView | null {
    return this.reader.next() === true ? this.reader.view : null;
  }
}
