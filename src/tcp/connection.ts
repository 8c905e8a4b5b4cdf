import { type Direction, type Side, ZERO_TIME } from "../base/brand.ts";
import type { PacketView, Position } from "../base/packet-view.ts";
import type { TcpEventKind } from "../base/tcp-event-kind.ts";
import type { SegmentView } from "../wire/types.ts";
import { ACTIVITY_BINS, FIRST_BIN_NS } from "./activity.ts";
import type { Hold } from "./hold.ts";
import { RecentPackets } from "./recent.ts";

/** A moment that is kept, as plain numbers. */
export interface Moment {
  readonly packetNumber: number;
  readonly timestampNs: number;
}

/** The longest time in which one side sent nothing new, though it did before and after. */
interface Pauses {
  readonly until: Moment;
  readonly longestNs: number;
  /** The longest of all others; 0: none was long. */
  nextNs: number;
  /** Data segments of this side until then. */
  readonly segmentsBefore: number;
  /** How far into it the peer last sent something; 0: it was silent too. */
  readonly peerSpokeNs: number;
}

export interface TcpEventRow extends Moment {
  readonly kind: TcpEventKind;
  /** Physical index of the sender: see `TcpHalf`. */
  readonly from: 0 | 1;
  readonly streamOffset: number;
  readonly value: number;
  /**
   * Of a retransmission: when the oldest byte that waited was first sent, and when its acknowledgment came. Of late bytes:
   * since when they were known to be missing.
   */
  readonly sentNs?: number;
  /** And when the peer had last been heard by then. */
  readonly heardNs?: number;
  /** And when its own sender had last acknowledged something new of the peer. */
  readonly advancedNs?: number;
  acknowledgedNs?: number;
}

export interface ResetRow extends Moment {
  readonly from: 0 | 1;
  readonly state: "opening" | "established" | "closing" | "closed";
  readonly afterFin: boolean;
  readonly outOfWindow: boolean;
  /** Up to there its sender had sent before it: its own number, or that of what it overtook on its way. */
  sentEnd: number;
  readonly hopLimit: number;
  readonly usualHopLimit: number;
  readonly ipIdentification: number;
  readonly previousIpIdentification: number;
  readonly dontFragment: boolean;
  readonly usualDontFragment: boolean;
  readonly payloadBytes: number;
  readonly hasAck: boolean;
  readonly missedBytes: number | null;
  readonly answers: Moment | null;
  /** Since the last new data or FIN of either side. */
  readonly idleBeforeNs: number;
  /** Counted after it: packets other than RST, and data bytes, by physical index. */
  readonly packetsAfter: [number, number];
  readonly dataAfter: [number, number];
}

/** A FIN that was sent again and again, and what was heard of the peer around its last transmission. */
export interface FinRepeatRow {
  readonly last: Moment;
  /** The transmission before the last one. */
  readonly previous: Moment;
  /** The peer's last packet before the last transmission; null: none. */
  readonly heardBefore: Moment | null;
  /** The peer's first packet after it; null: none came. */
  heardAfter: Moment | null;
}

export interface IcmpRow extends Moment {
  readonly sender: string;
  readonly ipVersion: 4 | 6;
  readonly type: number;
  readonly code: number;
  readonly mtuBytes: number;
  readonly about: 0 | 1;
}

/** The segment that broke a silence, until its peer's next one answers. */
export interface ClockProbe {
  readonly by: 0 | 1;
  readonly packetNumber: number;
  readonly timestampNs: number;
  readonly ownValue: number;
  /** What the peer had stamped, and when that was captured. */
  readonly echoed: number;
  readonly sinceNs: number;
  readonly atFin: boolean;
}

/** The capture's clock was set forward by so much, before this packet. */
export interface ClockStepRow extends Moment {
  readonly ns: number;
}

/** The packet that broke a silence of both sides. */
export interface SilenceRow extends Moment {
  readonly ns: number;
  /** Data segments until then, by physical index; the one that broke it is counted. */
  readonly segmentsBefore: readonly [number, number];
  readonly bytesBefore: readonly [number, number];
}

const NO_STEPS: readonly ClockStepRow[] = [];

export interface SynOptionsRow {
  readonly mss: number | null;
  readonly windowScale: number | null;
  readonly sackPermitted: boolean;
  readonly timestamps: boolean;
}

/** A segment with a wrong checksum: a copy, until the receiver's acknowledgment or a better copy decides. */
export interface DoubtedSegment {
  readonly segment: SegmentView;
  readonly packet: PacketView;
  readonly end: number;
}

export const NEVER = -1.5e300; // a double from the start, so that the field never changes its representation

/** What one end sent. `index` 0 is the numerically lower address and port, 1 the higher: no claim about roles. */
export class TcpHalf {
  // What every packet touches comes first: fields lie in memory in this order, and hundreds of connections take turns.
  readonly index: 0 | 1;
  packets = 0;
  sequenceKnown = false;
  /** Highest sequence number that this side has used. */
  maxSequence = 0;
  recent = new RecentPackets();
  /** See `CHECKSUMS`. */
  checksums: 0 | 1 | 2 = 0;
  /** Those of its IPv4 headers: a capture whose addresses or hop limits were edited has right ones for TCP only. */
  headersRight: 0 | 1 = 0;
  doubts: DoubtedSegment[] | null = null;
  lastPacketNumber = 0;
  lastPacketNs = NEVER;
  hopLimit = -1;
  /** Highest acknowledgment number that this side has sent: it has everything of the peer before that. */
  acknowledged = 0;
  acknowledgedKnown = false;
  lastWindow = 0;
  zeroWindowSince: Moment | null = null;
  keepAlivesUnanswered = 0;
  lastIpIdentification = -1;
  dontFragment = false;
  holePackets = 0;
  /** Sequence number of the next in-order byte; meaningful once `anchored`. */
  nextSequence = 0;
  anchored = false;
  /** Bytes delivered (and declared missing) so far. */
  streamOffset = 0;
  streamBytes = 0;
  ended = false;
  hold: Hold | null = null;
  fin: Moment | null = null;
  finSequence = 0;
  finAcknowledged: Moment | null = null;
  dataSegments = 0;
  largestSegmentBytes = 0;
  /** Stream bytes up to the end of the first segment of that size, as the wire has it. */
  largestSegmentEnd = 0;
  firstDataNumber = 0;
  lastDataNumber = 0;
  lastDataNs = NEVER;
  /** See `pauses.ts`; null: it never paused for long. */
  pauses: Pauses | null = null;
  /** When the peer's acknowledgment of this side's data last grew. */
  lastAdvanceNumber = 0;
  lastAdvanceNs = NEVER;
  /** A segment being timed: end sequence and when it left. */
  timedSequence = 0;
  timedNs = NEVER;
  leastRoundTripNs = 1.5e300;
  /** The last time that data of this side waited far longer than an acknowledgment may be delayed, and since when. */
  slowAckNs = 0.5;
  slowAckSinceNs = NEVER;
  /** So many of them without a quicker one in between, and whether the data was sent again meanwhile. */
  slowAcksInRow = 0;
  slowAckIsRepeated = false;
  /** First transmission of the oldest byte that is still unacknowledged, its retransmissions and the last of them. */
  oldestUnackedNs = NEVER;
  oldestUnackedNumber = 0;
  unackedRetransmissions = 0;
  /** What had been sent when the oldest byte was sent again for the first time; and that later bytes arrived without it. */
  sentByRepeat = 0;
  laterArrived = false;
  lastRetransmissionNumber = 0;
  lastRetransmissionNs = NEVER;
  lastRetransmissionBytes = 0;
  /** Retransmissions that still wait for an acknowledgment. */
  repeated: TcpEventRow[] | null = null;

  /** See `never-came.ts`; number 0: none. */
  bareSequence = 0;
  bareNumber = 0;
  bareNs = NEVER;
  /** No packet of the capture: the peer acknowledged it. */
  finIsUnseen = false;
  /** What its SYN was stamped with (RFC 7323), and when. */
  stampValue = 0;
  stampNs = NEVER;
  /** Its first data bore a timestamp (RFC 7323 §3.2). */
  stampsData = false;
  initialSequence = 0;
  synSeen = false;
  /** The acknowledgment number of the first packet of this side that had one: see `beginning.ts`. */
  firstAcknowledged = 0;
  synOptions: SynOptionsRow | null = null;
  windowScale = 0;
  /** When a hole was first seen to be acknowledged by the peer. */
  holeAcknowledgedNs = NEVER;
  duplicatePackets = 0;
  retransmissions = 0;
  retransmittedBytes = 0;
  outOfOrder = 0;
  missingBytes = 0;
  notCapturedBytes = 0;
  truncatedBytes = 0;
  conflicts = 0;
  /** Segments that arrived damaged: their checksums were wrong and the receiver dropped them. */
  damaged = 0;
  zeroWindows = 0;
  zeroWindowNs: number = ZERO_TIME;
  longestZeroWindowNs: number = ZERO_TIME;
  keepAlives = 0;
  otherHopLimits: number[] | null = null;
  finRetransmissions = 0;
  /** Of its FIN that was sent again; null: it was sent once. */
  finRepeat: FinRepeatRow | null = null;
  firstPacketNumber = 0;
  firstPacketNs = NEVER;
  firstDataNs = NEVER;

  constructor(index: 0 | 1) {
    this.index = index;
  }
}

const NO_KEY = new Int32Array(0);

/** Copies that came later than one host can make them: the file holds what was captured at two places. */
interface LateCopies {
  packets: number;
  /** How late the last one was, and the latest. */
  lastNs: number;
  mostNs: number;
}

/** One incarnation of a 4-tuple. */
export class TcpConnection {
  // First what every packet touches, as in `TcpHalf`.
  key0 = 0;
  key1 = 0;
  key2 = 0;
  readonly ipVersion: 4 | 6;
  /** The capture point that saw it: see `FlowTable.vantage`. */
  readonly vantage: number;
  /** See steady.ts; -1: none. While there is one, fields of the connection and its halves are out of date. */
  record = -1;
  readonly low = new TcpHalf(0);
  readonly high = new TcpHalf(1);
  lastPacketNumber = 0;
  lastPacketNs = 0.5;
  firstPacketNs = 0.5;
  activityBinNs = FIRST_BIN_NS;
  readonly activity = new Uint16Array(ACTIVITY_BINS);
  resets: ResetRow[] = [];
  lateCopies: LateCopies | null = null;
  established: Moment | null = null;
  /** Last data, FIN or window-changing activity of either side, for idle times. */
  lastActivityNs = 0.5;
  roleSettled = false;
  /** Physical index of the client; settled by SYN, or by the first payload. */
  clientIndex: 0 | 1 = 0;
  /** Where the sink keeps what belongs to it. */
  slot = -1;

  readonly id: number;
  /** Both ends' keys as the flow table orders them: nine words for IPv6; of IPv4 `key0` to `key2` are all. */
  key: Int32Array = NO_KEY;
  readonly addresses: readonly [string, string];
  readonly ports: readonly [number, number];
  readonly halves: readonly [TcpHalf, TcpHalf] = [this.low, this.high];
  clientBy: "syn" | "syn-ack" | "http" | "masking" | "port" | "first-packet" = "first-packet";
  synSeen = false;
  synAckSeen = false;
  synNs = NEVER;
  synAckNs = NEVER;
  handshakeRoundTripNs = -1;
  syns: Moment[] = [];
  synAcks: Moment[] = [];
  /** The first FIN, or the first RST that counted. */
  finFirst: Moment | null = null;
  finFirstFrom: 0 | 1 = 0;
  idleBeforeFinNs: number = ZERO_TIME;
  /** What both ends had acknowledged, by physical index, when the first of them said Close or FIN; null: none has. */
  closeAcks: readonly [number, number] | null = null;
  /** The last time that new data came after a second or more without any. */
  lastSilence: SilenceRow | null = null;
  clockProbe: ClockProbe | null = null;
  clockSteps: readonly ClockStepRow[] = NO_STEPS;
  /** The last packet that broke a silence which was as long for the peer as for the capture's clock. */
  clockAgreed: Moment | null = null;
  icmpErrors: IcmpRow[] = [];
  events: TcpEventRow[] = [];
  eventsDropped = 0;
  replaces: number | null = null;
  fastOpenBytes = 0;
  replaced = false;
  /** Closed to keep memory bounded, before it had ended. */
  evicted = false;
  finished = false;
  firstPacketNumber = 0;

  constructor(
    id: number,
    vantage: number,
    ipVersion: 4 | 6,
    addresses: readonly [string, string],
    ports: readonly [number, number],
  ) {
    this.id = id;
    this.vantage = vantage;
    this.ipVersion = ipVersion;
    this.addresses = addresses;
    this.ports = ports;
  }

  /** The other end. */
  peerOf(half: TcpHalf): TcpHalf {
    return half.index === 0 ? this.high : this.low;
  }

  directionOf(index: 0 | 1): Direction {
    return index === this.clientIndex ? 0 : 1;
  }

  indexOf(direction: Direction): 0 | 1 {
    return (direction ^ this.clientIndex) as 0 | 1;
  }

  sideOf(index: 0 | 1): Side {
    return index === this.clientIndex ? "client" : "server";
  }
}

export const momentOf = (at: Position): Moment => ({ packetNumber: at.packetNumber, timestampNs: at.timestampNs });

/** A time field that was never set. */
export const neverSeen = (ns: number): boolean => ns === NEVER;

export function touchHops(half: TcpHalf, hopLimit: number): void {
  if (half.hopLimit < 0) half.hopLimit = hopLimit;
  else if (half.hopLimit !== hopLimit) {
    half.otherHopLimits ??= [];
    if (half.otherHopLimits.length < 8 && !half.otherHopLimits.includes(hopLimit)) half.otherHopLimits.push(hopLimit);
  }
}
