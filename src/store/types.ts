import type { ConnectionId, PacketNumber, RelativeNs } from "../base/brand.ts";
import type { OddTime, StepForward } from "../base/captured-time.ts";
import type { Malformed } from "../base/malformed.ts";
import type { Mark } from "../base/packet-view.ts";
import type { AbsenceFacts, ArpFacts, DnsFacts, JoinFacts, LeftOutFacts, ReboundFacts } from "./across-types.ts";
import type { HttpExchangeFacts, NotHttpFacts, UpgradeFacts } from "./http-types.ts";
import type { SessionFacts, TokenFacts } from "./session-types.ts";
import type { TcpFacts } from "./tcp-types.ts";
import type { TlsFacts } from "./tls-types.ts";
import type { CloseFacts, WebSocketFacts } from "./websocket-types.ts";

// Everything that rules and reports read. Plain data: no methods, no cycles, structured-clone-safe.

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Packets (both directions) over the life of a connection: bin i begins `i * binNs` after its first packet. */
export interface ActivityFacts {
  readonly binNs: number;
  readonly packets: readonly number[];
}

export type ConnectionKind =
  | "websocket"
  | "upgrade-refused"
  | "upgrade-unanswered"
  | "http"
  | "tls"
  | "tcp-refused"
  | "tcp-unanswered"
  | "tcp";

export interface ConnectionFacts {
  readonly id: ConnectionId;
  client: Endpoint;
  server: Endpoint;
  clientBy: "syn" | "syn-ack" | "http" | "masking" | "port" | "first-packet";
  kind: ConnectionKind;
  readonly first: Mark;
  last: Mark;
  /** Its capture had ended by then, long before the next one began; null: it was watched until `Analysis.clockNs`. */
  readonly watchedUntilNs: RelativeNs | null;
  tcp: TcpFacts;
  exchanges: HttpExchangeFacts[];
  exchangeCount: number;
  upgrade: UpgradeFacts | null;
  notHttp: [NotHttpFacts | null, NotHttpFacts | null];
  /** A load balancer said first for whom it asks (PROXY protocol). */
  proxyHeader: Mark | null;
  tls: TlsFacts | null;
  webSocket: WebSocketFacts | null;
  /** null: nothing of an application protocol was seen. */
  session: SessionFacts | null;
  tokens: readonly TokenFacts[];
  close: CloseFacts;
  readonly activity: ActivityFacts;
}

export interface CaptureFacts {
  readonly name: string;
  readonly format: "pcap" | "pcapng";
  readonly compression: "none" | "gzip" | "zstd";
  readonly linkTypes: readonly string[];
  readonly packets: number;
  readonly bytes: number;
  readonly firstPacketTime: string | null;
  readonly lastPacketTime: string | null;
  readonly truncatedPackets: number;
  readonly malformed: number;
  readonly dropped: number | null;
  /** Stable word with its place, in English in JSON: the code; null when read to its end. */
  readonly endedEarly: null | { readonly code: string; readonly offset: number };
  /** The first place from which on its times lie a second or more before earlier ones; null: none, or not looked for. */
  readonly stepBack: CaptureStepBack | null;
  /** Packets whose times have nothing to do with those around them: they count at the time of the one before. */
  readonly oddTimes: readonly OddTime[];
  /** Where its clock was set forward: times in facts are those that were lived through, without it. */
  readonly stepsForward: readonly StepForward[];
}

export interface CaptureStepBack {
  readonly at: Mark;
  readonly ns: number;
  /** What follows is counted on from the time before the step. */
  readonly isMended: boolean;
  /** The hosts' own clocks show the earlier time too: no clock was set, pieces are in the wrong order. */
  readonly stampsFell: boolean;
}

/** The whole analysis at one moment. */
export interface Analysis {
  readonly captures: readonly CaptureFacts[];
  /** Epoch ns of the first packet; null: no packet. */
  readonly originNs: bigint | null;
  /** Offline the last packet; live the present. */
  readonly clockNs: RelativeNs;
  readonly packets: number;
  readonly connections: readonly ConnectionFacts[];
  readonly joins: readonly JoinFacts[];
  /** How far the clock by which each connection was captured is ahead of the first capture's, where joins tell it. */
  readonly aheadNs: ReadonlyMap<ConnectionId, number>;
  readonly rebound: readonly ReboundFacts[];
  readonly absences: readonly AbsenceFacts[];
  /** Not among `connections`. */
  readonly leftOut: LeftOutFacts;
  readonly dns: readonly DnsFacts[];
  readonly arp: readonly ArpFacts[];
  /** Packets that held nothing for TCP, by stable reason. */
  readonly otherPackets: Readonly<Record<string, number>>;
  readonly malformed: readonly Malformed[];
  readonly malformedCounts: Readonly<Record<string, number>>;
  /** The capture's last packet. */
  readonly lastPacket: PacketNumber;
  /** Still growing: nothing is judged as "ended with the capture". */
  readonly live: boolean;
}
