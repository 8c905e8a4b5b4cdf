import type { AeadName, BlockCipherName, HashName } from "./crypto.ts";

/** What a suite means for records (RFC 5246 §6.2.3, RFC 5288, RFC 6655, RFC 7905, RFC 8446 §B.4). */
export interface CipherSuite {
  readonly name: string;
  readonly cipher:
    | { readonly kind: "aead"; readonly name: AeadName; readonly tagBytes: number }
    | { readonly kind: "cbc"; readonly name: BlockCipherName; readonly mac: HashName; readonly macBytes: number };
  readonly keyBytes: number;
  /** Of the key schedule: PRF or HKDF. */
  readonly hash: HashName;
}

/** Registered names (IANA, TLS Cipher Suites); they say all that there is to know. */
const NAMES: Readonly<Record<number, string>> = {
  47: "TLS_RSA_WITH_AES_128_CBC_SHA",
  50: "TLS_DHE_DSS_WITH_AES_128_CBC_SHA",
  51: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
  53: "TLS_RSA_WITH_AES_256_CBC_SHA",
  56: "TLS_DHE_DSS_WITH_AES_256_CBC_SHA",
  57: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
  60: "TLS_RSA_WITH_AES_128_CBC_SHA256",
  61: "TLS_RSA_WITH_AES_256_CBC_SHA256",
  103: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256",
  107: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256",
  140: "TLS_PSK_WITH_AES_128_CBC_SHA",
  141: "TLS_PSK_WITH_AES_256_CBC_SHA",
  156: "TLS_RSA_WITH_AES_128_GCM_SHA256",
  157: "TLS_RSA_WITH_AES_256_GCM_SHA384",
  158: "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
  159: "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
  168: "TLS_PSK_WITH_AES_128_GCM_SHA256",
  169: "TLS_PSK_WITH_AES_256_GCM_SHA384",
  170: "TLS_DHE_PSK_WITH_AES_128_GCM_SHA256",
  171: "TLS_DHE_PSK_WITH_AES_256_GCM_SHA384",
  4865: "TLS_AES_128_GCM_SHA256",
  4866: "TLS_AES_256_GCM_SHA384",
  4867: "TLS_CHACHA20_POLY1305_SHA256",
  4868: "TLS_AES_128_CCM_SHA256",
  4869: "TLS_AES_128_CCM_8_SHA256",
  49161: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
  49162: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
  49171: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
  49172: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
  49187: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
  49188: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
  49191: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
  49192: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
  49195: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  49196: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
  49199: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
  49200: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
  49308: "TLS_RSA_WITH_AES_128_CCM",
  49309: "TLS_RSA_WITH_AES_256_CCM",
  49310: "TLS_DHE_RSA_WITH_AES_128_CCM",
  49311: "TLS_DHE_RSA_WITH_AES_256_CCM",
  49324: "TLS_ECDHE_ECDSA_WITH_AES_128_CCM",
  49325: "TLS_ECDHE_ECDSA_WITH_AES_256_CCM",
  49326: "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8",
  49327: "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8",
  52392: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
  52393: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
  52394: "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
  52395: "TLS_PSK_WITH_CHACHA20_POLY1305_SHA256",
  52396: "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256",
};

const MAC_BYTES: Readonly<Record<HashName, number>> = { sha1: 20, sha256: 32, sha384: 48 };

export const suiteName = (id: number): string => NAMES[id] ?? `0x${id.toString(16).padStart(4, "0")}`;

/** null: not one of those that can be decrypted here. */
export function cipherSuite(id: number): CipherSuite | null {
  const name = NAMES[id];
  const [, bits, mode, short, named] = /AES_(128|256)_(GCM|CCM|CBC)(_8)?(?:_(SHA\d*))?$/.exec(name ?? "") ?? [];
  if (name === undefined) return null;
  if (name.includes("CHACHA20"))
    return {
      name,
      cipher: { kind: "aead", name: "chacha20-poly1305", tagBytes: 16 },
      keyBytes: 32,
      hash: "sha256",
    };
  const keyBytes = Number(bits) / 8;
  // RFC 5246 §5: SHA-256 where a suite names SHA-1 or nothing.
  const hash: HashName = named === "SHA384" ? "sha384" : "sha256";
  if (mode === "CBC") {
    const mac: HashName = named === "SHA" ? "sha1" : hash;
    const cipherName = `aes-${bits}-cbc` as BlockCipherName;
    return { name, cipher: { kind: "cbc", name: cipherName, mac, macBytes: MAC_BYTES[mac] }, keyBytes, hash };
  }
  const aead = `aes-${bits}-${mode?.toLowerCase()}` as AeadName;
  return { name, cipher: { kind: "aead", name: aead, tagBytes: short === undefined ? 16 : 8 }, keyBytes, hash };
}
