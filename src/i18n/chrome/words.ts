type Severity = "error" | "warning" | "note";
type Confidence = "certain" | "likely" | "possible";
type SideName = "client" | "server";

/** Of so many connections nothing came; of others only what was asked over them: a poll that was refused leaves TCP whole. */
export interface Failed {
  readonly connections: number;
  readonly requestsOn: number;
}

/** Words around the findings: headlines, column heads, facts of the capture. Both languages are total. */
export interface Chrome {
  /** Joins facts in a line, introduces what follows, sets a remark apart. */
  readonly comma: string;
  readonly colon: string;
  readonly remark: (text: string) => string;
  readonly severity: Readonly<Record<Severity, string>>;
  readonly confidence: Readonly<Record<Confidence, string>>;
  readonly side: Readonly<Record<SideName, string>>;
  readonly failed: (failed: Failed, all: number, why: string) => string;
  readonly failedInWays: (failed: Failed, all: number, ways: number) => string;
  /** An error, but the connection did not fail of it. */
  readonly troubled: (troubled: number, all: number, why: string) => string;
  readonly troubledInWays: (troubled: number, all: number, ways: number) => string;
  readonly wrong: (what: string) => string;
  readonly wrongInWays: (ways: number) => string;
  /** `failed`: some of them failed, and it passed. */
  readonly warned: (warned: number, all: number, why: string, failed: boolean) => string;
  readonly warnedInWays: (warned: number, all: number, failed: boolean) => string;
  /** "3 WebSockets, 2 closed cleanly". */
  readonly counts: (webSockets: number, closedCleanly: number, stillOpen: number, endedOtherwise: number) => string;
  readonly allWell: (counts: string) => string;
  /** The capture breaks off. */
  readonly healthySoFar: (counts: string) => string;
  readonly pingsAnswered: (answered: number, pings: number) => string;
  readonly noWebSocket: string;
  readonly moreBelow: (n: number) => string;
  readonly endedEarly: (name: string, why: string, offset: number) => string;
  /** Words for `endedEarly`; a code without words is shown as it is. */
  readonly endedEarlyWhy: Readonly<Record<string, string>>;
  /** A running capture. */
  readonly captureStopped: (name: string, why: string) => string;
  readonly interrupted: (name: string) => string;
  readonly dropped: (n: number) => string;
  readonly connection: string;
  readonly followsFrom: (rule: string) => string;
  readonly moreFindings: (n: number) => string;
  readonly alsoOn: (n: number, ids: string) => string;
  readonly packet: string;
  readonly time: string;
  readonly what: string;
  /** The time of day (UTC) of an offset, for who looks into a log. */
  readonly clockOf: (offset: string, clock: string) => string;
  readonly causes: string;
  readonly wireshark: string;
  readonly meaning: string;
  readonly seen: string;
  readonly sources: string;
  readonly connections: string;
  readonly columns: Readonly<
    Record<
      "id" | "start" | "peers" | "target" | "frames" | "lasted" | "ended" | "from" | "frame" | "length" | "text",
      string
    >
  >;
  readonly legs: (front: number, back: number, proxy: string) => string;
  readonly bothEnds: (nearClient: number, nearServer: number) => string;
  readonly moreJoins: (n: number) => string;
  readonly moreConnections: (n: number) => string;
  readonly kind: Readonly<Record<"http" | "tls" | "tcp", string>>;
  readonly closedCleanly: (code: number) => string;
  readonly clientLeft: (code: number) => string;
  /** All is well, says the code; what a protocol inside said right before does not. */
  readonly closedSaying: (code: number, protocol: string, text: string) => string;
  readonly closedWith: (code: number, from: SideName) => string;
  /** One side said Close, the other has not answered, and TCP is still open. */
  readonly closing: (code: number, from: SideName) => string;
  readonly endedWithout: (code: number, how: string) => string;
  readonly how: Readonly<Record<"fin" | "rst" | "icmp" | "silent" | "open", (from: SideName | null) => string>>;
  readonly refusedHttp: (status: number) => string;
  readonly refusedTcp: string;
  readonly unansweredTcp: string;
  readonly unansweredHttp: string;
  readonly stillOpen: string;
  readonly capture: string;
  readonly packets: (n: number) => string;
  readonly droppedCount: (n: number | null) => string;
  readonly truncated: (n: number) => string;
  readonly malformed: (n: number) => string;
  readonly notDecoded: (what: string) => string;
  readonly redacted: (n: number) => string;
  readonly notRedacted: string;
  /** `frames`: connections that stay encrypted; `noKeys`: none were given. */
  readonly framesSealed: (n: number, noKeys: boolean) => string;
  /** Behind a text of `frames` that is longer than a table shows. */
  readonly textCut: string;
  readonly noFrames: string;
  readonly duration: (seconds: number) => string;
  readonly findingsTotal: (errors: number, warnings: number, notes: number) => string;
  readonly progress: (percent: number | null, megabytes: string) => string;
}
