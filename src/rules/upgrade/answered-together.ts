import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { NS_PER_MS, serverOf, spanMs } from "../reading/reading.ts";
import { within } from "../reading/time-index.ts";

/** Answers of one turn of an event loop. */
const TOGETHER_MS = 200;
/** Requests that came so far apart had no reason to be answered at the same moment. */
const APART_MS = 1000;
/** Longer than any check before a 101 takes that is not stuck. */
const LONGEST_NS = 120e9;
const LOOKED_AT = 200;

/** So many requests of other times, on other connections, the server answered together with this one: it stood still until then. */
export function answeredTogether(connection: ConnectionFacts, exchange: HttpExchangeFacts, context: Context): number {
  const { request, response } = exchange;
  if (request === null || response === null) return 0;
  const { timestampNs } = response.first;
  return within(context.others().asked, timestampNs - LONGEST_NS, timestampNs)
    .slice(-LOOKED_AT)
    .filter(({ connection: other, exchange: { request: asked, response: answer } }) => {
      if (other.id === connection.id || serverOf(other) !== serverOf(connection) || !asked || !answer) return false;
      const [apartMs, offMs] = [
        Math.abs(asked.first.timestampNs - request.first.timestampNs) / NS_PER_MS,
        Math.abs(answer.first.timestampNs - timestampNs) / NS_PER_MS,
      ];
      return apartMs >= APART_MS && offMs <= TOGETHER_MS && spanMs(asked.first, answer.first) >= APART_MS;
    }).length;
}
