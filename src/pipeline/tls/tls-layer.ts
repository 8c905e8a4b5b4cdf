import type { Direction } from "../../base/brand.ts";
import * as limits from "../../base/limits.ts";
import type { Position } from "../../base/packet-view.ts";
import type { ClosedSide } from "../../tls/closed-sides.ts";
import { type PlainSink, TlsDecrypter } from "../../tls/decrypter.ts";
import type { KeyLog } from "../../tls/key-log.ts";
import { type TlsAlert, TlsReader } from "../../tls/record-reader.ts";

const FATAL = 2;
const CLOSE_NOTIFY = 0;

/** TLS of one connection: what its records show, and with its secrets what is in them. */
export class TlsLayer {
  readonly reader = new TlsReader();
  /** null: nobody has given any keys. */
  readonly decrypter: TlsDecrypter | null;
  /** Read inside the encryption. */
  readonly alerts: TlsAlert[] = [];
  /** The alert with which each side said that it sends no more. */
  readonly closings: [TlsAlert | null, TlsAlert | null] = [null, null];
  /** Bytes of the TLS streams, gaps included: a tunnel may have come before. */
  readonly fedBytes: [number, number] = [0, 0];
  private readonly onWaiting: (waits: boolean) => void;
  private waits = false;

  /** `onWaiting`: whether time, or a secret, may change something. */
  constructor(keys: KeyLog | null, onWaiting: (waits: boolean) => void, inside: Omit<PlainSink, "onAlert">) {
    this.onWaiting = onWaiting;
    this.decrypter =
      keys?.expected === true
        ? new TlsDecrypter(keys, {
            onOpen: () => inside.onOpen(),
            onPlainBytes: (direction, bytes, start, end, at) => inside.onPlainBytes(direction, bytes, start, end, at),
            onPlainGap: (direction, lengthBytes, at, isExact) => inside.onPlainGap(direction, lengthBytes, at, isExact),
            onPlainEnd: (direction, at) => inside.onPlainEnd(direction, at),
            onAlert: (direction, level, description, at) => this.onAlert(direction, level, description, at),
          })
        : null;
  }

  /** Directions that the keys given did not open; the handshake was over, so there had been secrets for them. */
  get closedSides(): readonly ClosedSide[] {
    return this.reader.handshakeComplete ? (this.decrypter?.closedSides ?? []) : [];
  }

  /** What stands inside is known, of both directions. */
  get isRead(): boolean {
    return this.decrypter?.isOpen === true && this.closedSides.length === 0;
  }

  feed(direction: Direction, bytes: Uint8Array, start: number, end: number, at: Position): void {
    this.fedBytes[direction] += end - start;
    this.reader.feed(direction, bytes, start, end, at);
    if (this.decrypter === null) return;
    this.decrypter.feed(direction, bytes, start, end, at);
    this.settle();
  }

  gap(direction: Direction, lengthBytes: number, at: Position): void {
    this.fedBytes[direction] += lengthBytes;
    this.reader.gap(direction, lengthBytes, at);
    this.decrypter?.gap(direction, lengthBytes, at);
  }

  end(direction: Direction, at: Position): void {
    this.decrypter?.end(direction, at);
  }

  look(nowNs: number): void {
    this.decrypter?.look(nowNs);
    this.settle();
  }

  finish(): void {
    this.decrypter?.finish();
    this.settle();
  }

  /** How much of the plain text stands in what TCP has not acknowledged. */
  unacknowledgedBytes(direction: Direction, streamBytes: number): number {
    return this.decrypter?.unacknowledgedBytes(direction, streamBytes) ?? 0;
  }

  private settle(): void {
    const waits = this.decrypter?.isWaiting === true;
    if (waits === this.waits) return;
    this.waits = waits;
    this.onWaiting(waits);
  }

  private onAlert(direction: Direction, level: number, description: number, at: Position): void {
    const { packetNumber, timestampNs } = at;
    const alert: TlsAlert = { direction, packetNumber, timestampNs, level, description, encrypted: false };
    if (this.alerts.length < limits.tlsAlerts) this.alerts.push(alert);
    if (description === CLOSE_NOTIFY || level === FATAL) this.closings[direction] ??= alert;
  }
}
