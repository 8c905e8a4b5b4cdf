import { CLIENT, type Direction, SERVER } from "../base/brand.ts";
import { u8, u16be } from "../base/bytes.ts";
import { MESSAGE } from "./handshake-reader.ts";

interface Moment {
  readonly packetNumber: number;
  readonly timestampNs: number;
}

/** The messages that tell of certificates (RFC 8446 §4.4.2, RFC 5246 §7.4.2). */
export const CERTIFICATE_MESSAGES: ReadonlySet<number> = new Set([MESSAGE.certificate]);

/** What a handshake says of certificates, where it is in clear or was opened. */
export class CertificateWatch {
  /** The server asks the client for one. */
  asked: Moment | null = null;
  /** The client's answer: a list of certificates, or an empty one. */
  answered: { readonly at: Moment; readonly empty: boolean } | null = null;

  /** The server's own one, until the client shows that it goes on. */
  served: { readonly at: Moment; readonly der: Uint8Array } | null = null;

  /** The client asked for something: it took what the server had shown. */
  forgetServed(): void {
    this.served = null;
  }

  /** `isTls13`: the list stands behind a context, and `body` is null of messages that are not kept. */
  note(direction: Direction, type: number, body: Uint8Array | null, isTls13: boolean, at: Moment): void {
    if (direction === SERVER && type === MESSAGE.certificateRequest) this.asked ??= moment(at);
    if (type !== MESSAGE.certificate || body === null) return;
    const list = isTls13 ? 1 + (body.length > 0 ? u8(body, 0) : 0) : 0;
    if (list + 3 > body.length) return;
    if (direction === SERVER) this.served ??= leafOf(body, list + 3, at);
    if (direction === CLIENT) this.answered ??= { at: moment(at), empty: u24(body, list) === 0 };
  }
}

const u24 = (bytes: Uint8Array, at: number): number => (u8(bytes, at) << 16) | u16be(bytes, at + 1);
const moment = ({ packetNumber, timestampNs }: Moment): Moment => ({ packetNumber, timestampNs });

/** The first of the list is its owner's (RFC 8446 §4.4.2, RFC 5246 §7.4.2). */
function leafOf(body: Uint8Array, start: number, at: Moment): CertificateWatch["served"] {
  if (start + 3 > body.length) return null;
  const end = start + 3 + u24(body, start);
  return end > body.length ? null : { at: moment(at), der: body.slice(start + 3, end) };
}
