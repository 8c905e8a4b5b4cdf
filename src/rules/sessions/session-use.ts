import { sidIn } from "../../base/session-id.ts";
import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { pairKey } from "../context/others.ts";
import { sidGiven } from "../context/polled-sessions.ts";
import { engineIoCode } from "../handshake/engine-io-code.ts";
import { handshakeOf, isFailedPoll, isPoll } from "../handshake/upgrade-outcome.ts";
import { endOf } from "../reading/reading.ts";
import { says } from "./poll-heartbeat.ts";

/** The openings of sessions (Engine.IO's `0{"sid":…`), behind the length that protocol 3 writes before it. */
const OPENING = /^(?:\d+:)?0\{"sid":"([^"]{1,100})"/;

/** What all connections of a session tell of it. */
interface SessionUse {
  readonly openedTwice: boolean;
  readonly movedTwice: boolean;
  /** When Engine.IO first refused a request; infinite where it did not. */
  readonly refusedNs: number;
  /** The same of polls, whoever answered them by anything but what was asked for: their client gives the session up. */
  readonly failedNs: number;
  /** When the server said in the answer to a poll that it ends the session; infinite where it did not. */
  readonly dismissedNs: number;
}

const known = new WeakMap<readonly ConnectionFacts[], SessionUse>();

/** Looked up once for each session, however many connections it has. */
export function sessionUse(sid: string, { sessions, joins }: Context): SessionUse {
  const mates = sessions().get(sid) ?? [];
  const made = known.get(mates);
  if (made !== undefined) return made;
  const own = mates.filter(({ id }) => !joins.copyOf.has(id));
  const exchanges = own.flatMap((mate) => mate.exchanges.map((exchange) => ({ leg: pairKey(mate), exchange })));
  const opening = exchanges.filter(
    ({ exchange: { request, responseBodyPreview } }) =>
      request !== null && sidIn(request.target) === null && OPENING.exec(responseBodyPreview)?.[1] === sid,
  );
  const use = {
    openedTwice: new Set(opening.map(({ leg }) => leg)).size < opening.length,
    movedTwice: hasMovedTwice(sid, own),
    refusedNs: firstNs(exchanges, sid, (exchange) => engineIoCode(exchange) !== null),
    failedNs: firstNs(exchanges, sid, isFailedPoll),
    dismissedNs: firstNs(exchanges, sid, (exchange) => isPoll(exchange) && says(exchange, "1")),
  };
  known.set(mates, use);
  return use;
}

const firstNs = (
  exchanges: readonly { readonly exchange: HttpExchangeFacts }[],
  sid: string,
  isSuch: (exchange: HttpExchangeFacts) => boolean,
): number =>
  exchanges.reduce(
    (first, { exchange }) =>
      exchange.response !== null && sidIn(exchange.request?.target) === sid && isSuch(exchange)
        ? Math.min(first, exchange.response.first.timestampNs)
        : first,
    Number.POSITIVE_INFINITY,
  );

/** Engine.IO refused a request of this session in words: that is told, and why. */
export const wasRefused = (sid: string, context: Context): boolean => sessionUse(sid, context).refusedNs < Infinity;

/** Its proxy got no good answer (502, RFC 9110 §15.6.3) to a request of a session that its server had opened right before. */
export function isJustOpened({ request, response }: HttpExchangeFacts, context: Context): boolean {
  const sid = sidIn(request?.target);
  if (sid === null || response?.status !== 502) return false;
  const at = response.first.timestampNs;
  return (context.sessions().get(sid) ?? []).some(({ exchanges }) =>
    exchanges.some((one) => {
      const openedNs = sidGiven(one) === sid ? (one.response?.last.timestampNs ?? at) : at;
      return openedNs < at && at - openedNs <= AT_ONCE_NS;
    }),
  );
}

/** What the server says at one moment on several connections comes in any order. */
const AT_ONCE_NS = 1e9;

/** The server ended the session by then, or just then: what still asks for it gets nothing. */
export const wasDismissed = (sid: string, untilNs: number, context: Context): boolean =>
  sessionUse(sid, context).dismissedNs <= untilNs + AT_ONCE_NS;

/**
 * Engine.IO's client gives up the WebSocket that it asked for when another request of its session was refused, or redirected,
 * meanwhile, or brought word that the session is over.
 */
export function isGivenUp(connection: ConnectionFacts, context: Context): boolean {
  const sid = sidIn(handshakeOf(connection)?.request?.target);
  if (sid === null || connection.tcp.firstCloser !== "client") return false;
  const { refusedNs, failedNs, dismissedNs } = sessionUse(sid, context);
  return Math.min(refusedNs, failedNs, dismissedNs) <= endOf(connection).timestampNs;
}

/** A WebSocket was asked for while the session lived on one already, to which it had moved by its "5". */
function hasMovedTwice(sid: string, mates: readonly ConnectionFacts[]): boolean {
  const livesOn = new Map<string, ConnectionFacts>();
  for (const mate of mates) {
    const movedNs = mate.session?.engineIo?.upgraded?.timestampNs;
    if (movedNs !== undefined && !livesOn.has(pairKey(mate))) livesOn.set(pairKey(mate), mate);
  }
  return mates.some((mate) => {
    const home = livesOn.get(pairKey(mate));
    const request = handshakeOf(mate)?.request;
    if (home === undefined || home === mate || !request || !/[?&]transport=websocket/.test(request.target))
      return false;
    const askedNs = request.first.timestampNs;
    const movedNs = home.session?.engineIo?.upgraded?.timestampNs ?? Number.POSITIVE_INFINITY;
    return sidIn(request.target) === sid && askedNs > movedNs && askedNs < endOf(home).timestampNs;
  });
}
