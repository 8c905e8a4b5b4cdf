type SideName = "client" | "server";

/** Words of what is written to share: Markdown, HTML, notes, comparisons. Both languages are total. */
export interface ShareWords {
  readonly title: string;
  readonly story: string;
  readonly findings: string;
  readonly noFindings: string;
  readonly evidence: string;
  readonly connectionNumber: (id: number) => string;
  readonly ladder: string;
  readonly ladderOf: (id: number) => string;
  readonly packetNumber: (n: number) => string;
  readonly silence: (seconds: string) => string;
  readonly leftOut: (rows: number, bytes: string) => string;
  readonly notCaptured: (bytes: string) => string;
  readonly noPong: string;
  readonly repeated: string;
  readonly zeroWindow: string;
  readonly windowOpen: string;
  readonly keepAlive: string;
  readonly retransmission: (bytes: string) => string;
  readonly nothingAfter: string;
  readonly opened: string;
  readonly notes: string;
  readonly noNotes: string;
  readonly stranded: string;
  readonly strandedWhy: string;
  readonly fromCapture: string;
  readonly onCapture: string;
  readonly environment: string;
  readonly reproduce: string;
  /** `filter`: null where each of several captures has its own. */
  readonly reproduceSteps: (filter: string | null) => readonly string[];
  readonly evidencePackets: string;
  readonly all: string;
  readonly timeline: string;
  readonly timelineHelp: string;
  readonly heartbeat: string;
  /** `slowest`: empty where no round trip was measured. */
  readonly heartbeatCount: (answered: number, pings: number, slowest: string) => string;
  readonly heartbeatHelp: string;
  readonly heartbeatNone: string;
  readonly noAnswer: string;
  readonly rates: string;
  readonly ratesHelp: string;
  readonly sizes: string;
  readonly frames: string;
  readonly framesShown: (shown: number, total: number) => string;
  readonly framesLeftOut: (n: number) => string;
  readonly filterFrames: string;
  readonly filterHint: string;
  readonly noFrameMatches: string;
  readonly contents: string;
  readonly connection: string;
  readonly language: string;
  readonly headers: Readonly<
    Record<
      "packet" | "time" | "connection" | "from" | "frame" | "bytes" | "text" | "what" | "who" | "note" | "where",
      string
    >
  >;
  readonly facts: Readonly<
    Record<
      | "file"
      | "format"
      | "link"
      | "packets"
      | "span"
      | "start"
      | "drops"
      | "truncated"
      | "malformed"
      | "endedEarly"
      | "tool"
      | "redaction",
      string
    >
  >;
  readonly none: string;
  readonly unknown: string;
  readonly bytesPerSecond: (amount: string) => string;
  readonly payloadsOff: string;
  readonly addressesHidden: string;
  readonly madeBy: string;
  readonly legend: Readonly<Record<"upgraded" | "frames" | "refused" | "closed" | "reset" | "ping" | "error", string>>;
  readonly hiddenKinds: Readonly<
    Record<
      "field" | "cookie" | "query" | "json" | "jwt" | "bearer" | "password" | "key" | "encoded",
      (n: number) => string
    >
  >;
  readonly hiddenList: (n: number, kinds: string) => string;
  readonly wrote: (name: string, what: string) => string;
  readonly exported: (packets: number, comments: number) => string;
  readonly blanked: (what: string) => string;
  readonly blankedParts: Readonly<
    Record<"values" | "compressed" | "unread" | "fragments" | "blocks", (n: number) => string>
  >;
  readonly notRedactedWarning: string;
  readonly noteAdded: (id: string) => string;
  readonly noteRemoved: (id: string) => string;
  readonly noteFile: (name: string) => string;
  readonly compare: Readonly<
    Record<
      | "title"
      | "same"
      | "first"
      | "item"
      | "noMatch"
      | "differs"
      | "equal"
      | "synOptions"
      | "hopLimit"
      | "mss"
      | "roundTrip"
      | "opening"
      | "request"
      | "response"
      | "field"
      | "status"
      | "extensions"
      | "protocol"
      | "firstFrame"
      | "pingInterval"
      | "pingRoundTrip"
      | "lasted"
      | "ending"
      | "closeCode"
      | "missingPongs"
      | "retransmissions"
      | "absent"
      | "engineIo"
      | "compression",
      string
    >
  >;
  readonly divergence: (item: string, a: string, b: string) => string;
  readonly sender: Readonly<Record<SideName, string>>;
}
