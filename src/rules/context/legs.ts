import { appendTo } from "../../base/append-to.ts";
import { type ConnectionId, relativeNs, type Side } from "../../base/brand.ts";
import { isBefore, type Mark } from "../../base/packet-view.ts";
import type { JoinFacts } from "../../store/across-types.ts";
import type { TcpFacts } from "../../store/tcp-types.ts";
import type { Analysis, ConnectionFacts } from "../../store/types.ts";
import { stoppedReading } from "../reading/full-window.ts";
import { clientOf, serverOf } from "../reading/reading.ts";

/** Two connections that carry one WebSocket: the legs of a proxy, or one connection seen at both its ends. */
export interface Join {
  readonly facts: JoinFacts;
  /** Nearer to the client. */
  readonly front: ConnectionFacts;
  readonly back: ConnectionFacts;
  /** How far the clock by which the back one was captured is ahead of the front one's. */
  readonly aheadNs: number;
}

/** The joins by connection. */
export interface Joins {
  /** Every pair, in the order of the analysis. */
  readonly all: readonly Join[];
  /** By the leg that enters the proxy, and by each copy of it. */
  readonly behind: ReadonlyMap<ConnectionId, Join>;
  /** By the leg that leaves the proxy, and by each copy of it. */
  readonly before: ReadonlyMap<ConnectionId, Join>;
  /** By any copy of a connection that was captured several times: its pairs with the copies taken next to it. */
  readonly twins: ReadonlyMap<ConnectionId, readonly Join[]>;
  /** Any copy → the one that was taken nearest to the client. */
  readonly copyOf: ReadonlyMap<ConnectionId, ConnectionId>;
  /** How far the clock of a connection's capture is ahead of the first one that it is joined to. */
  readonly aheadNs: ReadonlyMap<ConnectionId, number>;
}

export function joinsOf(analysis: Analysis): Joins {
  const byId = new Map(analysis.connections.map((connection) => [connection.id, connection]));
  const all = analysis.joins.flatMap((facts): Join[] => {
    const [front, back] = facts.connections.map((id) => byId.get(id));
    return front === undefined || back === undefined ? [] : [{ facts, front, back, aheadNs: facts.clockOffsetNs ?? 0 }];
  });
  const { aheadNs } = analysis;
  const between = (front: ConnectionFacts, back: ConnectionFacts): number =>
    (aheadNs.get(back.id) ?? 0) - (aheadNs.get(front.id) ?? 0);
  const copied = all.filter(({ facts }) => facts.kind === "two-captures");
  const proxied = all.filter(({ facts }) => facts.kind === "proxied");
  const twins = new Map<ConnectionId, Join[]>();
  const copyOf = new Map<ConnectionId, ConnectionId>();
  // Pairs come nearest to the client first.
  for (const join of copied) {
    const nearest = copyOf.get(join.front.id) ?? join.front.id;
    for (const { id } of [join.front, join.back]) {
      appendTo(twins, id, join);
      copyOf.set(id, nearest);
    }
  }
  const groups = new Map<ConnectionId, ConnectionFacts[]>();
  for (const [id, nearest] of copyOf) {
    const copy = byId.get(id);
    if (copy !== undefined) appendTo(groups, nearest, copy);
  }
  const copiesOf = (leg: ConnectionFacts): ConnectionFacts[] =>
    (groups.get(copyOf.get(leg.id) ?? leg.id) ?? []).filter((copy) => copy !== leg);
  const behind = new Map(proxied.map((join) => [join.front.id, join]));
  const before = new Map(proxied.map((join) => [join.back.id, join]));
  for (const join of copied.length === 0 ? [] : proxied) {
    for (const copy of copiesOf(join.front))
      behind.set(copy.id, { ...join, front: copy, aheadNs: between(copy, join.back) });
    for (const copy of copiesOf(join.back))
      before.set(copy.id, { ...join, back: copy, aheadNs: between(join.front, copy) });
  }
  return { all, behind, before, twins, copyOf, aheadNs };
}

/** The other copy of a connection that was captured at both its ends. */
export const twinOf = ({ front, back }: Join, { id }: ConnectionFacts): ConnectionFacts =>
  front.id === id ? back : front;

/** A NAT stands between both: they have other addresses or ports. */
export const isTranslated = ({ front, back }: Join): boolean =>
  clientOf(front) !== clientOf(back) || serverOf(front) !== serverOf(back);

/** A proxy that drops one leg drops the other within this time. */
const TOGETHER_NS = 1e9;

/**
 * Neither end hung up: the proxy between them ended its two connections, the client's as its server and the backend's as
 * its client, without a Close frame on either.
 */
export function proxyEndedBoth({ facts, front, back, aheadNs }: Join): boolean {
  const [there, here] = [front.tcp, back.tcp];
  if (facts.kind !== "proxied" || back.webSocket === null) return false;
  // Of an encrypted leg nobody can see it; what it carries is what the other one does.
  if (front.webSocket === null && facts.by !== "timing") return false;
  const closeFrames = [...(front.webSocket?.closeFrames ?? []), ...back.webSocket.closeFrames];
  if (closeFrames.some((close) => close !== null)) return false;
  return (
    there.firstCloser === "server" &&
    here.firstCloser === "client" &&
    there.closedAt !== null &&
    here.closedAt !== null &&
    (Math.abs(there.closedAt.timestampNs + aheadNs - here.closedAt.timestampNs) <= TOGETHER_NS ||
      waitsForReader(there, "client", onClock(here.closedAt, -aheadNs), there.closedAt) ||
      waitsForReader(here, "server", onClock(there.closedAt, aheadNs), here.closedAt))
  );
}

/** The moment by a clock that is ahead by so much. */
const onClock = ({ packet, timestampNs }: Mark, aheadNs: number): Mark => ({
  packet,
  timestampNs: relativeNs(timestampNs + aheadNs),
});

/** The proxy let go of its other leg, and its FIN on this one waited behind what `side` did not take until then. */
const waitsForReader = (tcp: TcpFacts, side: Side, gaveUp: Mark, fin: Mark): boolean =>
  isBefore(gaveUp, fin) && stoppedReading(tcp, side, gaveUp) !== null && stoppedReading(tcp, side, fin) !== null;

/** The join through whose proxy this connection was ended; null: an end did it, or nobody. */
export function endedByProxy({ id }: ConnectionFacts, { behind, before }: Joins): Join | null {
  const join = [behind.get(id), before.get(id)].find((item) => item !== undefined && proxyEndedBoth(item));
  return join ?? null;
}
