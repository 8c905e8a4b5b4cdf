import type { HttpExchangeFacts, HttpMessageFacts } from "../../store/http-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { sidGiven } from "../context/polled-sessions.ts";
import type { Sessions } from "../context/sessions.ts";
import {
  endOf,
  endpointText,
  fieldValue,
  fieldWords,
  hasEnded,
  isBlind,
  NS_PER_MS,
  watchedUntil,
} from "../reading/reading.ts";
import type { VariantOf } from "../types.ts";
import { crossOriginOf, isPreflight } from "./page-origin.ts";

/** Fetch §4.9, CORS check: the answer must name the page's origin, once, or be for everybody who sends no cookie. */
export function refusalOf(exchange: HttpExchangeFacts, origin: string): VariantOf<"http.cors.refused"> | null {
  const { request, response } = exchange;
  if (!request || !response?.complete) return null;
  const asksFirst = isPreflight(exchange);
  if (asksFirst && !isOk(response.status)) return "preflightStatus";
  const allowed = allowedBy(response);
  if (allowed.length > 1) return "twice";
  if (allowed[0] === "*" && fieldValue(request, "cookie") !== null) return "credentials";
  if (allowed[0] !== origin && allowed[0] !== "*") return "plain";
  return asksFirst && fieldsRefused(request, response).length > 0 ? "preflight" : null;
}

/** Fetch §2.2.3. */
const isOk = (status: number): boolean => status >= 200 && status < 300;

export const allowedBy = ({ fields }: HttpMessageFacts): string[] =>
  fields.filter(({ name }) => name.toLowerCase() === "access-control-allow-origin").map(({ value }) => value);

/** Fetch §4.8: what the page wants to send and may not; the wildcard never stands for Authorization. */
export function fieldsRefused(request: HttpMessageFacts, response: HttpMessageFacts): string[] {
  const allowed = fieldWords(response, "access-control-allow-headers");
  return fieldWords(request, "access-control-request-headers").filter(
    (name) => !allowed.includes(name) && (name === "authorization" || !allowed.includes("*")),
  );
}

/** What a client that names an origin made of the sessions that one server opened for it. */
interface Caller {
  /** Went on with one whose answer a browser would have withheld. */
  isUnheeded: boolean;
  /** Went on with one that was answered by *. */
  takesStar: boolean;
  /** Answered by *, and never come back to. */
  leftStars: number;
}

/** Found once a judgement. */
const callers = new WeakMap<readonly ConnectionFacts[], ReadonlyMap<string, Caller>>();

const callerKey = ({ client, server }: ConnectionFacts, origin: string): string =>
  `${client.address} ${endpointText(server)} ${origin}`;

function callerOf(connection: ConnectionFacts, origin: string, { analysis, sessions }: Context): Caller | undefined {
  const { connections } = analysis;
  const known = callers.get(connections) ?? callersIn(connections, sessions());
  callers.set(connections, known);
  return known.get(callerKey(connection, origin));
}

function callersIn(connections: readonly ConnectionFacts[], sessions: Sessions): Map<string, Caller> {
  const found = new Map<string, Caller>();
  for (const connection of connections) {
    for (const exchange of connection.exchanges) {
      const sid = sidGiven(exchange);
      const origin = sid === undefined ? null : (crossOriginOf(exchange)?.origin ?? null);
      if (sid === undefined || origin === null || exchange.response === null) continue;
      const key = callerKey(connection, origin);
      const caller = found.get(key) ?? { isUnheeded: false, takesStar: false, leftStars: 0 };
      found.set(key, caller);
      const isStar = allowedBy(exchange.response).join() === "*";
      const isUsed = hasFollowers(sid, sessions);
      if (isUsed && refusalOf(exchange, origin) !== null) caller.isUnheeded = true;
      if (isStar && isUsed) caller.takesStar = true;
      if (isStar && !isUsed) caller.leftStars += 1;
    }
  }
  return found;
}

/** Somebody came back with the session that an answer opened. */
const hasFollowers = (sid: string, sessions: Sessions): boolean =>
  (sessions.get(sid) ?? []).some((mate) =>
    mate.exchanges.some(({ request }) => request?.target.includes(`sid=${sid}`)),
  );

/** A page never gets to see an answer that its browser withholds: a caller that goes on with the session in it is no page. */
export const goesOnUnheeded = (connection: ConnectionFacts, origin: string, context: Context): boolean =>
  callerOf(connection, origin, context)?.isUnheeded === true;

/** A page that was given its session asks again at once. */
const LEAST_LEFT_MS = 2000;
/** One may be a page that was left just then; of pages that try again none is. */
const LIKELY_LEFT_STARS = 2;

/**
 * Fetch §4.9: whoever asks with credentials (a cookie need not be there) is not content with *. A caller that stays and
 * never comes back to a session shows such a page: by itself where the server allows credentials beside the *, in vain.
 * How surely it does; null: it does not.
 */
export function leftForStar(
  exchange: HttpExchangeFacts,
  connection: ConnectionFacts,
  origin: string,
  context: Context,
): "likely" | "possible" | null {
  const { request, response } = exchange;
  if (!request || !response?.complete || allowedBy(response).join() !== "*") return null;
  if (sidGiven(exchange) === undefined || isBlind(connection) || connection.tcp.halves[0].missingBytes > 0) return null;
  const caller = callerOf(connection, origin, context);
  if (caller === undefined || caller.takesStar || caller.leftStars === 0) return null;
  const untilNs = hasEnded(connection)
    ? endOf(connection).timestampNs
    : watchedUntil(connection, context.analysis.clockNs);
  if ((untilNs - response.last.timestampNs) / NS_PER_MS < LEAST_LEFT_MS) return null;
  const allowsCredentials = fieldValue(response, "access-control-allow-credentials") === "true";
  return allowsCredentials || caller.leftStars >= LIKELY_LEFT_STARS ? "likely" : "possible";
}
