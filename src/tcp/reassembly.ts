import type { PacketNumber, RelativeNs } from "../base/brand.ts";
import type { PacketView, Position } from "../base/packet-view.ts";
import type { SegmentView } from "../wire/types.ts";
import { beginningOf, bytesBetween, LARGEST_WINDOW_BYTES } from "./beginning.ts";
import { NEVER, type TcpConnection, type TcpHalf } from "./connection.ts";
import { noteEvent } from "./events.ts";
import { Hold, HoldBudget } from "./hold.ts";
import type { EndCause, GapCause, TcpSink } from "./types.ts";
import { isUnseenFin, onUnseenFin } from "./unseen-fin.ts";

/** A hole that the peer has acknowledged is given up after this time and so many packets: captures may be out of order. */
const HOLE_GRACE_NS = 50e6;
const HOLE_GRACE_PACKETS = 16;
/** Live, when no more packets come, after this time alone. */
const QUIET_HOLE_NS = 1e9;
/** Without a SYN, segments wait this long for earlier ones before the stream begins with the earliest. */
const ANCHOR_GRACE_NS = 200e6;
const ANCHOR_GRACE_SEGMENTS = 32;

/**
 * Payload → ordered bytes of each direction (RFC 9293 §3.10.7.4): uncopied where it comes in order, held where it does
 * not, and a hole given up when nobody will fill it. See native-notes/decisions/0006.
 */
export class Reassembly {
  private readonly sink: TcpSink;
  private readonly budget = new HoldBudget();
  private readonly at: { packetNumber: PacketNumber; timestampNs: RelativeNs } = {
    packetNumber: 0 as PacketNumber,
    timestampNs: 0.5 as RelativeNs,
  };
  /** Connections that wait for bytes, to be looked at when time passes. */
  private readonly waiting = new Set<TcpConnection>();

  constructor(sink: TcpSink) {
    this.sink = sink;
  }

  /** Time passes without packets (live), so that holes do not wait for the next one. */
  advance(nowNs: RelativeNs): void {
    for (const connection of this.waiting) this.check(connection, nowNs, true);
  }

  /** The peer has acknowledged more of `half`: a stream without SYN may begin now, a hole shows. */
  onAcknowledged(connection: TcpConnection, half: TcpHalf, acknowledged: number, packet: PacketView): void {
    if (!half.anchored) {
      if (half.hold !== null) this.anchor(connection, half);
      else this.anchorEmpty(connection, half);
      if (!half.anchored) return;
    }
    if (((acknowledged - half.nextSequence) | 0) > (half.fin !== null ? 1 : 0) && half.holePackets === 0) {
      half.holePackets = 1;
      half.holeAcknowledgedNs = packet.timestampNs;
      this.waiting.add(connection);
    }
  }

  /** Payload into the stream: in order at once, else into the hold. */
  place(
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
    if (!half.ended) this.sink.onBytes(connection, connection.directionOf(half.index), bytes, start, end, at);
    half.streamOffset += length;
  }

  private gap(connection: TcpConnection, half: TcpHalf, length: number, cause: GapCause, at: Position): void {
    half.nextSequence = (half.nextSequence + length) | 0;
    half.missingBytes += length;
    if (cause === "not-captured") half.notCapturedBytes += length;
    const index = half.index;
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
      noteEvent(connection, "conflict", half.index, half.streamOffset, added.overlapBytes, packet);
    }
    this.waiting.add(connection);
    if (!half.anchored) return;
    this.watchHole(half, connection.peerOf(half), packet.timestampNs);
    if (half.hold.full) this.releaseHole(connection, half, "limit");
  }

  /** The peer has got what comes next, and the capture has not. */
  private watchHole(half: TcpHalf, peer: TcpHalf, nowNs: number): void {
    if (half.holePackets > 0 || !peer.acknowledgedKnown || ((peer.acknowledged - half.nextSequence) | 0) <= 0) return;
    half.holePackets = 1;
    half.holeAcknowledgedNs = nowNs;
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
    const peer = connection.peerOf(half);
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

  check(connection: TcpConnection, nowNs: number, quiet: boolean): void {
    for (const half of connection.halves) {
      if (!half.anchored) {
        if (half.hold !== null && this.anchorIsDue(half, nowNs)) this.anchor(connection, half);
        continue;
      }
      if (half.holePackets === 0) continue;
      if (!quiet) half.holePackets++;
      const waitedNs = nowNs - half.holeAcknowledgedNs;
      if (quiet ? waitedNs > QUIET_HOLE_NS : half.holePackets > HOLE_GRACE_PACKETS && waitedNs > HOLE_GRACE_NS) {
        const peer = connection.peerOf(half);
        const missing = (peer.acknowledged - half.nextSequence) | 0;
        // One byte with nothing behind it is most likely a FIN: the end decides.
        if (missing > (half.finAcknowledged !== null ? 1 : 0) && !isUnseenFin(connection, half))
          this.releaseHole(connection, half, "not-captured");
        else half.holePackets = 0;
      }
    }
    if (connection.halves.every((half) => half.holePackets === 0 && (half.hold?.segments.length ?? 0) === 0)) {
      this.waiting.delete(connection);
    }
  }

  /** A stream without SYN begins at once where the peer's last acknowledgment says that it continues. */
  private tryAnchor(connection: TcpConnection, half: TcpHalf, sequence: number): boolean {
    const peer = connection.peerOf(half);
    if (!peer.acknowledgedKnown || peer.acknowledged !== sequence || half.hold !== null) return false;
    // What the peer has acknowledged since it was first heard is missing.
    if ((beginningOf(connection, half) ?? sequence) !== sequence) return false;
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

  anchor(connection: TcpConnection, half: TcpHalf): void {
    const first = half.hold?.segments[0];
    if (first === undefined) {
      this.anchorEmpty(connection, half);
      return;
    }
    const peer = connection.peerOf(half);
    const start = beginningOf(connection, half);
    half.anchored = true;
    // The peer still waits for what comes before: it may be on its way.
    if (start !== null && bytesBetween(start, first.sequenceNumber) > 0) half.nextSequence = start;
    else if (peer.acknowledgedKnown && bytesBetween(peer.acknowledged, first.sequenceNumber) > 0)
      half.nextSequence = peer.acknowledged;
    else half.nextSequence = first.sequenceNumber;
    this.drain(connection, half);
    if ((half.hold?.segments.length ?? 0) > 0) this.watchHole(half, peer, first.timestampNs);
    if (half.fin !== null && half.nextSequence === half.finSequence) this.endHalf(connection, half, "fin", this.at);
  }

  /** Not a byte of it has been seen: what its peer acknowledges is missing. */
  private anchorEmpty(connection: TcpConnection, half: TcpHalf): void {
    const start = beginningOf(connection, half);
    if (start === null) return;
    half.anchored = true;
    half.nextSequence = start;
  }

  endHalf(connection: TcpConnection, half: TcpHalf, cause: EndCause, at: Position): void {
    if (half.ended) return;
    half.ended = true;
    const direction = connection.directionOf(half.index);
    this.sink.onEnd(connection, direction, cause, at);
  }

  /** Ends both directions, after releasing what was held. */
  end(connection: TcpConnection, cause: EndCause, at: Position): void {
    for (const half of connection.halves) {
      if (half.ended) continue;
      if (!half.anchored) this.anchor(connection, half);
      const peer = connection.peerOf(half);
      while ((half.hold?.segments.length ?? 0) > 0) {
        const known = peer.acknowledgedKnown && ((peer.acknowledged - half.nextSequence) | 0) > 0;
        this.releaseHole(connection, half, known ? "not-captured" : "lost");
      }
      if (half.anchored && peer.acknowledgedKnown) {
        if (isUnseenFin(connection, half)) onUnseenFin(connection, half);
        const missing = (peer.acknowledged - half.nextSequence) | 0;
        if (missing > (half.fin !== null ? 1 : 0)) this.releaseHole(connection, half, "not-captured");
      }
      // Its FIN came, and what it sent before that never did.
      const early = half.fin !== null && half.anchored ? (half.finSequence - half.nextSequence) | 0 : 0;
      if (early > 0 && early < LARGEST_WINDOW_BYTES) this.gap(connection, half, early, "lost", at);
      half.hold = null;
    }
    for (const half of connection.halves) this.endHalf(connection, half, cause, at);
    connection.finished = true;
    this.waiting.delete(connection);
  }
}
