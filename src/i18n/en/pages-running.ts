import type { RulePage } from "../texts.ts";

const violation =
  "Both ends must agree where frames begin and what they mean; a peer that sees this must close the connection (usually with 1002 or 1007). An observer records it and reads on.";

/** `wscap explain`: from the 101 on, and the capture itself. */
export const pagesRunning = {
  "ws.close.no-close-frame": {
    name: "1006: no Close frame",
    meaning:
      "The WebSocket was open and its TCP connection ended without the closing handshake. 1006 is what an API reports then; it is never on the wire. Contrary to folklore an RST is not the usual sign: terminate(), a killed process and nginx's idle timeout all end with a plain FIN.",
    seen: "FIN, RST, ICMP or silence on an open WebSocket with no Close frame from either side. When missing pongs, a reset or a dead path explain it, that is the error and this one stays as a note.",
  },
  "ws.close.code": {
    name: "close code",
    meaning:
      "One side closed with a code that says why. 1000 and 1001 are normal, unless a message right before them ends the session of the protocol inside (MQTT, STOMP, SignalR, SockJS …) for a reason; others are explained with the reason text that came with them.",
    seen: "The first Close frame of the connection, its code, and the last message before it.",
  },
  "ws.close.unanswered": {
    name: "Close unanswered",
    meaning:
      "A Close frame must be answered by a Close frame. Without it the closing side waits for its timer and reports an unclean close.",
    seen: "A Close frame in one direction and none in the other until TCP ended, or for several seconds.",
  },
  "ws.close.reserved-code": {
    name: "forbidden close code",
    meaning:
      "1005, 1006 and 1015 are for APIs to report; codes below 1000, from 1015 to 2999 and above 4999 are not to be sent.",
    seen: "Such a code in a Close frame.",
  },
  "tcp.rst": {
    name: "RST",
    meaning:
      "A reset ends a connection at once and discards what is on its way. It is an error where it ended a WebSocket, and a note where it only follows a FIN or a Close.",
    seen: "Each RST on a connection with an upgrade: who sent it, in which state, which packet it answered.",
  },
  "tcp.rst.injected": {
    name: "forged RST",
    meaning:
      "The RST does not look like the packets of the host it claims to come from, or that host goes on sending. A device on the path cut the connection.",
    seen: "Hop limit, IP identification and options compared with the host's other packets; traffic after its “own” RST.",
  },
  "tcp.nat.rebound": {
    name: "NAT mapping changed",
    meaning:
      "A NAT lets many hosts share one address by giving each connection a port of its own. When it forgets or changes that port while a connection is open, the server gets packets of a connection it has never seen, and the client gets an RST for one that it holds to be fine.",
    seen: "Packets without a handshake that the server answers by RST, and whose sequence and acknowledgment numbers continue those of another connection to the same server.",
  },
  "tcp.rst.ignored": {
    name: "stray RST",
    meaning: "An RST outside the window closes nothing (RFC 5961).",
    seen: "Its sequence number does not fit, and the connection goes on.",
  },
  "tcp.rst.after-idle": {
    name: "RST after silence",
    meaning:
      "The connection was idle, somebody in between forgot it, and the next packet was answered by RST. Load balancers, NATs and rebooted hosts do this.",
    seen: "At least 30 s without data, then data, then an RST that answers it.",
  },
  "tcp.path.blackhole": {
    name: "data vanishes",
    meaning:
      "Packets go out and nothing comes back, not even an acknowledgment. Nobody closed the connection; the peer or the path is gone. Without a heartbeat this is noticed after 15 minutes.",
    seen: "Data sent again at least three times over two seconds or more, never acknowledged. If only full-size packets are affected, the path MTU is suspected.",
  },
  "ws.idle.timeout": {
    name: "timer fits",
    meaning:
      "The connection ended after just the idle time, or the age, of a timer that is known: proxies and load balancers end quiet connections.",
    seen: "Idle time or age within a second of a known value, ended by the right side in the right way. Several products share 30, 60 and 300 s: then all are named. Header fields such as Server and Via decide between them.",
  },
  "ws.pong.missing": {
    name: "missing pong",
    meaning:
      "A ping must be answered by a pong. When none comes, the pinging side gives up after some time and drops the connection; both ends then report 1006. Whether TCP acknowledged the ping tells a stuck program from a dead path.",
    seen: "Pings without pong for at least a second (or four usual round trips). A warning, and an error when the pinging side ended the connection for it.",
  },
  "ws.pong.late": {
    name: "late pong",
    meaning:
      "Pongs came, but much later than usual, or later than the next ping was due. The next time may be too late for the heartbeat.",
    seen: "A pong after more than the ping interval, or more than eight times the median; never below one second.",
  },
  "ws.pong.unsolicited": {
    name: "unsolicited pong",
    meaning: "A pong that answers no ping is allowed as a one-way heartbeat.",
    seen: "A pong whose payload matches no open ping.",
  },
  "ws.ping.stopped": {
    name: "pings stopped",
    meaning:
      "One side pinged regularly and then fell silent altogether, and the other one, which only listens, goes on waiting: a half-open connection as seen from the end that has nothing to send.",
    seen: "At least three pings with a rhythm, then nothing at all of that side for three and a half intervals or more, while the capture (or its clock, live) goes on and the connection stands open. Or a pause: pings, or the evenly timed messages of a server, that stay away for several intervals and then go on.",
  },
  "ws.ping.absent": {
    name: "no heartbeat",
    meaning: "Without pings nobody notices a dead connection, and idle timers on the way may cut it.",
    seen: "An open WebSocket of a minute or more with no ping or pong from either side.",
  },
  "ws.frame.unmasked-client": {
    name: "unmasked client frame",
    meaning: violation,
    seen: "A frame from the client whose mask bit is not set.",
  },
  "ws.frame.masked-server": {
    name: "masked server frame",
    meaning: violation,
    seen: "A frame from the server whose mask bit is set.",
  },
  "ws.frame.reserved-bits": {
    name: "reserved bits set",
    meaning: violation,
    seen: "RSV1, RSV2 or RSV3 set without an extension that defines them.",
  },
  "ws.frame.reserved-opcode": {
    name: "undefined opcode",
    meaning: violation,
    seen: "An opcode of 3 to 7 or 11 to 15.",
  },
  "ws.frame.control-fragmented": {
    name: "fragmented control frame",
    meaning: violation,
    seen: "A Close, ping or pong without the FIN bit.",
  },
  "ws.frame.control-too-long": {
    name: "oversized control frame",
    meaning: violation,
    seen: "A Close, ping or pong with more than 125 bytes.",
  },
  "ws.frame.length-not-minimal": {
    name: "padded frame length",
    meaning: violation,
    seen: "A 16-bit or 64-bit length where a shorter form would do.",
  },
  "ws.frame.length-too-large": {
    name: "impossible frame length",
    meaning: violation,
    seen: "A 64-bit length with its highest bit set.",
  },
  "ws.frame.unexpected-continuation": {
    name: "stray continuation",
    meaning: violation,
    seen: "A continuation frame while no message is under way.",
  },
  "ws.frame.expected-continuation": {
    name: "interleaved message",
    meaning: violation,
    seen: "A text or binary frame while a fragmented message is unfinished.",
  },
  "ws.frame.not-websocket": {
    name: "not WebSocket frames",
    meaning: "After a 101 the stream must consist of frames. Here it is something else, most often an HTTP error.",
    seen: "The first bytes after the 101 read as an HTTP response or are no frame header at all.",
  },
  "ws.text.invalid-utf8": {
    name: "text is not UTF-8",
    meaning: violation,
    seen: "The whole text message, unmasked and inflated, is checked.",
  },
  "ws.close.malformed": {
    name: "malformed Close",
    meaning: violation,
    seen: "A Close body of one byte, or a reason that is not UTF-8.",
  },
  "ws.data-after-close": {
    name: "data after Close",
    meaning: violation,
    seen: "A data frame after a Close frame of the same side.",
  },
  "ws.deflate.failed": {
    name: "corrupt compression",
    meaning: "permessage-deflate was agreed, and a message cannot be inflated: damaged data, or windows that differ.",
    seen: "The inflater reports an error although no byte is missing.",
  },
  "ws.deflate.undecodable": {
    name: "compression unreadable",
    meaning: "The messages are compressed and cannot be inflated from this capture. They are never shown as text.",
    seen: "The handshake or earlier bytes are missing, or a message exceeds the reader's limit.",
  },
  "ws.message.too-big": {
    name: "message too big",
    meaning: "A receiver refuses messages above its limit, with 1009 or by hanging up.",
    seen: "Close 1009, or an end in the middle of a large frame.",
  },
  "tcp.retransmissions": {
    name: "retransmissions",
    meaning: "Packets were lost and sent again. TCP repairs this; it costs time.",
    seen: "A note; a warning when a third of the data had to be sent again.",
  },
  "tcp.zero-window": {
    name: "zero window",
    meaning:
      "A side announced that its receive buffer is full: its program does not read. Everything sent to it waits.",
    seen: "A window of zero; a warning from two seconds on.",
  },
  "tcp.keepalive.unanswered": {
    name: "keep-alive unanswered",
    meaning: "The system itself asks whether the other side lives and gets no answer.",
    seen: "Two or more TCP keep-alive probes without an acknowledgment.",
  },
  "capture.empty": {
    name: "nothing captured",
    meaning: "There is no TCP connection to judge.",
    seen: "No packet, or none with TCP in it.",
  },
  "capture.no-websocket": {
    name: "no WebSocket",
    meaning: "There are connections, but no WebSocket that can be read.",
    seen: "No upgrade request on any connection. TLS hides what is in it.",
  },
  "tls.not-decrypted": {
    name: "TLS not decrypted",
    meaning: "Keys were given (--keylog, or secrets in the pcapng file), and yet connections stayed closed.",
    seen: "TLS connections for which no secret is known, none fits, or whose handshake was not captured.",
  },
  "http2.not-decoded": {
    name: "HTTP/2",
    meaning: "HTTP/2 can carry WebSockets (RFC 8441); it is not decoded here.",
    seen: "The HTTP/2 preface, or h2 agreed in TLS.",
  },
  "capture.packets-dropped": {
    name: "recorder lost packets",
    meaning: "The recorder says that it could not keep up. Absence of a packet then proves nothing.",
    seen: "The drop counters in the capture.",
  },
  "capture.gap": {
    name: "hole in the capture",
    meaning: "Bytes that were delivered are not in the capture.",
    seen: "The receiver acknowledged bytes that the capture never saw.",
  },
  "capture.truncated": {
    name: "packets cut short",
    meaning: "The snapshot length cut packets; their ends are unknown.",
    seen: "Captured length below original length.",
  },
  "capture.midstream": {
    name: "already open",
    meaning: "The connection began before the capture: its handshake is unknown.",
    seen: "No SYN, or no upgrade.",
  },
  "capture.one-way": {
    name: "one direction only",
    meaning: "Only one side's packets were captured.",
    seen: "No packet of the other side in the whole connection.",
  },
  "capture.duplicates": {
    name: "packets seen twice",
    meaning: "The same packet was captured on several interfaces and counted once.",
    seen: "Equal bytes within milliseconds.",
  },
  "capture.clock-stepped": {
    name: "clock set meanwhile",
    meaning:
      "The clock by which packets are stamped was corrected while the capture ran. Set forward, it seems to show a silence that never was; set back, time runs backwards, as it also does where pieces of a capture were put together in the wrong order.",
    seen: "TCP timestamps of both ends (RFC 7323) across the silence, against their rate before it: both lack the same time. Backwards: a packet a second or more earlier than those before it, and what follows it too; where the hosts' own stamps go back as well, the pieces are in the wrong order.",
  },
  "capture.both-ends": {
    name: "captured at both ends",
    meaning:
      "Two captures given together hold the same TCP connection: what each end saw is compared, and it is judged once. A packet that one end got and the other never sent was injected; one that left and never arrived was lost between.",
    seen: "Same addresses, ports and initial sequence numbers; where a capture began only later, the sequence numbers of both directions overlap. The clocks' difference comes from the times of SYN and SYN-ACK at both ends, or of other packets that both captures hold.",
  },
  "capture.ended-early": {
    name: "capture breaks off",
    meaning:
      "The file ends in the middle of a record, or is damaged there; or a running capture ended before it was asked to.",
    seen: "The reader's place and reason are shown.",
  },
  "capture.left-out": {
    name: "too many connections",
    meaning:
      "wscap keeps the facts of a bounded number of connections, so that a capture of any size can be read. Beyond that, good connections and other traffic are only counted; troubled WebSockets go last.",
    seen: "Counted while reading: what was left out, and what was let go while still open.",
  },
} as const satisfies Record<string, RulePage>;
