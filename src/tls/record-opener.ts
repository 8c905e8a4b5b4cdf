import { u8 } from "../base/bytes.ts";
import type { CipherSuite } from "./cipher-suites.ts";
import { decryptBlocks, hmac, openAead, peekAead } from "./crypto.ts";
import { trafficKeys, type WriteKeys } from "./key-schedule.ts";
import { HEADER_BYTES } from "./record.ts";

/** What stood in a record: `bytes[0, length)`. */
export interface OpenedRecord {
  readonly type: number;
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** Opens the records of one direction that were protected with one key. Total: what does not fit is null. */
export interface RecordOpener {
  /** Where in a record, header included, its plain text begins. */
  readonly textStart: number;
  /** Bytes of a record, header included, that are not plain text; exact unless padding was added. */
  readonly overheadBytes: number;
  /** Whether `overheadBytes` is exact for what ordinary stacks send. */
  readonly isExact: boolean;
  open(sequence: number, record: Uint8Array): OpenedRecord | null;
  /** As much of the text as the beginning of a record holds; nothing vouches for it. */
  peek(sequence: number, beginning: Uint8Array): Uint8Array | null;
}

/** The sequence number as the last eight of `bytes` (RFC 8446 §5.3), laid over what is there. */
function xorSequence(bytes: Uint8Array, sequence: number): Uint8Array {
  const out = bytes.slice();
  let rest = sequence;
  for (let at = out.length - 1; at >= out.length - 8; at--) {
    out[at] = u8(out, at) ^ (rest & 255);
    rest = Math.floor(rest / 256);
  }
  return out;
}

const NO_BYTES = new Uint8Array(8);

/** RFC 5246 §6.2.3.3: sequence number, type, version, length of the text. */
function additionalData(sequence: number, record: Uint8Array, textBytes: number): Uint8Array {
  const out = new Uint8Array(13);
  out.set(xorSequence(NO_BYTES, sequence));
  out.set(record.subarray(0, 3), 8);
  out[11] = textBytes >> 8;
  out[12] = textBytes & 255;
  return out;
}

/** TLS 1.3 (RFC 8446 §5.2): the type stands behind the text, padding of zeros behind that. */
export function openTls13(suite: CipherSuite, secret: Uint8Array): RecordOpener | null {
  if (suite.cipher.kind !== "aead") return null;
  const { name, tagBytes } = suite.cipher;
  const { key, iv } = trafficKeys(suite, secret);
  return {
    textStart: HEADER_BYTES,
    overheadBytes: HEADER_BYTES + tagBytes + 1,
    isExact: true,
    open: (sequence, record) => {
      const input = { name, key, nonce: xorSequence(iv, sequence), tagBytes };
      const bytes = openAead(input, record.subarray(0, HEADER_BYTES), record.subarray(HEADER_BYTES));
      if (bytes === null) return null;
      let length = bytes.length - 1;
      while (length > 0 && u8(bytes, length) === 0) length--;
      return length < 0 ? null : { type: u8(bytes, length), bytes, length };
    },
    peek: (sequence, beginning) =>
      peekAead({ name, key, nonce: xorSequence(iv, sequence), tagBytes }, beginning.subarray(HEADER_BYTES)),
  };
}

/** TLS 1.2. */
export function openTls12(suite: CipherSuite, keys: WriteKeys, encryptThenMac: boolean): RecordOpener {
  if (suite.cipher.kind === "cbc") return openCbc(suite.cipher, keys, encryptThenMac);
  const { name, tagBytes } = suite.cipher;
  // RFC 5288 §3: eight bytes of the nonce stand before the text; RFC 7905 §2: none.
  const nonceBytes = name === "chacha20-poly1305" ? 0 : 8;
  const textStart = HEADER_BYTES + nonceBytes;
  const overheadBytes = textStart + tagBytes;
  const inputOf = (sequence: number, record: Uint8Array) => ({
    name,
    key: keys.key,
    nonce:
      nonceBytes === 0
        ? xorSequence(keys.iv, sequence)
        : new Uint8Array(Buffer.concat([keys.iv, record.subarray(HEADER_BYTES, textStart)])),
    tagBytes,
  });
  return {
    textStart,
    overheadBytes,
    isExact: true,
    open: (sequence, record) => {
      const length = record.length - overheadBytes;
      if (length < 0) return null;
      const additional = additionalData(sequence, record, length);
      const bytes = openAead(inputOf(sequence, record), additional, record.subarray(textStart));
      return bytes === null ? null : { type: u8(record, 0), bytes, length };
    },
    peek: (sequence, beginning) =>
      beginning.length <= textStart ? null : peekAead(inputOf(sequence, beginning), beginning.subarray(textStart)),
  };
}

const BLOCK_BYTES = 16;

/** AES-CBC with HMAC (RFC 5246 §6.2.3.2), or the other way round (RFC 7366 §3). */
function openCbc(
  { name, mac, macBytes }: Extract<CipherSuite["cipher"], { kind: "cbc" }>,
  { key, macKey }: WriteKeys,
  encryptThenMac: boolean,
): RecordOpener {
  const textStart = HEADER_BYTES + BLOCK_BYTES;
  const isAuthentic = (sequence: number, record: Uint8Array, text: Uint8Array, tag: Uint8Array): boolean =>
    Buffer.compare(hmac(mac, macKey, additionalData(sequence, record, text.length), text), tag) === 0;
  return {
    textStart,
    overheadBytes: textStart + macBytes + BLOCK_BYTES / 2,
    isExact: false,
    open: (sequence, record) => {
      const end = record.length - (encryptThenMac ? macBytes : 0);
      if (end < textStart + BLOCK_BYTES || (end - textStart) % BLOCK_BYTES !== 0) return null;
      const sealed = record.subarray(HEADER_BYTES, end);
      if (encryptThenMac && !isAuthentic(sequence, record, sealed, record.subarray(end))) return null;
      const iv = record.subarray(HEADER_BYTES, textStart);
      const bytes = decryptBlocks(name, key, iv, record.subarray(textStart, end));
      if (bytes === null) return null;
      const padding = u8(bytes, bytes.length - 1) + 1;
      const length = bytes.length - padding - (encryptThenMac ? 0 : macBytes);
      if (length < 0) return null;
      const text = bytes.subarray(0, length);
      if (!encryptThenMac && !isAuthentic(sequence, record, text, bytes.subarray(length, length + macBytes)))
        return null;
      return { type: u8(record, 0), bytes, length };
    },
    peek: (_, beginning) => {
      const whole = beginning.length - ((beginning.length - textStart) % BLOCK_BYTES);
      if (whole <= textStart) return null;
      return decryptBlocks(
        name,
        key,
        beginning.subarray(HEADER_BYTES, textStart),
        beginning.subarray(textStart, whole),
      );
    },
  };
}
