type ActionWord =
  | "up"
  | "down"
  | "pageUp"
  | "pageDown"
  | "top"
  | "bottom"
  | "open"
  | "detail"
  | "back"
  | "nextView"
  | "previousView"
  | "connections"
  | "findings"
  | "heartbeat"
  | "statistics"
  | "search"
  | "nextMatch"
  | "previousMatch"
  | "packet"
  | "filter"
  | "sort"
  | "reverse"
  | "group"
  | "columns"
  | "mark"
  | "unmarkAll"
  | "explain"
  | "level"
  | "nextEvidence"
  | "previousEvidence"
  | "nextConnection"
  | "previousConnection"
  | "pick"
  | "compare"
  | "nextTab"
  | "previousTab"
  | "nextRow"
  | "previousRow"
  | "note"
  | "deleteNote"
  | "undo"
  | "save"
  | "freeze"
  | "follow"
  | "stop"
  | "redraw"
  | "suspend"
  | "interrupt"
  | "help"
  | "quit";

/** `short` stands in the footer, `long` in the help. */
export interface ActionWords {
  readonly short: string;
  readonly long: string;
}

type MainView = "connections" | "findings" | "heartbeat" | "statistics";
type ColumnWord = "id" | "start" | "peers" | "path" | "outcome" | "frames" | "traffic" | "lasted" | "closer";
type TabWord = "head" | "text" | "json" | "hex" | "packet" | "body";

/** Everything that the screens say beside findings and the words of the report. Both languages are total. */
export interface TuiWords {
  readonly actions: Readonly<Record<ActionWord, ActionWords>>;
  readonly sections: Readonly<Record<"move" | "views" | "find" | "read" | "notes" | "capture", string>>;
  readonly reasons: Readonly<
    Record<"notLive" | "ended" | "stillReading" | "notRead" | "nothingPicked" | "nothingToUndo" | "noRows", string>
  >;
  readonly views: Readonly<Record<MainView | "ladder" | "detail", string>>;
  readonly columns: Readonly<Record<ColumnWord, string>>;
  readonly tabs: Readonly<Record<TabWord, string>>;
  readonly levels: Readonly<Record<"session" | "frames" | "packets", string>>;
  readonly comma: string;
  readonly noClose: string;
  readonly afterLastPong: (duration: string) => string;
  readonly groupFine: string;
  readonly groupedBy: Readonly<Record<"none" | "client" | "server" | "finding", string>>;
  readonly sortNames: Readonly<
    Record<"trouble" | "id" | "start" | "client" | "server" | "path" | "frames" | "lasted", string>
  >;
  readonly sortedBy: (name: string, descending: boolean) => string;
  readonly bytes: (bytes: number) => string;
  readonly count: (n: number) => string;
  readonly packets: (n: number) => string;
  readonly connections: (n: number) => string;
  readonly shownOf: (shown: number, all: number) => string;
  readonly marked: (n: number) => string;
  readonly reading: (percent: number | null, megabytes: string) => string;
  readonly readingConnection: (percent: number | null) => string;
  readonly readFailed: (why: string) => string;
  readonly waiting: string;
  readonly listening: (where: string) => string;
  /** `isAny`: every interface is listened on already. */
  readonly nothingComes: (isAny: boolean) => readonly string[];
  readonly empty: string;
  readonly emptyFiltered: string;
  readonly noFindings: string;
  readonly noHeartbeat: string;
  readonly noWebSocket: string;
  readonly nothingWrong: string;
  /** TLS that nobody could decrypt. */
  readonly unreadTls: string;
  /** `ended`: how it ended, in words. */
  readonly noFindingHere: (ended: string) => string;
  readonly noConnection: string;
  /** The list is empty, and a key wants one of its rows. */
  readonly nothingListed: string;
  readonly noEvidence: string;
  /** The finding is about this connection too, but its packets are those of another. */
  readonly evidenceElsewhere: (id: number) => string;
  readonly oneOfSeveral: (at: number, all: number) => string;
  readonly lastConnection: string;
  readonly firstConnection: string;
  readonly notFound: (text: string) => string;
  readonly hint: string;
  readonly live: Readonly<Record<"waiting" | "running" | "ended", string>>;
  readonly packetsPerSecond: (n: number) => string;
  readonly dropped: (n: number | null) => string;
  readonly spool: (bytes: number) => string;
  readonly frozen: (behind: number) => string;
  readonly following: string;
  readonly stopped: string;
  readonly filterIs: (filter: string) => string;
  readonly filterErrors: Readonly<
    Record<
      "unknown-field" | "bad-value" | "not-a-number" | "unclosed-quote" | "unclosed-bracket" | "unexpected",
      (what: string, allowed: string) => string
    >
  >;
  readonly filterHelp: string;
  readonly searchingPayloads: (text: string) => string;
  readonly prompts: Readonly<Record<"search" | "filter" | "packet", string>>;
  readonly lookingForPacket: (packet: number) => string;
  readonly packetNumber: (typed: string) => string;
  /** The last packet that there is. */
  readonly noSuchPacket: (packet: number, last: number) => string;
  readonly packetOfNone: (packet: number) => string;
  readonly silent: (duration: string) => string;
  readonly notShown: (duration: string, arrows: number) => string;
  readonly evidence: (what: string) => string;
  readonly resetBy: (side: string) => string;
  readonly fromSender: (sender: string) => string;
  readonly withoutCode: string;
  readonly rowMarks: Readonly<Record<"retransmission" | "duplicate" | "outOfOrder" | "keepAlive", string>>;
  readonly client: string;
  readonly server: string;
  readonly proxy: string;
  readonly rowsDropped: (n: number) => string;
  readonly fields: Readonly<
    Record<
      | "packet"
      | "time"
      | "direction"
      | "fin"
      | "rsv"
      | "opcode"
      | "mask"
      | "length"
      | "message"
      | "compressed"
      | "offset"
      | "resynchronised"
      | "code"
      | "reason"
      | "reading"
      | "summary"
      | "flags"
      | "sequence"
      | "acknowledgment"
      | "window"
      | "payload"
      | "status"
      | "target"
      | "evidence"
      | "note"
      | "problem"
      | "answer",
      string
    >
  >;
  readonly yes: string;
  readonly no: string;
  readonly fromTo: (from: string, to: string) => string;
  readonly packetRange: (first: number, last: number) => string;
  readonly messageOf: (frames: number, wire: string, whole: string) => string;
  readonly maskingKey: (key: string) => string;
  readonly notMasked: string;
  readonly lengthForm: (bits: number) => string;
  readonly notJson: string;
  readonly notText: string;
  readonly notInMemory: string;
  readonly noBody: string;
  readonly bodyCut: (shown: string, all: string) => string;
  readonly partOfMessage: string;
  readonly layers: Readonly<Record<"link" | "ip" | "tcp" | "payload", string>>;
  readonly comparing: (a: number, b: number) => string;
  /** What was picked is what the cursor is on. */
  readonly pickedHere: string;
  readonly equal: string;
  readonly differ: (only: number, other: number) => string;
  readonly problems: Readonly<Record<string, string>>;
  readonly pings: (pings: number, answered: number, missing: number) => string;
  readonly every: (duration: string) => string;
  readonly roundTrip: (median: string, max: string) => string;
  readonly pingsFrom: (side: string) => string;
  readonly beatKinds: Readonly<Record<"websocket" | "engine.io" | "application", string>>;
  readonly applicationBeats: (side: string, sample: string) => string;
  readonly gaveUp: (side: string, duration: string) => string;
  readonly withoutHeartbeat: (n: number) => string;
  readonly heartbeatColumns: readonly [string, string, string, string, string];
  readonly heartbeatLegend: string;
  readonly statistics: Readonly<
    Record<
      | "capture"
      | "packets"
      | "rate"
      | "duration"
      | "drops"
      | "truncated"
      | "malformed"
      | "connections"
      | "verdicts"
      | "closeCodes"
      | "rules"
      | "roundTrips"
      | "frames"
      | "messages"
      | "traffic"
      | "median"
      | "worst"
      | "none",
      string
    >
  >;
  readonly verdicts: Readonly<Record<"error" | "warning" | "open" | "clean" | "other", string>>;
  readonly noteOn: {
    readonly connection: (id: number) => string;
    readonly packet: (packet: number) => string;
    readonly frame: (packet: number) => string;
  };
  readonly noteKeys: string;
  readonly noteDiscard: string;
  readonly noteTag: string;
  readonly tagNames: Readonly<Record<"none" | "red" | "yellow" | "green" | "blue", string>>;
  readonly noNoteHere: string;
  readonly noteDeleted: string;
  readonly undone: string;
  readonly notesKept: (name: string) => string;
  readonly notesUnkept: string;
  readonly notesDamaged: (name: string, other: string) => string;
  readonly notesFailed: (why: string) => string;
  readonly strandedNotes: (n: number) => string;
  readonly saveTitle: string;
  readonly saveFormats: Readonly<Record<"text" | "markdown" | "html" | "json" | "evidence" | "pcapng", string>>;
  readonly savePath: string;
  readonly saveKeys: string;
  readonly saving: string;
  readonly saved: (path: string) => string;
  readonly savedWithout: (damaged: string) => string;
  readonly saveFailed: (why: string) => string;
  readonly overwrite: (path: string) => string;
  readonly columnsTitle: string;
  readonly columnsKeys: string;
  readonly helpTitle: string;
  readonly helpKeys: string;
  readonly signsTitle: string;
  /** Signs of the screen and what they mean. */
  readonly signs: readonly (readonly [signs: string, meaning: string])[];
  readonly quitLive: string;
  readonly quitNotes: string;
  readonly yesNo: string;
  readonly moreLines: (n: number) => string;
  readonly explainShows: string;
  readonly tooSmall: string;
  readonly plainBecause: Readonly<Record<"dumb" | "pipe" | "stdin", string>>;
}
