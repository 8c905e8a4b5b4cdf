import { sidIn } from "../../base/session-id.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { pairKey } from "../context/others.ts";
import { cause } from "../draft.ts";
import { engineIoCode } from "../handshake/engine-io-code.ts";
import { handshakeOf } from "../handshake/upgrade-outcome.ts";
import { endOf } from "../reading/reading.ts";
import type { Cause } from "../types.ts";

/** The openings of sessions (Engine.IO's `0{"sid":…`), behind the length that protocol 3 writes before it. */
const OPENING = /^(?:\d+:)?0\{"sid":"([^"]{1,100})"/;

/**
 * Two clients have one session: somebody in between keeps the answers that open sessions. Certain where one leg shows it
 * given out twice, in answers to different requests for a new one, as no server draws the same id again. Behind the cache
 * only the first of them is seen; there it is somebody who asks for a WebSocket of a session that lives on another one.
 */
export function cachedHandshake(sid: string, path: string, { sessions, joins }: Context): Cause | null {
  const sharing = sharingOf(sid, sessions().get(sid) ?? [], joins.copyOf);
  if (!sharing.openedTwice && !sharing.movedTwice) return null;
  return cause(sharing.openedTwice ? "certain" : "likely", "handshakeCached", { path });
}

/** Engine.IO refused a request of this session in words: that is told, and why. */
export const wasRefused = (sid: string, { sessions, joins }: Context): boolean =>
  sharingOf(sid, sessions().get(sid) ?? [], joins.copyOf).refused;

interface SessionUse {
  readonly openedTwice: boolean;
  readonly movedTwice: boolean;
  readonly refused: boolean;
}

const known = new WeakMap<readonly ConnectionFacts[], SessionUse>();

/** Looked up once for each session, however many connections it has. */
function sharingOf(sid: string, mates: readonly ConnectionFacts[], copyOf: Context["joins"]["copyOf"]): SessionUse {
  const made = known.get(mates);
  if (made !== undefined) return made;
  const own = mates.filter(({ id }) => !copyOf.has(id));
  const exchanges = own.flatMap((mate) => mate.exchanges.map((exchange) => ({ leg: pairKey(mate), exchange })));
  const opening = exchanges.filter(
    ({ exchange: { request, responseBodyPreview } }) =>
      request !== null && sidIn(request.target) === null && OPENING.exec(responseBodyPreview)?.[1] === sid,
  );
  const sharing = {
    openedTwice: new Set(opening.map(({ leg }) => leg)).size < opening.length,
    movedTwice: hasMovedTwice(sid, own),
    refused: exchanges.some(
      ({ exchange }) => sidIn(exchange.request?.target) === sid && engineIoCode(exchange) !== null,
    ),
  };
  known.set(mates, sharing);
  return sharing;
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
