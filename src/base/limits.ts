// Every bound on memory or work, by name. Reaching one is reported (an event or a count), never silent. Imported as
// `limits`: the bundler puts each number where it is used (`.rolldown.mjs`).

/** Largest record or block that a capture may claim; tcpdump's largest snapshot length is 262,144. */
export const recordBytes = 16 * 1024 * 1024;
/** Records of a classic capture that hold nothing but zeros, in a row: then the file is over, whatever follows. */
export const zeroRecords = 16;
/** Largest comment or option text kept from a pcapng block. */
export const optionTextBytes = 64 * 1024;
/** Interfaces of one capture, over all its sections; and each of their texts. */
export const interfacesPerCapture = 65_536;
export const interfaceTextBytes = 1024;
/** Largest zstd window: the bytes that decompressing keeps. `zstd -19` uses 8 MiB, `--ultra` and `--long` more. */
export const zstdWindowBytes = 32 * 1024 * 1024;
/** Windows that zstd frames may ask for one after another, beyond 64 times what came out of them. */
export const zstdSpareWindowBytes = 1024 * 1024 * 1024;
/** IP fragments: datagrams in reassembly at once, bytes held, and how long one may take. */
export const fragmentDatagrams = 1024;
export const fragmentBytes = 8 * 1024 * 1024;
export const fragmentTimeoutMs = 30_000;
/** Holes in one datagram: more come from an attack that sends every other byte. */
export const fragmentHoles = 256;
/** Copies of a complete datagram's fragments, when the capture sees packets twice, come within this time. */
export const fragmentCopyMs = 1000;
export const tunnelDepth = 8;
/** Out-of-order bytes held for one direction of one connection, and over all connections. */
export const heldBytesPerDirection = 4 * 1024 * 1024;
export const heldBytesTotal = 64 * 1024 * 1024;
export const heldSegmentsPerDirection = 4096;
/** Segments with a wrong checksum kept for one direction, until it shows whether the receiver dropped them. */
export const doubtedSegmentsPerDirection = 16;
/** Notable TCP events kept for one connection; more are only counted. */
export const tcpEventsPerConnection = 512;
export const resetsPerConnection = 64;
/** HTTP head (start line and fields). */
export const httpHeadBytes = 128 * 1024;
export const httpBodyPreviewBytes = 1024;
/** Inflated size of a kept HTTP body in a content coding: a larger one is not read. */
export const inflatedBodyBytes = 16 * 1024;
export const httpExchangesPerConnection = 64;
export const httpFieldsPerHead = 1024;
/** Longest method; the longest registered one has 17 letters. */
export const httpMethodBytes = 32;
/** Requests of one connection that still wait for their response, and 1xx responses kept for one of them. */
export const httpWaitingRequests = 1024;
export const httpInterimResponses = 16;
/** Client bytes (and segments) behind an upgrade request, held until the response says what they are. */
export const httpHeldBytes = 256 * 1024;
export const httpHeldSegments = 4096;
/** After a gap: bytes without a message start until a direction counts as not HTTP. */
export const httpResynchronisationBytes = 16 * 1024;
/** A message larger than this is still counted, checked and inflated in pieces, but its text is not kept. */
export const keptMessageBytes = 64 * 1024;
/** Longest text message that `wscap frames` prints; the text of a longer one is left out. */
export const printedMessageBytes = 16 * 1024 * 1024;
/** Inflated size of one message: beyond it the rest is not inflated (a bomb, or simply huge). */
export const inflatedMessageBytes = 64 * 1024 * 1024;
/** Bytes of one compressed message held until its last frame. */
export const compressedMessageBytes = 16 * 1024 * 1024;
/** Bytes held over all connections for WebSocket messages that are not whole yet, and while looking for a frame. */
export const heldMessageBytes = 64 * 1024 * 1024;
/** Bytes held for one direction while looking for a frame boundary after a gap; what was found in them takes as many. */
export const resynchroniseBytes = 64 * 1024;
/** Possible boundaries followed at once, and bytes searched in a row before the direction is given up. */
export const resynchroniseCandidates = 8;
export const resynchroniseSearchBytes = 16 * 1024 * 1024;
/** Deflate windows (32 KiB each) alive at once. */
export const inflateWindows = 2048;
/** Bytes held while it is undecided whether a stream without handshake is a WebSocket. */
export const candidateBytes = 64 * 1024;
/** Clear handshake bytes held for one direction of a TLS connection, and alerts kept. */
export const tlsHandshakeBytes = 64 * 1024;
export const tlsAlerts = 16;
/** Secrets of key logs, the newest ones; bytes of one key log; and its longest line. */
export const tlsSecrets = 262_144;
export const tlsKeyLogBytes = 1024 * 1024 * 1024;
export const tlsKeyLogLineBytes = 512;
/** Bytes that one TLS connection, and all of them, hold for secrets that may still come, and for how long. */
export const tlsHeldBytes = 1024 * 1024;
export const tlsHeldBytesTotal = 64 * 1024 * 1024;
export const tlsKeyWaitMs = 15_000;
/** Of one connection: guesses at the sequence number of a record behind a gap. */
export const tlsOpenAttempts = 16_384;
/** DNS questions and ARP searches remembered, each. */
export const namesWatched = 1024;
/** Of every message this much is kept in reach of the rules' readings. */
export const readMessageBytes = 4096;
export const socketIoNamespaces = 32;
/** Events of a Socket.IO server that say error, of one namespace. */
export const errorEvents = 8;
/** Acknowledgments that a Socket.IO client waits for at once, of one namespace. */
export const awaitedAcks = 64;
/** Acknowledgments that polls on one connection ask for, and that they bring. */
export const polledAcks = 512;
export const protocolNotices = 32;
export const tokensPerConnection = 16;
/** Objects and arrays inside one another of a message that is read as JSON; a deeper one is a text. */
export const jsonDepth = 512;
/** Texts in which a secret may be named: of each side the first ones are looked at; of a connection so many are kept. */
export const earlyTexts = 16;
export const tellingTexts = 4;
export const tellingCharacters = 2048;
/** Kinds of small messages watched for regularity in each direction, and moments kept of each. */
export const beatShapes = 32;
export const beatMoments = 256;
export const beatMessageBytes = 96;
export const beatBinaryBytes = 16;
/** Kinds of packets that hold nothing for TCP, counted by name. */
export const otherKinds = 256;
export const pendingPings = 1024;
/** Frame violations and other WebSocket events kept for one connection. */
export const webSocketEventsPerConnection = 256;
export const roundTripSamples = 4096;
/** Unanswered pings named for one side of a connection; more are only counted. */
export const unansweredPings = 64;
/** Connections tracked at once; then ended ones go, those that only sent a SYN, and the ones silent for longest. */
export const trackedConnections = 32_768;
/** Of these, connections of which only SYNs came; then the oldest go. No server's backlog holds so many. */
export const halfOpenConnections = 16_384;
/** The same live, for days: connections that vanish without a word stay until then. */
export const trackedConnectionsLive = 16_384;
/** Of ended connections the newest stay tracked, since packets of them may still come. */
export const endedConnections = 4096;
/** Connections whose facts are kept when they are not tracked any more, those that matter most; live, and reading files. */
export const keptConnectionsLive = 4096;
export const keptConnections = 20_000;
/** Reading files: of connections that were let go with nothing but SYNs the first ones are told, the others counted. */
export const keptHalfOpen = 4096;
/** Live: findings remembered after their connection's facts have gone. */
export const keptFindings = 4096;
/** Live: an ended connection is tracked for so long, since packets of it may still come (TIME-WAIT of Linux). */
export const endedConnectionMs = 60_000;
/** Where more than limits.endedConnections are tracked only for so long: it is told and judged by then, and most strays have come. */
export const crowdedEndedConnectionMs = 5000;
/** Live: packets of one capture held until the other one of a pair tells them too. */
export const heldBackPackets = 16_384;
/** Live: what waits for the reader of `-w -`. */
export const outputPipeBytes = 64 * 1024 * 1024;
/** Live: stretches of packets without a hole, of which a kept file is known to consist. */
export const packetRunsPerFile = 1024;
/** Live, without -w: what is on disk for looking back, as a ring of files. */
export const scratchFileBytes = 64 * 1024 * 1024;
export const scratchFiles = 8;
export const malformedKept = 1000;
/** One line that says what a payload is. */
export const payloadSummaryCharacters = 160;
/** Longer messages are not taken for an application's heartbeat. */
export const heartbeatMessageBytes = 128;
/** Engine.IO packets read from one polling body. */
export const pollingPacketsPerBody = 64;
/** Secrets that are looked for wherever they stand, and the longest of them. */
export const knownSecrets = 20_000;
export const secretCharacters = 8192;
/** Header lines whose secrets are remembered, none longer than this. */
export const redactedLines = 4096;
export const redactedLineCharacters = 1024;
/** Host names (by their domains) that `--redact-addresses` looks for in any text; more are hidden where they are named. */
export const redactedHosts = 2000;
/**
 * Stream bytes held while an export looks for secrets, over all connections: of each the text of one window, in which
 * every place is judged with so much text on both sides of it, and TLS handshakes. What goes beyond is blanked unread.
 */
export const scrubHeldBytes = 96 * 1024 * 1024;
export const scrubWindowCharacters = 1024 * 1024;
export const scrubReachCharacters = 128 * 1024;
export const scrubHandshakeBytes = 1024 * 1024;
/** Places to be overwritten, over all connections: where more are found, the rest of their stream is blanked unread. */
export const scrubEdits = 1_000_000;
/** Frames kept for reports: over all connections, and of one of them its first and its last. */
export const loggedFrames = 200_000;
export const loggedFramesFirst = 2000;
export const loggedFramesLast = 20_000;
/** Text kept of one frame (`--payloads full` keeps limits.keptMessageBytes), and of all. */
export const loggedTextCharacters = 300;
export const loggedTextTotal = 64 * 1024 * 1024;
/** Notes of one sidecar, and comments of one capture. */
export const notesPerCapture = 100_000;
/** Text of the comments of one capture that are read as notes. */
export const commentCharacters = 4 * 1024 * 1024;
/** Rows of the connections that a person opened; packets that carry nothing of note go first. */
export const detailRows = 600_000;
/** Message bodies, and raw packets, kept for the connections that a person opened; older ones are read again. */
export const detailBodyBytes = 32 * 1024 * 1024;
export const detailPacketBytes = 16 * 1024 * 1024;
/** Of a message that a person looks at this much is read. */
export const shownMessageBytes = 4 * 1024 * 1024;
