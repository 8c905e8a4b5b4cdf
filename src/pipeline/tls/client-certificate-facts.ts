import { CLIENT, SERVER } from "../../base/brand.ts";
import type { ClientCertificate } from "../../store/tls-types.ts";
import type { CertificateWatch } from "../../tls/certificate-watch.ts";
import { cipherSuite } from "../../tls/cipher-suites.ts";
import type { TlsDecrypter } from "../../tls/decrypter.ts";
import { HASH_BYTES } from "../../tls/key-schedule.ts";
import type { TlsReader } from "../../tls/record-reader.ts";
import { TLS_1_2, TLS_1_3 } from "../../tls/unlock.ts";
import { mark, markOrNull } from "../marks.ts";

/** RFC 8446 §4.4.2: a message without a certificate, head and context included. */
const EMPTY_LIST_BYTES = 8;
/** RFC 8446 §4.4.4: a head, and as much as the hash of the suite. */
const HEAD_BYTES = 4;
/** No certificate with its signature is so small. */
const LEAST_CERTIFICATE_BYTES = 200;

/** What the client did about a certificate that the server asked it for. */
export function clientCertificateFacts(reader: TlsReader, decrypter: TlsDecrypter | null): ClientCertificate | null {
  const version = reader.hello(SERVER)?.hello.version;
  if (version === undefined || reader.rhythm.holes) return null;
  if (version <= TLS_1_2) return told(reader.certificates, reader.handshakeComplete);
  if (version !== TLS_1_3) return null;
  return decrypter === null ? bySize(reader) : told(decrypter.certificates, reader.handshakeComplete);
}

function told({ asked, answered }: CertificateWatch, isOver: boolean): ClientCertificate | null {
  if (asked === null) return isOver ? { answer: "not-asked", asked: null, answered: null } : null;
  if (answered === null) return null;
  return { answer: answered.empty ? "none" : "given", asked: mark(asked), answered: mark(answered.at) };
}

/** RFC 8446 §2: who is asked answers before its Finished, if only with an empty list. */
function bySize(reader: TlsReader): ClientCertificate | null {
  const first = reader.firstSealed(CLIENT);
  const suite = cipherSuite(reader.hello(SERVER)?.hello.cipherSuite ?? 0);
  // Early data, and the message that ends it, come before.
  if (first === null || suite?.cipher.kind !== "aead" || reader.hello(CLIENT)?.hello.earlyData !== false) return null;
  const added = suite.cipher.tagBytes + 1;
  const finished = HEAD_BYTES + HASH_BYTES[suite.hash];
  const bytes = first.bytes - added;
  if (bytes === finished) return { answer: "not-asked", asked: null, answered: null };
  const isEmpty = bytes === EMPTY_LIST_BYTES || bytes === EMPTY_LIST_BYTES + finished;
  if (!isEmpty && bytes < LEAST_CERTIFICATE_BYTES) return null;
  return { answer: isEmpty ? "none" : "given", asked: null, answered: markOrNull(first) };
}
