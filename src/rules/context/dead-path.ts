import { appendTo } from "../../base/append-to.ts";
import type { ConnectionId } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { IcmpFacts } from "../../store/tcp-types.ts";
import type { Analysis, ConnectionFacts } from "../../store/types.ts";
import { isHostOrNet, unreachable } from "../reading/icmp-meaning.ts";
import { hostsOf, serverOf } from "../reading/reading.ts";
import { stallsOf } from "../reading/stall.ts";
import { type TimeIndex, timeIndex, within } from "../reading/time-index.ts";
import { soughtByServer } from "./sought.ts";

/*
 * Between two hosts nothing gets through for a while. A connection that is open shows it: what it sends is repeated without
 * an answer. Whoever dials the same host meanwhile gets none either, and that needs no explanation of its own.
 */

/** A connection that shows it, and since which packet. */
export interface DeadPath {
  readonly connection: ConnectionFacts;
  readonly since: Mark;
}

/** Dials that failed in such a time, each with what shows it; and how many there were, by the connection that does. */
export interface LostDials {
  readonly by: ReadonlyMap<ConnectionId, DeadPath>;
  readonly counts: ReadonlyMap<ConnectionId, number>;
}

interface Span extends DeadPath {
  readonly untilNs: number;
}

/** Fewer, or shorter, is ordinary loss that may still be repaired. */
export const LEAST_RETRANSMISSIONS = 3;
export const LEAST_WAIT_MS = 2000;

/** Clients dial again within a minute; who stays away for longer may find another trouble. */
const NEXT_SIGN_NS = 60e9;

/** When what this connection sent got no answer: its data, or its FIN. */
function spansOf(connection: ConnectionFacts): Span[] {
  const { tcp } = connection;
  if (tcp.oneWay || tcp.opening === "unanswered" || tcp.opening === "refused") return [];
  const spans: Span[] = stallsOf(connection).map(({ first, last }) => ({
    connection,
    since: first,
    untilNs: last.timestampNs,
  }));
  for (const { unacknowledged, largestArrived, fin, finRepeat, finRetransmissions, finAcknowledged } of tcp.halves) {
    // A large segment that is lost again and again is a matter of its size, unless others of that size had arrived.
    const isLost = unacknowledged !== null && (!unacknowledged.fullSize || largestArrived);
    if (isLost && unacknowledged.retransmissions >= LEAST_RETRANSMISSIONS)
      spans.push({ connection, since: unacknowledged.since, untilNs: unacknowledged.last.timestampNs });
    if (fin !== null && finRepeat !== null && finRetransmissions >= LEAST_RETRANSMISSIONS && finAcknowledged === null)
      spans.push({ connection, since: fin, untilNs: finRepeat.last.timestampNs });
  }
  return spans.filter(({ since, untilNs }) => untilNs - since.timestampNs >= LEAST_WAIT_MS * 1e6);
}

/** A router's word that nobody is there, or that there is no way. */
const unreachableOf = ({ tcp }: ConnectionFacts): Mark | null =>
  tcp.icmpErrors.find((error) => error.about === "client" && isHostOrNet(error)) ?? null;

/** A firewall's word that it lets nothing through (RFC 792, RFC 4443 §3.1). */
const rejectionOf = ({ tcp }: ConnectionFacts): IcmpFacts | null =>
  tcp.icmpErrors.find((error) => error.about === "client" && unreachable(error) !== null && !isHostOrNet(error)) ??
  null;

/** The open connection was rejected in the same words by the same device: one rule. */
const isRejectedAlike = ({ sender, type, code }: IcmpFacts, { tcp }: ConnectionFacts): boolean =>
  tcp.icmpErrors.some((error) => error.sender === sender && error.type === type && error.code === code);

/** A SYN-ACK that was sent again and again to a client that the server's host then did not even find on its link. */
function answeredInVain(connection: ConnectionFacts, analysis: Analysis): Mark | null {
  const { synAcks, established } = connection.tcp;
  const [first, second] = synAcks;
  if (!first || !second || established !== null) return null;
  return soughtByServer(connection, synAcks.at(-1) ?? second, analysis) === null ? null : first;
}

/** A dial that came to nothing because nobody was reached: a port that refuses was reached. */
const isLost = (connection: ConnectionFacts): boolean =>
  connection.kind === "tcp-unanswered" ||
  (connection.kind === "tcp-refused" && (unreachableOf(connection) ?? rejectionOf(connection)) !== null);

/**
 * Dials that failed while the path between the same hosts was known to be dead, by a connection that was open or by an
 * earlier dial that a router called unreachable, or that the server answered to a client which its link did not reach. One that comes about in between shows that the path works.
 */
export function lostDialsOf(analysis: Analysis): LostDials {
  const { connections } = analysis;
  const by = new Map<ConnectionId, DeadPath>();
  const counts = new Map<ConnectionId, number>();
  const dials = new Map<string, ConnectionFacts[]>();
  for (const connection of connections) if (isLost(connection)) appendTo(dials, pathOf(connection), connection);
  if (dials.size === 0) return { by, counts };
  const spans = new Map<string, Span[]>();
  const opened = new Map<string, ConnectionFacts[]>();
  for (const connection of connections) {
    const hosts = pathOf(connection);
    if (!dials.has(hosts)) continue;
    if (connection.tcp.opening === "complete") appendTo(opened, hosts, connection);
    for (const span of spansOf(connection)) appendTo(spans, hosts, span);
  }
  for (const [hosts, failed] of dials) {
    const openings = timeIndex(opened.get(hosts) ?? [], startOf);
    for (const [dial, dead] of pairsOf(timeIndex(failed, startOf).items, spans.get(hosts) ?? [], openings, analysis)) {
      by.set(dial.id, dead);
      counts.set(dead.connection.id, (counts.get(dead.connection.id) ?? 0) + 1);
    }
  }
  return { by, counts };
}

/** Between the addresses of one machine no path dies: a rule of its firewall does, for one port. */
const pathOf = (connection: ConnectionFacts): string =>
  connection.client.address === connection.server.address ? serverOf(connection) : hostsOf(connection);

const startOf = ({ first }: ConnectionFacts): number => first.timestampNs;

/** Both in the order of time: each is looked at once. */
function pairsOf(
  dials: readonly ConnectionFacts[],
  unsorted: readonly Span[],
  openings: TimeIndex<ConnectionFacts>,
  analysis: Analysis,
): [ConnectionFacts, DeadPath][] {
  const spans = [...unsorted].sort((a, b) => a.since.timestampNs - b.since.timestampNs);
  const found: [ConnectionFacts, DeadPath][] = [];
  let next = 0;
  let dead: Span | null = null;
  for (const dial of dials) {
    const at = startOf(dial);
    for (let span = spans[next]; span !== undefined && span.since.timestampNs <= at; span = spans[++next])
      dead = isDead(dead, span.since.timestampNs, openings) ? lasting(dead, span.untilNs) : span;
    const rejection = rejectionOf(dial);
    if (rejection !== null && (dead === null || !isRejectedAlike(rejection, dead.connection))) continue;
    const untilNs = (dial.tcp.syns.at(-1) ?? dial.first).timestampNs;
    const since = unreachableOf(dial) ?? answeredInVain(dial, analysis);
    if (isDead(dead, at, openings)) {
      found.push([dial, dead]);
      dead = lasting(dead, untilNs);
    } else dead = since === null ? null : { connection: dial, since, untilNs };
  }
  return found;
}

const lasting = (span: Span, ns: number): Span => ({ ...span, untilNs: Math.max(span.untilNs, ns) });

/** Still so at that time, as far as can be told. */
const isDead = (span: Span | null, at: number, openings: TimeIndex<ConnectionFacts>): span is Span =>
  span !== null && at <= span.untilNs + NEXT_SIGN_NS && within(openings, span.since.timestampNs + 1, at).length === 0;
