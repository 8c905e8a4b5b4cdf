import { u8, u16be } from "../../base/bytes.ts";

const [CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE] = [20, 21, 22];
const CLIENT_HELLO = 1;
/** Certificate, CertificateRequest (the names of who may sign), CertificateStatus (RFC 5246 §7.4, RFC 6066 §8). */
const BEARING_NAMES: ReadonlySet<number> = new Set([11, 13, 22]);
const SERVER_NAME = 0;
const RECORD_HEADER = 5;
const MESSAGE_HEADER = 4;

export interface StreamSpan {
  readonly start: number;
  readonly end: number;
}

/** A handshake message of a TLS stream; it may go on in the next record. */
interface Message {
  readonly kind: number;
  readonly pieces: StreamSpan[];
}

/** Handshake messages in the clear at the start of a TLS stream, cut off ones too. */
function handshakeMessages(bytes: Uint8Array): Message[] {
  const messages: Message[] = [];
  const head: number[] = [];
  let rest = 0;
  for (let at = 0; at + RECORD_HEADER <= bytes.length; ) {
    const type = u8(bytes, at);
    if (type === CHANGE_CIPHER_SPEC || type < CHANGE_CIPHER_SPEC || type > 24) break;
    const end = Math.min(bytes.length, at + RECORD_HEADER + u16be(bytes, at + 3));
    let next = at + RECORD_HEADER;
    while (type === HANDSHAKE && next < end) {
      if (rest === 0) {
        head.push(u8(bytes, next++));
        if (head.length < MESSAGE_HEADER) continue;
        const [kind = 0, high = 0, middle = 0, low = 0] = head.splice(0);
        messages.push({ kind, pieces: [] });
        rest = (high << 16) | (middle << 8) | low;
        continue;
      }
      const taken = Math.min(rest, end - next);
      messages.at(-1)?.pieces.push({ start: next, end: next + taken });
      next += taken;
      rest -= taken;
    }
    at = end;
  }
  return messages;
}

/** Whether something begins in these records that is encrypted, or no TLS: no name stands in the clear behind it. */
export function isPastHandshake(bytes: Uint8Array): boolean {
  for (let at = 0; at + RECORD_HEADER <= bytes.length; at += RECORD_HEADER + u16be(bytes, at + 3)) {
    const type = u8(bytes, at);
    if (type !== HANDSHAKE && type !== ALERT) return true;
  }
  return false;
}

/** Where certificates lie in the clear: they bear the names and addresses of their owner. */
export const certificateSpans = (bytes: Uint8Array): StreamSpan[] =>
  handshakeMessages(bytes).flatMap(({ kind, pieces }) => (BEARING_NAMES.has(kind) ? pieces : []));

/** Where ClientHellos name the server (RFC 6066 §3), each name with the places of its bytes. */
export function serverNames(bytes: Uint8Array): { readonly name: string; readonly places: readonly number[] }[] {
  return handshakeMessages(bytes).flatMap(({ kind, pieces }) => {
    if (kind !== CLIENT_HELLO) return [];
    const places = pieces.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i));
    const body = Uint8Array.from(places, (place) => u8(bytes, place));
    const at = nameIn(body);
    if (at === null) return [];
    return [
      { name: Buffer.from(body.subarray(at.start, at.end)).toString("latin1"), places: places.slice(at.start, at.end) },
    ];
  });
}

/** RFC 8446 §4.1.2: version and random, session id, cipher suites, compression methods, extensions. */
function nameIn(hello: Uint8Array): StreamSpan | null {
  const has = (to: number): boolean => to <= hello.length;
  let at = 34;
  if (!has(at + 1)) return null;
  at += 1 + u8(hello, at);
  if (!has(at + 2)) return null;
  at += 2 + u16be(hello, at);
  if (!has(at + 1)) return null;
  at += 3 + u8(hello, at);
  while (has(at + 4)) {
    const [extension, length] = [u16be(hello, at), u16be(hello, at + 2)];
    // List length, name type 0, name length.
    if (extension === SERVER_NAME && length > 5 && has(at + 9))
      return { start: at + 9, end: Math.min(hello.length, at + 4 + length) };
    at += 4 + length;
  }
  return null;
}
