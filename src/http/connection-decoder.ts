import { CLIENT, type Direction, packetNumber, SERVER, ZERO_TIME } from "../base/brand.ts";
import * as limits from "../base/limits.ts";
import type { Malformed } from "../base/malformed.ts";
import type { Position } from "../base/packet-view.ts";
import { type BodyFraming, type FramingReading, requestFraming, responseFraming } from "./body-framing.ts";
import { addBody, noteLast, type OpenExchange, openExchange, requestOf, responseOf } from "./exchange.ts";
import { fieldValue } from "./fields.ts";
import { HeldBytes } from "./held-bytes.ts";
import { LostMessages } from "./lost-messages.ts";
import type { Head, MessageOwner, OtherMode } from "./message-owner.ts";
import { MessageReader } from "./message-reader.ts";
import type { HttpDecoder, HttpRequest, HttpResponse, HttpSink } from "./types.ts";

const NO_BODY: BodyFraming = { kind: "length", lengthBytes: 0 };

/** Client bytes behind such a request may belong to another protocol: they wait for the response. */
const mayLeaveHttp = (request: HttpRequest | null): boolean =>
  request !== null &&
  (request.method === "CONNECT" ||
    // What the capture cut off may have asked for it.
    (!request.complete && request.method === "GET" && request.headBytes < limits.httpHeadBytes) ||
    fieldValue(request.fields, "upgrade") !== null ||
    fieldValue(request.fields, "sec-websocket-key") !== null);

/** RFC 9110 §15.2.2 and §9.3.6. */
const leavesHttp = (request: HttpRequest | null, response: HttpResponse): boolean =>
  response.status === 101 || (request?.method === "CONNECT" && response.status >= 200 && response.status < 300);

/** HTTP/1.x of one connection as an observer sees it: pairs requests with responses until the connection leaves HTTP. */
export class HttpConnectionDecoder implements HttpDecoder, MessageOwner {
  switched = false;
  readonly #sink: HttpSink;
  readonly #client: MessageReader = new MessageReader(CLIENT, this);
  readonly #server: MessageReader = new MessageReader(SERVER, this);
  /** Requests whose final response has not begun, in order (RFC 9112 §9.3.2). */
  readonly #waiting: OpenExchange[] = [];
  #requesting: OpenExchange | null = null;
  #responding: OpenExchange | null = null;
  /** Answered before its request had come whole: 408, fields too large, or a PROXY header that is not understood. */
  #early: OpenExchange | null = null;
  /** A PROXY header has come, and no request yet. */
  #announced = false;
  readonly #held = new HeldBytes();
  readonly #lost = new LostMessages();
  #releasing = false;
  #clientEnded = false;
  #serverEnded = false;
  #holds = true;
  #at: Position = { packetNumber: packetNumber(0), timestampNs: ZERO_TIME };

  constructor(sink: HttpSink) {
    this.#sink = sink;
  }

  feed(direction: Direction, bytes: Uint8Array, start: number, end: number, at: Position): void {
    this.#at = at;
    (direction === CLIENT ? this.#client : this.#server).feed(bytes, start, end, at);
    if (this.#held.isFull) {
      this.onMalformed(limitReached("http.held-limit", limits.httpHeldBytes, at));
      this.#holds = false;
      this.#release();
    }
  }

  gap(direction: Direction, lengthBytes: number, at: Position): void {
    this.#at = at;
    const reader = direction === CLIENT ? this.#client : this.#server;
    const before = reader.mode;
    reader.gap(lengthBytes, at);
    this.#lost.noteGap(direction, before, reader.mode);
  }

  end(direction: Direction, at: Position): void {
    this.#at = at;
    if (direction === CLIENT) this.#endClient(at);
    else this.#endServer(at);
  }

  onProxyHeader(at: Position): void {
    this.#announced = true;
    this.#sink.onProxyHeader(at);
  }

  onHead(direction: Direction, head: Head): BodyFraming {
    const request = requestOf(head);
    if (request !== null) return this.#request(request);
    const response = responseOf(head);
    return response === null || direction === CLIENT ? NO_BODY : this.#response(response, head.cut === "end");
  }

  onBody(direction: Direction, bytes: Uint8Array, start: number, end: number, at: Position): void {
    const exchange = direction === CLIENT ? this.#requesting : this.#responding;
    if (exchange === null) return;
    addBody(direction === CLIENT ? exchange.requestBody : exchange.responseBody, bytes, start, end);
    if (direction === SERVER) noteLast(exchange, at);
  }

  onBodyGap(direction: Direction, lengthBytes: number): void {
    const exchange = direction === CLIENT ? this.#requesting : this.#responding;
    if (exchange !== null) (direction === CLIENT ? exchange.requestBody : exchange.responseBody).bytes += lengthBytes;
  }

  onMessageEnd(direction: Direction, complete: boolean): void {
    if (direction === CLIENT) {
      const exchange = this.#requesting;
      this.#requesting = null;
      if (exchange === null) return;
      exchange.requestBody.complete = complete;
      exchange.requestDone = true;
      if (this.#serverEnded) exchange.responseDone = true;
      // An early refusal has already said that the connection stays HTTP.
      const undecided = exchange.response === null && mayLeaveHttp(exchange.request) && !this.#serverEnded;
      const { mode } = this.#client;
      if (undecided && this.#holds && (mode === "start" || mode === "resynchronising"))
        this.#client.become("held", this.#at);
      this.#endIfDone(exchange);
    } else if (this.#responding !== null) {
      const exchange = this.#responding;
      this.#responding = null;
      exchange.responseBody.complete = complete;
      exchange.responseDone = true;
      this.#endIfDone(exchange);
    }
  }

  onOtherBytes(
    direction: Direction,
    mode: OtherMode,
    bytes: Uint8Array,
    start: number,
    end: number,
    at: Position,
  ): void {
    if (mode === "held") this.#held.add(bytes, start, end, at, this.#releasing);
    else if (mode === "switched") this.#sink.onSwitchedBytes(direction, bytes, start, end, at);
    else this.#sink.onNotHttp(direction, bytes, start, end, at);
  }

  onOtherGap(direction: Direction, mode: OtherMode, lengthBytes: number, at: Position): void {
    if (mode === "held") this.#held.addGap(lengthBytes, at);
    else if (mode === "switched") this.#sink.onSwitchedGap(direction, lengthBytes, at);
    else this.#sink.onNotHttpGap(direction, lengthBytes, at);
  }

  /** A server that does not speak HTTP will not answer the upgrade either. */
  onRefused(direction: Direction): void {
    if (direction === SERVER) this.#release();
  }

  mayLeave(direction: Direction): boolean {
    // The client does only when the server has: what it asked for may be refused.
    if (direction === CLIENT && this.#server.mode !== "refused") return false;
    return mayLeaveHttp(this.#waiting[0]?.request ?? null);
  }

  onMalformed(malformed: Malformed): void {
    this.#sink.onMalformed(malformed);
  }

  #request(request: HttpRequest): BodyFraming {
    const early = this.#early;
    this.#early = null;
    this.#announced = false;
    if (early !== null) {
      early.request = request;
      this.#requesting = early;
      this.#sink.onRequest(early);
      return NO_BODY;
    }
    const answered = this.#lost.takeAnswer(request);
    if (answered !== null) {
      answered.request = request;
      this.#requesting = answered;
      this.#sink.onRequest(answered);
      return this.#framing(requestFraming(request));
    }
    const exchange = openExchange(request);
    this.#requesting = exchange;
    if (!this.#serverEnded) this.#waiting.push(exchange);
    this.#sink.onRequest(exchange);
    if (this.#waiting.length > limits.httpWaitingRequests) {
      this.onMalformed(limitReached("http.waiting-limit", limits.httpWaitingRequests, this.#at));
      this.#giveUp(this.#waiting.shift());
    }
    return this.#framing(requestFraming(request));
  }

  #response(response: HttpResponse, atEnd: boolean): BodyFraming {
    const isEarly = this.#waiting.length === 0 && (this.#client.isInHead || this.#announced);
    for (let lost = this.#lost.lostBefore(response, this.#waiting); lost > 0; lost--)
      this.#giveUp(this.#waiting.shift());
    const exchange = this.#waiting[0] ?? openExchange(null);
    // RFC 9110 §15.2: interim responses precede the final one; 101 is final for HTTP.
    if (response.status < 200 && response.status !== 101) {
      if (exchange.interim.length < limits.httpInterimResponses) exchange.interim.push(response);
      this.#sink.onInterim(exchange, response);
      return NO_BODY;
    }
    this.#waiting.shift();
    exchange.response = response;
    if (isEarly) this.#early = exchange;
    else if (exchange.request === null) this.#lost.noteUnasked(exchange);
    this.#responding = exchange;
    this.#sink.onResponse(exchange);
    if (leavesHttp(exchange.request, response)) {
      if (!atEnd) this.#switch(exchange);
      return NO_BODY;
    }
    this.#release();
    return this.#framing(responseFraming(response, exchange.request));
  }

  #framing(reading: FramingReading): BodyFraming {
    if (reading.problem !== null) {
      this.onMalformed({ ...limitReached(`http.${reading.problem}`, 0, this.#at), limitedBy: "value" });
    }
    return reading.framing;
  }

  #switch(exchange: OpenExchange): void {
    const at = this.#at;
    this.switched = true;
    exchange.responseBody.complete = true;
    this.#giveUp(exchange);
    this.#giveUp(this.#requesting);
    while (this.#waiting.length > 0) this.#giveUp(this.#waiting.shift());
    this.#requesting = null;
    this.#responding = null;
    this.#server.become("switched", at);
    this.#sink.onSwitch(exchange);
    this.#client.become("switched", at);
    for (const part of this.#held.take()) {
      if (part.bytes === null) this.#sink.onSwitchedGap(CLIENT, part.lengthBytes, part.at);
      else this.#sink.onSwitchedBytes(CLIENT, part.bytes, 0, part.lengthBytes, part.at);
    }
  }

  /** The connection stays HTTP: what was held is read as what it looks like. */
  #release(): void {
    if (this.#client.mode !== "held") return;
    const now = this.#at;
    this.#client.become("start", now);
    this.#releasing = true;
    for (const part of this.#held.take()) {
      this.#at = part.at;
      if (part.bytes === null) this.#client.gap(part.lengthBytes, part.at);
      else this.#client.feed(part.bytes, 0, part.lengthBytes, part.at);
    }
    this.#at = now;
    this.#releasing = false;
    if (this.#clientEnded) this.#client.end(now);
  }

  #endClient(at: Position): void {
    this.#clientEnded = true;
    this.#client.end(at);
  }

  #endServer(at: Position): void {
    this.#server.end(at);
    this.#serverEnded = true;
    this.#release();
    for (const exchange of this.#waiting.splice(0)) {
      exchange.responseDone = true;
      this.#endIfDone(exchange);
    }
  }

  #giveUp(exchange: OpenExchange | null | undefined): void {
    if (exchange === null || exchange === undefined) return;
    exchange.requestDone = true;
    exchange.responseDone = true;
    this.#endIfDone(exchange);
  }

  #endIfDone(exchange: OpenExchange): void {
    if (!exchange.requestDone || !exchange.responseDone || exchange.ended) return;
    exchange.ended = true;
    this.#sink.onExchangeEnd(exchange);
  }
}

const limitReached = (code: Malformed["code"], limit: number, at: Position): Malformed => ({
  code,
  packetNumber: at.packetNumber,
  offset: 0,
  offsetIn: "stream",
  neededBytes: limit,
  availableBytes: limit,
  limitedBy: "limit",
  action: "continued",
});
