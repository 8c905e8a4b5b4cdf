import type { PacketNumber, RelativeNs } from "../base/brand.ts";
import { INDEX_BITS } from "../base/bytes.ts";
import type { PacketView, Position } from "../base/packet-view.ts";
import { ACK, FIN, RST, type SegmentView, SYN, URG } from "../wire/types.ts";
import { SLOW_NS } from "./acknowledgment.ts";
import { NEVER, type TcpConnection, type TcpHalf } from "./connection.ts";
import { isDamaged } from "./damage.ts";
import { CHECKSUMS } from "./doubts.ts";
import { neverCameBytes } from "./never-came.ts";
import { LEAST_SILENCE_NS } from "./notes.ts";
import { LEAST_PAUSE_NS } from "./pauses.ts";
import type { RecentPackets } from "./recent.ts";
import { noteLargest } from "./segment-size.ts";
import {
  ACKNOWLEDGED,
  BIN_END_NS,
  BIN_PACKETS,
  BIN_START_NS,
  CHECKSUMS_RIGHT,
  CONNECTION_DOUBLES,
  DATA_SEGMENTS,
  DONT_FRAGMENT,
  HALF_DOUBLES,
  HOP_LIMIT,
  LARGEST_SEGMENT_BYTES,
  LAST_ACTIVITY_NS,
  LAST_ADVANCE_NS,
  LAST_ADVANCE_NUMBER,
  LAST_DATA_NS,
  LAST_DATA_NUMBER,
  LAST_IP_IDENTIFICATION,
  LAST_PACKET_NS,
  LAST_PACKET_NUMBER,
  LAST_WINDOW,
  LEAST_ROUND_TRIP_NS,
  MAX_SEQUENCE,
  NEWEST_NS,
  NEWEST_NUMBER,
  NEXT_SEQUENCE,
  OLDEST_UNACKED_NS,
  OLDEST_UNACKED_NUMBER,
  PACKETS,
  RECORD_DOUBLES,
  STEADY,
  STREAM_BYTES,
  type SteadyRecords,
  TIMED_NS,
  TIMED_SEQUENCE,
  UNACKED_RETRANSMISSIONS,
} from "./steady-record.ts";
import type { TcpSink } from "./types.ts";

const UNUSUAL = FIN | SYN | RST | URG;

/** Nothing of it waits for anything. */
const isCalm = (half: TcpHalf): boolean =>
  half.anchored &&
  half.acknowledgedKnown &&
  half.fin === null &&
  half.doubts === null &&
  half.holePackets === 0 &&
  half.keepAlivesUnanswered === 0 &&
  half.zeroWindowSince === null &&
  neverCameBytes(half) === 0 &&
  half.repeated === null &&
  !half.ended;

/** What it sends next can be told to go on. */
const isPlaced = (half: TcpHalf): boolean =>
  half.firstDataNumber !== 0 &&
  half.checksums !== CHECKSUMS.unknown &&
  (half.hold === null || half.hold.segments.length === 0) &&
  half.nextSequence === half.maxSequence;

/**
 * Most segments of most connections: nothing unusual is going on, and they go on exactly where the last one ended. For
 * those a few comparisons replace the whole path (header prediction, as TCP implementations have done since 4.3BSD Reno),
 * and what they change lies in a record (`steady-record.ts`).
 */
export class SteadyConnections {
  private readonly sink: TcpSink;
  private readonly records: SteadyRecords;
  private readonly at: Position = { packetNumber: 0 as PacketNumber, timestampNs: 0.5 as RelativeNs };

  constructor(sink: TcpSink, records: SteadyRecords) {
    this.sink = sink;
    this.records = records;
  }

  /** After each segment that went the whole way. */
  judge(connection: TcpConnection): void {
    const { low, high } = connection;
    if (
      connection.roleSettled &&
      connection.resets.length === 0 &&
      connection.clockProbe === null &&
      (connection.established !== null || !connection.synAckSeen) &&
      isCalm(low) &&
      isCalm(high)
    ) {
      const [lowGoes, highGoes] = [isPlaced(low), isPlaced(high)];
      if (lowGoes || highGoes) this.records.take(connection, lowGoes, highGoes);
    }
  }

  /**
   * A segment of a connection with a record, sent by the end `index`: true, and it is done with. False when anything about
   * it is unusual: then nothing was noted.
   */
  goesOn(connection: TcpConnection, index: 0 | 1, segment: SegmentView, packet: PacketView): boolean {
    const { doubles, words } = this.records;
    const { record } = connection;
    const base = (record * RECORD_DOUBLES) & INDEX_BITS;
    const half = (base + CONNECTION_DOUBLES + index * HALF_DOUBLES) & INDEX_BITS;
    const peer = (base + CONNECTION_DOUBLES + (1 - index) * HALF_DOUBLES) & INDEX_BITS;
    const first = 2 * base;
    const own = 2 * half;
    const other = 2 * peer;
    const { payloadLength: length, acknowledgmentNumber: acknowledged, window } = segment;
    const progress = (acknowledged - (words[own + ACKNOWLEDGED] as number)) | 0;
    const now = packet.timestampNs as number;
    const since = doubles[peer + OLDEST_UNACKED_NS] as number;
    if (
      words[own + STEADY] === 0 ||
      (segment.flags & (ACK | UNUSUAL)) !== ACK ||
      segment.sequenceNumber !== words[own + NEXT_SEQUENCE] ||
      segment.hopLimit !== words[own + HOP_LIMIT] ||
      segment.payloadCutLength !== 0 ||
      window === 0 ||
      progress < 0 ||
      ((acknowledged - (words[other + NEXT_SEQUENCE] as number)) | 0) > 0 ||
      (progress > 0 && since !== NEVER && now - since >= SLOW_NS)
    )
      return false;
    if (length === 0) {
      // Without news it may be a copy of the last one.
      if (progress === 0 && window === words[own + LAST_WINDOW]) return false;
    } else if (
      now - (doubles[base + LAST_ACTIVITY_NS] as number) >= LEAST_SILENCE_NS ||
      now - (doubles[half + LAST_DATA_NS] as number) >= LEAST_PAUSE_NS ||
      (words[own + CHECKSUMS_RIGHT] !== 0 && isDamaged(connection.halves[index], segment, packet))
    )
      return false;

    const number = packet.packetNumber as number;
    doubles[base + NEWEST_NS] = now;
    words[first + NEWEST_NUMBER] = number;
    if (now >= (doubles[base + BIN_END_NS] as number) || now < (doubles[base + BIN_START_NS] as number))
      this.records.changeBin(connection, now);
    words[first + BIN_PACKETS] = (words[first + BIN_PACKETS] as number) + 1;
    doubles[half + LAST_PACKET_NS] = now;
    words[own + LAST_PACKET_NUMBER] = number;
    words[own + PACKETS] = (words[own + PACKETS] as number) + 1;
    words[own + LAST_WINDOW] = window;
    words[own + LAST_IP_IDENTIFICATION] = segment.ipIdentification;
    words[own + DONT_FRAGMENT] = segment.dontFragment ? 1 : 0;
    if (progress > 0) {
      words[own + ACKNOWLEDGED] = acknowledged;
      doubles[peer + LAST_ADVANCE_NS] = now;
      words[other + LAST_ADVANCE_NUMBER] = number;
      words[other + UNACKED_RETRANSMISSIONS] = 0;
      const timed = doubles[peer + TIMED_NS] as number;
      if (timed !== NEVER && ((acknowledged - (words[other + TIMED_SEQUENCE] as number)) | 0) >= 0) {
        const roundTrip = now - timed;
        if (roundTrip >= 0 && roundTrip < (doubles[peer + LEAST_ROUND_TRIP_NS] as number))
          doubles[peer + LEAST_ROUND_TRIP_NS] = roundTrip;
        doubles[peer + TIMED_NS] = NEVER;
      }
      if (since !== NEVER) {
        if (((acknowledged - (words[other + MAX_SEQUENCE] as number)) | 0) >= 0)
          doubles[peer + OLDEST_UNACKED_NS] = NEVER;
        else {
          // Some is still out; its first transmission is not known exactly, the last progress bounds it.
          doubles[peer + OLDEST_UNACKED_NS] = now;
          words[other + OLDEST_UNACKED_NUMBER] = number;
        }
      }
    }
    (this.records.recents[2 * record + index] as RecentPackets).add(segment, packet);
    if (length === 0) return true;

    const last = (segment.sequenceNumber + length) | 0;
    doubles[base + LAST_ACTIVITY_NS] = now;
    words[own + DATA_SEGMENTS] = (words[own + DATA_SEGMENTS] as number) + 1;
    if (length > (words[own + LARGEST_SEGMENT_BYTES] as number)) {
      const [sender, receiver] = [connection.halves[index], connection.halves[index === 0 ? 1 : 0]];
      const end = sender.streamOffset + (doubles[half + STREAM_BYTES] as number) + length;
      noteLargest(sender, receiver, words[own + LARGEST_SEGMENT_BYTES] as number, end);
      words[own + LARGEST_SEGMENT_BYTES] = length;
    }
    if (doubles[half + TIMED_NS] === NEVER) {
      doubles[half + TIMED_NS] = now;
      words[own + TIMED_SEQUENCE] = last;
    }
    if (doubles[half + OLDEST_UNACKED_NS] === NEVER && (((words[other + ACKNOWLEDGED] as number) - last) | 0) < 0) {
      doubles[half + OLDEST_UNACKED_NS] = now;
      words[own + OLDEST_UNACKED_NUMBER] = number;
      words[own + UNACKED_RETRANSMISSIONS] = 0;
    }
    doubles[half + LAST_DATA_NS] = now;
    words[own + LAST_DATA_NUMBER] = number;
    words[own + MAX_SEQUENCE] = last;
    words[own + NEXT_SEQUENCE] = last;
    doubles[half + STREAM_BYTES] = (doubles[half + STREAM_BYTES] as number) + length;
    const { at } = this;
    at.packetNumber = packet.packetNumber;
    at.timestampNs = packet.timestampNs;
    const start = segment.payloadStart;
    this.sink.onBytes(connection, connection.directionOf(index), segment.bytes, start, start + length, at);
    return true;
  }
}
