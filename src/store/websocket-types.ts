import type { PerDirection, Side } from "../base/brand.ts";
import type { Mark } from "../base/packet-view.ts";

// What the frames of one WebSocket show.

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
  /** Code of the last Close that this side sent after it, though none may follow; null: there is none. */
  readonly laterCode: number | null;
}

export interface WebSocketEventFacts extends Mark {
  readonly code: string;
  readonly from: Side;
  readonly section: string;
  readonly value: number;
}

export interface UnansweredPing extends Mark {
  /** TCP acknowledged it before an end said Close or FIN: the host lives, its application does not answer. null: the capture cannot tell. */
  readonly acknowledged: boolean | null;
  /** Not before the connection was given up, and then it was: the path is slow. */
  readonly acknowledgedLate: boolean;
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
  /** Its own pings are too few to show it: the server's other WebSockets do. */
  intervalIsShared?: true;
  roundTripMs: { min: number; median: number; p95: number; max: number } | null;
  /** The longest time between two pings, and the one that ended it. */
  longestPause: { readonly until: Mark; readonly ms: number } | null;
  unsolicitedPongs: number;
  /** Of these, the ones that came right after a ping: answers, but with another payload than the ping's. */
  wrongPongs: number;
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
  /** A message of which the last frame has not come: where it began, and the bytes of its frames as their headers announce them. */
  readonly unfinishedMessage: PerDirection<(Mark & { readonly bytes: number }) | null>;
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
