// JSON Web Tokens (RFC 7519) that open nothing.

import { createHmac } from "node:crypto";

/** A token issued two hours ago whose `exp` is this many seconds from now. */
export function token(expiresInSeconds: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: "lab", iat: now - 7200, exp: now + expiresInSeconds };
  const body = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${body}.${createHmac("sha256", "lab").update(body).digest("base64url")}`;
}
