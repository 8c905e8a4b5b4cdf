import type { ConnectionId, PacketNumber, PerDirection, Side } from "../base/brand.ts";
import type { Mark } from "../base/packet-view.ts";

// What connections of a capture show together, and what is not of any connection.

/** Two connections of the capture that carry one WebSocket. */
export interface JoinFacts {
  /** `two-captures`: the same TCP connection seen at both its ends; `proxied`: the two legs of a proxy. */
  readonly kind: "two-captures" | "proxied";
  /** Nearer to the client first. */
  readonly connections: readonly [ConnectionId, ConnectionId];
  /** "timing": the nearer leg is encrypted; the other one asked and ended when it did, and names its client or comes from its server. */
  readonly by: "initial-sequence-numbers" | "sequence-numbers" | "key" | "request" | "timing";
  /** Of two captures: how far the clock of the second is ahead of the first's, and by how much that may be off. null: one, or not known. */
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
  /** Two captures: until when each of them ran, by its own clock. */
  readonly capturedUntilNs: PerDirection<number>;
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
  /** WebSockets that did not end well, and upgrades that were refused or not answered. */
  troubled: number;
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
