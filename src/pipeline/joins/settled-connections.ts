import type { ConnectionId } from "../../base/brand.ts";
import * as limits from "../../base/limits.ts";
import type { LeftOutFacts } from "../../store/across-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { neverSeen, type TcpConnection, type TcpHalf } from "../../tcp/connection.ts";
import type { RememberedPackets } from "../../tcp/recent.ts";

/** What joining captures needs of a connection after it is not tracked any more. */
export type Origin = Pick<
  TcpConnection,
  "id" | "vantage" | "addresses" | "ports" | "clientIndex" | "synSeen" | "synNs" | "synAckSeen" | "synAckNs"
> & {
  readonly halves: readonly [Beginning, Beginning];
};

type Beginning = Pick<
  TcpHalf,
  | "synSeen"
  | "initialSequence"
  | "sequenceKnown"
  | "maxSequence"
  | "acknowledgedKnown"
  | "acknowledged"
  | "anchored"
  | "nextSequence"
  | "streamOffset"
  | "hopLimit"
> & {
  /** null: not kept. */
  readonly recent: RememberedPackets | null;
};

interface Settled {
  readonly facts: ConnectionFacts;
  readonly origin: Origin;
  /** Held for `origin` alone. */
  readonly rememberedBytes: number;
}

/** Of the last packets that connections saw: they tell how far the clocks of several captures differ, for which some are enough. */
const MOST_REMEMBERED_BYTES = 8_388_608;

/** What a report can do without goes first: traffic of others, failed attempts, good WebSockets, troubled ones. */
const RANKS = 4;
const GOOD = 2;
const TROUBLED = 3;

/** Closes that are nobody's trouble: done, left, and without a word (RFC 6455 §7.4.1). */
const GOOD_CODES: readonly (number | null)[] = [1000, 1001, null];

/** Nothing about it is worth telling: it ended as agreed, and all that was asked was answered. */
const isGood = ({ close, webSocket, session }: ConnectionFacts): boolean =>
  close.verdict === "clean" &&
  webSocket !== null &&
  webSocket.closeFrames.every((frame) => GOOD_CODES.includes(frame?.code ?? null)) &&
  webSocket.events.length === 0 &&
  webSocket.heartbeat.every(({ missing }) => missing === 0) &&
  (session === null || (session.notices.length === 0 && session.socketIo.every(({ refused }) => refused === null)));

function rankOf(facts: ConnectionFacts): number {
  const { kind, tls } = facts;
  if (kind === "websocket") return isGood(facts) ? GOOD : TROUBLED;
  if (kind === "upgrade-refused" || kind === "upgrade-unanswered") return TROUBLED;
  return kind === "tcp-refused" || kind === "tcp-unanswered" || tls?.handshakeComplete === false ? 1 : 0;
}

/** Facts of connections that are not tracked any more: final and a bounded number, those that matter most. */
export class SettledConnections {
  /** Those of which even the facts have gone. */
  readonly leftOut: LeftOutFacts = {
    connections: 0,
    webSockets: 0,
    upgradesRefused: 0,
    troubled: 0,
    frames: 0,
    messages: 0,
    openOnes: 0,
  };
  private readonly ranks: readonly Map<ConnectionId, Settled>[] = Array.from({ length: RANKS }, () => new Map());
  /** Kept, since a new iterator would step over everything that was ever deleted before it. */
  private readonly oldest = this.ranks.map((rank) => rank.values());
  private size = 0;
  rememberedBytes = 0;
  private halfOpen = 0;
  private readonly most: number;
  private readonly mayRemember: boolean;

  /** `mayRemember`: other captures may hold the same connections. */
  constructor(most: number, mayRemember = true) {
    this.most = most;
    this.mayRemember = mayRemember;
  }

  get(id: ConnectionId): ConnectionFacts | null {
    for (const rank of this.ranks) {
      const known = rank.get(id);
      if (known !== undefined) return known.facts;
    }
    return null;
  }

  add(facts: ConnectionFacts, connection: TcpConnection): void {
    const remembers = this.mayRemember && this.rememberedBytes < MOST_REMEMBERED_BYTES;
    const rememberedBytes = remembers ? connection.low.recent.heldBytes + connection.high.recent.heldBytes : 0;
    this.rememberedBytes += rememberedBytes;
    this.ranks[rankOf(facts)]?.set(facts.id, { facts, origin: originOf(connection, remembers), rememberedBytes });
    if (facts.tcp.evicted) this.leftOut.openOnes++;
    if (++this.size > this.most) this.leaveOut();
  }

  /** A connection of a SYN only. True: enough of them are told, and this one is counted. */
  countHalfOpen(): boolean {
    if (++this.halfOpen <= limits.keptHalfOpen) return false;
    this.leftOut.connections++;
    return true;
  }

  /** Together with the tracked ones, in order of their first packet. */
  with(tracked: readonly ConnectionFacts[]): ConnectionFacts[] {
    if (this.size === 0) return [...tracked];
    return [...this.all(({ facts }) => facts), ...tracked].sort((a, b) => a.id - b.id);
  }

  origins(tracked: readonly TcpConnection[]): readonly Origin[] {
    const origins = [...this.all(({ origin }) => origin), ...tracked.map((connection) => originOf(connection, false))];
    return origins.sort((a, b) => a.id - b.id);
  }

  private all<T>(of: (settled: Settled) => T): T[] {
    return this.ranks.flatMap((rank) => Array.from(rank.values(), of));
  }

  /** The oldest of those that matter least. */
  private leaveOut(): void {
    const rank = this.ranks.findIndex(({ size }) => size > 0);
    const oldest: Settled | undefined = this.oldest[rank]?.next().value;
    if (oldest === undefined) return;
    this.ranks[rank]?.delete(oldest.facts.id);
    this.size--;
    this.rememberedBytes -= oldest.rememberedBytes;
    const { kind, webSocket } = oldest.facts;
    this.leftOut.connections++;
    if (rank === TROUBLED) this.leftOut.troubled++;
    if (kind === "websocket") this.leftOut.webSockets++;
    if (kind === "upgrade-refused") this.leftOut.upgradesRefused++;
    for (const { payloadBytes: _, ...counts } of webSocket?.frames ?? [])
      this.leftOut.frames += Object.values(counts).reduce((sum, n) => sum + n, 0);
    for (const { text, binary } of webSocket?.messages ?? []) this.leftOut.messages += text + binary;
  }
}

const beginning = ({ lastPacketNs }: TcpConnection, half: TcpHalf, remembers: boolean): Beginning => ({
  synSeen: half.synSeen,
  initialSequence: half.initialSequence,
  sequenceKnown: half.sequenceKnown,
  maxSequence: half.maxSequence,
  acknowledgedKnown: half.acknowledgedKnown,
  acknowledged: half.acknowledged,
  anchored: half.anchored,
  nextSequence: half.nextSequence,
  streamOffset: half.streamOffset,
  hopLimit: half.hopLimit,
  // A RST alone is no packet of its side.
  recent: remembers ? half.recent.since(neverSeen(half.lastPacketNs) ? lastPacketNs : half.lastPacketNs) : null,
});

const originOf = (connection: TcpConnection, remembers: boolean): Origin => ({
  id: connection.id,
  vantage: connection.vantage,
  addresses: connection.addresses,
  ports: connection.ports,
  clientIndex: connection.clientIndex,
  synSeen: connection.synSeen,
  synNs: connection.synNs,
  synAckSeen: connection.synAckSeen,
  synAckNs: connection.synAckNs,
  halves: [beginning(connection, connection.low, remembers), beginning(connection, connection.high, remembers)],
});
