import { appendTo } from "../../base/append-to.ts";
import type { ConnectionId } from "../../base/brand.ts";
import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { Analysis, ConnectionFacts } from "../../store/types.ts";
import { fieldValue } from "../reading/reading.ts";
import { looksLikeWebSocket } from "../reading/sealed.ts";
import { type TimeIndex, timeIndex } from "../reading/time-index.ts";
import { type Backends, backendsOf } from "./backends.ts";
import { type ClientTimer, clientTimersOf } from "./client-timer.ts";
import { type LostDials, lostDialsOf } from "./dead-path.ts";
import { type Eviction, evictionsOf } from "./evictions.ts";
import { type Joins, joinsOf } from "./legs.ts";
import { type Others, othersOf, pairKey } from "./others.ts";
import { type PolledSession, polledSessionsOf } from "./polled-sessions.ts";
import { type Sessions, sessionsOf } from "./sessions.ts";
import { withSharedIntervals } from "./shared-intervals.ts";
import type { Timer } from "./timers.ts";
import { type Unreachables, unreachablesOf } from "./unreachables.ts";

/** What a rule may know besides its connection: the others, and the timers to match. Built once per judgement. */
export interface Context {
  readonly analysis: Analysis;
  /** The user's own timers come first. */
  readonly timers: readonly Timer[];
  /** The ports that were asked for; empty: none in particular. */
  readonly ports: readonly number[];
  /** Which connections carry one WebSocket. */
  readonly joins: Joins;
  /** Connections that went on from another port or address of their client, with what was seen of them there. */
  readonly rebound: ReadonlyMap<ConnectionId, readonly ConnectionFacts[]>;
  /** Those other ports or addresses: their beginning, and the server's packets, are elsewhere and not missing. */
  readonly strays: ReadonlySet<ConnectionId>;
  /** The connections that asked with this Sec-WebSocket-Key: more than one when a proxy passed it on. */
  readonly keyUses: ReadonlyMap<string, readonly ConnectionFacts[]>;
  /** Usual hop limit of what a host sends, from connections that were accepted. */
  readonly hopLimitOf: ReadonlyMap<string, number>;
  /** Most captures are healthy and never ask. */
  readonly others: () => Others;
  readonly sessions: () => Sessions;
  /** By "client address, server endpoint". */
  readonly polledSessions: () => ReadonlyMap<string, TimeIndex<PolledSession>>;
  readonly lostDials: () => LostDials;
  readonly unreachables: () => Unreachables;
  readonly backends: () => Backends;
  readonly evictions: () => ReadonlyMap<ConnectionId, Eviction>;
  /** By "client address, server endpoint". */
  readonly clientTimers: () => ReadonlyMap<string, ClientTimer>;
}

export const keyOf = (exchange: HttpExchangeFacts | null | undefined): string | null =>
  exchange?.request ? fieldValue(exchange.request, "sec-websocket-key") : null;

function once<T>(make: () => T): () => T {
  let made: T | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

function reboundOf({ rebound, connections }: Analysis): Map<ConnectionId, ConnectionFacts[]> {
  const found = new Map<ConnectionId, ConnectionFacts[]>();
  if (rebound.length === 0) return found;
  const byId = new Map(connections.map((connection) => [connection.id, connection]));
  for (const { connection, continuedBy } of rebound) {
    const stray = byId.get(continuedBy);
    if (stray !== undefined) appendTo(found, connection, stray);
  }
  return found;
}

/** What is taken for WebSockets inside TLS, as `Others.sockets` has those that can be read. */
function sealedSocketsOf({ connections }: Analysis, ports: readonly number[]): Map<string, TimeIndex<ConnectionFacts>> {
  const found = new Map<string, ConnectionFacts[]>();
  for (const connection of connections)
    if (looksLikeWebSocket(connection, { ports })) appendTo(found, pairKey(connection), connection);
  return new Map([...found].map(([pair, list]) => [pair, timeIndex(list, ({ first }) => first.timestampNs)]));
}

export function contextOf(captured: Analysis, timers: readonly Timer[], ports: readonly number[] = []): Context {
  const analysis = withSharedIntervals(captured);
  const keyUses = new Map<string, ConnectionFacts[]>();
  const hopLimitOf = new Map<string, number>();
  for (const connection of analysis.connections) {
    const key = keyOf(connection.upgrade?.exchange);
    if (key !== null) appendTo(keyUses, key, connection);
    const hops = connection.tcp.halves[1].hopLimit;
    if (hops !== null && connection.tcp.opening === "complete" && !hopLimitOf.has(connection.server.address))
      hopLimitOf.set(connection.server.address, hops);
  }
  const others = once(() => othersOf(analysis));
  const joins = joinsOf(analysis);
  const sessions = once(() => sessionsOf(analysis));
  return {
    analysis,
    timers,
    ports,
    joins,
    rebound: reboundOf(analysis),
    strays: new Set(analysis.rebound.map(({ continuedBy }) => continuedBy)),
    keyUses,
    hopLimitOf,
    others,
    sessions,
    polledSessions: once(() => polledSessionsOf(analysis, sessions())),
    lostDials: once(() => lostDialsOf(analysis)),
    unreachables: once(() => unreachablesOf(analysis.connections)),
    backends: once(() => backendsOf(joins.all)),
    evictions: once(() => evictionsOf(analysis.connections)),
    clientTimers: once(
      () => new Map([...clientTimersOf(sealedSocketsOf(analysis, ports)), ...clientTimersOf(others().sockets)]),
    ),
  };
}
