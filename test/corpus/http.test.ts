import { describe, expect, test } from "vitest";
import { type Direction, packetNumber, relativeNs } from "../../src/base/brand.ts";
import type { Position } from "../../src/base/packet-view.ts";
import { HttpConnectionDecoder } from "../../src/http/connection-decoder.ts";
import { fieldValue } from "../../src/http/fields.ts";
import type { HttpExchange, HttpSink } from "../../src/http/types.ts";
import { readUpgradeRequest, readUpgradeResponse } from "../../src/http/upgrade.ts";
import { guessClient } from "../../src/pipeline/roles.ts";
import type { TcpConnection } from "../../src/tcp/connection.ts";
import { TcpTracker } from "../../src/tcp/tracker.ts";
import type { TcpSink } from "../../src/tcp/types.ts";
import { PacketDecoder } from "../../src/wire/packet-decoder.ts";
import { corpusMissing, corpusPath, manifest, truthOf } from "../support/corpus.ts";
import { captureBytes, readPackets } from "../support/read-capture.ts";

interface Handshake {
  readonly request_frame: number | null;
  readonly method: string | null;
  readonly path: string | null;
  readonly host: string | null;
  readonly origin: string | null;
  readonly key: string | null;
  readonly version: string | null;
  readonly protocols: string | null;
  readonly extensions: string | null;
  readonly response_frame: number | null;
  readonly status: number | null;
  readonly accept: string | null;
  readonly chosen_protocol: string | null;
  readonly chosen_extensions: string | null;
  readonly accept_valid: boolean | null;
}
interface Truth {
  readonly streams: readonly { readonly stream: number; readonly websocket_handshake?: Handshake | null }[];
}

/** The exchanges of all connections. */
class Exchanges implements TcpSink {
  readonly found: HttpExchange[] = [];
  readonly #decoders = new Map<TcpConnection, HttpConnectionDecoder>();
  onOpen(connection: TcpConnection): void {
    const found = this.found;
    const sink: HttpSink = {
      onProxyHeader() {},
      onRequest() {},
      onInterim() {},
      onResponse() {},
      onExchangeEnd(exchange) {
        found.push(exchange);
      },
      onSwitch() {},
      onSwitchedBytes() {},
      onSwitchedGap() {},
      onNotHttp() {},
      onNotHttpGap() {},
      onMalformed() {},
    };
    this.#decoders.set(connection, new HttpConnectionDecoder(sink));
  }
  isClient(_: TcpConnection, bytes: Uint8Array, start: number, end: number, from: number, to: number): boolean {
    return guessClient(bytes, start, end, from, to, new Set()).senderIsClient;
  }
  onBytes(c: TcpConnection, direction: Direction, bytes: Uint8Array, start: number, end: number, at: Position): void {
    this.#decoders.get(c)?.feed(direction, bytes, start, end, at);
  }
  onGap(c: TcpConnection, direction: Direction, lengthBytes: number, _: unknown, at: Position): void {
    this.#decoders.get(c)?.gap(direction, lengthBytes, at);
  }
  onEnd(c: TcpConnection, direction: Direction, _: unknown, at: Position): void {
    this.#decoders.get(c)?.end(direction, at);
  }
  finish(): void {
    const at = { packetNumber: packetNumber(0), timestampNs: relativeNs(0) };
    for (const decoder of this.#decoders.values()) for (const side of [0, 1] as const) decoder.end(side, at);
  }
}

function exchangesOf(file: string): HttpExchange[] {
  const exchanges = new Exchanges();
  const tracker = new TcpTracker(exchanges, 7);
  const decoder = new PacketDecoder({
    onSegment: (segment, packet) => tracker.onSegment(segment, packet),
    onIcmpError() {},
    onDatagram() {},
    onArp() {},
    onOther() {},
    onMalformed() {},
  });
  const reader = readPackets(captureBytes(corpusPath(file)), (packet) => decoder.decode(packet));
  tracker.finish(reader.view);
  exchanges.finish();
  return exchanges.found;
}

const asTold = ({ request, response }: HttpExchange): Partial<Handshake> => {
  const field = (message: typeof request | typeof response, name: string): string | null =>
    message === null ? null : fieldValue(message.fields, name);
  return {
    request_frame: request?.last.packet ?? null,
    method: request?.method ?? null,
    path: request?.target ?? null,
    host: field(request, "host"),
    origin: field(request, "origin"),
    key: field(request, "sec-websocket-key"),
    version: field(request, "sec-websocket-version"),
    protocols: field(request, "sec-websocket-protocol"),
    extensions: field(request, "sec-websocket-extensions"),
    response_frame: response?.last.packet ?? null,
    status: response?.status ?? null,
    accept: field(response, "sec-websocket-accept"),
    chosen_protocol: field(response, "sec-websocket-protocol"),
    chosen_extensions: field(response, "sec-websocket-extensions"),
    accept_valid: response === null ? null : readUpgradeResponse(request, response).acceptValid,
  };
};

describe.skipIf(corpusMissing !== null)("opening handshakes of the corpus are what tshark reads", () => {
  const files = manifest.filter(
    ({ file }) => truthOf<Truth>(file)?.streams.some((stream) => stream.websocket_handshake) ?? false,
  );

  test.each(files.map(({ file }) => file))("%s", (file) => {
    const told = (truthOf<Truth>(file) as Truth).streams.flatMap((stream) => stream.websocket_handshake ?? []);
    const ours = exchangesOf(file).filter(
      ({ request, response }) => (request !== null && readUpgradeRequest(request) !== null) || response?.status === 101,
    );
    for (const handshake of told) {
      const same = ours.find(({ request }) => request?.last.packet === handshake.request_frame);
      const mine = same === undefined ? {} : asTold(same);
      // The truth judges the accept of refusals, too, and leaves out what an unanswered request has not got.
      const expected = Object.fromEntries(
        Object.keys(mine).map((key) => [key, handshake[key as keyof Handshake] ?? null]),
      );
      if (handshake.status !== 101) expected["accept_valid"] = null;
      expect(mine).not.toEqual({});
      expect(mine).toEqual(expected);
    }
    expect(ours.length).toBeGreaterThanOrEqual(told.length);
  });
});
