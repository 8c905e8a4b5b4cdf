import type { ConnectionId } from "../base/brand.ts";
import type { Analysis, ConnectionFacts, JoinFacts } from "../store/types.ts";

/** Two connections that carry one WebSocket: the legs of a proxy, or one connection seen at both its ends. */
export interface Join {
  readonly facts: JoinFacts;
  /** Nearer to the client. */
  readonly front: ConnectionFacts;
  readonly back: ConnectionFacts;
}

/** The joins by connection. */
export interface Joins {
  /** Every pair, in the order of the analysis. */
  readonly all: readonly Join[];
  /** By the leg that enters the proxy. */
  readonly behind: ReadonlyMap<ConnectionId, Join>;
  /** By the leg that leaves the proxy. */
  readonly before: ReadonlyMap<ConnectionId, Join>;
  /** By either copy of a connection that was captured twice. */
  readonly twins: ReadonlyMap<ConnectionId, Join>;
}

export function joinsOf(analysis: Analysis): Joins {
  const byId = new Map(analysis.connections.map((connection) => [connection.id, connection]));
  const all: Join[] = [];
  const behind = new Map<ConnectionId, Join>();
  const before = new Map<ConnectionId, Join>();
  const twins = new Map<ConnectionId, Join>();
  for (const facts of analysis.joins) {
    const [front, back] = facts.connections.map((id) => byId.get(id));
    if (front === undefined || back === undefined) continue;
    const join = { facts, front, back };
    all.push(join);
    if (facts.kind === "proxied") {
      behind.set(front.id, join);
      before.set(back.id, join);
    } else {
      twins.set(front.id, join);
      twins.set(back.id, join);
    }
  }
  return { all, behind, before, twins };
}

/** The other copy of a connection that was captured at both its ends. */
export const twinOf = ({ front, back }: Join, { id }: ConnectionFacts): ConnectionFacts =>
  front.id === id ? back : front;

/** A proxy that drops one leg drops the other within this time. */
const TOGETHER_NS = 1e9;

/**
 * Neither end hung up: the proxy between them ended its two connections, the client's as its server and the backend's as
 * its client, without a Close frame on either.
 */
export function proxyEndedBoth({ facts, front, back }: Join): boolean {
  const [there, here] = [front.tcp, back.tcp];
  if (facts.kind !== "proxied" || front.webSocket === null || back.webSocket === null) return false;
  if ([...front.webSocket.closeFrames, ...back.webSocket.closeFrames].some((close) => close !== null)) return false;
  return (
    there.firstCloser === "server" &&
    here.firstCloser === "client" &&
    there.closedAt !== null &&
    here.closedAt !== null &&
    Math.abs(there.closedAt.timestampNs - here.closedAt.timestampNs) <= TOGETHER_NS
  );
}

/** The join through whose proxy this connection was ended; null: an end did it, or nobody. */
export function endedByProxy({ id }: ConnectionFacts, { behind, before }: Joins): Join | null {
  const join = [behind.get(id), before.get(id)].find((item) => item !== undefined && proxyEndedBoth(item));
  return join ?? null;
}
