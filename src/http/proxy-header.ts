import { latin1, u8 } from "../base/bytes.ts";
import type { Position } from "../base/packet-view.ts";

// The PROXY protocol: what a load balancer writes before the client's own first byte (haproxy, doc/proxy-protocol.txt).

/** §2.1: "PROXY TCP4 …" and CRLF, 107 bytes at most. */
const TEXT = /^PROXY (?:TCP[46] [0-9a-fA-F:. ]+|UNKNOWN[^\r]*)\r\n/;
const TEXT_BYTES = 107;
/** §2.2: these twelve bytes, version and command, family, and the length of the rest. */
const SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";
const BINARY_BYTES = 16;
const VERSION_2 = 0x20;

/** How many bytes of a connection's first ones are such a header; 0: they are none, or not all of it. */
function proxyHeaderBytes(bytes: Uint8Array, start: number, end: number): number {
  const first = u8(bytes, start);
  if (first === 0x50) return TEXT.exec(latin1(bytes, start, Math.min(end, start + TEXT_BYTES)))?.[0].length ?? 0;
  if (first !== 0x0d || end - start < BINARY_BYTES) return 0;
  if (latin1(bytes, start, start + SIGNATURE.length) !== SIGNATURE) return 0;
  const length = BINARY_BYTES + ((u8(bytes, start + 14) << 8) | u8(bytes, start + 15));
  return (u8(bytes, start + 12) & 0xf0) === VERSION_2 && length <= end - start ? length : 0;
}

/** More bytes than any such header of addresses has; only what a vendor adds (§2.2, TLVs) is longer. */
const MOST_BYTES = 1024;

/** The first bytes of a connection are the beginning of such a header, and its end has not come. */
function beginsProxyHeader(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  const first = u8(bytes, start);
  if (first === 0x50) {
    const text = latin1(bytes, start, Math.min(end, start + TEXT_BYTES));
    return length < TEXT_BYTES && /^PROXY (?:TCP[46]|UNKNOWN)/.test(text) && !text.includes("\n");
  }
  if (first !== 0x0d || length < SIGNATURE.length || length >= MOST_BYTES) return false;
  if (latin1(bytes, start, start + SIGNATURE.length) !== SIGNATURE) return false;
  return length < BINARY_BYTES || proxyHeaderBytes(bytes, start, end) === 0;
}

interface Kept {
  readonly bytes: Uint8Array;
  readonly at: Position;
}

/** All bytes belong to a header whose end is still to come. */
export const WAITS = -1;

/** Reads such a header from the first bytes of a connection, however they are cut into segments. */
export class ProxyHeaderReader {
  #kept: Kept | null = null;

  /** It has begun, and more is awaited. */
  get waits(): boolean {
    return this.#kept !== null;
  }

  /** How many of `bytes[start … end)` belong to a header that ends among them; WAITS; 0: none, and what was kept is no header. */
  read(bytes: Uint8Array, start: number, end: number, at: Position): number {
    const before = this.#kept?.bytes ?? null;
    const all = before === null ? bytes.subarray(start, end) : joined(before, bytes, start, end);
    const length = proxyHeaderBytes(all, 0, all.length);
    if (length === 0 && beginsProxyHeader(all, 0, all.length)) {
      const { packetNumber, timestampNs } = this.#kept?.at ?? at;
      this.#kept = { bytes: before === null ? all.slice() : all, at: { packetNumber, timestampNs } };
      return WAITS;
    }
    if (length === 0) return 0;
    this.#kept = null;
    return length - (before?.length ?? 0);
  }

  /** What was kept, once: it is something else, or its rest never came. */
  take(): Kept | null {
    const kept = this.#kept;
    this.#kept = null;
    return kept;
  }
}

function joined(before: Uint8Array, bytes: Uint8Array, start: number, end: number): Uint8Array {
  const all = new Uint8Array(before.length + end - start);
  all.set(before);
  all.set(bytes.subarray(start, end), before.length);
  return all;
}
