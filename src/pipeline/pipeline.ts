import { type ConnectionId, type PacketNumber, packetNumber, type RelativeNs, ZERO_TIME } from "../base/brand.ts";
import * as limits from "../base/limits.ts";
import type { Malformed } from "../base/malformed.ts";
import type { PacketView, Position } from "../base/packet-view.ts";
import type { Analysis, CaptureFacts, ConnectionFacts } from "../store/types.ts";
import type { TcpConnection } from "../tcp/connection.ts";
import { TcpTracker } from "../tcp/tracker.ts";
import type { EndCause, GapCause, TcpSink } from "../tcp/types.ts";
import type { KeyLog } from "../tls/key-log.ts";
import { type CalmTexts, NO_LANE } from "../websocket/calm/calm-texts.ts";
import { DecoderMemory } from "../websocket/memory.ts";
import { PacketDecoder } from "../wire/packet-decoder.ts";
import {
  type ArpView,
  type DatagramView,
  type IcmpErrorView,
  type SegmentView,
  SYN,
  type WireSink,
} from "../wire/types.ts";
import { type CapturedUntil, CapturePoints } from "./capture-points.ts";
import { ConnectionContext, type ContextOptions } from "./connection-context.ts";
import { connectionFacts } from "./connection-facts.ts";
import { findAbsences, VantageSpans } from "./joins/absences.ts";
import { findJoins } from "./joins/joins.ts";
import { findRebound } from "./joins/rebound.ts";
import { SettledConnections } from "./joins/settled-connections.ts";
import { NameWatch } from "./name-watch.ts";
import { NotDecoded } from "./not-decoded.ts";
import { guessClient, placeRoles } from "./roles.ts";
import { hasEnded, isFinal, isHalfOpen, ROOM_SHARE, whoGoes } from "./room.ts";
import { shareTimers } from "./session/session-timers.ts";
import type { FrameTap } from "./websocket/frame-tap.ts";

export interface PipelineOptions {
  /** Only connections with one of these ports; empty: all. Also decodes WebSockets without handshake on them. */
  readonly ports: readonly number[];
  readonly tap: FrameTap | null;
  /**
   * The capture point of a capture, asked at its first packet: parts of one long capture share a point, captures taken
   * at the same time at several places do not. Left out: one point.
   */
  readonly vantageOf?: (captureIndex: number) => number;
  /** There is no other one that could hold the same connections. */
  readonly ofOneCapture?: boolean;
  /** Secrets of TLS; more may come to it while the packets are read. */
  readonly keys?: KeyLog | null;
  /** Seeds the hash of the flow table. */
  readonly seed: number;
  /** Live: ended connections make room for new ones after a while. In any case they do when there are too many. */
  readonly forgetsEnded?: boolean;
  /** Under test an unexpected exception is thrown on instead of stopping one direction. */
  readonly rethrow: boolean;
}

const TIDY_NS = 10e9;
/** Packets after which connections that have ended make room, though no new one asks for it. */
const TIDY_PACKETS = 65_536;
/** Early among them: V8 is to have seen it before it compiles what each packet goes through. */
const TIDY_AT = 100;
const SETTLED_AT_ONCE = 2048;

/** The wiring: packets in, facts out. The only room that knows the decoder rooms together. Sans I/O, without a clock. */
export class Pipeline implements WireSink, TcpSink {
  packets = 0;
  private readonly options: PipelineOptions;
  private readonly ports: ReadonlySet<number>;
  private captureIndex = -1;
  private readonly points = new CapturePoints((captureIndex) => this.options.vantageOf?.(captureIndex) ?? 0);
  private readonly spans = new VantageSpans();
  private readonly decoder = new PacketDecoder(this);
  protected readonly tracker: TcpTracker;
  private readonly names = new NameWatch();
  private readonly contextOptions: ContextOptions;
  private readonly waiting = new Set<ConnectionContext>();
  protected readonly contexts: (ConnectionContext | null)[] = [];
  private readonly freeSlots: number[] = [];
  /** By slot and direction: where the next bytes are handed to first, or NO_LANE. */
  private readonly lanes: number[] = [];
  private readonly texts: CalmTexts;
  /** Live, by slot: facts are asked for once a second, and most connections have ended. */
  private readonly endedFacts: (ConnectionFacts | null)[] = [];
  private readonly settled: SettledConnections;
  private readonly mostTracked: number;
  /** Connections at which some have to go. */
  private roomEndsAt: number;
  private nextTidyNs: number = ZERO_TIME;
  private readonly notDecoded = new NotDecoded();
  private readonly last: { packetNumber: PacketNumber; timestampNs: RelativeNs } = {
    packetNumber: packetNumber(0),
    timestampNs: ZERO_TIME,
  };

  constructor(options: PipelineOptions) {
    this.options = options;
    this.ports = new Set(options.ports);
    const memory = new DecoderMemory();
    this.texts = memory.texts;
    this.contextOptions = {
      tap: options.tap,
      forced: this.ports.size > 0,
      memory,
      keys: options.keys ?? null,
      waiting: this.waiting,
      onMalformed: (malformed) => this.onMalformed(malformed),
    };
    this.tracker = new TcpTracker(this, options.seed);
    this.mostTracked = options.forgetsEnded ? limits.trackedConnectionsLive : limits.trackedConnections;
    this.roomEndsAt = Math.min(limits.endedConnections, this.mostTracked);
    const kept = options.forgetsEnded ? limits.keptConnectionsLive : limits.keptConnections;
    this.settled = new SettledConnections(kept, !options.ofOneCapture);
  }

  /** The newest packet's time, or what `advance` said since. */
  get clockNs(): RelativeNs {
    return this.last.timestampNs;
  }

  /** All connections that there ever were; ids count up to here. */
  get connectionCount(): number {
    return this.tracker.opened;
  }

  /** Connections of which nothing is known any more. */
  get forgotten(): number {
    return this.settled.leftOut.connections;
  }

  onPacket(packet: PacketView): void {
    this.packets++;
    if (packet.captureIndex !== this.captureIndex) this.changeCapture(packet.captureIndex, packet.timestampNs);
    if (this.packets % TIDY_PACKETS === TIDY_AT && !this.options.forgetsEnded) this.makeRoom();
    if (packet.packetNumber > this.last.packetNumber) this.last.packetNumber = packet.packetNumber;
    if (packet.timestampNs > this.last.timestampNs) this.last.timestampNs = packet.timestampNs;
    this.decoder.decode(packet);
  }

  private changeCapture(captureIndex: number, nowNs: RelativeNs): void {
    // Times count from the packet that was read first: of several captures another one may have begun before it.
    if (this.captureIndex < 0) this.last.timestampNs = nowNs;
    this.spans.pause(this.last.timestampNs);
    this.captureIndex = captureIndex;
    this.stand(this.points.enter(captureIndex, this.packets), nowNs);
  }

  /** Live: time has passed, with packets or without. What ended a while ago is let go. */
  advance(nowNs: RelativeNs): void {
    if (nowNs > this.last.timestampNs) this.last.timestampNs = nowNs;
    this.tracker.advance(nowNs);
    if (this.waiting.size > 0) this.lookForSecrets();
    if (this.options.forgetsEnded && nowNs >= this.nextTidyNs) this.tidy();
  }

  /** All packets are read; the capture was still running then. */
  capturedUntil({ captureIndex, untilNs }: CapturedUntil): void {
    this.spans.ranUntil(this.points.of(captureIndex), untilNs, this.last.timestampNs);
    this.advance(untilNs);
  }

  /** Everything known now about one connection; null: it was never there, or is forgotten. */
  factsOf(id: ConnectionId): ConnectionFacts | null {
    const connection = this.tracker.find(id);
    return connection === null ? this.settled.get(id) : this.factsNow(connection);
  }

  /** What will not change any more, since its connection is not tracked any more; null: it is, or is forgotten. */
  settledFactsOf(id: ConnectionId): ConnectionFacts | null {
    return this.settled.get(id);
  }

  /** Its newest packet: tells cheaply whether its facts have changed. 0: forgotten. */
  lastPacketOf(id: ConnectionId): number {
    const connection = this.tracker.find(id);
    return connection === null ? (this.settled.get(id)?.last.packet ?? 0) : connection.lastPacketNumber;
  }

  /** The capture has ended. */
  finish(): void {
    this.decoder.end();
    this.tracker.finish(this.last);
    this.endedFacts.length = 0;
    // One after the other, so that no decoder outlives its facts.
    if (!this.options.forgetsEnded) this.settleAll();
  }

  analysis(captures: readonly CaptureFacts[], originNs: bigint | null, live: boolean): Analysis {
    const connections = shareTimers(
      this.settled.with(this.tracker.connections.map((connection) => this.factsNow(connection))),
    );
    const origins = this.settled.origins(this.tracker.connections);
    this.spans.pause(this.last.timestampNs);
    const across = findJoins(origins, connections, this.spans.all, this.points.split);
    return {
      captures,
      originNs,
      clockNs: this.last.timestampNs,
      packets: this.packets,
      connections,
      ...across,
      rebound: findRebound(origins, connections),
      absences: findAbsences(origins, connections, across.joins, this.spans.all),
      leftOut: { ...this.settled.leftOut },
      dns: this.names.dns,
      arp: this.names.arp,
      ...this.notDecoded.facts(),
      lastPacket: this.last.packetNumber,
      live,
    };
  }

  onSegment(segment: SegmentView, packet: PacketView): void {
    if (this.ports.size > 0 && !this.ports.has(segment.sourcePort) && !this.ports.has(segment.destinationPort)) {
      this.notDecoded.count("tcp-other-port");
      return;
    }
    if ((segment.flags & SYN) !== 0) this.lookWhere(segment, packet.timestampNs);
    this.tracker.onSegment(segment, packet);
  }

  /** A capture that repeats the opening of a connection that went on does not continue the one that holds it. */
  private lookWhere(segment: SegmentView, nowNs: RelativeNs): void {
    const begun = this.points.continuedFrom;
    if (begun !== null && this.tracker.repeatsOpening(segment, begun, nowNs))
      this.stand(this.points.standElsewhere(), nowNs);
  }

  private stand(vantage: number, nowNs: RelativeNs): void {
    this.tracker.vantage = vantage;
    this.spans.resume(vantage, this.captureIndex, nowNs);
  }

  onIcmpError(error: IcmpErrorView, packet: PacketView): void {
    this.tracker.onIcmpError(error, packet);
  }

  onDatagram(datagram: DatagramView, packet: PacketView): void {
    this.notDecoded.count("udp");
    this.names.onDatagram(datagram, packet);
  }

  onArp(arp: ArpView, packet: PacketView): void {
    this.notDecoded.count("arp");
    this.names.onArp(arp, packet);
  }

  onOther(kind: string): void {
    this.notDecoded.count(kind);
  }

  onMalformed(malformed: Malformed): void {
    this.notDecoded.add(malformed);
  }

  onOpen(connection: TcpConnection): void {
    if (this.tracker.size > this.roomEndsAt) this.makeRoom();
    placeRoles(connection, this.ports);
    connection.slot = this.freeSlots.pop() ?? this.contexts.length;
    // What it says begins with its first byte: a capture may hold a million connections that are only a SYN.
    this.contexts[connection.slot] = null;
    this.lanes[2 * connection.slot] = NO_LANE;
    this.lanes[2 * connection.slot + 1] = NO_LANE;
  }

  private contextOf(connection: TcpConnection): ConnectionContext {
    return this.contexts[connection.slot] ?? new ConnectionContext(connection, this.contextOptions);
  }

  private begin(connection: TcpConnection): ConnectionContext {
    const context = this.contextOf(connection);
    this.contexts[connection.slot] = context;
    return context;
  }

  isClient(
    connection: TcpConnection,
    bytes: Uint8Array,
    start: number,
    end: number,
    sourcePort: number,
    destinationPort: number,
  ): boolean {
    const guess = guessClient(bytes, start, end, sourcePort, destinationPort, this.ports);
    connection.clientBy = guess.by;
    return guess.senderIsClient;
  }

  onBytes(
    connection: TcpConnection,
    direction: 0 | 1,
    bytes: Uint8Array,
    start: number,
    end: number,
    at: Position,
  ): void {
    const lane = this.lanes[2 * connection.slot + direction] as number;
    const from = lane === NO_LANE ? start : this.texts.feed(lane, bytes, start, end, at);
    if (from === end) return;
    const context = this.contexts[connection.slot] ?? this.begin(connection);
    try {
      context.feed(direction, bytes, from, end, at);
    } catch (error) {
      this.onInternal(error, connection, at);
    }
    if (connection.closeAcks === null && context.webSocket?.saysClose === true) this.tracker.noteClose(connection);
    this.noteLane(connection, direction, context);
  }

  /** A direction was told something: it may have another lane now, or none. */
  private noteLane({ slot }: TcpConnection, direction: 0 | 1, context: ConnectionContext): void {
    this.lanes[2 * slot + direction] = context.calmLane(direction);
    // What takes the WebSocket away takes it from both sides.
    if (context.webSocket === null) this.lanes[2 * slot + 1 - direction] = NO_LANE;
  }

  onGap(connection: TcpConnection, direction: 0 | 1, lengthBytes: number, _cause: GapCause, at: Position): void {
    const context = this.contexts[connection.slot] ?? this.begin(connection);
    try {
      context.gap(direction, lengthBytes, at);
    } catch (error) {
      this.onInternal(error, connection, at);
    }
    this.noteLane(connection, direction, context);
  }

  onEnd(connection: TcpConnection, direction: 0 | 1, _cause: EndCause, at: Position): void {
    const context = this.contexts[connection.slot];
    if (context == null) return;
    try {
      context.end(direction, at);
      if (connection.halves.every((half) => half.ended)) context.finish();
    } catch (error) {
      this.onInternal(error, connection, at);
    }
    this.noteLane(connection, direction, context);
  }

  /** Live, a program writes its secrets a moment after the packets that they open. */
  private lookForSecrets(): void {
    for (const context of this.waiting) {
      try {
        context.look(this.last.timestampNs);
      } catch (error) {
        this.onInternal(error, context.connection, this.last);
      }
    }
  }

  private factsNow(connection: TcpConnection): ConnectionFacts {
    const known = this.endedFacts[connection.slot];
    if (known?.last.packet === connection.lastPacketNumber && !connection.replaced) return known;
    const context = this.contextOf(connection);
    const until = this.spans.watchedUntil(connection.vantage, connection.lastPacketNs);
    const facts = connectionFacts(connection, context, until ?? this.last.timestampNs, until);
    if (this.options.forgetsEnded) this.endedFacts[connection.slot] = isFinal(facts) ? facts : null;
    return facts;
  }

  /** Live: what has ended a while ago is settled, so that days of coming and going do not fill the memory. */
  private tidy(): void {
    const now = this.last.timestampNs;
    this.nextTidyNs = now + TIDY_NS;
    const before = now - limits.endedConnectionMs * 1e6;
    this.settle(this.tracker.connections.filter((c) => c.lastPacketNs < before && hasEnded(c)));
    this.makeRoom();
  }

  private makeRoom(): void {
    if (this.tracker.size <= limits.endedConnections) return;
    const isLive = this.options.forgetsEnded === true;
    const endedBefore = isLive
      ? this.last.timestampNs - limits.crowdedEndedConnectionMs * 1e6
      : Number.POSITIVE_INFINITY;
    this.settle(whoGoes(this.tracker.connections, this.mostTracked, endedBefore), !isLive);
    // Seldom enough to cost little, however many there are.
    const left = this.tracker.connections.length;
    this.roomEndsAt = Math.min(this.mostTracked, left + Math.max(limits.endedConnections / 2, left * ROOM_SHARE));
  }

  /** In parts, so that what has been settled need not be held until the last one is. */
  private settleAll(): void {
    const { tracker } = this;
    while (tracker.connections.length > 0) this.settle(tracker.connections.slice(0, SETTLED_AT_ONCE));
  }

  /** Their decoders go, their facts stay. `mayCount`: a flood of SYNs is counted, since each is like the next. */
  private settle(connections: readonly TcpConnection[], mayCount = false): void {
    if (connections.length === 0) return;
    for (const connection of connections) {
      const at = { packetNumber: connection.lastPacketNumber, timestampNs: connection.lastPacketNs } as Position;
      this.tracker.close(connection, connection.evicted ? "evicted" : "capture-end", at);
      this.endedFacts[connection.slot] = null;
      const isAlike = mayCount && isHalfOpen(connection) && connection.icmpErrors.length === 0;
      if (!isAlike || !this.settled.countHalfOpen()) this.settled.add(this.factsNow(connection), connection);
      this.endedFacts[connection.slot] = null;
      this.contexts[connection.slot] = null;
      this.freeSlots.push(connection.slot);
    }
    this.tracker.forget(new Set(connections));
  }

  /** A bug of ours must not cost the other connections: this one is no longer decoded, its TCP facts stay. */
  private onInternal(error: unknown, connection: TcpConnection, at: Position): void {
    if (this.options.rethrow) throw error;
    this.contexts[connection.slot]?.stop();
    this.notDecoded.addInternal(at);
  }
}
