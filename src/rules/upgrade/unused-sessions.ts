import { appendTo } from "../../base/append-to.ts";
import type { Mark } from "../../base/packet-view.ts";
import { sidIn } from "../../base/session-id.ts";
import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { pairKey } from "../context/others.ts";
import { sidGiven } from "../context/polled-sessions.ts";
import { engineIoCode } from "../handshake/engine-io-code.ts";
import { isPoll } from "../handshake/upgrade-outcome.ts";
import { fieldValue, isBlind, NS_PER_MS } from "../reading/reading.ts";
import { leftForStar, refusalOf } from "./cors-answers.ts";
import { crossOriginOf } from "./page-origin.ts";

/** A page that is left, or loaded anew, leaves one behind. */
const LEAST_UNUSED = 3;
/** Who was given a session asks again at once. */
const LEAST_LEFT_MS = 2000;

export interface Opening {
  readonly connection: ConnectionFacts;
  readonly exchange: HttpExchangeFacts;
  readonly at: Mark;
}

/** Sessions that one client opened at one server, and of which nothing was heard again: the first and the last of them. */
export interface UnusedSessions {
  readonly first: Opening;
  readonly last: Opening;
  readonly count: number;
}

const known = new WeakMap<Context, ReadonlyMap<ConnectionFacts, UnusedSessions>>();

/** Of all that this client opened none was used; told on the connection that brought the first. */
export function unusedSessions(connection: ConnectionFacts, context: Context): UnusedSessions | null {
  const found = known.get(context) ?? allUnused(context);
  known.set(context, found);
  return found.get(connection) ?? null;
}

function allUnused(context: Context): ReadonlyMap<ConnectionFacts, UnusedSessions> {
  const { analysis, joins } = context;
  const callers = new Map<string, Opening[]>();
  // What is missing may have been the use of a session; who is refused what it asks has another trouble.
  const spoilt = new Set<string>();
  for (const connection of analysis.connections) {
    if (joins.copyOf.has(connection.id)) continue;
    const pair = pairKey(connection);
    if (isBlind(connection) || connection.tcp.halves[0].missingBytes > 0) spoilt.add(pair);
    for (const exchange of connection.exchanges) {
      if (engineIoCode(exchange) !== null) spoilt.add(pair);
      const at = exchange.response?.last;
      if (at === undefined || !isPoll(exchange) || sidIn(exchange.request?.target) !== null) continue;
      if (sidGiven(exchange) !== undefined) appendTo(callers, callerOf(pair, exchange), { connection, exchange, at });
    }
  }
  const found = new Map<ConnectionFacts, UnusedSessions>();
  for (const openings of callers.values()) {
    const left = openings.filter(({ at }) => analysis.clockNs - at.timestampNs >= LEAST_LEFT_MS * NS_PER_MS);
    const [first, last] = [left[0], left.at(-1)];
    if (first === undefined || last === undefined || left.length < LEAST_UNUSED) continue;
    if (spoilt.has(pairKey(first.connection)) || !areOfClient(openings)) continue;
    if (openings.some((one) => isUsed(one, context)) || isWithheld(first, context) || isPassedOn(first, context))
      continue;
    found.set(first.connection, { first, last, count: left.length });
  }
  return found;
}

const callerOf = (pair: string, { request }: HttpExchangeFacts): string =>
  `${pair} ${(request && fieldValue(request, "user-agent")) ?? ""}`;

/** Engine.IO's client never asks for quite the same twice ("t="); whoever looks whether a server is well does. */
const areOfClient = (openings: readonly Opening[]): boolean =>
  new Set(openings.map(({ exchange }) => exchange.request?.target)).size === openings.length;

const isUsed = ({ exchange }: Opening, { sessions }: Context): boolean => {
  const sid = sidGiven(exchange);
  return (
    sid !== undefined &&
    (sessions().get(sid) ?? []).some((mate) => mate.exchanges.some(({ request }) => sidIn(request?.target) === sid))
  );
};

/** Its browser does not let the page see the answer, which has a finding of its own. */
function isWithheld({ connection, exchange }: Opening, context: Context): boolean {
  const origin = crossOriginOf(exchange)?.origin;
  if (origin === undefined) return false;
  return refusalOf(exchange, origin) !== null || leftForStar(exchange, connection, origin, context) !== null;
}

/** Behind a proxy the same is seen again: told where the client is. */
const isPassedOn = ({ connection, exchange }: Opening, { sessions }: Context): boolean => {
  const sid = sidGiven(exchange);
  const askedNs = exchange.request?.first.timestampNs ?? 0;
  return (sessions().get(sid ?? "") ?? []).some(
    (mate) =>
      mate !== connection &&
      mate.exchanges.some(
        (other) => sidGiven(other) === sid && other.request !== null && other.request.first.timestampNs < askedNs,
      ),
  );
};
