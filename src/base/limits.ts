/** Every bound on memory or work, by name. Reaching one is reported (an event or a count), never silent. */
export const limits = {
  /** Largest record or block that a capture may claim; tcpdump's largest snapshot length is 262,144. */
  recordBytes: 16 * 1024 * 1024,
  /** Records of a classic capture that hold nothing but zeros, in a row: then the file is over, whatever follows. */
  zeroRecords: 16,
  /** Largest comment or option text kept from a pcapng block. */
  optionTextBytes: 64 * 1024,
  /** Interfaces of one capture, over all its sections; and each of their texts. */
  interfacesPerCapture: 65_536,
  interfaceTextBytes: 1024,
  /** Largest zstd window: the bytes that decompressing keeps. `zstd -19` uses 8 MiB, `--ultra` and `--long` more. */
  zstdWindowBytes: 32 * 1024 * 1024,
  /** Windows that zstd frames may ask for one after another, beyond 64 times what came out of them. */
  zstdSpareWindowBytes: 1024 * 1024 * 1024,
  /** IP fragments: datagrams in reassembly at once, bytes held, and how long one may take. */
  fragmentDatagrams: 1024,
  fragmentBytes: 8 * 1024 * 1024,
  fragmentTimeoutMs: 30_000,
  /** Holes in one datagram: more come from an attack that sends every other byte. */
  fragmentHoles: 256,
  /** Copies of a complete datagram's fragments, when the capture sees packets twice, come within this time. */
  fragmentCopyMs: 1000,
  tunnelDepth: 8,
  /** Out-of-order bytes held for one direction of one connection, and over all connections. */
  heldBytesPerDirection: 4 * 1024 * 1024,
  heldBytesTotal: 64 * 1024 * 1024,
  heldSegmentsPerDirection: 4096,
  /** Segments with a wrong checksum kept for one direction, until it shows whether the receiver dropped them. */
  doubtedSegmentsPerDirection: 16,
  /** Notable TCP events kept for one connection; more are only counted. */
  tcpEventsPerConnection: 512,
  resetsPerConnection: 64,
  /** HTTP head (start line and fields). */
  httpHeadBytes: 128 * 1024,
  httpBodyPreviewBytes: 1024,
  /** Inflated size of a kept HTTP body in a content coding: a larger one is not read. */
  inflatedBodyBytes: 16 * 1024,
  httpExchangesPerConnection: 64,
  httpFieldsPerHead: 1024,
  /** Longest method; the longest registered one has 17 letters. */
  httpMethodBytes: 32,
  /** Requests of one connection that still wait for their response, and 1xx responses kept for one of them. */
  httpWaitingRequests: 1024,
  httpInterimResponses: 16,
  /** Client bytes (and segments) behind an upgrade request, held until the response says what they are. */
  httpHeldBytes: 256 * 1024,
  httpHeldSegments: 4096,
  /** After a gap: bytes without a message start until a direction counts as not HTTP. */
  httpResynchronisationBytes: 16 * 1024,
  /** A message larger than this is still counted, checked and inflated in pieces, but its text is not kept. */
  keptMessageBytes: 64 * 1024,
  /** Longest text message that `wscap frames` prints; the text of a longer one is left out. */
  printedMessageBytes: 16 * 1024 * 1024,
  /** Inflated size of one message: beyond it the rest is not inflated (a bomb, or simply huge). */
  inflatedMessageBytes: 64 * 1024 * 1024,
  /** Bytes of one compressed message held until its last frame. */
  compressedMessageBytes: 16 * 1024 * 1024,
  /** Bytes held over all connections for WebSocket messages that are not whole yet, and while looking for a frame. */
  heldMessageBytes: 64 * 1024 * 1024,
  /** Bytes held for one direction while looking for a frame boundary after a gap; what was found in them takes as many. */
  resynchroniseBytes: 64 * 1024,
  /** Possible boundaries followed at once, and bytes searched in a row before the direction is given up. */
  resynchroniseCandidates: 8,
  resynchroniseSearchBytes: 16 * 1024 * 1024,
  /** Deflate windows (32 KiB each) alive at once. */
  inflateWindows: 2048,
  /** Bytes held while it is undecided whether a stream without handshake is a WebSocket. */
  candidateBytes: 64 * 1024,
  /** Clear handshake bytes held for one direction of a TLS connection, and alerts kept. */
  tlsHandshakeBytes: 64 * 1024,
  tlsAlerts: 16,
  /** Secrets of key logs, the newest ones; bytes of one key log; and its longest line. */
  tlsSecrets: 262_144,
  tlsKeyLogBytes: 1024 * 1024 * 1024,
  tlsKeyLogLineBytes: 512,
  /** Bytes that one TLS connection, and all of them, hold for secrets that may still come, and for how long. */
  tlsHeldBytes: 1024 * 1024,
  tlsHeldBytesTotal: 64 * 1024 * 1024,
  tlsKeyWaitMs: 15_000,
  /** Of one connection: guesses at the sequence number of a record behind a gap. */
  tlsOpenAttempts: 16_384,
  /** DNS questions and ARP searches remembered, each. */
  namesWatched: 1024,
  /** Of every message this much is kept in reach of the rules' readings. */
  readMessageBytes: 4096,
  socketIoNamespaces: 32,
  /** Events of a Socket.IO server that say error, of one namespace. */
  errorEvents: 8,
  protocolNotices: 32,
  tokensPerConnection: 16,
  /** Texts in which a secret may be named: of each side the first ones are looked at; of a connection so many are kept. */
  earlyTexts: 16,
  tellingTexts: 4,
  tellingCharacters: 2048,
  /** Kinds of small messages watched for regularity in each direction, and moments kept of each. */
  beatShapes: 32,
  beatMoments: 256,
  beatMessageBytes: 96,
  beatBinaryBytes: 16,
  /** Kinds of packets that hold nothing for TCP, counted by name. */
  otherKinds: 256,
  pendingPings: 1024,
  /** Frame violations and other WebSocket events kept for one connection. */
  webSocketEventsPerConnection: 256,
  roundTripSamples: 4096,
  /** Unanswered pings named for one side of a connection; more are only counted. */
  unansweredPings: 64,
  /** Connections tracked at once; then ended ones go, those that only sent a SYN, and the ones silent for longest. */
  trackedConnections: 32_768,
  /** Of these, connections of which only SYNs came; then the oldest go. No server's backlog holds so many. */
  halfOpenConnections: 16_384,
  /** The same live, for days: connections that vanish without a word stay until then. */
  trackedConnectionsLive: 16_384,
  /** Of ended connections the newest stay tracked, since packets of them may still come. */
  endedConnections: 4096,
  /** Connections whose facts are kept when they are not tracked any more, those that matter most; live, and reading files. */
  keptConnectionsLive: 4096,
  keptConnections: 20_000,
  /** Reading files: of connections that were let go with nothing but SYNs the first ones are told, the others counted. */
  keptHalfOpen: 4096,
  /** Live: findings remembered after their connection's facts have gone. */
  keptFindings: 4096,
  /** Live: an ended connection is tracked for so long, since packets of it may still come (TIME-WAIT of Linux). */
  endedConnectionMs: 60_000,
  /** Live: packets of one capture held until the other one of a pair tells them too. */
  heldBackPackets: 16_384,
  /** Live: what waits for the reader of `-w -`. */
  outputPipeBytes: 64 * 1024 * 1024,
  /** Live: stretches of packets without a hole, of which a kept file is known to consist. */
  packetRunsPerFile: 1024,
  /** Live, without -w: what is on disk for looking back, as a ring of files. */
  scratchFileBytes: 64 * 1024 * 1024,
  scratchFiles: 8,
  malformedKept: 1000,
  /** One line that says what a payload is. */
  payloadSummaryCharacters: 160,
  /** Longer messages are not taken for an application's heartbeat. */
  heartbeatMessageBytes: 128,
  /** Engine.IO packets read from one polling body. */
  pollingPacketsPerBody: 64,
  /** Secrets that are looked for wherever they stand, and the longest of them. */
  knownSecrets: 20_000,
  secretCharacters: 8192,
  /** Header lines whose secrets are remembered, none longer than this. */
  redactedLines: 4096,
  redactedLineCharacters: 1024,
  /** Host names (by their domains) that `--redact-addresses` looks for in any text; more are hidden where they are named. */
  redactedHosts: 2000,
  /**
   * Stream bytes held while an export looks for secrets, over all connections: of each the text of one window, in which
   * every place is judged with so much text on both sides of it, and TLS handshakes. What goes beyond is blanked unread.
   */
  scrubHeldBytes: 96 * 1024 * 1024,
  scrubWindowCharacters: 1024 * 1024,
  scrubReachCharacters: 128 * 1024,
  scrubHandshakeBytes: 1024 * 1024,
  /** Places to be overwritten, over all connections: where more are found, the rest of their stream is blanked unread. */
  scrubEdits: 1_000_000,
  /** Frames kept for reports: over all connections, and of one of them its first and its last. */
  loggedFrames: 200_000,
  loggedFramesFirst: 2000,
  loggedFramesLast: 20_000,
  /** Text kept of one frame (`--payloads full` keeps limits.keptMessageBytes), and of all. */
  loggedTextCharacters: 300,
  loggedTextTotal: 64 * 1024 * 1024,
  /** Notes of one sidecar, and comments of one capture. */
  notesPerCapture: 100_000,
  /** Text of the comments of one capture that are read as notes. */
  commentCharacters: 4 * 1024 * 1024,
  /** Rows of the connections that a person opened; packets that carry nothing of note go first. */
  detailRows: 600_000,
  /** Message bodies, and raw packets, kept for the connections that a person opened; older ones are read again. */
  detailBodyBytes: 32 * 1024 * 1024,
  detailPacketBytes: 16 * 1024 * 1024,
  /** Of a message that a person looks at this much is read. */
  shownMessageBytes: 4 * 1024 * 1024,
} as const;
