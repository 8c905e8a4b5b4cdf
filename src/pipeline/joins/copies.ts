import { wayOf } from "./clock-offset.ts";
import type { Origin } from "./settled-connections.ts";

/** Each connection that several captures hold: its copies, the one taken nearest to the client first. */
export function copiesOf(tracked: readonly Origin[]): Origin[][] {
  if (tracked.every(({ vantage }) => vantage === tracked[0]?.vantage)) return [];
  const byTuple = new Map<string, Origin[][]>();
  for (const connection of tracked) {
    const key = `${connection.addresses.join(" ")} ${connection.ports.join(" ")}`;
    const groups = byTuple.get(key) ?? [];
    byTuple.set(key, groups);
    const group = groups.find((copies) => copies.every((copy) => isSame(copy, connection)));
    if (group === undefined) groups.push([connection]);
    else group.push(connection);
  }
  return [...byTuple.values()]
    .flat()
    .filter((copies) => copies.length > 1)
    .map((copies) => copies.sort(nearerToClient));
}

/**
 * The same initial sequence numbers (RFC 9293 §3.4.1), as far as both captures hold them. Where a capture began only later,
 * both directions have stretches of the sequence numbers in common: those of another connection lie elsewhere.
 */
function isSame(a: Origin, b: Origin): boolean {
  if (a.vantage === b.vantage) return false;
  return isBySyn(a, b)
    ? bothBegun(a, b).every(([one, other]) => one.initialSequence === other.initialSequence)
    : isOverlapping(a, b, 0) && isOverlapping(a, b, 1);
}

/** Both captures hold a SYN of one end. */
export const isBySyn = (a: Origin, b: Origin): boolean => bothBegun(a, b).length > 0;

type Half = Origin["halves"][number];

const halvesOf = (a: Origin, b: Origin): (readonly [Half, Half])[] =>
  a.halves.map((half, index) => [half, b.halves[index === 0 ? 0 : 1]] as const);

const bothBegun = (a: Origin, b: Origin): (readonly [Half, Half])[] =>
  halvesOf(a, b).filter(([one, other]) => one.synSeen && other.synSeen);

/** From where to where a capture has seen this half of a connection; null: not at all. */
function stretchOf({ halves }: Origin, index: 0 | 1): readonly [from: number, to: number] | null {
  const [half, peer] = [halves[index], halves[index === 0 ? 1 : 0]];
  if (half.sequenceKnown) return [beginningOf(half), half.maxSequence];
  return peer.acknowledgedKnown ? [peer.acknowledged, peer.acknowledged] : null;
}

function isOverlapping(a: Origin, b: Origin, index: 0 | 1): boolean {
  const [one, other] = [stretchOf(a, index), stretchOf(b, index)];
  return one !== null && other !== null && ((other[1] - one[0]) | 0) >= 0 && ((one[1] - other[0]) | 0) >= 0;
}

/** Where its stream begins, as far as the capture holds it. */
export const beginningOf = ({ anchored, nextSequence, streamOffset, maxSequence }: Half): number =>
  anchored ? (nextSequence - streamOffset) | 0 : maxSequence;

/**
 * The SYN-ACK comes back a whole round trip later where the client is, and at once where the server is. Who never got it is
 * the client. Where a capture began only later it is told by packets that both hold, else by the routers that each has
 * passed.
 */
export function nearerToClient(a: Origin, b: Origin): number {
  if (a.synSeen && b.synSeen) return waited(a) === waited(b) ? a.id - b.id : waited(b) - waited(a);
  const way = wayOf({ first: a, second: b });
  if (way !== null && way.thereNs !== way.backNs) return way.backNs - way.thereNs;
  return hopsOf(b, a.clientIndex) - hopsOf(a, a.clientIndex) || a.id - b.id;
}

/** How much higher the hop limit of the client's packets is than the server's: it falls from capture to capture on the way. 0: not known. */
function hopsOf({ halves }: Origin, client: 0 | 1): number {
  const [own, peer] = [halves[client].hopLimit, halves[client === 0 ? 1 : 0].hopLimit];
  return own < 0 || peer < 0 ? 0 : own - peer;
}

const waited = (one: Origin): number => (one.synAckSeen ? one.synAckNs - one.synNs : Number.POSITIVE_INFINITY);
