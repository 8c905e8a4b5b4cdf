import type { ConnectionId, RelativeNs } from "../base/brand.ts";
import type { Finding, RuleId } from "../rules/types.ts";
import type { Analysis, CaptureFacts, ConnectionFacts } from "../store/types.ts";

/** The present, and a way to be called again: injected, so that tests own the time. */
export interface Clock {
  /** Epoch nanoseconds, which somebody may set. */
  nowNs(): bigint;
  /** Since the machine was started, sleep included: nobody sets it. */
  uptimeNs(): bigint;
  /** Calls `action` again and again; the returned function ends that. */
  every(periodMs: number, action: () => void): () => void;
}

/** Counters of the capture as a whole, cumulative. */
export interface LiveStatistics {
  readonly packets: number;
  readonly connections: number;
  /** Connections that have not ended. */
  readonly active: number;
  readonly frames: number;
  readonly dropped: number | null;
  readonly malformed: number;
  /** Ended connections whose facts were dropped to keep memory bounded. */
  readonly forgotten: number;
}

/**
 * Everything that a view needs at one moment. Plain data; what has not changed keeps its identity from one snapshot to
 * the next.
 */
export interface Snapshot {
  readonly revision: number;
  readonly state: "waiting" | "running" | "ended";
  readonly originNs: bigint | null;
  readonly clockNs: RelativeNs;
  readonly capture: CaptureFacts;
  readonly statistics: LiveStatistics;
  readonly connections: readonly ConnectionFacts[];
  readonly findings: readonly Finding[];
  /** Which connections carry one WebSocket. */
  readonly joins: Analysis["joins"];
}

/** What happens, in order; called while packets are read, so nothing here may wait. */
export interface LiveEvents {
  onOpened(connection: ConnectionFacts): void;
  onUpgrade(connection: ConnectionFacts): void;
  /** Its end has been judged: `rules` are those that are known to have found something about it. */
  onClosed(connection: ConnectionFacts, rules: readonly RuleId[]): void;
  /** `withdrawn`: later packets have shown that it is not so. */
  onFinding(finding: Finding, withdrawn: boolean): void;
  onStatistics(statistics: LiveStatistics, at: RelativeNs): void;
  /** What has been told so far should reach its reader now. */
  flush(): void;
}

/** How far the events of one connection have been told. */
export interface Told {
  readonly id: ConnectionId;
  lastPacket: number;
  upgrade: "none" | "asked" | "answered";
  closed: boolean;
  facts: ConnectionFacts;
}
