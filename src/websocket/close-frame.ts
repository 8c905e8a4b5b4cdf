import { isUtf8 } from "node:buffer";
import { u16be } from "../base/bytes.ts";

// ignoreBOM keeps a leading U+FEFF: what was sent is shown.
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** The code of a Close frame's payload (RFC 6455 §5.5.1), or null when it has none or only half of one. */
export const closeCodeOf = (payload: Uint8Array, length: number): number | null =>
  length >= 2 ? u16be(payload, 0) : null;

/** The reason, with U+FFFD where it is not UTF-8; null when there is no code. */
export const closeReasonOf = (payload: Uint8Array, length: number): string | null =>
  length >= 2 ? utf8.decode(payload.subarray(2, length)) : null;

/**
 * May this code be on the wire? RFC 6455 §7.4.1 and §7.4.2 with the IANA "WebSocket Close Code Number Registry":
 * 1000–1003 and 1007–1014 are assigned; 1004 is reserved; 1005, 1006 and 1015 only ever exist inside an API;
 * 3000–3999 are registered and 4000–4999 private.
 */
export const isSendableCloseCode = (code: number): boolean =>
  (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);

/** RFC 6455 §5.5.1: a body starts with a two-byte code, and what follows is UTF-8. */
export const isWellFormedClose = (payload: Uint8Array, length: number): boolean =>
  length === 0 || (length >= 2 && isUtf8(payload.subarray(2, length)));
