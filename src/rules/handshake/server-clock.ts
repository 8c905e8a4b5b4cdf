import { capturedNs } from "../../base/captured-time.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { Analysis, ConnectionFacts } from "../../store/types.ts";
import { fieldValue } from "../reading/reading.ts";

/** RFC 9110 §6.6.1: Date has seconds, and is when the message was made. */
export const SKEW_SECONDS = 30;

/** By the capture's clock; null: it has no packet. */
export const secondsOf = (at: Mark, analysis: Pick<Analysis, "originNs" | "captures">): number | null =>
  analysis.originNs === null
    ? null
    : Number(analysis.originNs / 1_000_000n) / 1000 + capturedNs(analysis.captures, at) / 1e9;

export function dateOf(exchange: HttpExchangeFacts): number | null {
  if (!exchange.response || fieldValue(exchange.response, "age") !== null) return null;
  const date = fieldValue(exchange.response, "date");
  const ms = date === null || !/GMT$/.test(date) ? Number.NaN : Date.parse(date);
  return Number.isFinite(ms) ? ms / 1000 : null;
}

/** The client's token is good by the capture's clock, and too old or too young by the server's. */
export function isOffByServerClock({ exchanges, tokens }: ConnectionFacts, analysis: Analysis): boolean {
  const dated = exchanges.find((exchange) => dateOf(exchange) !== null);
  if (!dated?.response) return false;
  const there = dateOf(dated) ?? 0;
  const here = secondsOf(dated.response.first, analysis);
  if (here === null || Math.abs(there - here) < SKEW_SECONDS) return false;
  return tokens.some(({ expiresAtSeconds, notBeforeSeconds, issuedAtSeconds }) => {
    const ends = expiresAtSeconds ?? Number.POSITIVE_INFINITY;
    const begins = notBeforeSeconds ?? issuedAtSeconds ?? Number.NEGATIVE_INFINITY;
    return begins <= here && here <= ends && (there < begins || there > ends);
  });
}
