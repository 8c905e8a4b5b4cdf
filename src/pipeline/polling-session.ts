import type { Direction } from "../base/brand.ts";
import { fieldValue } from "../http/fields.ts";
import type { HttpBody, HttpExchange } from "../http/types.ts";
import { readPolling } from "../payload/readers/polling.ts";
import type { SessionFacts, TokenFacts } from "../store/session-types.ts";
import type { Heartbeat } from "../websocket/heartbeat.ts";
import { SessionWatch } from "./session-watch.ts";

const POLLING = /[?&]transport=polling(?:&|$)/;

/** What the polls on a connection say of their Engine.IO session, as far as the kept part of the bodies shows. */
export function pollingSession(
  exchanges: readonly HttpExchange[],
  beat: (heartbeat: Heartbeat, direction: Direction) => NonNullable<SessionFacts["engineIo"]>["heartbeat"][0],
): { facts: SessionFacts; tokens: readonly TokenFacts[] } | null {
  const polls = exchanges.filter(({ request }) => request !== null && POLLING.test(request.target));
  const target = polls.find(({ request }) => /[?&]sid=/.test(request?.target ?? "")) ?? polls[0];
  if (target === undefined) return null;
  const watch = new SessionWatch("polling", target.request?.target ?? null, null, () => 0);
  for (const { request, requestBody, response, responseBody } of polls) {
    watch.enter(request?.target ?? "");
    if (request !== null && request.method === "POST") {
      const text = Buffer.from(requestBody.preview).toString("utf8");
      for (const reading of readPolling(requestBody.preview, isWhole(requestBody))) {
        watch.onReading(reading, 0, request.last, text);
      }
    }
    // A compressed body says nothing without inflating it; small ones are not compressed by engine.io.
    if (response?.status !== 200 || fieldValue(response.fields, "content-encoding") !== null) continue;
    for (const reading of readPolling(responseBody.preview, isWhole(responseBody))) {
      watch.onReading(reading, 1, response.last, "");
    }
  }
  return { facts: watch.facts(beat), tokens: watch.tokens };
}

const isWhole = (body: HttpBody): boolean => body.complete && body.preview.length === body.bytes;
