import { u8 } from "../../base/bytes.ts";
import { CONTENT, HEADER_BYTES, recordBytes } from "../../tls/record.ts";

/** Of a TLS stream from its beginning: all but what application data records hold, up to where it is no TLS any more. */
export function clearSpans(bytes: Uint8Array): { start: number; end: number }[] {
  const spans: { start: number; end: number }[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length) {
    const length = recordBytes(bytes, at);
    if (length < 0) break;
    const clear = u8(bytes, at) === CONTENT.applicationData ? HEADER_BYTES : length;
    spans.push({ start: at, end: Math.min(bytes.length, at + clear) });
    at += length;
  }
  return spans;
}
