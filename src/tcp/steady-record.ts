import { binOf, countMany } from "./activity.ts";
import { NEVER, type TcpConnection, type TcpHalf } from "./connection.ts";
import { CHECKSUMS } from "./doubts.ts";
import type { RecentPackets } from "./recent.ts";

/*
 * What a packet of a steady connection reads and writes, as numbers that lie side by side: with hundreds of connections in
 * turn, each line of memory that a packet touches costs more than the arithmetic. A record is a part for the connection and
 * one for each end; doubles and 32-bit words are two views of the same memory. Offsets count from the beginning of a part,
 * in doubles (…_NS, STREAM_BYTES) or in words (all others). Each is a constant of its own, which the bundler puts in place.
 */
export const CONNECTION_DOUBLES = 8;
export const HALF_DOUBLES = 16;
export const RECORD_DOUBLES = CONNECTION_DOUBLES + 2 * HALF_DOUBLES;

// Of the connection.
export const NEWEST_NS = 0;
export const LAST_ACTIVITY_NS = 1;
/** The bin of its activity that is being counted, and how many packets it has since that began. */
export const BIN_START_NS = 2;
export const BIN_END_NS = 3;
export const NEWEST_NUMBER = 8;
export const BIN_PACKETS = 9;

// Of one end, as in `TcpHalf`.
export const LAST_PACKET_NS = 0;
export const LAST_DATA_NS = 1;
export const TIMED_NS = 2;
export const OLDEST_UNACKED_NS = 3;
export const LEAST_ROUND_TRIP_NS = 4;
export const LAST_ADVANCE_NS = 5;
/** Delivered since the record began. */
export const STREAM_BYTES = 6;
export const STEADY = 14;
export const NEXT_SEQUENCE = 15;
export const MAX_SEQUENCE = 16;
export const ACKNOWLEDGED = 17;
export const HOP_LIMIT = 18;
export const LAST_WINDOW = 19;
export const CHECKSUMS_RIGHT = 20;
export const PACKETS = 21;
export const LAST_PACKET_NUMBER = 22;
export const DATA_SEGMENTS = 23;
export const LARGEST_SEGMENT_BYTES = 24;
export const LAST_DATA_NUMBER = 25;
export const TIMED_SEQUENCE = 26;
export const OLDEST_UNACKED_NUMBER = 27;
export const LAST_ADVANCE_NUMBER = 28;
export const LAST_IP_IDENTIFICATION = 29;
export const DONT_FRAGMENT = 30;
export const UNACKED_RETRANSMISSIONS = 31;

const FIRST_RECORDS = 64;

/**
 * The records of all steady connections. While a connection has one, its own fields are out of date: `release` brings them
 * up to date, and must come before anybody reads or writes them.
 */
export class SteadyRecords {
  doubles = new Float64Array(FIRST_RECORDS * RECORD_DOUBLES);
  words = new Int32Array(this.doubles.buffer);
  /** By record and end. */
  readonly recents: (RecentPackets | null)[] = [];
  private readonly connections: (TcpConnection | null)[] = [];
  private readonly free: number[] = [];

  /** `lowGoes`, `highGoes`: that end is steady. */
  take(connection: TcpConnection, lowGoes: boolean, highGoes: boolean): void {
    const record = this.free.pop() ?? this.connections.length;
    if ((record + 1) * RECORD_DOUBLES > this.doubles.length) this.grow();
    const { doubles, words } = this;
    const base = record * RECORD_DOUBLES;
    connection.record = record;
    this.connections[record] = connection;
    this.recents[2 * record] = connection.low.recent;
    this.recents[2 * record + 1] = connection.high.recent;
    doubles[base + NEWEST_NS] = connection.lastPacketNs;
    doubles[base + LAST_ACTIVITY_NS] = connection.lastActivityNs;
    words[2 * base + NEWEST_NUMBER] = connection.lastPacketNumber;
    // No bin yet: the next packet looks for its own.
    doubles[base + BIN_START_NS] = 0;
    doubles[base + BIN_END_NS] = NEVER;
    words[2 * base + BIN_PACKETS] = 0;
    this.copy(connection.low, base + CONNECTION_DOUBLES, lowGoes);
    this.copy(connection.high, base + CONNECTION_DOUBLES + HALF_DOUBLES, highGoes);
  }

  release(connection: TcpConnection): void {
    const { record } = connection;
    if (record < 0) return;
    const { doubles, words } = this;
    const base = record * RECORD_DOUBLES;
    this.countBin(connection, base);
    connection.record = -1;
    connection.lastPacketNs = doubles[base + NEWEST_NS] as number;
    connection.lastActivityNs = doubles[base + LAST_ACTIVITY_NS] as number;
    connection.lastPacketNumber = (words[2 * base + NEWEST_NUMBER] as number) >>> 0;
    this.restore(connection.low, base + CONNECTION_DOUBLES);
    this.restore(connection.high, base + CONNECTION_DOUBLES + HALF_DOUBLES);
    this.connections[record] = null;
    this.recents[2 * record] = null;
    this.recents[2 * record + 1] = null;
    this.free.push(record);
  }

  releaseAll(): void {
    for (const connection of this.connections) if (connection !== null) this.release(connection);
  }

  nextSequenceOf(connection: TcpConnection, index: 0 | 1): number {
    const half = connection.record * RECORD_DOUBLES + CONNECTION_DOUBLES + index * HALF_DOUBLES;
    return this.words[2 * half + NEXT_SEQUENCE] as number;
  }

  acknowledgedOf(connection: TcpConnection, index: 0 | 1): number {
    const half = connection.record * RECORD_DOUBLES + CONNECTION_DOUBLES + index * HALF_DOUBLES;
    return this.words[2 * half + ACKNOWLEDGED] as number;
  }

  /** A packet at `nowNs` falls into another bin than the last one. */
  changeBin(connection: TcpConnection, nowNs: number): void {
    const { doubles, words } = this;
    const base = connection.record * RECORD_DOUBLES;
    this.countBin(connection, base);
    words[2 * base + BIN_PACKETS] = 0;
    const start = binOf(connection, nowNs);
    doubles[base + BIN_START_NS] = start;
    doubles[base + BIN_END_NS] = Math.max(start + connection.activityBinNs, connection.firstPacketNs);
  }

  private countBin(connection: TcpConnection, base: number): void {
    const { doubles, words } = this;
    countMany(connection, doubles[base + BIN_START_NS] as number, words[2 * base + BIN_PACKETS] as number);
  }

  private copy(half: TcpHalf, at: number, goes: boolean): void {
    const { doubles, words } = this;
    const own = 2 * at;
    doubles[at + LAST_PACKET_NS] = half.lastPacketNs;
    doubles[at + LAST_DATA_NS] = half.lastDataNs;
    doubles[at + TIMED_NS] = half.timedNs;
    doubles[at + OLDEST_UNACKED_NS] = half.oldestUnackedNs;
    doubles[at + LEAST_ROUND_TRIP_NS] = half.leastRoundTripNs;
    doubles[at + LAST_ADVANCE_NS] = half.lastAdvanceNs;
    words[own + NEXT_SEQUENCE] = half.nextSequence;
    words[own + MAX_SEQUENCE] = half.maxSequence;
    words[own + ACKNOWLEDGED] = half.acknowledged;
    words[own + TIMED_SEQUENCE] = half.timedSequence;
    words[own + LAST_IP_IDENTIFICATION] = half.lastIpIdentification;
    words[own + LAST_WINDOW] = half.lastWindow;
    words[own + PACKETS] = half.packets;
    words[own + LAST_PACKET_NUMBER] = half.lastPacketNumber;
    words[own + DATA_SEGMENTS] = half.dataSegments;
    words[own + LARGEST_SEGMENT_BYTES] = half.largestSegmentBytes;
    words[own + LAST_DATA_NUMBER] = half.lastDataNumber;
    words[own + OLDEST_UNACKED_NUMBER] = half.oldestUnackedNumber;
    words[own + LAST_ADVANCE_NUMBER] = half.lastAdvanceNumber;
    words[own + UNACKED_RETRANSMISSIONS] = half.unackedRetransmissions;
    words[own + STEADY] = goes ? 1 : 0;
    words[own + HOP_LIMIT] = half.hopLimit;
    words[own + CHECKSUMS_RIGHT] = half.checksums === CHECKSUMS.right ? 1 : 0;
    words[own + DONT_FRAGMENT] = half.dontFragment ? 1 : 0;
    doubles[at + STREAM_BYTES] = 0;
  }

  private restore(half: TcpHalf, at: number): void {
    const { doubles, words } = this;
    const own = 2 * at;
    half.lastPacketNs = doubles[at + LAST_PACKET_NS] as number;
    half.lastDataNs = doubles[at + LAST_DATA_NS] as number;
    half.timedNs = doubles[at + TIMED_NS] as number;
    half.oldestUnackedNs = doubles[at + OLDEST_UNACKED_NS] as number;
    half.leastRoundTripNs = doubles[at + LEAST_ROUND_TRIP_NS] as number;
    half.lastAdvanceNs = doubles[at + LAST_ADVANCE_NS] as number;
    half.nextSequence = words[own + NEXT_SEQUENCE] as number;
    half.maxSequence = words[own + MAX_SEQUENCE] as number;
    half.acknowledged = words[own + ACKNOWLEDGED] as number;
    half.timedSequence = words[own + TIMED_SEQUENCE] as number;
    half.lastIpIdentification = words[own + LAST_IP_IDENTIFICATION] as number;
    // Numbers and counts have no sign: they may pass 2^31.
    half.lastWindow = (words[own + LAST_WINDOW] as number) >>> 0;
    half.packets = (words[own + PACKETS] as number) >>> 0;
    half.lastPacketNumber = (words[own + LAST_PACKET_NUMBER] as number) >>> 0;
    half.dataSegments = (words[own + DATA_SEGMENTS] as number) >>> 0;
    half.largestSegmentBytes = (words[own + LARGEST_SEGMENT_BYTES] as number) >>> 0;
    half.lastDataNumber = (words[own + LAST_DATA_NUMBER] as number) >>> 0;
    half.oldestUnackedNumber = (words[own + OLDEST_UNACKED_NUMBER] as number) >>> 0;
    half.lastAdvanceNumber = (words[own + LAST_ADVANCE_NUMBER] as number) >>> 0;
    half.unackedRetransmissions = (words[own + UNACKED_RETRANSMISSIONS] as number) >>> 0;
    half.dontFragment = words[own + DONT_FRAGMENT] !== 0;
    half.streamBytes += doubles[at + STREAM_BYTES] as number;
    half.streamOffset += doubles[at + STREAM_BYTES] as number;
  }

  private grow(): void {
    const larger = new Float64Array(2 * this.doubles.length);
    larger.set(this.doubles);
    this.doubles = larger;
    this.words = new Int32Array(larger.buffer);
  }
}
