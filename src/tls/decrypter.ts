import { CLIENT, type Direction, SERVER } from "../base/brand.ts";
import { u8 } from "../base/bytes.ts";
import type { Position } from "../base/packet-view.ts";
import { CertificateWatch } from "./certificate-watch.ts";
import { cipherSuite } from "./cipher-suites.ts";
import { type Hello, readEncryptedExtensions, readHello } from "./client-hello.ts";
import { type ClosedSide, closedSides, type NotDecrypted } from "./closed-sides.ts";
import { HandshakeReader, MESSAGE } from "./handshake-reader.ts";
import type { KeyLog } from "./key-log.ts";
import { PlainOffsets } from "./plain-offsets.ts";
import type { ProtectedSide } from "./protected-side.ts";
import { CONTENT, HEADER_BYTES, type RecordView } from "./record.ts";
import { RecordSplitter } from "./record-splitter.ts";
import { type Sides, TLS_1_2, TLS_1_3, type Unlocking, unlock } from "./unlock.ts";
import { WaitingInput } from "./waiting-input.ts";

export interface PlainSink {
  /** The secrets are there: from now on comes what the connection says inside TLS. */
  onOpen(): void;
  onPlainBytes(direction: Direction, bytes: Uint8Array, start: number, end: number, at: Position): void;
  /** Not `isExact`: how much of it was padding is not known. */
  onPlainGap(direction: Direction, lengthBytes: number, at: Position, isExact: boolean): void;
  onPlainEnd(direction: Direction, at: Position): void;
  onAlert(direction: Direction, level: number, description: number, at: Position): void;
}

/** RFC 8446 §4.1.3: the random of a HelloRetryRequest. */
const RETRY = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c";
const CLOSE_NOTIFY = 0;
const FATAL = 2;
/** TLS 1.2 without its ChangeCipherSpec in the capture: records of so many bytes may have come since. */
const UNSEEN_BYTES = 256;
/** Records that nothing opens: then the secrets are another connection's. */
const MOST_FAILURES = 8;

const isHandshake = (type: number): boolean => type === MESSAGE.clientHello || type === MESSAGE.serverHello;

/**
 * One TLS connection with its secrets (RFC 8446, RFC 5246): records in, plain bytes out, of the packets in which they came.
 * Sans I/O, total; what it holds is bounded by limits.tlsHeldBytes.
 */
export class TlsDecrypter {
  why: NotDecrypted | null = null;
  /** RFC 7301, as the server said inside TLS 1.3. */
  protocol: string | null = null;
  /** Records or pieces of them that could not be opened. */
  unopened = 0;
  /** The last application data of each direction. */
  readonly lastText: [Position | null, Position | null] = [null, null];
  /** What was said of them inside TLS 1.3. */
  readonly certificates = new CertificateWatch();
  readonly offsets = [new PlainOffsets(), new PlainOffsets()] as const;
  private readonly sink: PlainSink;
  private readonly keys: KeyLog;
  private readonly splitters: readonly [RecordSplitter, RecordSplitter];
  private readonly hellos: readonly [HandshakeReader, HandshakeReader];
  private readonly messages: readonly [HandshakeReader, HandshakeReader];
  private readonly ended: [boolean, boolean] = [false, false];
  private mode: "hello" | "waiting" | "open" | "closed" = "hello";
  private client: Hello | null = null;
  private unlocking: Unlocking | null = null;
  private sides: Sides | null = null;
  /** TLS 1.2: this direction encrypts. */
  private readonly active: [boolean, boolean] = [false, false];
  private readonly waiting: WaitingInput;
  /** RFC 8446 §4.2.10: said before the server had accepted it. */
  private early: { bytes: Uint8Array; at: Position }[] = [];
  private earlyDecided = false;
  private messageAt: Position | null = null;

  constructor(keys: KeyLog, sink: PlainSink) {
    this.keys = keys;
    this.sink = sink;
    this.waiting = new WaitingInput(keys);
    const both = <T>(make: (direction: Direction) => T): readonly [T, T] => [make(CLIENT), make(SERVER)];
    this.splitters = both((direction) => new RecordSplitter(this.recordsOf(direction)));
    this.hellos = both((direction) => new HandshakeReader((type, body) => this.onHello(direction, type, body)));
    this.messages = both((direction) => new HandshakeReader((type, body) => this.onMessage(direction, type, body)));
  }

  get isOpen(): boolean {
    return this.mode === "open";
  }

  get isWaiting(): boolean {
    return this.mode === "waiting";
  }

  feed(direction: Direction, bytes: Uint8Array, start: number, end: number, at: Position): void {
    if (this.mode === "closed") return;
    this.look(at.timestampNs);
    const from = this.isWaiting ? start : this.splitters[direction].feed(bytes, start, end, at);
    if (from < end && this.isWaiting) this.hold({ direction, bytes: bytes.slice(from, end), lengthBytes: 0 }, at);
  }

  gap(direction: Direction, lengthBytes: number, at: Position): void {
    if (this.mode === "closed") return;
    if (this.isWaiting) this.hold({ direction, bytes: null, lengthBytes }, at);
    else {
      this.sides?.[direction].noteHole();
      this.splitters[direction].gap(lengthBytes, at);
    }
  }

  /** TCP's end of a direction. */
  end(direction: Direction, at: Position): void {
    if (this.isWaiting) this.hold({ direction, bytes: null, lengthBytes: 0 }, at);
    else if (this.isOpen) {
      const { unplacedBytes } = this.splitters[direction];
      if (unplacedBytes > 0) this.sink.onPlainGap(direction, unplacedBytes, at, false);
      this.endPlain(direction, at);
    }
  }

  /** Time has passed, or a secret came: what waits is looked at. */
  look(nowNs: number): void {
    if (!this.isWaiting) return;
    if (this.waiting.mayBeAnswered()) this.tryToOpen();
    if (this.isWaiting && this.waiting.isOver(nowNs)) this.close("no-secret");
  }

  /** No more secrets will come. */
  finish(): void {
    if (this.isWaiting) this.tryToOpen(false);
    if (this.isWaiting) this.close("no-secret");
    else if (this.mode === "hello") this.close(this.keys.expected ? "not-captured" : "no-keys");
  }

  /** Directions that stayed closed although the connection is open. */
  get closedSides(): readonly ClosedSide[] {
    const { sides, unlocking } = this;
    return this.isOpen && sides !== null && unlocking !== null ? closedSides(sides, unlocking.version) : [];
  }

  /** Plain bytes of a direction that TCP has not acknowledged, when it has not acknowledged so many of the stream. */
  unacknowledgedBytes(direction: Direction, streamBytes: number): number {
    return this.offsets[direction].behind(this.splitters[direction].fedBytes - streamBytes);
  }

  private recordsOf(direction: Direction) {
    const decrypter = this;
    return {
      get paused() {
        return decrypter.mode !== "hello" && decrypter.mode !== "open";
      },
      onRecord: (record: RecordView) => void decrypter.onRecord(direction, record, 0),
      onCutRecord: (beginning: RecordView, lengthBytes: number, at: Position) =>
        decrypter.onCutRecord(direction, beginning, lengthBytes, at),
      onCandidate: (record: RecordView, lostBytes: number) =>
        decrypter.isOpen && decrypter.onRecord(direction, record, lostBytes),
    };
  }

  private onRecord(direction: Direction, record: RecordView, lostBytes: number): boolean {
    const type = u8(record.bytes, 0);
    if (this.sides !== null) return this.onSecond(direction, this.sides[direction], record, type, lostBytes);
    if (type === CONTENT.handshake)
      this.hellos[direction].feed(record.bytes.subarray(HEADER_BYTES), record.bytes.length - HEADER_BYTES);
    // Early data comes before the server has said anything, its key from the suite that it will choose.
    else if (type === CONTENT.applicationData) {
      if (this.client === null) this.close("not-captured");
      else if (direction === CLIENT) this.waiting.addEarly(record);
    }
    return true;
  }

  /** The hellos are over. */
  private onSecond(
    direction: Direction,
    side: ProtectedSide,
    record: RecordView,
    type: number,
    lostBytes: number,
  ): boolean {
    if (this.unlocking?.version === TLS_1_3) {
      // RFC 8446 §D.4: a ChangeCipherSpec for the sake of middleboxes says nothing, clear alerts are TlsReader's.
      return type === CONTENT.applicationData ? this.unseal(direction, side, record, lostBytes) : lostBytes === 0;
    }
    if (this.active[direction]) return this.unseal(direction, side, record, lostBytes);
    if (type === CONTENT.changeCipherSpec) this.active[direction] = true;
    else if (type === CONTENT.applicationData && this.unseal(direction, side, record, lostBytes, UNSEEN_BYTES))
      this.active[direction] = true;
    return lostBytes === 0 || this.active[direction];
  }

  /** `unseenBytes`: so many more may be missing than the capture shows. */
  private unseal(
    direction: Direction,
    side: ProtectedSide,
    record: RecordView,
    lostBytes: number,
    unseenBytes = 0,
  ): boolean {
    const before = side.stage;
    const opened = side.open(record.bytes, lostBytes + unseenBytes);
    const at = record.places[record.places.length - 1] as Position;
    if (opened === null) {
      if (lostBytes === 0) this.onUnopened(direction, side, record.bytes.length, at);
      return false;
    }
    const { stage } = side;
    if (lostBytes > 0) this.messages[direction].reset();
    // Where the keys changed in between, what was lost is most likely the rest of the handshake.
    if (lostBytes > 0 && stage.name === "application" && (before === stage || side.skipped > 0))
      this.lose(direction, lostBytes - side.skipped * (stage.opener?.overheadBytes ?? 0), record.places[0] as Position);
    if (opened.type === CONTENT.applicationData)
      this.onText(direction, stage.name === "early", opened.bytes, opened.length, stage.opener?.textStart ?? 0, record);
    else if (opened.type === CONTENT.handshake) {
      this.messageAt = at;
      this.messages[direction].feed(opened.bytes, opened.length);
    } else if (opened.type === CONTENT.alert && opened.length >= 2)
      this.onAlert(direction, u8(opened.bytes, 0), u8(opened.bytes, 1), at);
    else if (opened.type === CONTENT.changeCipherSpec) side.next();
    return true;
  }

  private onText(
    direction: Direction,
    isEarly: boolean,
    bytes: Uint8Array,
    length: number,
    textStart: number,
    { places }: RecordView,
  ): void {
    if (this.ended[direction]) return;
    if (direction === CLIENT) this.certificates.forgetServed();
    this.offsets[direction].add(length, this.splitters[direction].fedBytes);
    for (const [index, place] of places.entries()) {
      const start = Math.max(0, place.start - textStart);
      const end = Math.min(length, (places[index + 1]?.start ?? Number.POSITIVE_INFINITY) - textStart);
      if (start >= end) continue;
      if (isEarly && !this.earlyDecided) this.early.push({ bytes: bytes.slice(start, end), at: place });
      else this.say(direction, bytes, start, end, place);
    }
  }

  private say(direction: Direction, bytes: Uint8Array, start: number, end: number, at: Position): void {
    this.lastText[direction] = { packetNumber: at.packetNumber, timestampNs: at.timestampNs };
    this.sink.onPlainBytes(direction, bytes, start, end, at);
  }

  private lose(direction: Direction, plainBytes: number, at: Position): void {
    if (this.ended[direction] || plainBytes <= 0) return;
    this.offsets[direction].add(plainBytes, this.splitters[direction].fedBytes);
    const isExact = this.sides?.[direction].stage.opener?.isExact ?? true;
    this.sink.onPlainGap(direction, plainBytes, at, isExact);
  }

  /** RFC 8446 §6.1: nothing counts behind a close_notify; a fatal alert ends both directions for its sender's peer. */
  private onAlert(direction: Direction, level: number, description: number, at: Position): void {
    this.sink.onAlert(direction, level, description, at);
    if (description === CLOSE_NOTIFY || level === FATAL) this.endPlain(direction, at);
  }

  private endPlain(direction: Direction, at: Position): void {
    if (this.ended[direction]) return;
    this.ended[direction] = true;
    this.sink.onPlainEnd(direction, at);
  }

  private onUnopened(direction: Direction, side: ProtectedSide, lengthBytes: number, at: Position): void {
    const { stage } = side;
    if (stage.name === "application" || stage.opener === null) side.noteClosed();
    // A server that refuses early data skips what it cannot open (RFC 8446 §4.2.10), and no key of ours is for it.
    if (stage.name === "handshake" && (stage.opener === null || (direction === CLIENT && this.client?.earlyData)))
      return;
    this.unopened++;
    side.lose();
    this.messages[direction].reset();
    if (stage.name === "application") this.lose(direction, lengthBytes - (stage.opener?.overheadBytes ?? 0), at);
    const opened = (this.sides?.[0].opened ?? 0) + (this.sides?.[1].opened ?? 0);
    if (opened === 0 && this.unopened >= MOST_FAILURES) this.close("secret-does-not-fit");
  }

  private onCutRecord(direction: Direction, beginning: RecordView, lengthBytes: number, at: Position): void {
    const side = this.sides?.[direction];
    if (side === undefined) {
      this.hellos[direction].reset();
      return;
    }
    const { stage, sequence } = side;
    side.noteHole();
    const isText = u8(beginning.bytes, 0) === CONTENT.applicationData;
    if (this.unlocking?.version === TLS_1_2 ? !this.active[direction] : !isText) return;
    side.lose();
    this.unopened++;
    this.messages[direction].reset();
    if (!isText || stage.name !== "application" || stage.opener === null) return;
    const { opener } = stage;
    const text = opener.peek(sequence, beginning.bytes);
    const whole = Math.max(0, lengthBytes - opener.overheadBytes);
    const length = Math.min(text?.length ?? 0, whole);
    if (text !== null) this.onText(direction, false, text, length, opener.textStart, beginning);
    this.lose(direction, whole - length, at);
  }

  private onHello(direction: Direction, type: number, body: Uint8Array | null): void {
    if (body === null || !isHandshake(type) || this.mode !== "hello") return;
    const hello = readHello(type, body, 0, body.length);
    if (type === MESSAGE.clientHello && direction === CLIENT) this.client = hello;
    else if (type === MESSAGE.serverHello && direction === SERVER) this.onServerHello(hello);
  }

  private onServerHello(hello: Hello): void {
    // RFC 8446 §4.1.4: what was said early is not listened to, and the client says hello again.
    if (hex(hello.random) === RETRY) this.waiting.dropEarly();
    else if (this.client === null) this.close("not-captured");
    else if (hello.version !== TLS_1_2 && hello.version !== TLS_1_3) this.close("version");
    else {
      const suite = cipherSuite(hello.cipherSuite);
      if (suite === null || (hello.version === TLS_1_3 && suite.cipher.kind === "cbc")) this.close("cipher-suite");
      else {
        this.mode = "waiting";
        this.unlocking = { version: hello.version, suite, client: this.client, server: hello };
        this.tryToOpen();
      }
    }
  }

  private tryToOpen(whole = true): void {
    const { unlocking } = this;
    if (unlocking === null) return;
    const secrets = this.keys.get(hex(unlocking.client.random));
    const sides = secrets === null ? null : unlock(unlocking, secrets, whole);
    if (sides === null) {
      if (!this.keys.expected) this.close("no-keys");
      return;
    }
    this.sides = sides;
    this.mode = "open";
    this.sink.onOpen();
    const { early, later } = this.waiting.take();
    for (const record of early) this.onRecord(CLIENT, record, 0);
    for (const { direction, bytes, lengthBytes, at } of later) {
      if (bytes !== null) this.feed(direction, bytes, 0, bytes.length, at);
      else if (lengthBytes > 0) this.gap(direction, lengthBytes, at);
      else this.end(direction, at);
    }
    if (!whole && sides[CLIENT].opened + sides[SERVER].opened === 0) this.close("no-secret");
  }

  private onMessage(direction: Direction, type: number, body: Uint8Array | null): void {
    const side = this.sides?.[direction];
    if (side === undefined || this.unlocking === null) return;
    const stage = side.stage.name;
    if (this.unlocking.version === TLS_1_3 && this.messageAt !== null)
      this.certificates.note(direction, type, body, true, this.messageAt);
    if (this.unlocking.version === TLS_1_2) this.onRenegotiation(type, body);
    else if (type === MESSAGE.keyUpdate && stage === "application") side.update();
    else if (type === MESSAGE.finished && stage === "handshake") side.next();
    else if (type === MESSAGE.endOfEarlyData && stage === "early") {
      // RFC 8446 §4.5: sent only when the server accepted it.
      this.decideEarly(true);
      side.next();
    } else if (type === MESSAGE.encryptedExtensions && direction === SERVER && body !== null) {
      const told = readEncryptedExtensions(body);
      this.protocol = told.protocol;
      this.decideEarly(told.earlyData);
    }
  }

  private decideEarly(accepted: boolean): void {
    if (this.earlyDecided) return;
    this.earlyDecided = true;
    for (const { bytes, at } of this.early.splice(0)) if (accepted) this.say(CLIENT, bytes, 0, bytes.length, at);
  }

  /** RFC 5246 §7.4.1.1: a new handshake inside the old one; its keys hold from the next ChangeCipherSpec on. */
  private onRenegotiation(type: number, body: Uint8Array | null): void {
    if (this.unlocking === null || this.sides === null || body === null || !isHandshake(type)) return;
    const hello = readHello(type, body, 0, body.length);
    if (type === MESSAGE.clientHello) {
      this.unlocking = { ...this.unlocking, client: hello };
      return;
    }
    const suite = cipherSuite(hello.cipherSuite);
    const secrets = this.keys.get(hex(this.unlocking.client.random));
    if (suite === null || secrets === null) return;
    this.unlocking = { ...this.unlocking, suite, server: hello };
    const renewed = unlock(this.unlocking, secrets);
    if (renewed === null) return;
    for (const one of [CLIENT, SERVER] as const) this.sides[one].follow(renewed[one].stage);
  }

  private hold(input: { direction: Direction; bytes: Uint8Array | null; lengthBytes: number }, at: Position): void {
    if (!this.waiting.add({ ...input, at: { packetNumber: at.packetNumber, timestampNs: at.timestampNs } }))
      this.close("no-secret");
  }

  private close(why: NotDecrypted): void {
    this.why = why;
    this.mode = "closed";
    this.waiting.drop();
    this.early = [];
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
