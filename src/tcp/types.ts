import type { ConnectionId, Direction } from "../base/brand.ts";
import type { Position } from "../base/packet-view.ts";

export type GapCause = "not-captured" | "lost" | "limit" | "midstream" | "truncated";

/** Ordered bytes of one direction and what happened on the way. All calls are synchronous; views die on return. */
export interface StreamSink {
  /** Ordered, no overlap, each byte once. `streamOffset` counts from the first byte after the SYN (or seen). */
  onBytes(
    connection: ConnectionId,
    direction: Direction,
    bytes: Uint8Array,
    start: number,
    end: number,
    streamOffset: number,
    at: Position,
  ): void;
  onGap(
    connection: ConnectionId,
    direction: Direction,
    lengthBytes: number,
    cause: GapCause,
    streamOffset: number,
    at: Position,
  ): void;
}
