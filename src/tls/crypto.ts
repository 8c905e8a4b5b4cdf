import type * as NodeCrypto from "node:crypto";

// The one file that knows node:crypto (native-notes/decisions/0009).

export type HashName = "sha1" | "sha256" | "sha384";
export type AeadName = "aes-128-gcm" | "aes-256-gcm" | "chacha20-poly1305" | "aes-128-ccm" | "aes-256-ccm";
export type BlockCipherName = "aes-128-cbc" | "aes-256-cbc";

let loaded: typeof NodeCrypto | null = null;

/** Loaded when the first secret is used: whoever has no keys does not wait for it. */
function crypto(): typeof NodeCrypto {
  loaded ??= process.getBuiltinModule("node:crypto");
  return loaded;
}

/** A Buffer's `slice` is a view; everybody else here takes it for a copy. */
const plain = (buffer: Buffer): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);

export function hmac(hash: HashName, key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const mac = crypto().createHmac(hash, key);
  for (const part of parts) mac.update(part);
  return plain(mac.digest());
}

interface AeadInput {
  readonly name: AeadName;
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly tagBytes: number;
}

type Decipher = Pick<NodeCrypto.DecipherGCM, "update" | "final" | "setAuthTag"> & {
  setAAD(bytes: Uint8Array, options?: { plaintextLength: number }): unknown;
};

function decipherOf({ name, key, nonce, tagBytes }: AeadInput): Decipher {
  const { createDecipheriv } = crypto();
  return createDecipheriv(name as "aes-128-ccm", key, nonce, { authTagLength: tagBytes }) as unknown as Decipher;
}

/** Sealed text and its tag behind it → plain text; null: not authentic. */
export function openAead(input: AeadInput, additional: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  const textBytes = sealed.length - input.tagBytes;
  if (textBytes < 0) return null;
  try {
    const decipher = decipherOf(input);
    decipher.setAuthTag(sealed.subarray(textBytes));
    decipher.setAAD(additional, { plaintextLength: textBytes });
    const text = decipher.update(sealed.subarray(0, textBytes));
    decipher.final();
    return plain(text);
  } catch {
    // Another key, another sequence number, or a damaged record.
    return null;
  }
}

/** The beginning of a sealed text whose end is not there, so that nothing shows whether it is authentic. */
export function peekAead(input: AeadInput, beginning: Uint8Array): Uint8Array | null {
  // CCM wants to know its length and gives nothing away before it has seen all of it.
  if (input.name.endsWith("ccm")) return null;
  try {
    return plain(decipherOf(input).update(beginning));
  } catch {
    return null;
  }
}

/** Whole blocks, padding left on. */
export function decryptBlocks(
  name: BlockCipherName,
  key: Uint8Array,
  iv: Uint8Array,
  blocks: Uint8Array,
): Uint8Array | null {
  try {
    const decipher = crypto().createDecipheriv(name, key, iv);
    decipher.setAutoPadding(false);
    return plain(decipher.update(blocks));
  } catch {
    return null;
  }
}

/** RFC 5280, from DER; null: it is none, or blanked. */
export function x509(der: Uint8Array): NodeCrypto.X509Certificate | null {
  try {
    return new (crypto().X509Certificate)(der);
  } catch {
    return null;
  }
}
