import type { HttpExchangeFacts, HttpMessageFacts } from "../../store/http-types.ts";
import { cause } from "../draft.ts";
import { fieldHas, fieldValue, proxyMarks } from "../reading/reading.ts";
import type { Cause, Confidence } from "../types.ts";

/** A page's request to another origin than its own: its browser lets it read the answer only with permission. */
export interface CrossOrigin {
  readonly origin: string;
  /** As the browser sent it: not what a proxy made of it, which changes Host, and whose answer it may yet add to. */
  readonly isStraight: boolean;
}

/** The browser asks first whether it may (Fetch §4.8, CORS-preflight fetch): only for another origin. */
export const isPreflight = ({ request }: HttpExchangeFacts): boolean =>
  request?.method === "OPTIONS" && fieldValue(request, "access-control-request-method") !== null;

/** Browsers ask for the connection to be kept, in so many words; what a proxy asks of its backend has lost them, or has its marks. */
const isFromBrowser = (request: HttpMessageFacts): boolean =>
  request.version === "1.1" && fieldHas(request, "connection", "keep-alive") && proxyMarks(request) === "";

/**
 * Fetch §3.1: to its own origin a page's GET has no Origin field; its POST has one. So the method tells more than Host does,
 * which a proxy replaces by its backend's name (nginx, unless told otherwise) or takes the port off. null: not across origins,
 * or nothing tells.
 */
export function crossOriginOf(exchange: HttpExchangeFacts): CrossOrigin | null {
  const { request } = exchange;
  const origin = request === null ? null : fieldValue(request, "origin");
  if (request === null || origin === null || origin === "null") return null;
  const isStraight = isFromBrowser(request);
  const site = fieldValue(request, "sec-fetch-site");
  if (site === "cross-site" || site === "same-site") return { origin, isStraight };
  if (site !== null || !(request.method === "GET" || isPreflight(exchange))) return null;
  // Programs that are no browsers name an origin with every method. Host has no scheme: as far as packets tell it is the same.
  if (isStraight && origin.replace(/^[a-z]+:\/\//i, "") === fieldValue(request, "host")) return null;
  return { origin, isStraight };
}

/** The server does not take this Origin. `null` is no page's own (HTML, opaque origins): to allow it would be to allow anybody. */
export const originCause = (confidence: Confidence, origin: string): Cause =>
  origin === "null" ? cause(confidence, "originNull", {}) : cause(confidence, "originRefused", { origin });
