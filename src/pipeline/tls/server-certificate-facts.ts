import { CLIENT } from "../../base/brand.ts";
import type { ServedCertificate } from "../../store/tls-types.ts";
import type { CertificateWatch } from "../../tls/certificate-watch.ts";
import { readServerCertificate } from "../../tls/server-certificate.ts";
import { mark } from "../marks.ts";
import type { TlsLayer } from "./tls-layer.ts";

type Served = NonNullable<CertificateWatch["served"]>;

/** Facts are asked for again and again while a capture runs, and a certificate says the same each time. */
const known = new WeakMap<Served, ServedCertificate | null>();

/** `isOver`: the connection ended or was complained about; of the others nobody needs to know. */
export function serverCertificateFacts({ reader, decrypter }: TlsLayer, isOver: boolean): ServedCertificate | null {
  const served = reader.certificates.served ?? decrypter?.certificates.served ?? null;
  if (!isOver || served === null) return null;
  const before = known.get(served);
  if (before !== undefined) return before;
  const read = readServerCertificate(served.der, reader.hello(CLIENT)?.hello.serverName ?? null);
  const facts = read === null ? null : { at: mark(served.at), ...read };
  known.set(served, facts);
  return facts;
}
