import { isObject, parseJson } from "./payload.ts";

/** The times of a JSON Web Token (RFC 7519 §4.1.4–6), in seconds since 1970; nothing else of it leaves this file. */
export interface JwtTimes {
  readonly expiresAtSeconds: number | null;
  readonly notBeforeSeconds: number | null;
  readonly issuedAtSeconds: number | null;
}

/** RFC 7515 §3.1: three base64url parts; the first begins with `{"`. */
const JWT = /eyJ[\w-]{8,2048}\.([\w-]{4,8192})\.[\w-]*/g;
const MOST = 8;

const seconds = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);

/** The times of every token in a text. Total; a part that does not decode is no token. */
export function jwtTimesIn(text: string): JwtTimes[] {
  const found: JwtTimes[] = [];
  for (const match of text.matchAll(JWT)) {
    const claims = parseJson(Buffer.from(match[1] ?? "", "base64url").toString("utf8"));
    if (!isObject(claims)) continue;
    found.push({
      expiresAtSeconds: seconds(claims["exp"]),
      notBeforeSeconds: seconds(claims["nbf"]),
      issuedAtSeconds: seconds(claims["iat"]),
    });
    if (found.length === MOST) break;
  }
  return found;
}
