import type { Direction } from "../base/brand.ts";
import { u8, u16be } from "../base/bytes.ts";
import * as limits from "../base/limits.ts";
import type { Position } from "../base/packet-view.ts";
import { CERTIFICATE_MESSAGES, CertificateWatch } from "./certificate-watch.ts";
import { type Hello, readHello } from "./client-hello.ts";
import { HandshakeReader } from "./handshake-reader.ts";
import { recordBytes } from "./record.ts";
import { RecordRhythm } from "./record-rhythm.ts";

export interface TlsAlert {
  readonly direction: Direction;
  readonly packetNumber: number;
  readonly timestampNs: number;
  /** RFC 8446 §6: 1 warning, 2 fatal; 0 and 0 when it is encrypted and only its size gives it away. */
  readonly level: number;
  readonly description: number;
  readonly encrypted: boolean;
}

interface Seen {
  readonly hello: Hello;
  readonly packetNumber: number;
  readonly timestampNs: number;
}

const HEADER_BYTES = 5;
const CHANGE_CIPHER_SPEC = 20;
const ALERT = 21;
const HANDSHAKE = 22;
const APPLICATION_DATA = 23;
const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;
/** RFC 8446 §5.2: two bytes of alert, one of type, sixteen of tag; RFC 5288: eight of nonce instead of the type. */
const ENCRYPTED_ALERT_BYTES: ReadonlySet<number> = new Set([19, 26]);

class Side {
  header = new Uint8Array(HEADER_BYTES);
  have = 0;
  remaining = 0;
  type = 0;
  lengthBytes = 0;
  /** Clear handshake bytes until the hello is whole. */
  handshake: Uint8Array[] = [];
  handshakeBytes = 0;
  hello: Seen | null = null;
  encrypted = false;
  records = 0;
  applicationRecords = 0;
  applicationBytes = 0;
  /** TLS 1.3: the first record that it encrypted, unless that is an alert. */
  firstSealed: { readonly bytes: number; readonly packetNumber: number; readonly timestampNs: number } | null = null;
  finishedBytes = 0;
  broken = false;
  /** After a gap: where a record begins is not known. */
  searching = false;
  /** The current record's clear bytes, for alerts. */
  body: number[] = [];
}

/**
 * The TLS records of one connection as far as they can be read without keys: hellos, alerts, sizes (RFC 8446 §5,
 * RFC 5246 §6). Sans I/O, synchronous, total; at most limits.tlsHandshakeBytes are held.
 */
export class TlsReader {
  readonly alerts: TlsAlert[] = [];
  readonly rhythm = new RecordRhythm();
  /** As far as the handshake is in clear: up to TLS 1.2. */
  readonly certificates = new CertificateWatch();
  /** All that the server had to say to the client's Finished was a record of an alert's size; null: it said more, or nothing. */
  refusal: { readonly packetNumber: number; readonly timestampNs: number } | null = null;
  /** Encrypted records of the server behind the client's Finished. */
  answers = 0;
  private readonly sides: readonly [Side, Side] = [new Side(), new Side()];
  private readonly messages = ([0, 1] as const).map(
    (direction) =>
      new HandshakeReader(
        (type, body) => this.at !== null && this.certificates.note(direction, type, body, false, this.at),
        CERTIFICATE_MESSAGES,
      ),
  );
  private at: Position | null = null;

  hello(direction: Direction): Seen | null {
    return this.sides[direction].hello;
  }

  applicationBytes(direction: Direction): number {
    return this.sides[direction].applicationBytes;
  }

  firstSealed(direction: Direction): Side["firstSealed"] {
    return this.sides[direction].firstSealed;
  }

  /** Both sides have sent under the new keys, the client more than an alert. */
  get handshakeComplete(): boolean {
    const [client, server] = this.sides;
    if (client.hello === null || server.hello === null) return false;
    return client.encrypted && server.encrypted && client.finishedBytes > 0;
  }

  feed(direction: Direction, bytes: Uint8Array, start: number, end: number, at: Position): void {
    const side = this.sides[direction];
    let index = start;
    // Most records begin with a segment: the first one that looks like it.
    if (side.searching) {
      if (end - start < HEADER_BYTES || recordBytes(bytes, start) < 0) return;
      side.searching = false;
    }
    while (index < end && !side.broken) {
      if (side.remaining === 0) {
        side.header[side.have++] = u8(bytes, index++);
        if (side.have === HEADER_BYTES) this.begin(direction, side, at);
        continue;
      }
      const taken = Math.min(side.remaining, end - index);
      this.body(direction, side, bytes, index, index + taken, at);
      side.remaining -= taken;
      index += taken;
      if (side.remaining === 0) this.endRecord(direction, side, at);
    }
  }

  /** Bytes that the capture does not hold: within a record they are skipped, else the next boundary is looked for. */
  gap(direction: Direction, lengthBytes: number, at: Position): void {
    const side = this.sides[direction];
    side.handshake = [];
    this.messages[direction]?.reset();
    if (side.broken || side.searching) return;
    if (side.remaining >= lengthBytes) {
      side.remaining -= lengthBytes;
      if (side.remaining === 0) this.endRecord(direction, side, at);
      return;
    }
    if (side.remaining > 0) this.endRecord(direction, side, at);
    side.remaining = 0;
    side.have = 0;
    side.searching = true;
    this.rhythm.holes = true;
  }

  private begin(direction: Direction, side: Side, at: Position): void {
    side.have = 0;
    side.type = u8(side.header, 0);
    side.lengthBytes = u16be(side.header, 3);
    side.remaining = side.lengthBytes;
    side.body = [];
    if (side.type < CHANGE_CIPHER_SPEC || side.type > 24 || u8(side.header, 1) !== 3) {
      side.broken = true;
      return;
    }
    side.records++;
    if (side.remaining === 0) this.endRecord(direction, side, at);
  }

  private body(direction: Direction, side: Side, bytes: Uint8Array, start: number, end: number, at: Position): void {
    if (side.type === ALERT && side.body.length < 2) side.body.push(...bytes.subarray(start, Math.min(end, start + 2)));
    if (side.type !== HANDSHAKE || side.encrypted) return;
    this.at = at;
    this.messages[direction]?.feed(bytes.subarray(start, end), end - start);
    if (side.hello !== null) return;
    if (side.handshakeBytes + end - start > limits.tlsHandshakeBytes) return;
    side.handshake.push(bytes.slice(start, end));
    side.handshakeBytes += end - start;
    this.tryHello(side, at);
  }

  private tryHello(side: Side, at: Position): void {
    const joined = new Uint8Array(side.handshakeBytes);
    let length = 0;
    for (const part of side.handshake) {
      joined.set(part, length);
      length += part.length;
    }
    side.handshake = [joined];
    if (length < 4) return;
    const type = u8(joined, 0);
    const bodyEnd = 4 + ((u8(joined, 1) << 16) | u16be(joined, 2));
    if ((type !== CLIENT_HELLO && type !== SERVER_HELLO) || length < bodyEnd) return;
    side.hello = {
      hello: readHello(type, joined, 4, bodyEnd),
      packetNumber: at.packetNumber,
      timestampNs: at.timestampNs,
    };
    side.handshake = [];
  }

  private endRecord(direction: Direction, side: Side, at: Position): void {
    if (side.type === CHANGE_CIPHER_SPEC) side.encrypted = true;
    else if (side.type === APPLICATION_DATA) this.endApplicationData(direction, side, at);
    else if (side.type === HANDSHAKE && side.encrypted) side.finishedBytes += side.lengthBytes;
    else if (side.type === ALERT) this.endAlert(direction, side, at);
  }

  private endApplicationData(direction: Direction, side: Side, at: Position): void {
    const first = side.finishedBytes === 0;
    side.encrypted = true;
    // RFC 8446 §5.1: everything after the hellos travels as application data, alerts too; a lone tiny record is one.
    if (direction === 0 && first && this.sides[0].hello !== null && ENCRYPTED_ALERT_BYTES.has(side.lengthBytes)) {
      this.note({
        direction,
        packetNumber: at.packetNumber,
        timestampNs: at.timestampNs,
        level: 0,
        description: 0,
        encrypted: true,
      });
      return;
    }
    const { packetNumber, timestampNs } = at;
    if (first) side.firstSealed = { bytes: side.lengthBytes, packetNumber, timestampNs };
    if (direction === 1 && this.sides[0].finishedBytes > 0) {
      const alone = this.answers++ === 0 && ENCRYPTED_ALERT_BYTES.has(side.lengthBytes);
      this.refusal = alone ? { packetNumber: at.packetNumber, timestampNs: at.timestampNs } : null;
    }
    if (!first && direction === 0) this.certificates.forgetServed();
    if (!first || direction === 1 || this.sides[0].hello === null) this.noteRhythm(direction, side, false, at);
    side.finishedBytes += side.lengthBytes;
    side.applicationRecords++;
    side.applicationBytes += side.lengthBytes;
  }

  private endAlert(direction: Direction, side: Side, at: Position): void {
    const clear = side.lengthBytes === 2;
    // What it says may be in a gap.
    if (clear && side.body.length < 2) return;
    if (!clear) this.noteRhythm(direction, side, true, at);
    this.note({
      direction,
      packetNumber: at.packetNumber,
      timestampNs: at.timestampNs,
      level: clear ? (side.body[0] ?? 0) : 0,
      description: clear ? (side.body[1] ?? 0) : 0,
      encrypted: !clear,
    });
  }

  /** Of TLS 1.3 a client's first record is its Finished: what it asks for comes behind. */
  private noteRhythm(direction: Direction, { lengthBytes }: Side, isAlert: boolean, at: Position): void {
    this.rhythm.note(direction, lengthBytes, isAlert, this.sides[0].hello === null, at);
  }

  private note(alert: TlsAlert): void {
    if (this.alerts.length < limits.tlsAlerts) this.alerts.push(alert);
  }
}
