import type { HttpExchangeFacts } from "./http-types.ts";
import type { TcpFacts } from "./tcp-types.ts";

/** Whoever hangs up sooner may only have said that it has no more to ask, and read on. */
const GAVE_UP_AFTER_NS = 1e9;

/**
 * The client waited, hung up, and only then something came: often what a proxy says for want of an answer when its client
 * is gone (Caddy an empty 200, Go's ReverseProxy 502). It answered nobody.
 */
export function cameAfterLeaving({ firstCloser, closedAt }: TcpFacts, exchange: HttpExchangeFacts): boolean {
  const { request, response } = exchange;
  if (request === null || response === null || firstCloser !== "client" || closedAt === null) return false;
  return (
    closedAt.timestampNs < response.first.timestampNs &&
    closedAt.timestampNs - request.last.timestampNs >= GAVE_UP_AFTER_NS
  );
}
