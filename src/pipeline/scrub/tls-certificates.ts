import { u8, u16be } from "../../base/bytes.ts";

const [CHANGE_CIPHER_SPEC, HANDSHAKE] = [20, 22];
const CERTIFICATE = 11;
const RECORD_HEADER = 5;
const MESSAGE_HEADER = 4;

/**
 * Where certificates lie in the clear at the start of a TLS stream (RFC 5246 §7.4.2): they bear the names and addresses
 * of their owner. Messages may go on in the next record.
 */
export function certificateSpans(bytes: Uint8Array): { readonly start: number; readonly end: number }[] {
  const spans: { start: number; end: number }[] = [];
  const head: number[] = [];
  let rest = 0;
  let isCertificate = false;
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
        isCertificate = kind === CERTIFICATE;
        rest = (high << 16) | (middle << 8) | low;
        continue;
      }
      const taken = Math.min(rest, end - next);
      if (isCertificate) spans.push({ start: next, end: next + taken });
      next += taken;
      rest -= taken;
    }
    at = end;
  }
  return spans;
}
