import * as limits from "../base/limits.ts";
import { markOf, type Position } from "../base/packet-view.ts";
import type { Head } from "./message-owner.ts";
import type { HttpBody, HttpExchange, HttpRequest, HttpResponse } from "./types.ts";

const NOTHING = new Uint8Array(0);

/** An exchange and how far its two messages are. */
export interface OpenExchange extends HttpExchange {
  requestDone: boolean;
  responseDone: boolean;
  ended: boolean;
}

export const openExchange = (request: HttpRequest | null): OpenExchange => ({
  request,
  response: null,
  interim: [],
  requestBody: { bytes: 0, preview: NOTHING, complete: false },
  responseBody: { bytes: 0, preview: NOTHING, complete: false, last: null },
  requestDone: request === null,
  responseDone: false,
  ended: false,
});

/** null when the head is a response's. */
export function requestOf(head: Head): HttpRequest | null {
  const { requestLine, first, last, fields, headBytes, cut } = head;
  return requestLine === null ? null : { first, last, ...requestLine, fields, headBytes, complete: cut === null };
}

/** null when the head is a request's. */
export function responseOf(head: Head): HttpResponse | null {
  const { statusLine, first, last, fields, headBytes, cut } = head;
  return statusLine === null ? null : { first, last, ...statusLine, fields, headBytes, complete: cut === null };
}

/** Counts body bytes and keeps the first ones, as long as no gap came before them. */
export function addBody(body: HttpBody, bytes: Uint8Array, start: number, end: number): void {
  const seen = body.preview.length;
  const taken = Math.min(limits.httpBodyPreviewBytes - seen, end - start);
  if (seen === body.bytes && taken > 0) {
    let whole = new Uint8Array(body.preview.buffer);
    if (whole.length < seen + taken) {
      whole = new Uint8Array(
        seen === 0 ? taken : Math.max(seen + taken, Math.min(limits.httpBodyPreviewBytes, 2 * seen)),
      );
      whole.set(body.preview);
    }
    whole.set(bytes.subarray(start, start + taken), seen);
    body.preview = whole.length === seen + taken ? whole : whole.subarray(0, seen + taken);
  }
  body.bytes += end - start;
}

export const noteLast = (exchange: HttpExchange, at: Position): void => {
  const { last } = exchange.responseBody;
  if (last === null || last.packet !== at.packetNumber) exchange.responseBody.last = markOf(at);
};
