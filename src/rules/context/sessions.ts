import { appendTo } from "../../base/append-to.ts";
import type { Mark } from "../../base/packet-view.ts";
import { sidIn } from "../../base/session-id.ts";
import type { SocketIoNamespaceFacts, TokenFacts } from "../../store/session-types.ts";
import type { Analysis, ConnectionFacts } from "../../store/types.ts";
import { carriesToken } from "../handshake/credentials.ts";
import { serverOf } from "../reading/reading.ts";

/** So many of the first and of the last are kept: of thousands each would be compared with each. */
const KEPT = 100;

/** The connections that carried packets of one Engine.IO session: its polls, its WebSocket, and those behind a proxy. */
export type Sessions = ReadonlyMap<string, readonly ConnectionFacts[]>;

export function sessionsOf({ connections }: Analysis): Sessions {
  const sessions = new Map<string, ConnectionFacts[]>();
  for (const connection of connections) {
    for (const sid of sidsOf(connection)) {
      appendTo(sessions, sid, connection);
    }
  }
  for (const carriers of sessions.values())
    if (carriers.length > 2 * KEPT) carriers.splice(KEPT, carriers.length - 2 * KEPT);
  return sessions;
}

/** All of its connections are known: what none of them shows never was. */
export const isKnownWhole = (sid: string | null, sessions: Sessions): boolean =>
  sid === null || (sessions.get(sid)?.length ?? 0) < 2 * KEPT;

function sidsOf({ session, exchanges }: ConnectionFacts): Set<string> {
  const sids = new Set<string>();
  if (session?.engineIo?.sid != null) sids.add(session.engineIo.sid);
  for (const { sid } of session?.socketIo ?? []) if (sid !== null) sids.add(sid);
  for (const { request } of exchanges) {
    const sid = sidIn(request?.target);
    if (sid !== null) sids.add(sid);
  }
  return sids;
}

/** A namespace of a session as one of its connections knows it. */
export interface Seen {
  readonly connection: ConnectionFacts;
  readonly facts: SocketIoNamespaceFacts;
}

/** Everything that was seen of this namespace in its session, whichever connection carried it. */
export function seenOf(connection: ConnectionFacts, facts: SocketIoNamespaceFacts, sessions: Sessions): Seen[] {
  const own = { connection, facts };
  if (facts.sid === null) return [own];
  const carriers = sessions.get(facts.sid) ?? [];
  return (carriers.includes(connection) ? carriers : [connection, ...carriers]).flatMap((other): Seen[] =>
    other === connection
      ? [own]
      : (other.session?.socketIo ?? [])
          .filter(({ sid, name }) => sid === facts.sid && name === facts.name)
          .map((item) => ({ connection: other, facts: item })),
  );
}

/** Between the same two hosts: the other side of a proxy is not this one. */
export const isSameLeg = (a: ConnectionFacts, b: ConnectionFacts): boolean =>
  a.client.address === b.client.address && serverOf(a) === serverOf(b);

/** An event that says error, just before the server disconnected. */
export const toldOf = ({ told, disconnected }: SocketIoNamespaceFacts): SocketIoNamespaceFacts["told"] =>
  told !== null && disconnected?.from === "server" && disconnected.timestampNs - told.timestampNs <= TOLD_WITHIN_NS
    ? told
    : null;

const TOLD_WITHIN_NS = 5e9;

/** Whoever speaks is heard on its own leg first; what the proxy hands on is the same again. */
export const isHandedOn = (
  connection: ConnectionFacts,
  all: readonly Seen[],
  markOf: (facts: SocketIoNamespaceFacts) => Mark | null,
  own: Mark,
): boolean =>
  all.some((seen) => {
    const mark = isSameLeg(seen.connection, connection) ? null : markOf(seen.facts);
    return (
      mark !== null &&
      (mark.timestampNs < own.timestampNs || (mark.timestampNs === own.timestampNs && mark.packet < own.packet))
    );
  });

/** The first that a leg shows of it, on whichever connection. */
export function onLeg<T extends Mark>(
  connection: ConnectionFacts,
  all: readonly Seen[],
  of: (facts: SocketIoNamespaceFacts) => T | null,
): T | null {
  const marks = all.filter((seen) => isSameLeg(seen.connection, connection)).map(({ facts }) => of(facts));
  return marks.filter((mark) => mark !== null).sort((a, b) => a.timestampNs - b.timestampNs)[0] ?? null;
}

/** The client sent something to log in with: in CONNECT, in a field that is made for it, or in the query. */
export function hasCredentials(facts: SocketIoNamespaceFacts, all: readonly Seen[], sessions: Sessions): boolean {
  if (all.some((seen) => seen.facts.hasAuth)) return true;
  const mates = facts.sid === null ? all.map(({ connection }) => connection) : (sessions.get(facts.sid) ?? []);
  return mates.some(({ exchanges }) => exchanges.some(({ request }) => request !== null && carriesToken(request)));
}

/** Tokens that this session's CONNECT of the namespace carried over the same leg, on whichever connection. */
export const tokensOf = (
  connection: ConnectionFacts,
  { name, sid }: SocketIoNamespaceFacts,
  sessions: Sessions,
): TokenFacts[] =>
  (sessions.get(sid ?? "") ?? [])
    .filter((other) => isSameLeg(other, connection))
    .flatMap(({ tokens }) => tokens.filter((token) => token.sid === sid && (token.namespace ?? name) === name));
