import type { ConnectionId, PerDirection, RelativeNs, Side } from "../base/brand.ts";
import type { Mark } from "../base/packet-view.ts";
import type { TcpEventKind } from "../base/tcp-event-kind.ts";

// What TCP shows of one connection.

export interface SynOptions {
  readonly mss: number | null;
  readonly windowScale: number | null;
  readonly sackPermitted: boolean;
  readonly timestamps: boolean;
}

export interface ResetFacts extends Mark {
  readonly from: Side;
  /** State in which the sender's peer was when it came. */
  readonly state: "opening" | "established" | "closing" | "closed";
  /** A FIN of either side came before. */
  readonly afterFin: boolean;
  /** Outside the receiver's window, or the connection went on: not a close (RFC 5961 §3). */
  readonly ignored: boolean;
  /** Names what makes it unlike the packets of the host it claims to come from: "hop-limit", "ip-id", "sender-continued", "options". Empty: nothing. */
  readonly oddities: readonly string[];
  readonly likelyInjected: boolean;
  readonly hopLimit: number;
  /** Typical hop limit of that sender's other packets on this connection; null without any. */
  readonly usualHopLimit: number | null;
  /** Payload of the RST itself (a reason in text, RFC 9293 §3.5.2), not stream data. */
  readonly payloadBytes: number;
  /** The packet of the other side that it answers (its acknowledgment or sequence number says so); null: unprompted. */
  readonly answers: Mark | null;
  readonly hasAck: boolean;
  /** Of what its receiver had sent, FIN included, so much is beyond its acknowledgment number: it had not arrived. null: it has none. */
  readonly missedBytes: number | null;
}

export interface IcmpFacts extends Mark {
  readonly sender: string;
  readonly ipVersion: 4 | 6;
  readonly type: number;
  readonly code: number;
  readonly mtuBytes: number;
  /** Whose packet was refused. */
  readonly about: Side;
}

/** A notable moment; `from` is who sent that packet. `value`: bytes (retransmission, gap, conflict), repeats (syn). */
export interface TcpEvent extends Mark {
  readonly kind: TcpEventKind;
  readonly from: Side;
  readonly streamOffset: number;
  readonly value: number;
  /**
   * Of a retransmission: when the oldest byte that waited was first sent (null: none waited, all had been acknowledged), when
   * the other side had last been heard, when its sender had last acknowledged something new of the other side, and when the
   * acknowledgment came. null: not known, or never. Of late bytes (they had been lost on their way to the point of capture):
   * since when they were known to be missing.
   */
  readonly sentNs?: RelativeNs | null;
  readonly heardNs?: RelativeNs | null;
  readonly advancedNs?: RelativeNs | null;
  readonly acknowledgedNs?: RelativeNs | null;
}

/** Data that was sent and not acknowledged when the capture or the connection ended. */
export interface UnacknowledgedFacts {
  readonly bytes: number;
  /** First transmission of the oldest such byte. */
  readonly since: Mark;
  readonly retransmissions: number;
  readonly last: Mark;
  /** The segment is of full size (as large as any seen in this direction): suspect path MTU. */
  readonly fullSize: boolean;
}

/** A FIN that was sent again and again, and what was heard of the peer around its last transmission. */
export interface FinRepeatFacts {
  readonly last: Mark;
  /** The transmission before the last one. */
  readonly previous: Mark;
  /** The peer's last packet before the last transmission; null: none. */
  readonly heardBefore: Mark | null;
  /** The peer's first packet after it, other than an RST; null: none came. */
  readonly heardAfter: Mark | null;
}

/** `inRow`: so many in succession. `isRepeated`: the data was sent again meanwhile, as any sender does that waits (RFC 6298 §5). */
export interface SlowAcknowledgment {
  readonly sinceNs: RelativeNs;
  readonly ms: number;
  readonly inRow: number;
  readonly isRepeated: boolean;
}

/** The longest time, of a second at least, in which a side sent nothing new between two of its segments. */
export interface PauseFacts {
  readonly until: Mark;
  readonly ms: number;
  /** The longest of all others; 0: all were shorter than a second. */
  readonly nextMs: number;
  /** Data segments that this side had sent by then. */
  readonly segmentsBefore: number;
  /** How far into it the other side last sent something; 0: it was silent too. */
  readonly peerSpokeMs: number;
}

/** What one side sent, as the observer saw it. */
export interface HalfFacts {
  packets: number;
  /** Packets seen twice by the capture (`-i any`, bridge): folded, not counted in `packets`. */
  duplicatePackets: number;
  /** Stream bytes delivered in order, each once. */
  streamBytes: number;
  dataSegments: number;
  /** Of what was sent for the first time. */
  largestSegmentBytes: number;
  /** One of that size was acknowledged. */
  largestArrived: boolean;
  /** What was sent after the oldest unacknowledged byte had been sent again has arrived, that byte not. */
  laterArrived: boolean;
  retransmissions: number;
  retransmittedBytes: number;
  /** Segments that came after what follows them, and had not been there before: overtaken, or lost before this point. */
  outOfOrder: number;
  /** Stream bytes that the capture does not hold. `notCapturedBytes` of them were acknowledged by the peer. */
  missingBytes: number;
  notCapturedBytes: number;
  /**
   * Those at its end that it had sent by that packet, as its sequence number says; null: all came. `isLost`: the peer spoke
   * later and had not got them; else the capture may have missed them.
   */
  neverCame: { readonly bytes: number; readonly since: Mark; readonly isLost: boolean } | null;
  truncatedBytes: number;
  conflicts: number;
  /** Segments that came with a wrong checksum and were dropped by the receiver, on a side whose checksums are right otherwise. */
  damaged: number;
  /** This side announced a zero window (it stopped reading). */
  zeroWindows: number;
  zeroWindowNs: number;
  longestZeroWindowNs: number;
  /** Set while its window is zero, and at the end when it still was. */
  zeroWindowSince: Mark | null;
  keepAlives: number;
  keepAlivesUnanswered: number;
  firstData: Mark | null;
  lastData: Mark | null;
  firstPacket: Mark | null;
  lastPacket: Mark | null;
  fin: Mark | null;
  /** The FIN itself is not in the capture: `fin` is the packet that acknowledges it. */
  finIsUnseen: boolean;
  finRetransmissions: number;
  /** null: it was sent once. */
  finRepeat: FinRepeatFacts | null;
  /** The peer acknowledged the FIN. */
  finAcknowledged: Mark | null;
  synOptions: SynOptions | null;
  /** What its SYN was stamped with (RFC 7323 §3.2), and when; null: with nothing, or there is no SYN. */
  synStamp: { readonly value: number; readonly timestampNs: RelativeNs } | null;
  hopLimit: number | null;
  hopLimits: readonly number[];
  unacknowledged: UnacknowledgedFacts | null;
  /** Bytes of this side's stream that the peer has acknowledged, and when that last grew. */
  acknowledgedBytes: number;
  lastAcknowledged: Mark | null;
  /** The last acknowledgment that took longer than a host may delay it: since when its bytes waited, and how long. */
  slowAcknowledgment: SlowAcknowledgment | null;
  longestPause: PauseFacts | null;
}

export interface TcpFacts {
  opening: "complete" | "refused" | "unanswered" | "not-captured";
  ending: "fin" | "rst" | "icmp" | "silent" | "open";
  /** null also where only one direction was captured: a FIN may answer another one. */
  firstCloser: Side | null;
  /** The packet that ended it (first FIN, or RST that counted). */
  closedAt: Mark | null;
  /** Nothing had been sent either way for this long before `closedAt` (data or control; not pure acknowledgments). */
  idleBeforeCloseNs: number | null;
  /** The last time that both sides had been silent for a second or more before new data came: the packet that broke it. */
  lastSilence: null | {
    readonly until: Mark;
    readonly ms: number;
    /** Data segments that each side had sent by then, the one that broke it included. */
    readonly segmentsBefore: PerDirection<number>;
    /** Stream bytes of each side until then. */
    readonly bytesBefore: PerDirection<number>;
  };
  /** Times that the capture's clock was set forward in a silence, as the ends' own stamps prove; before which packet. */
  clockSteps: readonly (Mark & { readonly ms: number })[];
  /** The last packet that broke a silence of which the ends' own stamps say that it was one. */
  clockAgreed: Mark | null;
  /** Of `duplicatePackets`, those that came later than one host copies packets: two captures in one file; null: none did. */
  lateCopies: { readonly packets: number; readonly mostMs: number } | null;
  syns: readonly Mark[];
  synAcks: readonly Mark[];
  /** The acknowledgment that completed the handshake. */
  established: Mark | null;
  /** SYN to SYN-ACK plus SYN-ACK to ACK where seen; else the least data round trip; null when not measurable. */
  roundTripMs: number | null;
  halves: PerDirection<HalfFacts>;
  resets: ResetFacts[];
  icmpErrors: IcmpFacts[];
  events: TcpEvent[];
  /** Events beyond limits.tcpEventsPerConnection. */
  eventsDropped: number;
  /** The earlier connection on the same ports, ended by this one's SYN. */
  replaces: ConnectionId | null;
  fastOpenBytes: number;
  /** Only one direction was ever captured. */
  oneWay: boolean;
  /** Dropped from memory before it ended (limits.trackedConnections). */
  evicted: boolean;
}
