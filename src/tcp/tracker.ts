import { formatAddress } from "../base/address.ts";
import type { RelativeNs } from "../base/brand.ts";
import { firstIndex } from "../base/first-index.ts";
import * as limits from "../base/limits.ts";
import type { PacketView, Position } from "../base/packet-view.ts";
import { ABSENT, timestampValue } from "../wire/tcp-options.ts";
import { ACK, FIN, type IcmpErrorView, RST, type SegmentView, SYN, URG } from "../wire/types.ts";
import { onAcknowledgment } from "./acknowledgment.ts";
import { countActivity } from "./activity.ts";
import { answerClock, askClock } from "./clock.ts";
import { type DoubtedSegment, momentOf, TcpConnection, type TcpHalf, touchHops } from "./connection.ts";
import { isCopy } from "./copies.ts";
import { isDamaged, onDamaged } from "./damage.ts";
import { CHECKSUMS, learnChecksums, leftDoubts, settleDoubts } from "./doubts.ts";
import { noteEvent } from "./events.ts";
import { FlowTable } from "./flow-table.ts";
import { discoversHalfOpen, startsAnew } from "./incarnation.ts";
import { isAcknowledged, noteNewData, noteProbe, noteRetransmission, offsetOf, onBare, onFin } from "./notes.ts";
import { Openings } from "./openings.ts";
import { Reassembly } from "./reassembly.ts";
import { countAfterResets, onReset } from "./resets.ts";
import { noteLargest } from "./segment-size.ts";
import { SteadyConnections } from "./steady.ts";
import { SteadyRecords } from "./steady-record.ts";
import { onSyn } from "./syn.ts";
import type { EndCause, TcpSink } from "./types.ts";

/** No system waits so long before it sends an unanswered SYN again: two minutes at most. */
const SYN_AGAIN_NS = 300e9;

/**
 * Segments → connections and their ordered bytes, as an observer sees them (RFC 9293): it follows what both ends have
 * acknowledged, tells bytes that the path lost from bytes that the capture lost, and never waits for ever.
 */
export class TcpTracker {
  private all: TcpConnection[] = [];
  /** Those of before the capture at hand. */
  private openings: Openings | null = null;
  /** All that there ever were; the next one's id. */
  opened = 0;
  private readonly flows: FlowTable;
  private readonly sink: TcpSink;
  private readonly reassembly: Reassembly;
  private readonly records = new SteadyRecords();
  private readonly steady: SteadyConnections;

  constructor(sink: TcpSink, seed: number) {
    this.sink = sink;
    this.steady = new SteadyConnections(sink, this.records);
    this.reassembly = new Reassembly(sink);
    this.flows = new FlowTable(seed);
  }

  /** In order of their first packet; ended ones stay until `forget`. Valid until the next packet. */
  get connections(): readonly TcpConnection[] {
    this.records.releaseAll();
    return this.all;
  }

  get size(): number {
    return this.all.length;
  }

  /** Whose packets come now: connections of different capture points are different ones, whatever their addresses. */
  set vantage(vantage: number) {
    this.flows.vantage = vantage;
  }

  onSegment(segment: SegmentView, packet: PacketView): void {
    let connection = this.flows.find(segment);
    const index = this.flows.index;
    if (connection !== null && connection.record >= 0) {
      if (this.steady.goesOn(connection, index, segment, packet) === true) return;
      this.records.release(connection);
    }
    if (connection === null) connection = this.open(segment, packet, null);
    else if ((segment.flags & (SYN | RST)) === SYN && startsAnew(connection, segment, index)) {
      this.end(connection, "replaced", packet);
      connection.replaced = true;
      connection = this.open(segment, packet, connection);
    } else if (connection.replaces !== null) connection = this.meantBy(segment, connection, index);
    const half = index === 0 ? connection.low : connection.high;
    const peer = index === 0 ? connection.high : connection.low;
    this.take(connection, index, half, peer, segment, packet);
    this.steady.judge(connection);
  }

  /** While a SYN on used ports is not answered, both ends may still speak of the connection that was there before. */
  private meantBy(segment: SegmentView, connection: TcpConnection, index: 0 | 1): TcpConnection {
    if (connection.synAckSeen || connection.replaces === null) return connection;
    const before = this.find(connection.replaces);
    return before !== null && discoversHalfOpen(before, segment, index) ? before : connection;
  }

  /** The whole way, for whatever may come. */
  private take(
    connection: TcpConnection,
    index: 0 | 1,
    half: TcpHalf,
    peer: TcpHalf,
    segment: SegmentView,
    packet: PacketView,
  ): void {
    const { flags } = segment;
    const now = packet.timestampNs as number;
    const length = segment.payloadLength + segment.payloadCutLength;
    if (
      (connection.lateCopies !== null || this.isRepeat(half, segment, length)) &&
      isCopy(connection, half, segment, now)
    )
      return;

    connection.lastPacketNumber = packet.packetNumber;
    connection.lastPacketNs = now;
    countActivity(connection, now);
    if (half.checksums === CHECKSUMS.right) {
      if ((length > 0 || (flags & RST) !== 0) && isDamaged(half, segment, packet) && peer.acknowledgedKnown) {
        onDamaged(connection, index, half, peer, segment, packet, length);
        return;
      }
    } else if (half.checksums === CHECKSUMS.unknown) learnChecksums(half, segment, packet);
    if ((flags & RST) !== 0) {
      onReset(connection, index, segment, packet);
      half.recent.add(segment, packet);
      return;
    }
    if (half.packets === 0) {
      half.firstPacketNumber = packet.packetNumber;
      half.firstPacketNs = now;
    }
    half.packets++;
    half.lastPacketNumber = packet.packetNumber;
    half.lastPacketNs = now;
    if (half.hopLimit !== segment.hopLimit) touchHops(half, segment.hopLimit);
    if (connection.resets.length > 0) countAfterResets(connection, half, segment.sequenceNumber, length, now);
    if (peer.finRepeat !== null) peer.finRepeat.heardAfter ??= momentOf(packet);
    if (connection.clockProbe !== null) answerClock(connection, half, connection.clockProbe, segment, packet);

    let sequence = segment.sequenceNumber;
    if ((flags & SYN) !== 0) {
      onSyn(connection, index, segment, packet);
      sequence = (sequence + 1) | 0;
    }
    if ((flags & ACK) !== 0 && onAcknowledgment(connection, half, peer, segment, packet)) {
      if (peer.doubts !== null)
        this.believe(connection, index === 0 ? 1 : 0, peer, settleDoubts(peer, half.acknowledged));
      this.reassembly.onAcknowledged(connection, peer, half.acknowledged, packet);
    }
    peer.keepAlivesUnanswered = 0;
    if (length > 0 || (flags & FIN) !== 0) {
      this.onPayload(connection, index, half, peer, segment, packet, sequence, length);
    } else if ((flags & SYN) === 0) onBare(connection, index, half, segment, packet);
    half.recent.add(segment, packet);
    half.lastIpIdentification = segment.ipIdentification;
    half.dontFragment = segment.dontFragment;
    if (half.holePackets > 0 || peer.holePackets > 0) this.reassembly.check(connection, now, false);
  }

  /** Sequence number of the next byte in order that this end sends; may be asked at any time. */
  nextSequenceOf(connection: TcpConnection, index: 0 | 1): number {
    return connection.record < 0
      ? connection.halves[index].nextSequence
      : this.records.nextSequenceOf(connection, index);
  }

  /** An end says Close: what had been acknowledged by then. */
  noteClose(connection: TcpConnection): void {
    connection.closeAcks ??= [this.acknowledgedOf(connection, 0), this.acknowledgedOf(connection, 1)];
  }

  private acknowledgedOf(connection: TcpConnection, index: 0 | 1): number {
    return connection.record < 0
      ? connection.halves[index].acknowledged
      : this.records.acknowledgedOf(connection, index);
  }

  /** The opening of a connection that went on long ago, once more: whoever captured it stands elsewhere, maybe behind a NAT. */
  repeatsOpening(segment: SegmentView, beforePacket: number, nowNs: number): boolean {
    const connection = this.flows.find(segment);
    if (connection === null || connection.firstPacketNumber >= beforePacket) {
      if (this.openings?.beforePacket !== beforePacket) this.openings = new Openings(this.all, beforePacket);
      return this.openings.has(segment);
    }
    const { synSeen, initialSequence } = connection.halves[this.flows.index];
    const isLongOver = connection.established !== null || nowNs - connection.lastPacketNs > SYN_AGAIN_NS;
    return isLongOver && synSeen && initialSequence === segment.sequenceNumber;
  }

  /** Whose segment it is, as far as is known now. */
  connectionOf(segment: SegmentView): TcpConnection | null {
    return this.flows.find(segment);
  }

  onIcmpError(error: IcmpErrorView, packet: PacketView): void {
    const connection = this.flows.find(quotedTuple(error));
    if (connection === null || connection.icmpErrors.length >= limits.tcpEventsPerConnection) return;
    this.records.release(connection);
    connection.icmpErrors.push({
      packetNumber: packet.packetNumber,
      timestampNs: packet.timestampNs,
      sender: formatAddress(error.bytes, error.senderAddressStart, error.ipVersion),
      ipVersion: error.ipVersion,
      type: error.type,
      code: error.code,
      mtuBytes: error.mtuBytes,
      about: this.flows.index,
    });
    connection.lastPacketNumber = packet.packetNumber;
    connection.lastPacketNs = packet.timestampNs;
  }

  /** Time passes without packets (live), so that holes do not wait for the next one. */
  advance(nowNs: RelativeNs): void {
    this.reassembly.advance(nowNs);
  }

  /** The capture has ended: releases what is held and ends every direction. */
  finish(at: Position): void {
    this.records.releaseAll();
    for (const connection of this.all) if (!connection.finished) this.end(connection, "capture-end", at);
  }

  /** A connection that is still tracked, or null. */
  find(id: number): TcpConnection | null {
    const { all: connections } = this;
    const found =
      connections[firstIndex(connections.length, (index) => (connections[index] as TcpConnection).id >= id)];
    if (found?.id !== id) return null;
    this.records.release(found);
    return found;
  }

  /** No more is expected of a connection: what is held is released and both directions end. */
  close(connection: TcpConnection, cause: EndCause, at: Position): void {
    this.records.release(connection);
    if (!connection.finished) this.end(connection, cause, at);
  }

  /** Lets go of closed connections: a later packet on their ports begins a new one. */
  forget(gone: ReadonlySet<TcpConnection>): void {
    const keep = (connection: TcpConnection): boolean => !gone.has(connection);
    this.all = this.all.filter(keep);
    this.flows.prune(keep);
  }

  private open(segment: SegmentView, packet: PacketView, replaced: TcpConnection | null): TcpConnection {
    const fromLow = this.flows.index === 0;
    const source = formatAddress(segment.bytes, segment.sourceAddressStart, segment.ipVersion);
    const destination = formatAddress(segment.bytes, segment.destinationAddressStart, segment.ipVersion);
    const connection = new TcpConnection(
      this.opened++,
      this.flows.vantage,
      segment.ipVersion,
      fromLow ? [source, destination] : [destination, source],
      fromLow ? [segment.sourcePort, segment.destinationPort] : [segment.destinationPort, segment.sourcePort],
    );
    connection.replaces = replaced === null ? null : replaced.id;
    connection.firstPacketNumber = packet.packetNumber;
    connection.firstPacketNs = packet.timestampNs;
    connection.lastPacketNs = packet.timestampNs;
    connection.lastActivityNs = packet.timestampNs;
    // Until something better is known: who speaks first asks. A SYN and the first payload say more.
    connection.clientIndex = this.flows.index;
    this.flows.add(connection);
    this.all.push(connection);
    this.sink.onOpen(connection);
    return connection;
  }

  private isRepeat(half: TcpHalf, segment: SegmentView, length: number): boolean {
    if ((segment.flags & (SYN | FIN | RST)) !== 0 || !half.sequenceKnown) return half.packets > 0;
    if (length > 0) return ((segment.sequenceNumber - half.maxSequence) | 0) < 0;
    return segment.acknowledgmentNumber === half.acknowledged && segment.window === half.lastWindow;
  }

  private onPayload(
    connection: TcpConnection,
    index: 0 | 1,
    half: TcpHalf,
    peer: TcpHalf,
    segment: SegmentView,
    packet: PacketView,
    sequence: number,
    length: number,
  ): void {
    const now = packet.timestampNs as number;
    const last = (sequence + length) | 0;
    const isNew = !half.sequenceKnown || ((last - half.maxSequence) | 0) > 0;
    if (!half.sequenceKnown) {
      half.sequenceKnown = true;
      half.maxSequence = sequence;
    }
    if (length > 0) {
      if (
        length === 1 &&
        ((last - half.maxSequence) | 0) === 0 &&
        ((last - half.nextSequence) | 0) <= 0 &&
        half.dataSegments > 0 &&
        isAcknowledged(peer, last)
      ) {
        // One old byte again: a keep-alive with data (RFC 9293 §3.8.4), as Windows sends them.
        noteProbe(connection, index, half, peer, packet);
        return;
      }
      half.dataSegments++;
      if (half.firstDataNumber === 0) {
        half.firstDataNumber = packet.packetNumber;
        half.firstDataNs = now;
        half.stampsData = timestampValue(segment) !== ABSENT;
      }
      if (isNew) {
        // Senders make one large segment of small ones that they send again.
        if (length > half.largestSegmentBytes) {
          noteLargest(half, peer, half.largestSegmentBytes, half.anchored ? offsetOf(half, last) : length);
          half.largestSegmentBytes = length;
        }
        noteNewData(connection, index, half, peer, segment, packet, last);
        half.lastDataNumber = packet.packetNumber;
        half.lastDataNs = now;
      } else noteRetransmission(connection, index, half, segment, packet, length, sequence, last);
      if ((segment.flags & URG) !== 0)
        noteEvent(connection, "urgent", index, half.streamOffset, segment.urgentPointer, packet);
      if (!connection.roleSettled) this.settleRole(connection, index, segment);
    }
    if (isNew) half.maxSequence = last;
    if ((segment.flags & FIN) !== 0) {
      if (half.fin === null) askClock(connection, half, peer, segment, packet, true);
      if (half.stampsData && timestampValue(segment) === ABSENT)
        noteEvent(connection, "fin-unstamped", index, half.streamOffset, 0, packet);
      onFin(connection, index, half, last, packet);
    }
    if (length > 0) this.reassembly.place(connection, half, segment, packet, sequence, length);
    if (half.fin !== null && half.nextSequence === half.finSequence && half.anchored)
      this.reassembly.endHalf(connection, half, "fin", packet);
  }

  private end(connection: TcpConnection, cause: EndCause, at: Position): void {
    for (const index of [0, 1] as const) {
      const half = connection.halves[index];
      if (half.doubts !== null) this.believe(connection, index, half, leftDoubts(half));
    }
    this.reassembly.end(connection, cause, at);
  }

  /** What `half` sent and its peer took although its checksum was wrong. */
  private believe(connection: TcpConnection, index: 0 | 1, half: TcpHalf, doubted: readonly DoubtedSegment[]): void {
    for (const { segment, packet, end } of doubted) {
      if ((segment.flags & FIN) !== 0) onFin(connection, index, half, end, packet);
      this.reassembly.place(connection, half, segment, packet, segment.sequenceNumber, segment.payloadLength);
      if (half.fin !== null && half.nextSequence === half.finSequence)
        this.reassembly.endHalf(connection, half, "fin", packet);
    }
  }

  private settleRole(connection: TcpConnection, index: 0 | 1, segment: SegmentView): void {
    const end = segment.payloadStart + segment.payloadLength;
    connection.roleSettled = true;
    connection.clientBy = "port";
    const senderIsClient = this.sink.isClient(
      connection,
      segment.bytes,
      segment.payloadStart,
      end,
      segment.sourcePort,
      segment.destinationPort,
    );
    connection.clientIndex = senderIsClient ? index : index === 0 ? 1 : 0;
  }
}

/** The quoted 4-tuple in the shape that the flow table looks up. */
function quotedTuple(error: IcmpErrorView): SegmentView {
  return {
    bytes: error.bytes,
    ipVersion: error.ipVersion,
    sourceAddressStart: error.quotedSourceAddressStart,
    destinationAddressStart: error.quotedDestinationAddressStart,
    sourcePort: error.quotedSourcePort,
    destinationPort: error.quotedDestinationPort,
  } as SegmentView;
}
