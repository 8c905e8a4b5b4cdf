import { type Direction, packetNumber, relativeNs, sideOf } from "../../src/base/brand.ts";
import { latin1 } from "../../src/base/bytes.ts";
import type { Position } from "../../src/base/packet-view.ts";
import { HttpConnectionDecoder } from "../../src/http/connection-decoder.ts";
import type { HttpExchange, HttpSink } from "../../src/http/types.ts";

/** One step of a connection: bytes as latin-1 text, a gap, or an end. */
export type Step = { c: string } | { s: string } | { gap: "c" | "s"; bytes: number } | { end: "c" | "s" };
/** How a segment is cut into feeds: its length → lengths of the pieces. */
export type Chunking = (length: number) => number[];

export const whole: Chunking = (length) => [length];
export const byteByByte: Chunking = (length) => new Array<number>(length).fill(1);
export const CHUNKINGS: [string, Chunking][] = [
  ["whole", whole],
  ["byte by byte", byteByByte],
  ["by three", (length) => Array.from({ length: Math.ceil(length / 3) }, (_, i) => Math.min(3, length - 3 * i))],
];

const bytesOf = (text: string): Uint8Array => Buffer.from(text, "latin1");

/** Every call as one line; runs of bytes in one direction are joined, so that chunking does not show. */
export class Recorder implements HttpSink {
  readonly lines: string[] = [];
  readonly exchanges: HttpExchange[] = [];
  onProxyHeader(): void {
    this.lines.push("proxy header");
  }
  onRequest({ request }: HttpExchange): void {
    const cut = request?.complete === false ? " (cut)" : "";
    this.lines.push(`request ${request?.method} ${request?.target} ${request?.version}${cut}`);
  }
  onInterim(_: HttpExchange, response: { status: number }): void {
    this.lines.push(`interim ${response.status}`);
  }
  onResponse({ request, response }: HttpExchange): void {
    const cut = response?.complete === false ? " (cut)" : "";
    this.lines.push(`response ${response?.status} to ${request?.target ?? "?"}${cut}`);
  }
  onExchangeEnd(exchange: HttpExchange): void {
    this.exchanges.push(exchange);
    const { request, requestBody: up, responseBody: down } = exchange;
    const body = (b: typeof up): string =>
      `${b.bytes}${b.complete ? "" : "…"} ${JSON.stringify(latin1(b.preview, 0, b.preview.length))}`;
    this.lines.push(`end ${request?.target ?? "?"} up ${body(up)} down ${body(down)}`);
  }
  onSwitch({ response }: HttpExchange): void {
    this.lines.push(`switch ${response?.status}`);
  }
  onSwitchedBytes(direction: Direction, bytes: Uint8Array, start: number, end: number): void {
    this.#bytes(`switched ${sideOf(direction)} `, bytes, start, end);
  }
  onSwitchedGap(direction: Direction, lengthBytes: number): void {
    this.lines.push(`switched gap ${sideOf(direction)} ${lengthBytes}`);
  }
  onNotHttp(direction: Direction, bytes: Uint8Array, start: number, end: number): void {
    this.#bytes(`not-http ${sideOf(direction)} `, bytes, start, end);
  }
  onNotHttpGap(direction: Direction, lengthBytes: number): void {
    this.lines.push(`not-http gap ${sideOf(direction)} ${lengthBytes}`);
  }
  onMalformed({ code }: { code: string }): void {
    this.lines.push(`malformed ${code}`);
  }
  #bytes(prefix: string, bytes: Uint8Array, start: number, end: number): void {
    const text = latin1(bytes, start, end);
    const last = this.lines.at(-1);
    if (last?.startsWith(prefix)) this.lines[this.lines.length - 1] = last + text;
    else this.lines.push(prefix + text);
  }
}

/** Feeds the steps, each one packet, out of a larger buffer with other bytes around. */
export function play(steps: readonly Step[], chunking: Chunking = whole): Recorder {
  const recorder = new Recorder();
  const decoder = new HttpConnectionDecoder(recorder);
  const at: Position = { packetNumber: packetNumber(0), timestampNs: relativeNs(0) };
  steps.forEach((step, index) => {
    at.packetNumber = packetNumber(index + 1);
    at.timestampNs = relativeNs(index * 1000);
    if ("gap" in step) decoder.gap(step.gap === "c" ? 0 : 1, step.bytes, at);
    else if ("end" in step) decoder.end(step.end === "c" ? 0 : 1, at);
    else {
      const direction: Direction = "c" in step ? 0 : 1;
      const text = "c" in step ? step.c : step.s;
      const bytes = bytesOf(`\nHTTP/1.1 ${text}\r\n\r\nGET `);
      let from = 10;
      for (const length of chunking(text.length)) {
        decoder.feed(direction, bytes, from, from + length, at);
        from += length;
      }
    }
  });
  return recorder;
}

export const UPGRADE =
  "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
export const SWITCH =
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
