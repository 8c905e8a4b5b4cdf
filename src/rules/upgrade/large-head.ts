import type { HttpMessageFacts } from "../../store/http-types.ts";

// Defaults: nginx large_client_header_buffers, Apache LimitRequestFieldSize, Varnish http_req_hdr_len and lighttpd
// server.max-request-field-size take 8 KiB a field; HAProxy tune.bufsize 16 KiB, less tune.maxrewrite, for all.
const FIELD_BYTES = 8000;
const HEAD_BYTES = 15 * 1024;

/** The head, or one of its fields, is larger than proxies take by default. */
export function isHeadLarge({ fields }: HttpMessageFacts): boolean {
  const sizes = fields.map(({ name, value }) => name.length + value.length);
  return sizes.some((size) => size >= FIELD_BYTES) || sizes.reduce((sum, size) => sum + size, 0) >= HEAD_BYTES;
}
