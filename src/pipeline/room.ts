import * as limits from "../base/limits.ts";
import type { ConnectionFacts } from "../store/types.ts";
import type { TcpConnection } from "../tcp/connection.ts";

/** Part of the tracked connections that goes when there are too many: seldom enough to cost nothing. */
export const ROOM_SHARE = 0.25;

/** Only SYNs came: the facts tell all. */
export const isHalfOpen = ({ synSeen, synAckSeen, low, high }: TcpConnection): boolean =>
  synSeen && !synAckSeen && low.dataSegments + high.dataSegments === 0;

/** Nothing but strays can still come: both sides have said FIN, or a RST came. */
export const hasEnded = (connection: TcpConnection): boolean =>
  connection.finished || connection.resets.length > 0 || (connection.low.fin !== null && connection.high.fin !== null);

/**
 * Who goes when there are too many at once. Of the ended ones all but the newest, of which packets may still come, and of
 * those that only sent a SYN the oldest. Beyond `mostTracked`, where that is not enough, more of these, then the ones that
 * have been silent for longest: those that are let go unfinished are marked `evicted`. `endedBeforeNs`: what ended later goes
 * only beyond `mostTracked`, too.
 */
export function whoGoes(
  connections: readonly TcpConnection[],
  mostTracked: number,
  endedBeforeNs: number,
): TcpConnection[] {
  const { endedConnections, halfOpenConnections } = limits;
  const [ended, open] = partition(connections, hasEnded);
  const needless = ended.sort(byAge).slice(0, Math.max(0, ended.length - endedConnections / 2));
  const isFull = connections.length > mostTracked;
  const gone = isFull ? needless : needless.filter(({ lastPacketNs }) => lastPacketNs < endedBeforeNs);
  const [halfOpen, others] = partition(open, isHalfOpen);
  if (halfOpen.length > halfOpenConnections)
    gone.push(...halfOpen.sort(byAge).splice(0, halfOpen.length - halfOpenConnections * (1 - ROOM_SHARE)));
  const tooMany = connections.length - gone.length - mostTracked * (1 - ROOM_SHARE);
  if (!isFull || tooMany <= 0) return gone;
  const evicted = [...halfOpen.sort(byAge), ...others.sort(byAge)].slice(0, Math.ceil(tooMany));
  for (const connection of evicted) connection.evicted = !isHalfOpen(connection);
  return [...gone, ...evicted];
}

const byAge = (a: TcpConnection, b: TcpConnection): number => a.lastPacketNs - b.lastPacketNs;

function partition<T>(all: readonly T[], fits: (one: T) => boolean): [T[], T[]] {
  const parts: [T[], T[]] = [[], []];
  for (const one of all) parts[fits(one) ? 0 : 1].push(one);
  return parts;
}

/** Time alone does not change them any more: pings are judged up to the end, and no window is waited for. */
export const isFinal = ({ tcp }: ConnectionFacts): boolean =>
  tcp.closedAt !== null && tcp.icmpErrors.length === 0 && tcp.halves.every((half) => half.zeroWindowSince === null);
