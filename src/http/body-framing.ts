import { fieldValue, tokens } from "./fields.ts";
import type { HttpField, HttpRequest, HttpResponse } from "./types.ts";

/** `unknown`: the head contradicts itself; the body reaches to the next sure message start. */
export type BodyFraming =
  | { readonly kind: "length"; readonly lengthBytes: number }
  | { readonly kind: "chunked" | "until-close" | "unknown" };

export interface FramingReading {
  readonly framing: BodyFraming;
  readonly problem: null | "content-length" | "transfer-encoding" | "content-length-with-transfer-encoding";
}

const NO_BODY: BodyFraming = { kind: "length", lengthBytes: 0 };
const CHUNKED: BodyFraming = { kind: "chunked" };
const UNTIL_CLOSE: BodyFraming = { kind: "until-close" };
const UNKNOWN: BodyFraming = { kind: "unknown" };

/** One length, or null for values that differ or are none (RFC 9112 §6.3 rule 5: equal repetitions count once). */
function contentLength(value: string): number | null {
  const values = value.split(",").map((part) => part.trim());
  const length = Number(values[0]);
  const valid = values.every((part) => /^\d+$/.test(part) && Number(part) === length);
  return valid && Number.isSafeInteger(length) ? length : null;
}

/** RFC 9112 §6.3 rules 3 to 8, shared by requests and responses; `fallback` is what no length at all means. */
function framingOf(fields: readonly HttpField[], fallback: BodyFraming, notChunked: BodyFraming): FramingReading {
  const length = fieldValue(fields, "content-length");
  const codings = tokens(fieldValue(fields, "transfer-encoding")).filter((coding) => coding !== "identity");
  if (codings.length > 0) {
    if (codings.at(-1) !== "chunked") {
      return { framing: notChunked, problem: notChunked === UNKNOWN ? "transfer-encoding" : null };
    }
    return { framing: CHUNKED, problem: length === null ? null : "content-length-with-transfer-encoding" };
  }
  if (length === null) return { framing: fallback, problem: null };
  const lengthBytes = contentLength(length);
  if (lengthBytes === null) return { framing: UNKNOWN, problem: "content-length" };
  return { framing: { kind: "length", lengthBytes }, problem: null };
}

export const requestFraming = (request: HttpRequest): FramingReading => framingOf(request.fields, NO_BODY, UNKNOWN);

/** A final response; `request` is null where the capture does not hold it. */
export function responseFraming(response: HttpResponse, request: HttpRequest | null): FramingReading {
  // RFC 9112 §6.3 rule 1.
  if (request?.method === "HEAD" || response.status === 204 || response.status === 304) {
    return { framing: NO_BODY, problem: null };
  }
  return framingOf(response.fields, UNTIL_CLOSE, UNTIL_CLOSE);
}
