import type { CipherSuite } from "./cipher-suites.ts";
import { type HashName, hmac } from "./crypto.ts";

export const HASH_BYTES: Readonly<Record<HashName, number>> = { sha1: 20, sha256: 32, sha384: 48 };

const join = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** RFC 5246 §5: P_hash over label and seed. */
function prf(hash: HashName, secret: Uint8Array, label: string, seed: Uint8Array, lengthBytes: number): Uint8Array {
  const whole = join(Buffer.from(label, "latin1"), seed);
  const out = new Uint8Array(Math.ceil(lengthBytes / HASH_BYTES[hash]) * HASH_BYTES[hash]);
  let a = whole;
  for (let at = 0; at < lengthBytes; at += HASH_BYTES[hash]) {
    a = hmac(hash, secret, a);
    out.set(hmac(hash, secret, a, whole), at);
  }
  return out.subarray(0, lengthBytes);
}

/** What one direction of TLS 1.2 encrypts with. */
export interface WriteKeys {
  readonly macKey: Uint8Array;
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
}

/** RFC 5246 §6.3: the master secret → keys of client and server. */
export function keyBlock(
  suite: CipherSuite,
  masterSecret: Uint8Array,
  clientRandom: Uint8Array,
  serverRandom: Uint8Array,
): readonly [WriteKeys, WriteKeys] {
  const { cipher, keyBytes, hash } = suite;
  const macBytes = cipher.kind === "cbc" ? cipher.macBytes : 0;
  // RFC 5288 §3: four bytes of the nonce are secret; RFC 7905 §2: all twelve. In CBC each record brings its own.
  const ivBytes = cipher.kind === "cbc" ? 0 : cipher.name === "chacha20-poly1305" ? 12 : 4;
  const seed = join(serverRandom, clientRandom);
  const block = prf(hash, masterSecret, "key expansion", seed, 2 * (macBytes + keyBytes + ivBytes));
  let at = 0;
  const take = (bytes: number): Uint8Array => {
    at += bytes;
    return block.subarray(at - bytes, at);
  };
  const [clientMac, serverMac] = [take(macBytes), take(macBytes)];
  const [clientKey, serverKey] = [take(keyBytes), take(keyBytes)];
  const [clientIv, serverIv] = [take(ivBytes), take(ivBytes)];
  return [
    { macKey: clientMac, key: clientKey, iv: clientIv },
    { macKey: serverMac, key: serverKey, iv: serverIv },
  ];
}

/** RFC 8446 §7.1: HKDF-Expand-Label without context. One block is enough for all that is asked here. */
function expandLabel(hash: HashName, secret: Uint8Array, label: string, lengthBytes: number): Uint8Array {
  const name = Buffer.from(`tls13 ${label}`, "latin1");
  const info = join(new Uint8Array([lengthBytes >> 8, lengthBytes & 255, name.length]), name, new Uint8Array([0, 1]));
  return hmac(hash, secret, info).subarray(0, lengthBytes);
}

/** RFC 8446 §7.3. */
export const trafficKeys = (
  { hash, keyBytes }: CipherSuite,
  secret: Uint8Array,
): { key: Uint8Array; iv: Uint8Array } => ({
  key: expandLabel(hash, secret, "key", keyBytes),
  iv: expandLabel(hash, secret, "iv", 12),
});

/** RFC 8446 §7.2: after a KeyUpdate. */
export const nextTrafficSecret = ({ hash }: CipherSuite, secret: Uint8Array): Uint8Array =>
  expandLabel(hash, secret, "traffic upd", HASH_BYTES[hash]);
