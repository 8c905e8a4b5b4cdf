import type { ConnectionId, PacketNumber, RelativeNs, Side } from "../base/brand.ts";
import type { Malformed } from "../base/malformed.ts";
import type { Mark } from "../base/packet-view.ts";
import type { TcpEventKind } from "../base/tcp-event-kind.ts";

/** Everything that rules and reports read. Plain data: no methods, no cycles, structured-clone-safe. */

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** A value for each direction, indexed by `Direction`: [what the client sent, what the server sent]. */
export type PerDirection<T> = readonly [T, T];

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

/** What one side sent, as the observer saw it. */
export interface HalfFacts {
  packets: number;
  /** Packets seen twice by the capture (`-i any`, bridge): folded, not counted in `packets`. */
  duplicatePackets: number;
  /** Stream bytes delivered in order, each once. */
  streamBytes: number;
  dataSegments: number;
  largestSegmentBytes: number;
  retransmissions: number;
  retransmittedBytes: number;
  /** Segments that came after what follows them, and had not been there before: overtaken, or lost before this point. */
  outOfOrder: number;
  /** Stream bytes that the capture does not hold. `notCapturedBytes` of them were acknowledged by the peer. */
  missingBytes: number;
  notCapturedBytes: number;
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
  finRetransmissions: number;
  /** The peer acknowledged the FIN. */
  finAcknowledged: Mark | null;
  synOptions: SynOptions | null;
  hopLimit: number | null;
  hopLimits: readonly number[];
  unacknowledged: UnacknowledgedFacts | null;
  /** Bytes of this side's stream that the peer has acknowledged, and when that last grew. */
  acknowledgedBytes: number;
  lastAcknowledged: Mark | null;
  /** The last acknowledgment that took longer than a host may delay it: since when its bytes waited, and how long. */
  slowAcknowledgment: { readonly sinceNs: RelativeNs; readonly ms: number } | null;
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

export interface HttpFieldFacts {
  readonly name: string;
  readonly value: string;
}

export interface HttpMessageFacts {
  readonly first: Mark;
  readonly last: Mark;
  readonly version: string;
  readonly fields: readonly HttpFieldFacts[];
  /** False: the head is not wholly in the capture, so fields may be missing here. */
  readonly complete: boolean;
}

export interface HttpExchangeFacts {
  readonly request: null | (HttpMessageFacts & { readonly method: string; readonly target: string });
  readonly response: null | (HttpMessageFacts & { readonly status: number; readonly reason: string });
  readonly interimStatuses: readonly number[];
  readonly requestBodyBytes: number;
  readonly responseBodyBytes: number;
  /** First bytes, as UTF-8 with replacement characters; "" of a compressed body. Untrusted. */
  readonly requestBodyPreview: string;
  readonly responseBodyPreview: string;
}

/** The WebSocket opening handshake, or what was meant as one. */
export interface UpgradeFacts {
  readonly exchange: HttpExchangeFacts;
  /** Where the request, or the response, departs from RFC 6455 §4; stable words of http/upgrade.ts. */
  readonly requestDeviations: readonly string[];
  readonly responseDeviations: readonly string[];
  readonly acceptValid: boolean | null;
  readonly expectedAccept: string | null;
  /** Upgrade to another protocol: its name. */
  readonly otherProtocol: string | null;
  readonly durationMs: number | null;
}

/** First bytes of a direction that is not HTTP/1.x. */
export interface NotHttpFacts extends Mark {
  readonly firstBytes: Uint8Array;
}

/** TLS records seen at the start of a direction (RFC 8446 §5.1). */
export interface TlsFacts {
  serverName: string | null;
  applicationProtocols: readonly string[];
  /** The ClientHello is a browser's: it holds values that mean nothing (RFC 8701). */
  byBrowser: boolean;
  clientVersion: string | null;
  negotiatedVersion: string | null;
  clientHello: Mark | null;
  serverHello: Mark | null;
  handshakeComplete: boolean;
  /** The server answered the client's Finished by a record of an alert's size and by nothing else. */
  refusal: Mark | null;
  alerts: readonly (Mark & {
    readonly from: Side;
    readonly level: number;
    readonly description: number;
    readonly encrypted: boolean;
  })[];
  applicationDataBytes: PerDirection<number>;
  cipherSuite: string | null;
  /** RFC 7301: the one chosen, as far as it can be read. */
  applicationProtocol: string | null;
  decrypted: boolean;
  /** null: it was, or its secrets are still waited for. Stable words: see `NotDecrypted`. */
  whyNot: TlsSecrecy | null;
  /**
   * The alert with which each side said that it sends no more (RFC 8446 §6.1). Not decrypted: a last record that is an
   * alert, or in TLS 1.3 has the size of one and stands where one would.
   */
  closings: PerDirection<Mark | null>;
  /** Not decrypted: how the records came, from the client's first request on; null: none did. */
  rhythm: TlsRhythm | null;
}

/** Records that come again and again, all of one small size: a heartbeat, seen from outside. */
export interface RhythmBeat {
  readonly intervalMs: number;
  readonly count: number;
  /** So many were followed at once by a small record of the other side. */
  readonly answered: number;
  readonly last: Mark;
  readonly lastAnswer: Mark | null;
  /** At the end, in a row. */
  readonly unanswered: number;
  readonly firstUnanswered: Mark | null;
}

/** What encrypted records show from outside. Alerts at the end do not count. */
export interface TlsRhythm {
  readonly since: Mark;
  readonly records: PerDirection<number>;
  readonly last: PerDirection<Mark | null>;
  /** Small records with which the client began to speak; requests are larger. */
  readonly smallTurns: number;
  /** Records that came after a pause although the other side had said nothing. */
  readonly unasked: PerDirection<number>;
  /** How much the server answered to the first request; null: nothing. */
  readonly answerBytes: number | null;
  readonly beats: PerDirection<RhythmBeat | null>;
  /** Before the end came what looks like a Close frame and its answer (RFC 6455 §7.1.2). */
  readonly farewell: boolean;
  /** The capture does not hold all of it. */
  readonly holes: boolean;
}

/** Why a connection stayed encrypted: nobody gave keys, or the given ones do not fit, or something else stands against it. */
export type TlsSecrecy = "no-keys" | "no-secret" | "not-captured" | "version" | "cipher-suite" | "secret-does-not-fit";

export interface FrameCounts {
  text: number;
  binary: number;
  continuation: number;
  close: number;
  ping: number;
  pong: number;
  reserved: number;
  payloadBytes: number;
}

export interface MessageCounts {
  text: number;
  binary: number;
  /** After inflation. */
  bytes: number;
}

export interface CloseFrameFacts extends Mark {
  /** null: the frame is empty, or (`codeMissing`) the capture does not hold its body. */
  readonly code: number | null;
  readonly codeMissing: boolean;
  readonly reason: string;
  /** The peer's TCP acknowledged it, or what the peer did shows that it arrived. */
  readonly delivered: boolean;
}

export interface WebSocketEventFacts extends Mark {
  readonly code: string;
  readonly from: Side;
  readonly section: string;
  readonly value: number;
}

export interface UnansweredPing extends Mark {
  /** TCP acknowledged it: the host lives, its application does not answer. null: the capture cannot tell. */
  readonly acknowledged: boolean | null;
}

/** Pings that one side SENT and what became of them. */
export interface BeatFacts {
  pings: number;
  answered: number;
  /** Unanswered, but a pong to a later ping came (RFC 6455 §5.5.3 allows that). */
  skipped: number;
  missing: number;
  late: number;
  /** Sent too shortly before the capture's end to judge. */
  pending: number;
  intervalMs: number | null;
  roundTripMs: { min: number; median: number; p95: number; max: number } | null;
  unsolicitedPongs: number;
  lastPing: Mark | null;
  /** Last pong that the other side sent. */
  lastPong: Mark | null;
  lastAnsweredPing: Mark | null;
  /** The newest ones, oldest first. */
  unanswered: UnansweredPing[];
  /** The worst answered one. */
  slowest: { ping: Mark; pong: Mark; roundTripMs: number } | null;
}

export interface WebSocketFacts {
  /** How it was recognised. */
  readonly by: "handshake" | "port" | "shape";
  /** Its handshake is not (wholly) in the capture. */
  readonly midstream: boolean;
  /** The 101, or the first frame. */
  readonly openedAt: Mark;
  /** Stream bytes of each side until then, whole segments: what greetings and heads took. */
  readonly bytesBefore: PerDirection<number>;
  /** null: no compression agreed; "unknown": handshake not seen. */
  readonly compression: null | "unknown" | "permessage-deflate";
  readonly frames: PerDirection<FrameCounts>;
  readonly messages: PerDirection<MessageCounts>;
  readonly closeFrames: [CloseFrameFacts | null, CloseFrameFacts | null];
  readonly heartbeat: PerDirection<BeatFacts>;
  /** Violations and decoding limits, bounded; `eventCounts` has all. */
  readonly events: WebSocketEventFacts[];
  readonly eventCounts: Record<string, number>;
  /** Where the boundaries of its frames were last lost: what came then was not read, or only from a later frame on. */
  readonly lostTrack: [Mark | null, Mark | null];
  readonly lastFrame: [Mark | null, Mark | null];
  readonly firstFrame: [Mark | null, Mark | null];
  readonly largestMessageBytes: [number, number];
  /** Where the largest, and the last, whole message of each side ended. */
  readonly largestMessage: [Mark | null, Mark | null];
  readonly lastMessage: [Mark | null, Mark | null];
  /** The longest time between two messages of a side: how even its rhythm was. */
  readonly longestMessageGapNs: [number, number];
  /** A frame was under way when the direction ended: bytes still expected. */
  readonly incompleteFrameBytes: [number, number];
}

/** An Engine.IO session on one connection: over WebSocket frames, or the polls of it that this connection carried. */
export interface EngineIoFacts {
  /** EIO of the query: 3 or 4; null: not seen. */
  readonly version: number | null;
  readonly transport: "websocket" | "polling";
  /** An identifier, to join connections; a credential in effect, so never printed. */
  readonly sid: string | null;
  readonly open:
    | null
    | (Mark & {
        readonly pingIntervalMs: number | null;
        readonly pingTimeoutMs: number | null;
        readonly upgrades: readonly string[];
      });
  /** Engine.IO pings by who SENT them (version 4: the server, version 3: the client). */
  readonly heartbeat: PerDirection<BeatFacts>;
  readonly probeSent: Mark | null;
  readonly probeAnswered: Mark | null;
  /** "5": the session has moved to this WebSocket. */
  readonly upgraded: Mark | null;
  readonly closed: null | (Mark & { readonly from: Side });
}

export interface SocketIoNamespaceFacts {
  readonly name: string;
  /** The Engine.IO session, to join the connections that carried it; never printed. null: its beginning was not seen. */
  readonly sid: string | null;
  connectRequested: Mark | null;
  /** The CONNECT carried a payload; what it held is not kept. */
  hasAuth: boolean;
  connected: Mark | null;
  refused: null | (Mark & { readonly message: string });
  /** The last event of the server that reads like an error, before its DISCONNECT. Untrusted text. */
  told: null | (Mark & { readonly event: string; readonly message: string });
  disconnected: null | (Mark & { readonly from: Side });
}

/** What a known application protocol said that matters: errors, closings. Untrusted text. */
export interface ProtocolNotice extends Mark {
  readonly from: Side;
  readonly protocol: string;
  readonly messageType: string;
  readonly errorMessage: string | null;
}

/** A regular application message and, where there is one, its answer: found by name or by regularity. */
export interface ApplicationBeatFacts {
  /** Who sends the regular message. */
  readonly from: Side;
  readonly by: "name" | "regularity";
  /** A sample of each, cut short. Untrusted text. */
  readonly sample: string;
  readonly answerSample: string | null;
  readonly intervalMs: number;
  readonly sent: number;
  readonly answered: number;
  /** At the end, in a row, after it had been answered before. */
  readonly unansweredAtEnd: readonly Mark[];
  readonly lastAnswer: Mark | null;
}

export interface LastText extends Mark {
  readonly text: string;
}

export interface SessionFacts {
  /** The protocol inside the WebSocket, as far as it shows. */
  readonly protocol: string | null;
  readonly engineIo: EngineIoFacts | null;
  readonly socketIo: readonly SocketIoNamespaceFacts[];
  readonly notices: readonly ProtocolNotice[];
  /** The newest short text of each side, where it is unlike all before. Untrusted text. */
  readonly lastTexts: PerDirection<LastText | null>;
  readonly heartbeat: ApplicationBeatFacts | null;
}

/** A JSON Web Token seen on the wire: its times only, never the token (RFC 7519 §4.1). Seconds since 1970. */
export interface TokenFacts extends Mark {
  readonly where: "authorization" | "query" | "cookie" | "subprotocol" | "socket.io-auth";
  /** Of the Engine.IO session whose CONNECT carried it. */
  readonly sid: string | null;
  readonly from: Side;
  readonly expiresAtSeconds: number | null;
  readonly notBeforeSeconds: number | null;
  readonly issuedAtSeconds: number | null;
}

export interface SeenClose {
  readonly code: number;
  readonly reason: string;
  readonly clean: boolean;
}

export interface CloseFacts {
  verdict: "clean" | "abnormal" | "refused" | "open" | "none";
  clientSees: SeenClose | null;
  serverSees: SeenClose | null;
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
}

/** Two connections of the capture that carry one WebSocket. */
export interface JoinFacts {
  /** `two-captures`: the same TCP connection seen at both its ends; `proxied`: the two legs of a proxy. */
  readonly kind: "two-captures" | "proxied";
  /** Nearer to the client first. */
  readonly connections: readonly [ConnectionId, ConnectionId];
  /** "timing": the nearer leg is encrypted; the other one asked and ended when it did, and names its client or comes from its server. */
  readonly by: "initial-sequence-numbers" | "key" | "request" | "timing";
  /** Two captures: how far the clock of the second is ahead of the first's, and by how much that may be off. */
  readonly clockOffsetNs: number | null;
  readonly clockErrorNs: number | null;
  /** Two captures: RSTs that one end got and the other, whose name they bear, never sent. */
  readonly foreignResets: readonly {
    readonly connection: ConnectionId;
    readonly packet: PacketNumber;
    readonly from: Side;
  }[];
  /** Two captures: stream bytes that left one end and never came to the other, by direction. */
  readonly lostBytes: PerDirection<number>;
  /** Proxied: request fields that the proxy added, dropped (null behind) or changed; "(method)", "(target)", "(version)" too. */
  readonly changedRequest: readonly ChangedField[];
  readonly changedResponse: readonly ChangedField[];
}

/** A SYN that the capture taken at its server lacks, although that capture ran. */
export interface AbsenceFacts {
  readonly connection: ConnectionId;
  /** Which capture lacks it. */
  readonly captureIndex: number;
  /** Other connections show that both captures stand at the two ends; false: only that this one stands at the server. */
  readonly certain: boolean;
}

/** A connection that went on from another port or address of its client: the server did not know it there. */
export interface ReboundFacts {
  readonly connection: ConnectionId;
  readonly continuedBy: ConnectionId;
}

export interface ChangedField {
  readonly name: string;
  readonly before: string | null;
  readonly behind: string | null;
}

/** Connections that made room for others: what is still known of them. See `limits.keptConnections`. */
export interface LeftOutFacts {
  connections: number;
  webSockets: number;
  upgradesRefused: number;
  frames: number;
  messages: number;
  /** Let go while they were open (limits.trackedConnections): their later packets count as another connection. */
  openOnes: number;
}

/** One DNS question and its fate. */
export interface DnsFacts {
  readonly client: string;
  readonly server: string;
  readonly name: string;
  readonly type: number;
  /** null: only the answer is in the capture. */
  readonly asked: Mark | null;
  /** The same question again, for want of an answer. */
  readonly repeats: number;
  readonly answered: Mark | null;
  /** RFC 1035 §4.1.1. */
  readonly responseCode: number | null;
  readonly addresses: readonly string[];
}

/** Somebody looked for the owner of an IPv4 address on the link. */
export interface ArpFacts {
  readonly sender: string;
  readonly target: string;
  readonly first: Mark;
  readonly last: Mark;
  readonly requests: number;
  readonly answered: Mark | null;
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
