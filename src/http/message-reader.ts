import { CLIENT, type Direction } from "../base/brand.ts";
import { u8 } from "../base/bytes.ts";
import * as limits from "../base/limits.ts";
import type { Malformed } from "../base/malformed.ts";
import { type Mark, markOf, type Position } from "../base/packet-view.ts";
import { BodyReader } from "./body-reader.ts";
import { HeadReader } from "./head-reader.ts";
import type { Head, MessageOwner, OtherMode } from "./message-owner.ts";
import { ProxyHeaderReader, WAITS } from "./proxy-header.ts";
import { startsMessage } from "./start-line.ts";

/** "HTTP/1.1 101": less of a start line says nothing. */
const START_LINE_BYTES = 12;

type Mode = "start" | "head" | "body" | "resynchronising" | OtherMode;

/** The messages of one direction: heads, body framing (RFC 9112 §6), and the way back after a gap. */
export class MessageReader {
  readonly #direction: Direction;
  readonly #owner: MessageOwner;
  readonly #head: HeadReader;
  readonly #body: BodyReader;
  #mode: Mode = "start";
  #streamOffset = 0;
  #patienceBytes = 0;
  #sawMessage = false;
  /** Before the client's first message; null: the server's direction has none. */
  readonly #proxyHeader: ProxyHeaderReader | null;

  constructor(direction: Direction, owner: MessageOwner) {
    this.#direction = direction;
    this.#owner = owner;
    this.#proxyHeader = direction === CLIENT ? new ProxyHeaderReader() : null;
    this.#head = new HeadReader(direction);
    this.#body = new BodyReader(direction, owner);
  }

  feed(bytes: Uint8Array, start: number, end: number, at: Position): void {
    let next = start;
    while (next < end) {
      const before = next;
      next = this.#step(bytes, before, end, at, before === start);
      this.#streamOffset += next - before;
    }
  }

  gap(lengthBytes: number, at: Position): void {
    this.#streamOffset += lengthBytes;
    switch (this.#mode) {
      case "start":
        // The capture may begin anywhere; later, a message was lost and its rest may follow.
        if (this.#sawMessage) this.#resynchronise(limits.httpResynchronisationBytes);
        return;
      case "head":
        this.#headCut("gap", at);
        // A cut-off 101: its next decoder must know that its first bytes may be the head's rest.
        if (this.mode === "switched") this.#owner.onOtherGap(this.#direction, "switched", lengthBytes, at);
        return;
      case "body":
        this.#bodyGap(lengthBytes, at);
        return;
      case "resynchronising":
        return;
      default:
        this.#owner.onOtherGap(this.#direction, this.#mode, lengthBytes, at);
    }
  }

  end(at: Position): void {
    const kept = this.#proxyHeader?.take() ?? null;
    if (kept !== null) this.#readKept(kept.bytes, kept.at);
    if (this.#mode === "head") this.#headCut("end", at);
    if (this.#mode !== "body") return;
    const { missingBytes, kind } = this.#body;
    if (missingBytes !== null) {
      this.#malformed("http.body-incomplete", at, missingBytes, 0, "stream-end", "stopped");
    }
    // RFC 9112 §8: only a body without any other framing is complete when the connection closes.
    this.#messageEnd(kind === "until-close");
  }

  /** Moves on: to other bytes, or back to the next message. Bytes of an unfinished head go where the rest goes. */
  become(mode: OtherMode | "start", at: Position): void {
    const kept = this.#proxyHeader?.take() ?? null;
    if (kept !== null && mode !== "start") {
      this.#mode = mode;
      this.#owner.onOtherBytes(this.#direction, mode, kept.bytes, 0, kept.bytes.length, kept.at);
      return;
    }
    const unfinished = this.#mode === "head" && this.#head.state === "reading" ? this.#head.keptLength : 0;
    this.#mode = mode;
    if (unfinished > 0 && mode !== "start") {
      const { kept, first } = this.#head;
      this.#owner.onOtherBytes(this.#direction, mode, kept, 0, unfinished, positionOf(first, at));
    }
  }

  /** A head has begun and is not whole. */
  get isInHead(): boolean {
    return this.#mode === "head" && this.#head.hasStartLine;
  }

  get mode(): Mode {
    return this.#mode;
  }

  #step(bytes: Uint8Array, start: number, end: number, at: Position, atSegmentStart: boolean): number {
    switch (this.#mode) {
      case "start":
        return this.#skipProxyHeader(bytes, start, end, at) ?? this.#skipEmptyLines(bytes, start, end, at);
      case "head":
        return this.#readHead(bytes, start, end, at);
      case "body":
        return this.#readBody(bytes, start, end, at, atSegmentStart);
      case "resynchronising":
        return this.#readResynchronising(bytes, start, end, at, atSegmentStart);
      default:
        this.#owner.onOtherBytes(this.#direction, this.#mode, bytes, start, end, at);
        return end;
    }
  }

  /** Before the first request a load balancer may say for whom it asks. null: it does not. */
  #skipProxyHeader(bytes: Uint8Array, start: number, end: number, at: Position): number | null {
    const reader = this.#proxyHeader;
    if (reader === null || (this.#streamOffset > 0 && !reader.waits)) return null;
    const length = reader.read(bytes, start, end, at);
    if (length === WAITS) return end;
    if (length > 0) {
      this.#owner.onProxyHeader(at);
      return start + length;
    }
    const kept = reader.take();
    if (kept === null) return null;
    this.#readKept(kept.bytes, kept.at);
    return start;
  }

  /** It was no such header after all: what came earlier is read as what it is. */
  #readKept(kept: Uint8Array, first: Position): void {
    for (let next = 0; next < kept.length; ) {
      next =
        this.#mode === "start"
          ? this.#skipEmptyLines(kept, next, kept.length, first)
          : this.#step(kept, next, kept.length, first, next === 0);
    }
  }

  /** RFC 9112 §2.2: a recipient should ignore empty lines before a message. */
  #skipEmptyLines(bytes: Uint8Array, start: number, end: number, at: Position): number {
    let next = start;
    while (next < end && (u8(bytes, next) === 0x0d || u8(bytes, next) === 0x0a)) next += 1;
    if (next < end) {
      this.#mode = "head";
      this.#head.begin(at);
    }
    return next;
  }

  #readHead(bytes: Uint8Array, start: number, end: number, at: Position): number {
    const head = this.#head;
    const next = head.read(bytes, start, end);
    if (head.state === "done") this.#headDone(null, bytes, start, next, at);
    else if (head.state === "limit" && head.hasStartLine) {
      this.#malformed("http.head-limit", at, head.headBytes + 1, limits.httpHeadBytes, "limit", "skipped-rest");
      this.#headDone("limit", bytes, start, next, at);
    } else if (head.state !== "reading") {
      this.#refuse(at);
      return start;
    }
    return next;
  }

  /** Bytes kept from earlier segments first; what follows is passed on by the next step. */
  #refuse(at: Position): void {
    const { kept, keptLength, first } = this.#head;
    this.#mode = "refused";
    if (keptLength > 0) {
      this.#owner.onOtherBytes(this.#direction, "refused", kept, 0, keptLength, positionOf(first, at));
    }
    this.#head.forget();
    this.#owner.onRefused(this.#direction);
  }

  #headDone(cut: Head["cut"], bytes: Uint8Array, start: number, end: number, at: Position): void {
    const { requestLine, statusLine, headBytes } = this.#head;
    const last = markOf(at);
    const { fields, invalidLines, droppedFields } = this.#head.fields(bytes, start, end);
    this.#head.forget();
    this.#sawMessage = true;
    if (invalidLines > 0 && cut === null) {
      this.#malformed("http.field-line", at, 0, invalidLines, "value", "continued");
    }
    if (droppedFields > 0) {
      const count = limits.httpFieldsPerHead;
      this.#malformed("http.fields-limit", at, count + droppedFields, count, "limit", "continued");
    }
    const first = this.#head.first ?? last;
    const framing = this.#owner.onHead(this.#direction, {
      requestLine,
      statusLine,
      first,
      last,
      fields,
      headBytes,
      cut,
    });
    if (this.#mode !== "head") return;
    if (cut === null) {
      this.#body.begin(framing);
      this.#mode = "body";
      if (this.#body.state === "complete") this.#messageEnd(true);
      return;
    }
    this.#resynchronise(Number.POSITIVE_INFINITY);
    this.#owner.onMessageEnd(this.#direction, false);
  }

  /** The rest of the head is missing: what was understood is kept, and the reader says where it stopped. */
  #headCut(cut: "gap" | "end", at: Position): void {
    const head = this.#head;
    const limitedBy = cut === "gap" ? "capture-length" : "stream-end";
    if (cut === "end" && !this.#sawMessage && !head.hasStartLine && !head.looksLikeHttp) {
      this.#refuse(at);
      return;
    }
    if (cut === "gap") head.cutStartLine();
    const action = cut === "gap" ? "resynchronised" : "stopped";
    this.#malformed("http.head-incomplete", at, head.headBytes + 1, head.headBytes, limitedBy, action);
    if (head.hasStartLine) this.#headDone(cut, head.kept, 0, 0, at);
    else {
      // Too little of the line to know what it says: the answer to an upgrade may be anything, and frames may follow.
      this.#resynchronise(head.headBytes < START_LINE_BYTES ? 0 : limits.httpResynchronisationBytes);
      head.forget();
    }
  }

  #messageEnd(complete: boolean): void {
    this.#mode = "start";
    this.#owner.onMessageEnd(this.#direction, complete);
  }

  #readBody(bytes: Uint8Array, start: number, end: number, at: Position, atSegmentStart: boolean): number {
    const body = this.#body;
    if (body.kind === "unknown" && atSegmentStart && startsMessage(this.#direction, bytes, start, end)) {
      this.#messageEnd(false);
      return start;
    }
    const next = body.read(bytes, start, end, at);
    this.#afterBody(0, 0, at);
    return next;
  }

  #bodyGap(lengthBytes: number, at: Position): void {
    const behind = this.#body.gap(lengthBytes);
    this.#afterBody(lengthBytes, behind, at);
  }

  /** `gapBehind`: bytes missing behind the body's end, so that the next message's start is missing, too. */
  #afterBody(gapBytes: number, gapBehind: number, at: Position): void {
    const { state } = this.#body;
    if (state === "broken") {
      const limitedBy = gapBytes > 0 ? "capture-length" : "value";
      this.#malformed("http.chunk", at, gapBytes, 0, limitedBy, "resynchronised");
      this.#body.state = "reading";
    } else if (state === "complete") {
      this.#messageEnd(true);
      if (gapBehind > 0 && this.#mode === "start") this.#resynchronise(limits.httpResynchronisationBytes);
    }
  }

  #readResynchronising(bytes: Uint8Array, start: number, end: number, at: Position, atSegmentStart: boolean): number {
    if (atSegmentStart && startsMessage(this.#direction, bytes, start, end)) {
      this.#mode = "start";
      return start;
    }
    this.#patienceBytes -= end - start;
    if (this.#owner.mayLeave(this.#direction) || this.#patienceBytes < 0) {
      this.#refuse(at);
      return start;
    }
    return end;
  }

  #resynchronise(patienceBytes: number): void {
    this.#mode = "resynchronising";
    this.#patienceBytes = patienceBytes;
  }

  #malformed(
    code: Malformed["code"],
    at: Position,
    neededBytes: number,
    availableBytes: number,
    limitedBy: Malformed["limitedBy"],
    action: Malformed["action"],
  ): void {
    this.#owner.onMalformed({
      code,
      packetNumber: at.packetNumber,
      offset: this.#streamOffset,
      offsetIn: "stream",
      neededBytes,
      availableBytes,
      limitedBy,
      action,
    });
  }
}

const positionOf = (mark: Mark | null, otherwise: Position): Position =>
  mark === null ? otherwise : { packetNumber: mark.packet, timestampNs: mark.timestampNs };
