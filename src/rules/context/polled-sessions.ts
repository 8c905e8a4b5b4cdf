import { appendTo } from "../../base/append-to.ts";
import type { Mark } from "../../base/packet-view.ts";
import { sidIn } from "../../base/session-id.ts";
import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { Analysis, ConnectionFacts } from "../../store/types.ts";
import { type TimeIndex, timeIndex } from "../reading/time-index.ts";
import { pairKey } from "./others.ts";
import type { Sessions } from "./sessions.ts";

/** A session of Socket.IO that a client opened by a poll, and went on with. */
export interface PolledSession {
  readonly connection: ConnectionFacts;
  /** The poll that opened it. */
  readonly exchange: HttpExchangeFacts;
  readonly openedAt: Mark;
  /** When a request of it was last answered well. */
  readonly lastNs: number;
}

/** A session's id, in the body of an answer that opened it. */
export const sidGiven = ({ responseBodyPreview }: HttpExchangeFacts): string | undefined =>
  /^(?:\d+:)?0\{"sid":"([^"]+)"/.exec(responseBodyPreview)?.[1];

/** Those that somebody came back to and was answered, by "client address, server endpoint", in the order of their openings. */
export function polledSessionsOf(
  { connections }: Analysis,
  sessions: Sessions,
): ReadonlyMap<string, TimeIndex<PolledSession>> {
  const found = new Map<string, PolledSession[]>();
  // One session may be given out any number of times: what became of it is looked up once.
  const answered = new Map<string, number | null>();
  const answeredNs = (sid: string): number | null => {
    const known = answered.get(sid);
    if (known !== undefined) return known;
    const lastNs = lastAnswered(sid, sessions);
    answered.set(sid, lastNs);
    return lastNs;
  };
  for (const connection of connections)
    for (const exchange of connection.exchanges) {
      const sid = sidGiven(exchange);
      const openedAt = exchange.response?.last;
      const lastNs = sid === undefined ? null : answeredNs(sid);
      if (openedAt === undefined || lastNs === null) continue;
      appendTo(found, pairKey(connection), { connection, exchange, openedAt, lastNs });
    }
  return new Map([...found].map(([pair, list]) => [pair, timeIndex(list, ({ openedAt }) => openedAt.timestampNs)]));
}

function lastAnswered(sid: string, sessions: Sessions): number | null {
  let last: number | null = null;
  for (const { exchanges } of sessions.get(sid) ?? [])
    for (const { request, response } of exchanges)
      if (response !== null && response.status < 300 && sidIn(request?.target) === sid)
        last = Math.max(last ?? 0, response.last.timestampNs);
  return last;
}
