import { sidIn } from "../../base/session-id.ts";
import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { isSameLeg } from "../context/sessions.ts";
import { isPoll } from "../handshake/upgrade-outcome.ts";
import type { SessionPolls } from "./session-polls.ts";

/**
 * In that time the capture lacks something of a poll between the two ends: such a poll names no session, or not all that was
 * said. What is looked for may be in it. `polling`: the session that is asked about goes on by polls.
 */
export const hasUnreadPolls = (
  connection: ConnectionFacts,
  fromNs: number,
  untilNs: number,
  { analysis }: Context,
  polling?: SessionPolls,
): boolean =>
  unreadPolls(analysis.connections).some(
    (other) =>
      isSameLeg(other, connection) &&
      other.first.timestampNs <= untilNs &&
      other.last.timestampNs >= fromNs &&
      !(polling !== undefined && onlyWaits(other, polling)),
  );

const hasHole = ({ tcp }: ConnectionFacts): boolean => tcp.halves.some(({ missingBytes }) => missingBytes > 0);

/** A session that only polls always has one poll that waits; what waits in another's brings nothing of this one. */
const onlyWaits = (other: ConnectionFacts, { polls }: SessionPolls): boolean =>
  !hasHole(other) &&
  other.exchanges.every((one) => !isHalf(one) || polls.includes(one) || sidIn(one.request?.target) !== null);

/** Connections with holes, found once a judgement: thousands may ask. */
const unread = new WeakMap<readonly ConnectionFacts[], readonly ConnectionFacts[]>();

function unreadPolls(connections: readonly ConnectionFacts[]): readonly ConnectionFacts[] {
  const known = unread.get(connections);
  if (known !== undefined) return known;
  const found = connections.filter(
    (connection) => connection.webSocket === null && (hasHole(connection) || connection.exchanges.some(isHalf)),
  );
  unread.set(connections, found);
  return found;
}

/** One of the two is missing. A server answers the poll that waits at the latest when its session moves to a WebSocket. */
const isHalf = (exchange: HttpExchangeFacts): boolean =>
  exchange.response === null ? isPoll(exchange) && exchange.request?.method === "GET" : exchange.request === null;
