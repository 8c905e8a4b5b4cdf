import type { Direction } from "../base/brand.ts";
import type { Malformed } from "../base/malformed.ts";
import type { Mark, Position } from "../base/packet-view.ts";
import type { BodyFraming } from "./body-framing.ts";
import type { RequestLine, StatusLine } from "./start-line.ts";
import type { HttpField } from "./types.ts";

/** A head as one direction sees it; exactly one of the two lines is there. `cut`: why it is not whole. */
export interface Head {
  readonly requestLine: RequestLine | null;
  readonly statusLine: StatusLine | null;
  readonly first: Mark;
  readonly last: Mark;
  readonly fields: readonly HttpField[];
  readonly headBytes: number;
  readonly cut: null | "gap" | "limit" | "end";
}

/** held: behind an upgrade request · switched: the connection left HTTP · refused: never was, or no longer is, HTTP. */
export type OtherMode = "held" | "switched" | "refused";

/** What one direction tells its connection, which may move the reader on from within `onHead` and `onMessageEnd`. */
export interface MessageOwner {
  /** The client's stream begins with a header of the PROXY protocol. */
  onProxyHeader(at: Position): void;
  onHead(direction: Direction, head: Head): BodyFraming;
  onBody(direction: Direction, bytes: Uint8Array, start: number, end: number, at: Position): void;
  onBodyGap(direction: Direction, lengthBytes: number): void;
  onMessageEnd(direction: Direction, complete: boolean): void;
  /** Bytes that the reader does not read: see the modes. */
  onOtherBytes(
    direction: Direction,
    mode: OtherMode,
    bytes: Uint8Array,
    start: number,
    end: number,
    at: Position,
  ): void;
  onOtherGap(direction: Direction, mode: OtherMode, lengthBytes: number, at: Position): void;
  onRefused(direction: Direction): void;
  /** A request that may leave HTTP waits for its response. */
  mayLeave(direction: Direction): boolean;
  onMalformed(malformed: Malformed): void;
}
