import { isBefore, type Mark } from "../../base/packet-view.ts";
import { sidIn } from "../../base/session-id.ts";
import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { isSameLeg } from "../context/sessions.ts";
import { isPoll } from "../handshake/upgrade-outcome.ts";
import { hasEnded, later } from "../reading/reading.ts";
import { mayHaveLivedOn } from "./lived-on.ts";

/** A session of Engine.IO that only polls, as these two hosts show it. */
export interface SessionPolls {
  readonly own: readonly ConnectionFacts[];
  readonly polls: readonly HttpExchangeFacts[];
  /** What carries it on the other side of a proxy. */
  readonly beyond: readonly ConnectionFacts[];
}

/** Each that asks reads all of them: of a session with more nothing is told. */
const MOST_CONNECTIONS = 1000;

/** The session's connections and requests between these two hosts, and its connections beyond; null: not one that only polls. */
export function pollsOf(connection: ConnectionFacts, sid: string | null, context: Context): SessionPolls | null {
  const mates = sid === null ? [] : (context.sessions().get(sid) ?? []);
  if (mates.length === 0 || mates.length > MOST_CONNECTIONS) return null;
  if (mates.some((mate) => mate.session?.engineIo?.transport === "websocket" && mayHaveLivedOn(mate))) return null;
  const own = mates.filter((mate) => isSameLeg(mate, connection));
  const polls = own.flatMap(({ exchanges }) =>
    exchanges.filter((one) => isPoll(one) && sidIn(one.request?.target) === sid),
  );
  return { own, polls, beyond: mates.filter((mate) => !own.includes(mate)) };
}

/** How long a session by polls was seen to live. */
export interface PollsEnd {
  /** null: it still waits at the end of the capture. */
  readonly until: Mark | null;
  readonly closedByServer: Mark | null;
}

/** Engine.IO's close packet of either side, or a refusal of the session; else the last answer that came, unless a poll still waits. */
export function endOfPolls({ own, polls }: SessionPolls): PollsEnd | null {
  let until: Mark | null = null;
  let closedByServer: Mark | null = null;
  const packets = new Set(polls.flatMap(({ request, response }) => [request?.last.packet, response?.last.packet]));
  for (const { session } of own) {
    const closed = session?.engineIo?.closed ?? null;
    // Polls of several sessions share a connection.
    if (closed === null || !packets.has(closed.packet) || (until !== null && isBefore(until, closed))) continue;
    until = closed;
    closedByServer = closed.from === "server" ? closed : null;
  }
  for (const { response } of polls)
    if (response !== null && response.status >= 400 && (until === null || isBefore(response.first, until)))
      [until, closedByServer] = [response.first, null];
  if (until !== null) return { until, closedByServer };
  const waits = own.some(
    (one) => !hasEnded(one) && one.exchanges.some((poll) => poll.response === null && polls.includes(poll)),
  );
  const last = polls.reduce<Mark | null>((newest, { response }) => later(newest, response?.last ?? null), null);
  return waits || last !== null ? { until: waits ? null : last, closedByServer: null } : null;
}
