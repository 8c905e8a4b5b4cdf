import type { Direction } from "../base/brand.ts";
import type { Position } from "../base/packet-view.ts";
import type { TcpConnection } from "./connection.ts";

/**
 * Why bytes are missing from a stream. `not-captured`: the peer acknowledged them, the capture does not hold them;
 * `lost`: nobody acknowledged them before the end; `truncated`: cut by the snapshot length; `limit`: the hold was full.
 */
export type GapCause = "not-captured" | "lost" | "truncated" | "limit";

export type EndCause = "fin" | "rst" | "replaced" | "evicted" | "capture-end";

/** What the tracker tells. Synchronous; views die on return. */
export interface TcpSink {
  /** The first packet of a connection. */
  onOpen(connection: TcpConnection): void;
  /** A connection without SYN sends its first payload: is the sender the client? null: cannot be told from the bytes. */
  isClient(
    connection: TcpConnection,
    bytes: Uint8Array,
    start: number,
    end: number,
    sourcePort: number,
    destinationPort: number,
  ): boolean;
  /** Ordered, no overlap, each byte once. */
  onBytes(
    connection: TcpConnection,
    direction: Direction,
    bytes: Uint8Array,
    start: number,
    end: number,
    at: Position,
  ): void;
  onGap(connection: TcpConnection, direction: Direction, lengthBytes: number, cause: GapCause, at: Position): void;
  /** No more bytes will come in this direction. Once per direction. */
  onEnd(connection: TcpConnection, direction: Direction, cause: EndCause, at: Position): void;
}
