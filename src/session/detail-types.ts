import type { ConnectionId, Direction } from "../base/brand.ts";
import type { ConnectionFacts } from "../store/types.ts";
import type { Snapshot } from "./types.ts";

/** What a person sees of the connections that they opened: rows read from the capture again, on demand. */

export const ROW = { packet: 0, frame: 1, request: 2, response: 3, icmp: 4 } as const;
export type RowKind = (typeof ROW)[keyof typeof ROW];

interface RowBase {
  /** Index of its connection in `ConnectionDetail.legs`. */
  readonly leg: number;
  readonly direction: Direction;
  /** The packet that it is in; of what spans several the last one. */
  readonly packet: number;
  readonly timeNs: number;
}

export interface PacketRow extends RowBase {
  readonly kind: typeof ROW.packet;
  /** TCP flags (RFC 9293 §3.1). */
  readonly flags: number;
  readonly payloadBytes: number;
  /** uint32, as sent. */
  readonly sequenceNumber: number;
  readonly acknowledgmentNumber: number;
  readonly window: number;
  /** What TCP made of it. */
  readonly retransmission: boolean;
  readonly duplicate: boolean;
  readonly outOfOrder: boolean;
  readonly keepAlive: boolean;
  /** Offsets in the captured bytes; null: not in one piece (fragments). */
  readonly layers: null | { readonly ip: number; readonly tcp: number; readonly payload: number };
  /** Of `ConnectionDetail.packetBytes`. */
  readonly blob: number;
}

export interface FrameRow extends RowBase {
  readonly kind: typeof ROW.frame;
  readonly opcode: number;
  readonly fin: boolean;
  /** RSV1 = 4, RSV2 = 2, RSV3 = 1. */
  readonly rsv: number;
  readonly masked: boolean;
  readonly compressed: boolean;
  readonly resynchronised: boolean;
  readonly maskingKey: number;
  readonly length: number;
  readonly firstPacket: number;
  readonly streamOffset: number;
  /** The message that this frame completes, or the payload of a control frame; null: neither. */
  readonly body: BodyInfo | null;
}

export interface BodyInfo {
  /** Of `ConnectionDetail.bodyBytes`. */
  readonly blob: number;
  /** Opcode of the message's first frame. */
  readonly opcode: number;
  readonly frames: number;
  readonly wireLength: number;
  /** After inflation. */
  readonly length: number;
  /** Why it is not known or not whole (websocket/types.ts); null: it is what it says. */
  readonly problem: string | null;
}

export interface HttpRow extends RowBase {
  readonly kind: typeof ROW.request | typeof ROW.response;
  /** Index in `ConnectionFacts.exchanges`. */
  readonly exchange: number;
}

export interface IcmpRow extends RowBase {
  readonly kind: typeof ROW.icmp;
  /** Index in `TcpFacts.icmpErrors`. */
  readonly error: number;
}

export type DetailRow = PacketRow | FrameRow | HttpRow | IcmpRow;

/** Rows of the chosen connections in the order of the capture. */
export interface ConnectionDetail {
  readonly legs: readonly ConnectionFacts[];
  readonly length: number;
  /** Rows beyond limits.detailRows. */
  readonly dropped: number;
  row(index: number): DetailRow;
  /** Columns for what looks at all rows; the kind decides what `bits` means (see `isTurn`). */
  kindOf(index: number): RowKind;
  timeOf(index: number): number;
  packetOf(index: number): number;
  /** It opens, closes or breaks the connection, or is an HTTP head or a Close frame. */
  isTurn(index: number): boolean;
  /** A packet that a person need not see among frames: bare acknowledgments and data that frames stand for. */
  isPlain(index: number): boolean;
  /** A packet that carries bytes of the stream. */
  carriesData(index: number): boolean;
  /** First row at or after a packet; `length` when there is none. */
  indexOfPacket(packet: number): number;
  /** The first bytes of a body, always there. */
  bodyPreview(blob: number): Uint8Array;
  /** null: not kept in memory; `Desk.readBlob` brings it back. */
  bodyBytes(blob: number): Uint8Array | null;
  packetBytes(blob: number): Uint8Array | null;
}

export interface Progress {
  readonly readBytes: number;
  readonly totalBytes: number | null;
}

/** Everything that the views ask for; the composition root fills it in. */
export interface Desk {
  subscribe(listener: () => void): () => void;
  getSnapshot(): Snapshot;
  /** null: nothing is being read. */
  progress(): Progress | null;
  /** Ends loading or capturing and keeps what is there. */
  stop(): void;
  /** Reads the rows of connections; rejects with the signal's reason when aborted. */
  openDetail(
    ids: readonly ConnectionId[],
    onProgress: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<ConnectionDetail>;
  /** Reads a blob again that was not kept. */
  readBlob(detail: ConnectionDetail, of: "body" | "packet", blob: number, signal: AbortSignal): Promise<void>;
  /** The connection that a packet belongs to; null: none that is known. */
  connectionOfPacket(packet: number, signal: AbortSignal): Promise<ConnectionId | null>;
  /** Connections with a message that holds a text, ignoring case. */
  searchPayloads(text: string, onProgress: (progress: Progress) => void, signal: AbortSignal): Promise<Set<number>>;
}
