import type { ServerCertificate } from "../base/server-certificate.ts";
import { x509 } from "./crypto.ts";

/** Names told of one certificate, and how long each may be. */
const NAMES_KEPT = 3;
const NAME_CHARACTERS = 100;
/** Some certificates have hundreds of names. */
const LIST_CHARACTERS = 8192;

const NAME = /(?:DNS|IP Address):([^,"]+)/g;
const COMMON_NAME = /^CN=(.+)$/m;

/** `asked`: the name in the client's hello. Total; null: it is unreadable. */
export function readServerCertificate(der: Uint8Array, asked: string | null): ServerCertificate | null {
  const read = x509(der);
  if (read === null) return null;
  try {
    const [notBeforeMs, notAfterMs] = [Date.parse(read.validFrom), Date.parse(read.validTo)];
    if (!Number.isFinite(notBeforeMs) || !Number.isFinite(notAfterMs)) return null;
    const listed = [...(read.subjectAltName ?? "").slice(0, LIST_CHARACTERS).matchAll(NAME)].map(([, name]) => name);
    const all = listed.length > 0 ? listed : [COMMON_NAME.exec(read.subject ?? "")?.[1]];
    const names = all.filter((name) => name !== undefined).map((name) => name.slice(0, NAME_CHARACTERS));
    return {
      notBeforeMs,
      notAfterMs,
      names: names.slice(0, NAMES_KEPT),
      moreNames: Math.max(0, names.length - NAMES_KEPT),
      namesAsked: asked === null ? null : read.checkHost(asked) !== undefined,
      selfSigned: read.issuer === read.subject && read.checkIssued(read),
    };
  } catch {
    return null;
  }
}
