import type { Direction } from "../base/brand.ts";
import type { Malformed } from "../base/malformed.ts";
import type { Mark, Position } from "../base/packet-view.ts";

/** A field line as sent (RFC 9110 §5): name in its own spelling, value trimmed, latin-1, obs-fold joined by one space. */
export interface HttpField {
  readonly name: string;
  readonly value: string;
}

export interface HttpRequest {
  readonly first: Mark;
  /** The packet that completed the head. */
  readonly last: Mark;
  readonly method: string;
  readonly target: string;
  /** "1.1", "1.0" … as sent. */
  readonly version: string;
  readonly fields: readonly HttpField[];
  readonly headBytes: number;
  /** False: the head was cut off (gap, short snapshot length, end, limit) after its start line; fields may be missing. */
  readonly complete: boolean;
}

export interface HttpResponse {
  readonly first: Mark;
  readonly last: Mark;
  readonly version: string;
  readonly status: number;
  readonly reason: string;
  readonly fields: readonly HttpField[];
  readonly headBytes: number;
  /** False: the head was cut off (gap, short snapshot length, end, limit) after its start line; fields may be missing. */
  readonly complete: boolean;
}

/** What is known of a body: its bytes on the wire without chunked framing, bytes lost in gaps included. */
export interface HttpBody {
  bytes: number;
  /** The first bytes, up to limits.httpBodyPreviewBytes and up to the first gap. */
  preview: Uint8Array;
  /** The framing says that nothing is missing at its end. */
  complete: boolean;
}

/** Request, final response and bodies. Mutable until `onExchangeEnd`; 1xx other than 101 are listed in `interim`. */
export interface HttpExchange {
  /** null: the request is not in the capture. */
  request: HttpRequest | null;
  response: HttpResponse | null;
  interim: HttpResponse[];
  requestBody: HttpBody;
  /** `last`: the packet with the last body byte seen. */
  responseBody: HttpBody & { last: Mark | null };
}

export interface HttpSink {
  /** A header of the PROXY protocol stands before the first request. */
  onProxyHeader(at: Position): void;
  onRequest(exchange: HttpExchange): void;
  onInterim(exchange: HttpExchange, response: HttpResponse): void;
  onResponse(exchange: HttpExchange): void;
  /** Both bodies are complete, or will not become so. Comes before `onSwitch` for a response that switches. */
  onExchangeEnd(exchange: HttpExchange): void;
  /**
   * The connection has left HTTP after this exchange: 101, or 2xx to CONNECT. From now on every byte comes through
   * `onSwitchedBytes` (bytes held back included), and the owner may feed its next decoder directly.
   */
  onSwitch(exchange: HttpExchange): void;
  onSwitchedBytes(direction: Direction, bytes: Uint8Array, start: number, end: number, at: Position): void;
  /** A gap among bytes that were held back, in its place. */
  onSwitchedGap(direction: Direction, lengthBytes: number, at: Position): void;
  /** A direction is not HTTP/1.x (any more). `bytes[start, end)` and what follows is for somebody else. */
  onNotHttp(direction: Direction, bytes: Uint8Array, start: number, end: number, at: Position): void;
  onNotHttpGap(direction: Direction, lengthBytes: number, at: Position): void;
  onMalformed(malformed: Malformed): void;
}

/**
 * HTTP/1.x of one connection, both directions, sans I/O, synchronous, total (RFC 9112).
 * Feeding after `onSwitch` or `onNotHttp` for a direction is allowed and goes to `onSwitchedBytes`/`onNotHttp`.
 */
export interface HttpDecoder {
  /** True once `onSwitch` was called. */
  readonly switched: boolean;
  feed(direction: Direction, bytes: Uint8Array, start: number, end: number, at: Position): void;
  gap(direction: Direction, lengthBytes: number, at: Position): void;
  /** No more bytes in this direction (FIN, RST, or the capture's end). */
  end(direction: Direction, at: Position): void;
}
