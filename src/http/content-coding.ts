import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
import * as limits from "../base/limits.ts";
import { fieldValue } from "./fields.ts";
import type { HttpBody, HttpField } from "./types.ts";

type Inflate = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;

/** RFC 9110 §8.4.1.2: “deflate” means zlib's format; servers that send the bare stream are known. */
const deflate: Inflate = (bytes, options) =>
  ((bytes[0] ?? 0) & 0x0f) === 8 ? inflateSync(bytes, options) : inflateRawSync(bytes, options);

const CODINGS: Readonly<Record<string, Inflate>> = {
  gzip: gunzipSync,
  "x-gzip": gunzipSync,
  deflate,
  br: brotliDecompressSync,
};

/** All of the body is there, and kept. */
export const isWhole = (body: HttpBody): boolean => body.complete && body.preview.length === body.bytes;

/** Inflated once: facts are read again and again while a capture runs. */
const inflated = new WeakMap<Uint8Array, Uint8Array | null>();

/**
 * What stands in a body, its content coding (RFC 9110 §8.4) undone; of one without a coding what is kept of it. null: it
 * cannot be read, since a coded body is not whole, does not inflate, is larger than the limit, or has another coding.
 */
export function contentOf(fields: readonly HttpField[], body: HttpBody): Uint8Array | null {
  const coding = (fieldValue(fields, "content-encoding") ?? "identity").trim().toLowerCase();
  if (coding === "identity" || coding === "") return body.preview;
  const known = inflated.get(body.preview);
  if (known !== undefined) return known;
  const inflate = Object.hasOwn(CODINGS, coding) ? CODINGS[coding] : undefined;
  if (inflate === undefined || !isWhole(body)) return null;
  const content = body.bytes === 0 ? body.preview : attempt(inflate, body.preview);
  inflated.set(body.preview, content);
  return content;
}

function attempt(inflate: Inflate, bytes: Uint8Array): Uint8Array | null {
  try {
    return inflate(bytes, { maxOutputLength: limits.inflatedBodyBytes });
  } catch {
    return null;
  }
}
