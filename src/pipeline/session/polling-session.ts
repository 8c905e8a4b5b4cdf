import type { Direction } from "../../base/brand.ts";
import { contentOf, isWhole } from "../../http/content-coding.ts";
import type { HttpExchange } from "../../http/types.ts";
import { readPolling } from "../../payload/readers/polling.ts";
import type { SessionFacts, TokenFacts } from "../../store/session-types.ts";
import type { Heartbeat } from "../../websocket/heartbeat.ts";
import { SessionWatch } from "./session-watch.ts";

const POLLING = /[?&]transport=polling(?:&|$)/;

export const isPolling = (target: string): boolean => POLLING.test(target);

/** What the polls on a connection say of their Engine.IO session, as far as the kept part of the bodies shows. */
export function pollingSession(
  exchanges: readonly HttpExchange[],
  beat: (heartbeat: Heartbeat, direction: Direction) => NonNullable<SessionFacts["engineIo"]>["heartbeat"][0],
): { facts: SessionFacts; tokens: readonly TokenFacts[] } | null {
  const polls = exchanges.filter(({ request }) => request !== null && isPolling(request.target));
  const target = polls.find(({ request }) => /[?&]sid=/.test(request?.target ?? "")) ?? polls[0];
  if (target === undefined) return null;
  const watch = new SessionWatch("polling", target.request?.target ?? null, null, () => 0);
  for (const { request, requestBody, response, responseBody } of polls) {
    watch.enter(request?.target ?? "");
    const sent = request?.method === "POST" ? contentOf(request.fields, requestBody) : null;
    if (request !== null && sent !== null) {
      for (const { reading, text } of readPolling(sent, isWhole(requestBody)))
        watch.onReading(reading, 0, request.last, text);
    }
    const answer = response?.status === 200 ? contentOf(response.fields, responseBody) : null;
    if (response === null || answer === null) continue;
    for (const { reading, text } of readPolling(answer, isWhole(responseBody)))
      watch.onReading(reading, 1, response.last, text);
  }
  return { facts: watch.facts(beat), tokens: watch.tokens };
}
