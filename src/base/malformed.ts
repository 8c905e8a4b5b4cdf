import type { PacketNumber } from "./brand.ts";

export type Layer = "source" | "pcap" | "wire" | "tcp" | "http" | "websocket" | "payload" | "internal";

/** What was wrong, where, and what the reader did next. Hostile or odd input becomes this, never an exception. */
export interface Malformed {
  /** Dotted and stable: wire.ipv4.total-length-too-small */
  readonly code: `${Layer}.${string}`;
  /** 0 where no packet can be named. */
  readonly packetNumber: PacketNumber;
  readonly offset: number;
  readonly offsetIn: "capture" | "packet" | "stream";
  readonly neededBytes: number;
  readonly availableBytes: number;
  readonly limitedBy:
    | "capture-length"
    | "ip-total-length"
    | "header-length"
    | "record-length"
    | "stream-end"
    | "limit"
    | "value";
  readonly action: "skipped-packet" | "skipped-rest" | "resynchronised" | "continued" | "stopped";
}
