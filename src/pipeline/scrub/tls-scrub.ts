import * as limits from "../../base/limits.ts";
import { CONTENT, HEADER_BYTES, recordBytes } from "../../tls/record.ts";
import type { EditStream } from "./message-parts.ts";
import { certificateSpans, isPastHandshake, serverNames } from "./tls-certificates.ts";

export interface TlsScrubOptions {
  /** false: somebody has the keys, so that of application data only the record headers are shown. */
  readonly isShown: boolean;
  /** What stands for a host, as long; null: whose certificate it is may be seen. */
  readonly hostOf: ((name: string) => string) | null;
  readonly edit: EditStream;
  /** Everything between these offsets may be shown but for what is overwritten. */
  readonly judge: (from: number, to: number) => void;
}

/** A TLS stream as its bytes come. Encrypted, so nothing is to be read in it but whose certificate it bears. */
export class TlsScrub {
  private readonly options: TlsScrubOptions;
  /** The handshake in the clear, while names may stand in it; null: it is over. */
  private handshake: Uint8Array[] | null;
  private readonly begins: number;
  private readonly clear: ClearRecords | null;
  private isBroken = false;
  private lookAt = 1024;
  heldBytes = 0;

  constructor(options: TlsScrubOptions, begins: number) {
    this.options = options;
    this.begins = begins;
    this.handshake = options.hostOf === null ? null : [];
    this.clear = options.isShown ? null : new ClearRecords(options.judge);
  }

  add(bytes: Uint8Array, offset: number): void {
    if (this.handshake === null) {
      this.show(bytes, offset);
      return;
    }
    this.handshake.push(bytes.slice());
    this.heldBytes += bytes.length;
    // Looked at whenever it has doubled, so that small pieces cost no more than large ones.
    if (this.heldBytes < this.lookAt) return;
    this.lookAt = this.heldBytes * 2;
    const joined = Buffer.concat(this.handshake);
    this.handshake = [joined];
    const isTooLong = this.heldBytes > limits.scrubHandshakeBytes;
    if (isTooLong || isPastHandshake(joined)) this.release(joined);
    this.isBroken = isTooLong;
  }

  /** No record boundary is certain any more. */
  gap(): void {
    this.end();
    this.isBroken ||= !this.options.isShown;
  }

  end(): void {
    if (this.handshake !== null) this.release(Buffer.concat(this.handshake));
  }

  private show(bytes: Uint8Array, offset: number): void {
    if (this.isBroken) return;
    if (this.clear === null) this.options.judge(offset, offset + bytes.length);
    else this.clear.add(bytes, offset);
  }

  private release(bytes: Uint8Array): void {
    const { begins, options } = this;
    const { hostOf } = options;
    this.handshake = null;
    this.heldBytes = 0;
    if (hostOf === null) return;
    for (const { start, end } of certificateSpans(bytes)) options.edit(begins + start, ZERO, end - start);
    for (const { name, places } of serverNames(bytes)) {
      const shown = Buffer.from(hostOf(name).padEnd(name.length), "latin1");
      for (const [index, place] of places.entries()) options.edit(begins + place, shown.subarray(index, index + 1), 1);
    }
    this.show(bytes, begins);
  }
}

const ZERO = new Uint8Array(1);

/** All but what application data records hold, up to where it is no TLS any more. */
class ClearRecords {
  private readonly judge: (from: number, to: number) => void;
  private readonly header = new Uint8Array(HEADER_BYTES);
  private headerRead = 0;
  private rest = 0;
  private isClear = false;
  private isOver = false;

  constructor(judge: (from: number, to: number) => void) {
    this.judge = judge;
  }

  add(bytes: Uint8Array, offset: number): void {
    for (let at = 0; at < bytes.length && !this.isOver; ) {
      if (this.rest > 0) {
        const taken = Math.min(this.rest, bytes.length - at);
        if (this.isClear) this.judge(offset + at, offset + at + taken);
        this.rest -= taken;
        at += taken;
        continue;
      }
      this.header[this.headerRead++] = bytes[at++] as number;
      if (this.headerRead === HEADER_BYTES) this.begin(offset + at);
    }
  }

  private begin(payload: number): void {
    this.headerRead = 0;
    const length = recordBytes(this.header, 0);
    this.isOver = length < 0;
    if (this.isOver) return;
    this.judge(payload - HEADER_BYTES, payload);
    this.isClear = this.header[0] !== CONTENT.applicationData;
    this.rest = length - HEADER_BYTES;
  }
}
