import { formatAddress } from "../base/address.ts";
import type { PacketNumber, RelativeNs } from "../base/brand.ts";
import { limits } from "../base/limits.ts";
import type { PacketView, Position } from "../base/packet-view.ts";
import { ACK, FIN, type IcmpErrorView, RST, type SegmentView, SYN, URG } from "../wire/types.ts";
import { countActivity } from "./activity.ts";
import { type Moment, neverSeen, TcpConnection, type TcpHalf } from "./connection.ts";
import { noteEvent } from "./events.ts";
import { FlowTable } from "./flow-table.ts";
import { Hold, HoldBudget } from "./hold.ts";
import { onReset } from "./resets.ts";
import { synOptionsOf } from "./syn.ts";
import type { EndCause, GapCause, TcpSink } from "./types.ts";

/** A hole that the peer has acknowledged is given up after this time and so many packets: captures may be out of order. */
const HOLE_GRACE_NS = 50e6;
const HOLE_GRACE_PACKETS = 16;
/** Live, when no more packets come, after this time alone. */
const QUIET_HOLE_NS = 1e9;
/** Without a SYN, segments wait this long for earlier ones before the stream begins with the earliest. */
const ANCHOR_GRACE_NS = 200e6;
const ANCHOR_GRACE_SEGMENTS = 32;
/** RFC 7323 §2.3. */
const LARGEST_WINDOW_BYTES = 1 << 30;

/**
 * Segments → connections and their ordered bytes, as an observer sees them (RFC 9293): it follows what both ends have
 * acknowledged, tells bytes that the path lost from bytes that the capture lost, and never waits for ever.
 */
export class TcpTracker {
  /** In order of their first packet; ended ones stay until `forget`. */
  connections: TcpConnection[] = [];
  /** All that there ever were; the next one's id. */
  opened = 0;
  private readonly flows: FlowTable;
  private readonly sink: TcpSink;
  private readonly budget = new HoldBudget();
  private readonly at: { packetNumber: PacketNumber; timestampNs: RelativeNs } = {
    packetNumber: 0 as PacketNumber,
    timestampNs: 0.5 as RelativeNs,
  };
  /** Connections that wait for bytes, to be looked at when time passes. */
  private readonly waiting = new Set<TcpConnection>();

  constructor(sink: TcpSink, seed: number) {
    this.sink = sink;
    this.flows = new FlowTable(seed);
  }

  /** Whose packets come now: connections of different capture points are different ones, whatever their addresses. */
  set vantage(vantage: number) {
    this.flows.vantage = vantage;
  }

  onSegment(segment: SegmentView, packet: PacketView): void {
    const { flags } = segment;
    const now = packet.timestampNs as number;
    let connection = this.flows.find(segment);
    const index = this.flows.index;
    if (connection === null) connection = this.open(segment, packet, null);
    else if ((flags & (SYN | RST)) === SYN && startsAnew(connection, segment, index)) {
      this.end(connection, "replaced", packet);
      connection.replaced = true;
      connection = this.open(segment, packet, connection);
    }
    const half = connection.halves[index];
    const peer = connection.halves[1 - index] as TcpHalf;

    const length = segment.payloadLength + segment.payloadCutLength;
    if (this.isRepeat(half, segment, length) && half.recent.holds(segment, now)) {
      half.duplicatePackets++;
      touchHops(half, segment.hopLimit);
      return;
    }

    connection.lastPacketNumber = packet.packetNumber;
    connection.lastPacketNs = now;
    countActivity(connection, now);
    if ((flags & RST) !== 0) {
      onReset(connection, index, segment, packet);
      half.recent.add(segment, now);
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
    if (connection.resets.length > 0) countAfterReset(connection, index, length);

    let sequence = segment.sequenceNumber;
    if ((flags & SYN) !== 0) {
      this.onSyn(connection, index, segment, packet);
      sequence = (sequence + 1) | 0;
    }
    if ((flags & ACK) !== 0) this.onAcknowledgment(connection, half, peer, segment, packet);
    peer.keepAlivesUnanswered = 0;
    if (length > 0 || (flags & FIN) !== 0) {
      this.onPayload(connection, index, half, peer, segment, packet, sequence, length);
    } else if ((flags & SYN) === 0) this.onBare(connection, index, half, segment, packet);
    half.recent.add(segment, now);
    half.lastIpIdentification = segment.ipIdentification;
    half.dontFragment = segment.dontFragment;
    if (half.holePackets > 0 || peer.holePackets > 0) this.checkHoles(connection, now, false);
  }

  /** Whose segment it is, as far as is known now. */
  connectionOf(segment: SegmentView): TcpConnection | null {
    return this.flows.find(segment);
  }

  onIcmpError(error: IcmpErrorView, packet: PacketView): void {
    const connection = this.flows.find(quotedTuple(error));
    if (connection === null || connection.icmpErrors.length >= limits.tcpEventsPerConnection) return;
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
    for (const connection of this.waiting) this.checkHoles(connection, nowNs, true);
  }

  /** The capture has ended: releases what is held and ends every direction. */
  finish(at: Position): void {
    for (const connection of this.connections) if (!connection.finished) this.end(connection, "capture-end", at);
  }

  /** A connection that is still tracked, or null. */
  find(id: number): TcpConnection | null {
    const { connections } = this;
    let low = 0;
    for (let high = connections.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if ((connections[middle] as TcpConnection).id < id) low = middle + 1;
      else high = middle;
    }
    const found = connections[low];
    return found?.id === id ? found : null;
  }

  /** No more is expected of a connection: what is held is released and both directions end. */
  close(connection: TcpConnection, cause: EndCause, at: Position): void {
    if (!connection.finished) this.end(connection, cause, at);
  }

  /** Lets go of closed connections: a later packet on their ports begins a new one. */
  forget(gone: ReadonlySet<TcpConnection>): void {
    const keep = (connection: TcpConnection): boolean => !gone.has(connection);
    this.connections = this.connections.filter(keep);
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
    this.connections.push(connection);
    this.sink.onOpen(connection);
    return connection;
  }

  private isRepeat(half: TcpHalf, segment: SegmentView, length: number): boolean {
    if ((segment.flags & (SYN | FIN | RST)) !== 0 || !half.sequenceKnown) return half.packets > 0;
    if (length > 0) return ((segment.sequenceNumber - half.maxSequence) | 0) < 0;
    return segment.acknowledgmentNumber === half.acknowledged && segment.window === half.lastWindow;
  }

  private onSyn(connection: TcpConnection, index: 0 | 1, segment: SegmentView, packet: PacketView): void {
    const half = connection.halves[index];
    const isAnswer = (segment.flags & ACK) !== 0;
    const list = isAnswer ? connection.synAcks : connection.syns;
    noteEvent(connection, isAnswer ? "syn-ack" : "syn", index, 0, list.length, packet);
    if (list.length < limits.tcpEventsPerConnection) list.push(momentOf(packet));
    if (!connection.roleSettled) {
      connection.roleSettled = true;
      connection.clientIndex = isAnswer ? (index === 0 ? 1 : 0) : index;
      connection.clientBy = isAnswer ? "syn-ack" : "syn";
    }
    if (isAnswer) {
      connection.synAckSeen = true;
      connection.synAckNs = packet.timestampNs;
    } else if (!connection.synSeen) {
      connection.synSeen = true;
      connection.synNs = packet.timestampNs;
    }
    if (half.synSeen) half.retransmissions++;
    half.synSeen = true;
    half.initialSequence = segment.sequenceNumber;
    half.synOptions = synOptionsOf(segment);
    half.windowScale = half.synOptions.windowScale ?? 0;
    if (half.dataSegments === 0) this.anchorAtSyn(connection, half, (segment.sequenceNumber + 1) | 0);
    if (segment.payloadLength > 0) connection.fastOpenBytes += segment.payloadLength;
  }

  /** Nothing before the SYN belongs to the stream, not even a FIN that somebody forged (RFC 9293 §3.4). */
  private anchorAtSyn(connection: TcpConnection, half: TcpHalf, sequence: number): void {
    half.anchored = true;
    half.nextSequence = sequence;
    half.sequenceKnown = true;
    half.maxSequence = sequence;
    if (half.fin === null) return;
    if (connection.finFirst === half.fin) connection.finFirst = null;
    half.fin = null;
  }

  private onAcknowledgment(
    connection: TcpConnection,
    half: TcpHalf,
    peer: TcpHalf,
    segment: SegmentView,
    packet: PacketView,
  ): void {
    const acknowledged = segment.acknowledgmentNumber;
    const now = packet.timestampNs as number;
    if (!half.acknowledgedKnown) {
      half.acknowledgedKnown = true;
      half.acknowledged = acknowledged;
      this.noteEstablished(connection, half, packet);
      this.noteFinAcknowledged(half, peer, packet);
      if (peer.hold !== null || peer.anchored) this.afterAdvance(connection, half, peer, packet);
    } else {
      const advance = (acknowledged - half.acknowledged) | 0;
      if (advance > 0) {
        half.acknowledged = acknowledged;
        this.afterAdvance(connection, half, peer, packet);
      }
    }
    if ((segment.flags & SYN) !== 0) return;
    if (segment.window === 0) {
      if (half.zeroWindowSince === null) {
        half.zeroWindowSince = momentOf(packet);
        half.zeroWindows++;
        noteEvent(connection, "zero-window", half === connection.halves[0] ? 0 : 1, half.streamOffset, 0, packet);
      }
    } else if (half.zeroWindowSince !== null) {
      const lasted = now - half.zeroWindowSince.timestampNs;
      half.zeroWindowNs += lasted;
      if (lasted > half.longestZeroWindowNs) half.longestZeroWindowNs = lasted;
      half.zeroWindowSince = null;
      noteEvent(connection, "window-open", half === connection.halves[0] ? 0 : 1, half.streamOffset, lasted, packet);
    }
    half.lastWindow = segment.window;
  }

  private afterAdvance(connection: TcpConnection, half: TcpHalf, peer: TcpHalf, packet: PacketView): void {
    const now = packet.timestampNs as number;
    peer.lastAdvanceNumber = packet.packetNumber;
    peer.lastAdvanceNs = now;
    if (connection.established === null) this.noteEstablished(connection, half, packet);
    if (!neverSeen(peer.timedNs) && ((half.acknowledged - peer.timedSequence) | 0) >= 0) {
      const roundTrip = now - peer.timedNs;
      if (roundTrip >= 0 && roundTrip < peer.leastRoundTripNs) peer.leastRoundTripNs = roundTrip;
      peer.timedNs = NEVER;
    }
    if (peer.sequenceKnown && ((half.acknowledged - peer.maxSequence) | 0) >= 0) peer.oldestUnackedNs = NEVER;
    else if (!neverSeen(peer.oldestUnackedNs)) {
      // Some is still out; its first transmission is not known exactly, the last progress bounds it.
      peer.oldestUnackedNs = now;
      peer.oldestUnackedNumber = packet.packetNumber;
    }
    peer.unackedRetransmissions = 0;
    this.noteFinAcknowledged(half, peer, packet);
    if (!peer.anchored) {
      if (peer.hold !== null) this.anchor(connection, peer);
      return;
    }
    if (((half.acknowledged - peer.nextSequence) | 0) > (peer.fin !== null ? 1 : 0) && peer.holePackets === 0) {
      peer.holePackets = 1;
      peer.holeAcknowledgedNs = now;
      this.waiting.add(connection);
    }
  }

  private noteEstablished(connection: TcpConnection, half: TcpHalf, packet: PacketView): void {
    if (connection.established !== null || !connection.synAckSeen) return;
    const index = half === connection.halves[0] ? 0 : 1;
    const peer = connection.halves[1 - index] as TcpHalf;
    if (index !== connection.clientIndex || !peer.synSeen) return;
    if (((half.acknowledged - peer.initialSequence) | 0) < 1) return;
    connection.established = momentOf(packet);
    if (connection.syns.length === 1 && connection.synAcks.length === 1) {
      connection.handshakeRoundTripNs = packet.timestampNs - connection.synNs;
    }
  }

  private noteFinAcknowledged(half: TcpHalf, peer: TcpHalf, packet: PacketView): void {
    if (peer.fin === null || peer.finAcknowledged !== null) return;
    if (((half.acknowledged - peer.finSequence) | 0) > 0) peer.finAcknowledged = momentOf(packet);
  }

  /** A segment without payload, SYN, FIN or RST: keep-alive, or nothing to note. */
  private onBare(
    connection: TcpConnection,
    index: 0 | 1,
    half: TcpHalf,
    segment: SegmentView,
    packet: PacketView,
  ): void {
    if (!half.sequenceKnown) {
      half.sequenceKnown = true;
      half.maxSequence = segment.sequenceNumber;
    }
    const peer = connection.halves[1 - index] as TcpHalf;
    // RFC 9293 §3.8.4: a keep-alive repeats the last acknowledged sequence number.
    if (((segment.sequenceNumber - half.maxSequence) | 0) === -1 && half.fin === null) {
      this.noteProbe(connection, index, half, peer, packet);
    } else if (connection.resets.length > 0)
      noteEvent(connection, "challenge-ack", index, half.streamOffset, 0, packet);
  }

  private noteProbe(connection: TcpConnection, index: 0 | 1, half: TcpHalf, peer: TcpHalf, packet: PacketView): void {
    if (peer.zeroWindowSince !== null) {
      noteEvent(connection, "window-probe", index, half.streamOffset, 0, packet);
      return;
    }
    half.keepAlives++;
    half.keepAlivesUnanswered++;
    noteEvent(connection, "keep-alive", index, half.streamOffset, half.keepAlivesUnanswered, packet);
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
        this.isAcknowledged(peer, last)
      ) {
        // One old byte again: a keep-alive with data (RFC 9293 §3.8.4), as Windows sends them.
        this.noteProbe(connection, index, half, peer, packet);
        return;
      }
      half.dataSegments++;
      if (length > half.largestSegmentBytes) half.largestSegmentBytes = length;
      if (half.firstDataNumber === 0) {
        half.firstDataNumber = packet.packetNumber;
        half.firstDataNs = now;
      }
      if (isNew) {
        this.noteNewData(connection, index, half, peer, packet, last);
        half.lastDataNumber = packet.packetNumber;
        half.lastDataNs = now;
      } else this.noteRetransmission(connection, index, half, segment, packet, length, sequence, last);
      if ((segment.flags & URG) !== 0)
        noteEvent(connection, "urgent", index, half.streamOffset, segment.urgentPointer, packet);
      if (!connection.roleSettled) this.settleRole(connection, index, segment);
    }
    if (isNew) half.maxSequence = last;
    if ((segment.flags & FIN) !== 0) this.onFin(connection, index, half, last, packet);
    if (length > 0) this.place(connection, half, segment, packet, sequence, length);
    if (half.fin !== null && half.nextSequence === half.finSequence && half.anchored)
      this.endHalf(connection, half, "fin", packet);
  }

  private isAcknowledged(peer: TcpHalf, last: number): boolean {
    return peer.acknowledgedKnown && ((peer.acknowledged - last) | 0) >= 0;
  }

  private noteNewData(
    connection: TcpConnection,
    index: 0 | 1,
    half: TcpHalf,
    peer: TcpHalf,
    packet: PacketView,
    last: number,
  ): void {
    const now = packet.timestampNs as number;
    if (peer.fin !== null) noteEvent(connection, "data-after-fin", index, half.streamOffset, 0, packet);
    connection.gapBeforeLastActivityNs = now - connection.lastActivityNs;
    connection.lastActivityNs = now;
    if (neverSeen(half.timedNs)) {
      half.timedNs = now;
      half.timedSequence = last;
    }
    if (neverSeen(half.oldestUnackedNs) && !this.isAcknowledged(peer, last)) {
      half.oldestUnackedNs = now;
      half.oldestUnackedNumber = packet.packetNumber;
      half.unackedRetransmissions = 0;
    }
  }

  private noteRetransmission(
    connection: TcpConnection,
    index: 0 | 1,
    half: TcpHalf,
    segment: SegmentView,
    packet: PacketView,
    length: number,
    sequence: number,
    last: number,
  ): void {
    const fillsHole = half.anchored && ((last - half.nextSequence) | 0) > 0;
    half.timedNs = NEVER;
    if (fillsHole && !this.isHeld(half, sequence, last)) {
      // Never seen before: it was overtaken, or its first copy was lost before the capture point.
      half.outOfOrder++;
      return;
    }
    half.retransmissions++;
    half.retransmittedBytes += length;
    half.unackedRetransmissions++;
    half.lastRetransmissionNumber = packet.packetNumber;
    half.lastRetransmissionNs = packet.timestampNs;
    half.lastRetransmissionBytes = length;
    noteEvent(connection, "retransmission", index, half.streamOffset, length, packet);
    if (half.recent.contradicts(segment)) {
      half.conflicts++;
      noteEvent(connection, "conflict", index, half.streamOffset, length, packet);
    }
  }

  private isHeld(half: TcpHalf, sequence: number, last: number): boolean {
    if (half.hold === null) return false;
    for (const held of half.hold.segments) {
      if (((sequence - held.sequenceNumber) | 0) >= 0 && ((held.sequenceNumber + held.bytes.length - last) | 0) >= 0)
        return true;
    }
    return false;
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

  private onFin(connection: TcpConnection, index: 0 | 1, half: TcpHalf, last: number, packet: PacketView): void {
    if (half.fin !== null) {
      if (last === half.finSequence) half.finRetransmissions++;
      return;
    }
    half.fin = momentOf(packet);
    half.finSequence = last;
    half.maxSequence = (last + 1) | 0;
    noteEvent(connection, "fin", index, half.streamOffset, 0, packet);
    if (connection.finFirst === null && !connection.finished) {
      connection.finFirst = half.fin;
      connection.finFirstFrom = index;
      connection.idleBeforeFinNs = packet.timestampNs - connection.lastActivityNs;
    }
    connection.lastActivityNs = packet.timestampNs;
  }

  /** Payload into the stream: in order at once, else into the hold. */
  private place(
    connection: TcpConnection,
    half: TcpHalf,
    segment: SegmentView,
    packet: PacketView,
    sequence: number,
    length: number,
  ): void {
    if (!half.anchored && !this.tryAnchor(connection, half, sequence)) {
      this.keep(connection, half, segment, packet, sequence);
      if (this.anchorIsDue(half, packet.timestampNs)) this.anchor(connection, half);
      return;
    }
    const ahead = (sequence - half.nextSequence) | 0;
    if (ahead > 0) {
      half.outOfOrder++;
      this.keep(connection, half, segment, packet, sequence);
      return;
    }
    if (ahead + length <= 0) return;
    const start = segment.payloadStart - ahead;
    const end = segment.payloadStart + segment.payloadLength;
    const { at } = this;
    at.packetNumber = packet.packetNumber;
    at.timestampNs = packet.timestampNs;
    if (end > start) this.deliver(connection, half, segment.bytes, start, end, at);
    if (segment.payloadCutLength > 0) {
      const cut = Math.min(segment.payloadCutLength, ahead + length);
      half.truncatedBytes += cut;
      this.gap(connection, half, cut, "truncated", at);
    }
    if (half.hold !== null && half.hold.segments.length > 0) this.drain(connection, half);
  }

  private deliver(
    connection: TcpConnection,
    half: TcpHalf,
    bytes: Uint8Array,
    start: number,
    end: number,
    at: Position,
  ): void {
    const length = end - start;
    half.nextSequence = (half.nextSequence + length) | 0;
    half.streamBytes += length;
    if (!half.ended)
      this.sink.onBytes(connection, half === connection.halves[connection.clientIndex] ? 0 : 1, bytes, start, end, at);
    half.streamOffset += length;
  }

  private gap(connection: TcpConnection, half: TcpHalf, length: number, cause: GapCause, at: Position): void {
    half.nextSequence = (half.nextSequence + length) | 0;
    half.missingBytes += length;
    if (cause === "not-captured") half.notCapturedBytes += length;
    const index = half === connection.halves[0] ? 0 : 1;
    noteEvent(connection, "gap", index, half.streamOffset, length, at);
    if (!half.ended) this.sink.onGap(connection, connection.directionOf(index), length, cause, at);
    half.streamOffset += length;
  }

  private keep(
    connection: TcpConnection,
    half: TcpHalf,
    segment: SegmentView,
    packet: PacketView,
    sequence: number,
  ): void {
    half.hold ??= new Hold(this.budget);
    const { payloadStart, payloadLength } = segment;
    const added = half.hold.add(
      sequence,
      segment.bytes,
      payloadStart,
      payloadStart + payloadLength,
      segment.payloadCutLength,
      packet.packetNumber,
      packet.timestampNs,
    );
    if (added.conflict) {
      half.conflicts++;
      noteEvent(
        connection,
        "conflict",
        half === connection.halves[0] ? 0 : 1,
        half.streamOffset,
        added.overlapBytes,
        packet,
      );
    }
    this.waiting.add(connection);
    if (!half.anchored) return;
    const peer = half === connection.halves[0] ? connection.halves[1] : connection.halves[0];
    if (half.holePackets === 0 && peer.acknowledgedKnown && ((peer.acknowledged - half.nextSequence) | 0) > 0) {
      half.holePackets = 1;
      half.holeAcknowledgedNs = packet.timestampNs;
    }
    if (half.hold.full) this.releaseHole(connection, half, "limit");
  }

  /** Delivers what the hold has in order now. */
  private drain(connection: TcpConnection, half: TcpHalf): void {
    const { hold, at } = { hold: half.hold as Hold, at: this.at };
    for (let first = hold.segments[0]; first !== undefined; first = hold.segments[0]) {
      const ahead = (first.sequenceNumber - half.nextSequence) | 0;
      if (ahead > 0) return;
      hold.shift();
      if (ahead + first.bytes.length + first.cutLength <= 0) continue;
      at.packetNumber = first.packetNumber as PacketNumber;
      at.timestampNs = first.timestampNs as RelativeNs;
      if (first.bytes.length + ahead > 0) this.deliver(connection, half, first.bytes, -ahead, first.bytes.length, at);
      if (first.cutLength > 0) {
        const cut = Math.min(first.cutLength, ahead + first.bytes.length + first.cutLength);
        half.truncatedBytes += cut;
        this.gap(connection, half, cut, "truncated", at);
      }
    }
    half.holePackets = 0;
  }

  /** Gives up the bytes before the first held segment, or before what the peer has acknowledged. */
  private releaseHole(connection: TcpConnection, half: TcpHalf, cause: GapCause): void {
    const { at } = this;
    const peer = half === connection.halves[0] ? connection.halves[1] : connection.halves[0];
    const held = half.hold?.segments[0];
    if (held !== undefined) {
      at.packetNumber = held.packetNumber as PacketNumber;
      at.timestampNs = held.timestampNs as RelativeNs;
      const hole = (held.sequenceNumber - half.nextSequence) | 0;
      // Only what was acknowledged is certainly gone; the rest may still be sent again.
      const acknowledged = cause === "not-captured" ? (peer.acknowledged - half.nextSequence) | 0 : hole;
      this.gap(connection, half, Math.min(hole, acknowledged), cause, at);
      this.drain(connection, half);
    } else if (peer.acknowledgedKnown) {
      const finByte = half.fin !== null && ((peer.acknowledged - half.finSequence) | 0) > 0 ? 1 : 0;
      const missing = ((peer.acknowledged - half.nextSequence) | 0) - finByte;
      at.packetNumber = half.lastAdvanceNumber as PacketNumber;
      at.timestampNs = half.lastAdvanceNs as RelativeNs;
      // A wild acknowledgment number is no proof of a gigabyte: only what a window can hold counts.
      if (missing > 0 && missing < LARGEST_WINDOW_BYTES && half.fin === null)
        this.gap(connection, half, missing, cause, at);
      else if (missing > 0 && half.fin !== null)
        this.gap(connection, half, Math.min(missing, (half.finSequence - half.nextSequence) | 0), cause, at);
    }
    half.holePackets = 0;
    half.holeAcknowledgedNs = NEVER;
    if (half.fin !== null && half.nextSequence === half.finSequence) this.endHalf(connection, half, "fin", at);
  }

  private checkHoles(connection: TcpConnection, nowNs: number, quiet: boolean): void {
    for (const half of connection.halves) {
      if (!half.anchored) {
        if (half.hold !== null && this.anchorIsDue(half, nowNs)) this.anchor(connection, half);
        continue;
      }
      if (half.holePackets === 0) continue;
      if (!quiet) half.holePackets++;
      const waitedNs = nowNs - half.holeAcknowledgedNs;
      if (quiet ? waitedNs > QUIET_HOLE_NS : half.holePackets > HOLE_GRACE_PACKETS && waitedNs > HOLE_GRACE_NS) {
        const peer = half === connection.halves[0] ? connection.halves[1] : connection.halves[0];
        const missing = (peer.acknowledged - half.nextSequence) | 0;
        if (missing > (half.finAcknowledged !== null ? 1 : 0)) this.releaseHole(connection, half, "not-captured");
        else half.holePackets = 0;
      }
    }
    if (connection.halves.every((half) => half.holePackets === 0 && (half.hold?.segments.length ?? 0) === 0)) {
      this.waiting.delete(connection);
    }
  }

  /** A stream without SYN begins at once where the peer's last acknowledgment says that it continues. */
  private tryAnchor(connection: TcpConnection, half: TcpHalf, sequence: number): boolean {
    const peer = half === connection.halves[0] ? connection.halves[1] : connection.halves[0];
    if (!peer.acknowledgedKnown || peer.acknowledged !== sequence || half.hold !== null) return false;
    half.anchored = true;
    half.nextSequence = sequence;
    return true;
  }

  private anchorIsDue(half: TcpHalf, nowNs: number): boolean {
    const first = half.hold?.segments[0];
    return (
      first !== undefined &&
      ((half.hold as Hold).segments.length >= ANCHOR_GRACE_SEGMENTS ||
        (half.hold as Hold).full ||
        nowNs - half.firstDataNs > ANCHOR_GRACE_NS)
    );
  }

  private anchor(connection: TcpConnection, half: TcpHalf): void {
    const first = half.hold?.segments[0];
    if (first === undefined) return;
    const peer = half === connection.halves[0] ? connection.halves[1] : connection.halves[0];
    const awaited = peer.acknowledgedKnown ? (first.sequenceNumber - peer.acknowledged) | 0 : 0;
    half.anchored = true;
    // The peer still waits for what comes before: it may be on its way.
    half.nextSequence = awaited > 0 && awaited < LARGEST_WINDOW_BYTES ? peer.acknowledged : first.sequenceNumber;
    this.drain(connection, half);
    if (half.fin !== null && half.nextSequence === half.finSequence) this.endHalf(connection, half, "fin", this.at);
  }

  private endHalf(connection: TcpConnection, half: TcpHalf, cause: EndCause, at: Position): void {
    if (half.ended) return;
    half.ended = true;
    const direction = half === connection.halves[connection.clientIndex] ? 0 : 1;
    this.sink.onEnd(connection, direction, cause, at);
  }

  /** Ends both directions, after releasing what was held. */
  private end(connection: TcpConnection, cause: EndCause, at: Position): void {
    for (const half of connection.halves) {
      if (half.ended) continue;
      if (!half.anchored) this.anchor(connection, half);
      const peer = half === connection.halves[0] ? connection.halves[1] : connection.halves[0];
      while ((half.hold?.segments.length ?? 0) > 0) {
        const known = peer.acknowledgedKnown && ((peer.acknowledged - half.nextSequence) | 0) > 0;
        this.releaseHole(connection, half, known ? "not-captured" : "lost");
      }
      if (half.anchored && peer.acknowledgedKnown) {
        const missing = (peer.acknowledged - half.nextSequence) | 0;
        if (missing > (half.fin !== null ? 1 : 0)) this.releaseHole(connection, half, "not-captured");
      }
      half.hold = null;
    }
    for (const half of connection.halves) this.endHalf(connection, half, cause, at);
    connection.finished = true;
    this.waiting.delete(connection);
  }
}

const NEVER = -1.5e300;

const momentOf = (at: Position): Moment => ({ packetNumber: at.packetNumber, timestampNs: at.timestampNs });

/** A SYN that cannot belong to the connection known under these ports begins another one. */
function startsAnew(connection: TcpConnection, segment: SegmentView, index: 0 | 1): boolean {
  const half = connection.halves[index];
  const peer = connection.halves[1 - index] as TcpHalf;
  if ((segment.flags & ACK) !== 0) {
    // An answer to the SYN that we know, or one more before anything was said: still this connection. Without that, a
    // connection that has ended does not come back.
    if (peer.synSeen && segment.acknowledgmentNumber === ((peer.initialSequence + 1) | 0)) return false;
    if (half.synSeen) return half.initialSequence !== segment.sequenceNumber && half.dataSegments > 0;
    return half.sequenceKnown && (half.fin !== null || connection.resets.length > 0);
  }
  if (half.synSeen) return half.initialSequence !== segment.sequenceNumber;
  // Simultaneous open (RFC 9293 §3.5): the other side's SYN waits for an answer.
  return !(peer.synSeen && !half.sequenceKnown && half.packets === 0);
}

function touchHops(half: TcpHalf, hopLimit: number): void {
  if (half.hopLimit < 0) half.hopLimit = hopLimit;
  else if (half.hopLimit !== hopLimit) {
    half.otherHopLimits ??= [];
    if (half.otherHopLimits.length < 8 && !half.otherHopLimits.includes(hopLimit)) half.otherHopLimits.push(hopLimit);
  }
}

function countAfterReset(connection: TcpConnection, index: 0 | 1, length: number): void {
  for (const reset of connection.resets) {
    reset.packetsAfter[index]++;
    if (length > 0) reset.dataAfter[index] += length;
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
