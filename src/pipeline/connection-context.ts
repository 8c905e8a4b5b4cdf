import type { Direction } from "../base/brand.ts";
import { latin1 } from "../base/bytes.ts";
import { withOneMore } from "../base/few.ts";
import * as limits from "../base/limits.ts";
import type { Malformed } from "../base/malformed.ts";
import { type Mark, markOf, type Position } from "../base/packet-view.ts";
import { HttpConnectionDecoder } from "../http/connection-decoder.ts";
import type { HttpExchange, HttpSink } from "../http/types.ts";
import { readUpgradeRequest, readUpgradeResponse } from "../http/upgrade.ts";
import type { NotHttpFacts } from "../store/http-types.ts";
import type { TcpConnection } from "../tcp/connection.ts";
import type { KeyLog } from "../tls/key-log.ts";
import { NO_LANE } from "../websocket/calm/calm-texts.ts";
import type { DecoderMemory } from "../websocket/memory.ts";
import { cutLooksLikeFrames, looksLikeFrames, type StreamPart } from "../websocket/recognise.ts";
import { meansWebSocket, upgradeAsked } from "./facts/http-facts.ts";
import { mark } from "./marks.ts";
import { PolledAcks } from "./session/polled-acks.ts";
import { isTlsRecord } from "./tls/tls-facts.ts";
import { TlsLayer } from "./tls/tls-layer.ts";
import type { FrameTap } from "./websocket/frame-tap.ts";
import { WebSocketStream } from "./websocket/websocket-stream.ts";

const FIRST_BYTES = 64;
const REQUEST_LINE = /^[A-Z]{3,10} [^ ]+ HTTP\/1\.[01]\r?\n/;
const REQUEST_LINE_BYTES = 2048;

/** Bytes of a stream without handshake (or how many are missing), held until it shows whether they are frames. */
interface Candidate {
  readonly part: StreamPart;
  readonly at: Position;
}

const candidate = (part: StreamPart, at: Position): Candidate => ({
  part,
  at: { packetNumber: at.packetNumber, timestampNs: at.timestampNs },
});

export interface ContextOptions {
  readonly tap: FrameTap | null;
  /** `--port`: decode as WebSocket even without a handshake. */
  readonly forced: boolean;
  /** Shared by all connections of one analysis. */
  readonly memory: DecoderMemory;
  /** Secrets of TLS, and who waits for some: `look` is for when time passes. */
  readonly keys: KeyLog | null;
  readonly waiting: Set<ConnectionContext>;
  readonly onMalformed: (malformed: Malformed) => void;
}

/**
 * What one connection says: HTTP first, then whatever it becomes. Holds decoders and what was learnt, never packets.
 */
export class ConnectionContext implements HttpSink {
  readonly connection: TcpConnection;
  /** The first and the last ones, in order; `exchangeCount` has all. */
  exchanges: HttpExchange[] = [];
  exchangeCount = 0;
  /** Of all exchanges, also of those that are not kept. */
  readonly polledAcks = new PolledAcks();
  /** The exchange that is, or was meant as, the WebSocket opening handshake; the last one when several were tried. */
  upgrade: HttpExchange | null = null;
  notHttp: [NotHttpFacts | null, NotHttpFacts | null] = [null, null];
  proxyHeader: Mark | null = null;
  webSocket: WebSocketStream | null = null;
  tls: TlsLayer | null = null;
  /** The same once it can be decrypted: then what the connection says is what stands inside. */
  private carrier: TlsLayer | null = null;
  /** Bytes of a tunnel (CONNECT) or another protocol after a switch. */
  private http: HttpConnectionDecoder | null;
  /** TCP bytes of each side until the connection became a WebSocket: greetings of TLS, certificates, heads. */
  readonly bytesBefore: [number, number] = [0, 0];
  private candidates: [Candidate[], Candidate[]] | null = null;
  private candidateBytes = 0;
  private opaque = false;
  private switches = 0;
  private readonly options: ContextOptions;

  constructor(connection: TcpConnection, options: ContextOptions) {
    this.connection = connection;
    this.options = options;
    this.http = new HttpConnectionDecoder(this);
  }

  feed(direction: Direction, bytes: Uint8Array, start: number, end: number, at: Position): void {
    if (this.webSocket === null) this.bytesBefore[direction] += end - start;
    if (this.carrier !== null) this.carrier.feed(direction, bytes, start, end, at);
    else this.onPlainBytes(direction, bytes, start, end, at);
  }

  gap(direction: Direction, lengthBytes: number, at: Position): void {
    if (this.carrier !== null) this.carrier.gap(direction, lengthBytes, at);
    else {
      if (this.webSocket === null) this.tls?.gap(direction, lengthBytes, at);
      if (this.carrier === null) this.onPlainGap(direction, lengthBytes, at);
    }
  }

  end(direction: Direction, at: Position): void {
    if (this.carrier === null) this.tls?.end(direction, at);
    if (this.carrier !== null) this.carrier.end(direction, at);
    else this.onPlainEnd(direction, at);
  }

  /** The first decrypted bytes follow: the connection is read anew, as if it had begun here. */
  onOpen(): void {
    this.carrier = this.tls;
    this.http = new HttpConnectionDecoder(this);
    this.notHttp = [null, null];
  }

  onPlainBytes(direction: Direction, bytes: Uint8Array, start: number, end: number, at: Position): void {
    if (this.webSocket !== null && !this.isRequestAgain(direction, bytes, start, end)) {
      // What is not encrypted the pipeline has handed to the lane itself.
      const lane = this.carrier === null ? NO_LANE : this.webSocket.calmLane(direction);
      const from = lane === NO_LANE ? start : this.options.memory.texts.feed(lane, bytes, start, end, at);
      if (from < end) this.webSocket.feed(direction, bytes, from, end, at);
    } else if (this.http !== null) this.http.feed(direction, bytes, start, end, at);
  }

  onPlainGap(direction: Direction, lengthBytes: number, at: Position, isExact = true): void {
    if (this.webSocket !== null) this.webSocket.gap(direction, lengthBytes, at, isExact);
    else this.http?.gap(direction, lengthBytes, at);
  }

  onPlainEnd(direction: Direction, at: Position): void {
    if (this.webSocket === null) this.http?.end(direction, at);
    this.webSocket?.end(direction, at);
  }

  /** Time has passed while secrets were waited for. */
  look(nowNs: number): void {
    this.tls?.look(nowNs);
  }

  /** Both directions are over: what was still undecided is decided now. */
  finish(): void {
    this.tls?.finish();
    if (this.candidates !== null) this.decide(true);
  }

  onProxyHeader(at: Position): void {
    this.proxyHeader = markOf(at);
  }

  onRequest(exchange: HttpExchange): void {
    if (exchange.response === null) this.note(exchange);
    // Answered before it was asked to the end.
    else if (this.upgrade === null && meansWebSocket(exchange)) this.upgrade = exchange;
  }

  onInterim(): void {}

  onResponse(exchange: HttpExchange): void {
    if (exchange.request === null) this.note(exchange);
    // A request that the capture cut off may not say what it asked for; the answer does.
    else if (this.upgrade !== exchange && meansWebSocket(exchange)) this.upgrade = exchange;
  }

  onExchangeEnd(exchange: HttpExchange): void {
    this.polledAcks.note(exchange);
  }

  onSwitch(exchange: HttpExchange): void {
    const { response } = exchange;
    const answered = response === null ? null : readUpgradeResponse(exchange.request, response);
    if (response !== null && answered?.isWebSocket === true && this.isUsable(exchange)) {
      const cutOff = answered.deflate === "none" && !response.complete;
      const agreement = cutOff || answered.deflate === "invalid" ? "unknown" : answered.deflate;
      if (exchange.request !== null) this.options.tap?.onHandshake?.(exchange.request);
      const at: Position = { packetNumber: response.last.packet, timestampNs: response.last.timestampNs };
      this.webSocket = new WebSocketStream(
        this.connection.id,
        "handshake",
        agreement,
        at,
        this.options.tap,
        this.options.memory,
        { target: exchange.request?.target ?? null, subprotocol: answered.protocol },
      );
      this.http = null;
      return;
    }
    // A tunnel, another protocol, or a handshake no client could have meant: what follows is read anew, but a stream
    // of switches without end is nobody's.
    this.switches++;
    if (this.switches > limits.tunnelDepth) this.giveUp();
    else this.http = new HttpConnectionDecoder(this);
  }

  onSwitchedBytes(direction: Direction, bytes: Uint8Array, start: number, end: number, at: Position): void {
    if (this.webSocket !== null) this.webSocket.feed(direction, bytes, start, end, at);
    else if (!this.opaque) this.http?.feed(direction, bytes, start, end, at);
  }

  onSwitchedGap(direction: Direction, lengthBytes: number, at: Position): void {
    if (this.webSocket !== null) this.webSocket.gap(direction, lengthBytes, at);
    else if (!this.opaque) this.http?.gap(direction, lengthBytes, at);
  }

  onNotHttp(direction: Direction, bytes: Uint8Array, start: number, end: number, at: Position): void {
    if (this.webSocket !== null) {
      this.webSocket.feed(direction, bytes, start, end, at);
      return;
    }
    if (
      this.carrier === null &&
      (this.tls !== null || (this.notHttp[direction] === null && isTlsRecord(bytes, start, end)))
    ) {
      this.tls ??= this.createTls();
      this.noteFirst(direction, bytes, start, end, at);
      this.tls.feed(direction, bytes, start, end, at);
      return;
    }
    if (this.opaque) return;
    this.noteFirst(direction, bytes, start, end, at);
    this.candidates ??= [[], []];
    this.candidates[direction].push(candidate(bytes.slice(start, end), at));
    this.candidateBytes += end - start;
    this.decide(this.candidateBytes > limits.candidateBytes);
  }

  onNotHttpGap(direction: Direction, lengthBytes: number, at: Position): void {
    const held = this.candidates?.[direction];
    if (held !== undefined && held.length > 0) held.push(candidate(lengthBytes, at));
  }

  private createTls(): TlsLayer {
    const { keys, waiting } = this.options;
    return new TlsLayer(keys, (waits) => (waits ? waiting.add(this) : waiting.delete(this)), this);
  }

  private noteFirst(direction: Direction, bytes: Uint8Array, start: number, end: number, at: Position): void {
    this.notHttp[direction] ??= {
      ...mark({ packetNumber: at.packetNumber, timestampNs: at.timestampNs }),
      firstBytes: bytes.slice(start, Math.min(end, start + FIRST_BYTES)),
    };
  }

  /** Nothing of this connection is decoded any more. */
  stop(): void {
    this.giveUp();
    this.options.waiting.delete(this);
    this.carrier = null;
    this.dropWebSocket();
    this.http = null;
  }

  private dropWebSocket(): void {
    this.webSocket?.drop();
    this.webSocket = null;
  }

  /** Of what this side sends next, where texts may be handed to first (`CalmTexts.feed`), or NO_LANE. */
  calmLane(direction: Direction): number {
    return this.webSocket === null || this.carrier !== null ? NO_LANE : this.webSocket.calmLane(direction);
  }

  onMalformed(malformed: Malformed): void {
    this.options.onMalformed(malformed);
  }

  /** A client that took the 101 for no upgrade sends its next request: no frame begins like one. */
  private isRequestAgain(direction: Direction, bytes: Uint8Array, start: number, end: number): boolean {
    if (direction !== 0 || this.webSocket?.hasClientBytes !== false || this.webSocket.by !== "handshake") return false;
    if (!REQUEST_LINE.test(latin1(bytes, start, Math.min(end, start + REQUEST_LINE_BYTES)))) return false;
    this.dropWebSocket();
    this.http = new HttpConnectionDecoder(this);
    return true;
  }

  private note(exchange: HttpExchange): void {
    this.exchangeCount++;
    // The first and the last ones tell the story; the middle is counted.
    if (this.exchanges.length >= limits.httpExchangesPerConnection) {
      this.exchanges.splice(limits.httpExchangesPerConnection >> 1, 1);
    }
    this.exchanges = withOneMore(this.exchanges, exchange);
    const asks = upgradeAsked(exchange.request) !== null;
    if (asks || meansWebSocket(exchange)) this.upgrade = exchange;
  }

  /** Without a key no client waits for a WebSocket: servers that answer 101 all the same are read as HTTP on. */
  private isUsable({ request }: HttpExchange): boolean {
    return request === null || !request.complete || readUpgradeRequest(request)?.key != null;
  }

  /** Frames on both sides, or by decree: a WebSocket whose handshake is not in the capture (RFC 6455 §5.2). */
  private decide(atOnce: boolean): void {
    if (this.candidates === null) return;
    const beginsHere = this.connection.synSeen && this.connection.halves.every((half) => half.missingBytes === 0);
    const known = this.upgrade !== null;
    if (!this.options.forced && beginsHere && !known) {
      this.giveUp();
      return;
    }
    const [client, server] = [this.looks(0), this.looks(1)];
    if (client === "no" || server === "no") {
      // A port forces what began before the capture did; a connection that begins here without a handshake, and
      // speaks no frames either, is another protocol.
      const isOther = beginsHere && !known && [client, server].every((side) => side === "no" || side === "unseen");
      if (!this.options.forced || (isOther && (atOnce || (client === "no" && server === "no")))) this.giveUp();
      else if (atOnce || (client !== "unseen" && server !== "unseen")) this.become("port");
      return;
    }
    const bothSeen = client !== "unseen" && server !== "unseen";
    const sure = (client === "yes" || server === "yes") && bothSeen;
    if (this.options.forced && (bothSeen || atOnce)) this.become("port");
    else if (sure || (atOnce && (client === "yes" || server === "yes"))) this.become("shape");
    else if (atOnce) this.giveUp();
  }

  private looks(direction: Direction): "unseen" | "no" | "maybe" | "yes" {
    const parts = this.candidates?.[direction] ?? [];
    if (parts.length === 0) return "unseen";
    const bytes = parts.map(({ part }) => part).filter((part) => typeof part !== "number");
    if (bytes.length < parts.length)
      return cutLooksLikeFrames(
        parts.map(({ part }) => part),
        direction,
      );
    const joined = Buffer.concat(bytes);
    return looksLikeFrames(joined, 0, joined.length, direction);
  }

  private become(by: "port" | "shape"): void {
    const candidates = this.candidates ?? [[], []];
    // What one side says may answer the other.
    const inOrder = ([0, 1] as const)
      .flatMap((direction) => candidates[direction].map((one) => ({ ...one, direction })))
      .sort((a, b) => a.at.packetNumber - b.at.packetNumber);
    const first = inOrder[0];
    this.candidates = null;
    if (first === undefined) return;
    this.webSocket = new WebSocketStream(
      this.connection.id,
      by,
      "unknown",
      first.at,
      this.options.tap,
      this.options.memory,
      null,
    );
    for (const direction of [0, 1] as const) {
      const { fin } = this.connection.halves[this.connection.indexOf(direction)];
      if (fin !== null) this.webSocket.noteEnd(direction, fin.timestampNs);
    }
    for (const { part, at, direction } of inOrder) {
      if (typeof part === "number") this.webSocket.gap(direction, part, at);
      else this.webSocket.feed(direction, part, 0, part.length, at);
    }
  }

  private giveUp(): void {
    this.candidates = null;
    this.candidateBytes = 0;
    this.opaque = true;
  }
}
