import type { SomeFindings } from "../texts.ts";
import { standingStill } from "./standing-still.ts";

const interval = "[[Pings come every {intervalMs:ms}. ]]";
const did = "The other side {peerDid:word}.";

/** Heartbeat, frames, messages, and how TCP fared. */
export const findingsWebSocket = {
  "ws.pong.missing": {
    gaveUp: {
      title:
        "The {to:word} stopped answering pings; the {from:word} gave up {waitedMs:ms} after the first unanswered one[[, {sincePongMs:ms} after the last pong]]",
      detail: `${interval}{missing:One ping|# pings} stayed without pong, then the {closer:word} ended the connection. The network delivered the pings as far as this capture can tell: the program at the {to:word} did not answer.`,
    },
    neverAnswered: {
      title: "The {to:word} never answered a ping; the {from:word} gave up {waitedMs:ms} after the first one",
      detail: `${interval}{missing:One ping|# pings} stayed without pong, and none came in the whole life of this connection, then the {closer:word} ended it. The network delivered the pings as far as this capture can tell.`,
    },
    gaveUpUnacknowledged: {
      title:
        "Pings no longer reach the {to:word}; the {from:word} gave up {waitedMs:ms} after the first lost one[[, {sincePongMs:ms} after the last pong]]",
      detail: `${interval}{missing:One ping|# pings} stayed without pong, and not even TCP acknowledged them: the {to:word}'s host or the path to it is gone.`,
    },
    gaveUpOneWay: {
      title:
        "Pings no longer reach the {to:word}, whose packets still come; the {from:word} gave up {waitedMs:ms} after the first lost one[[, {sincePongMs:ms} after the last pong]]",
      detail: `${interval}{missing:One ping|# pings} stayed without pong, and TCP acknowledged none of them before the end. The {to:word} is alive: what it sends came through all the while. Only the way to it lost packets, or had become very slow.`,
    },
    gaveUpBlocked: {
      title:
        "The {to:word} stopped reading and so never saw the pings; the {from:word} gave up after {waitedMs:ms}[[, {sincePongMs:ms} after the last pong]]",
      detail: `${interval}{missing:One ping|# pings} stayed without pong. The {to:word} announced a zero window: its receive buffer is full, the pings queue behind data that it does not read.`,
    },
    gaveUpDeaf: {
      title:
        "The {from:word} stopped reading and so never saw the pongs; it gave up {waitedMs:ms} after the first ping that they answer[[, {sincePongMs:ms} after the last pong]]",
      detail: `${interval}{missing:One ping|# pings} stayed without pong, then the {closer:word} ended the connection. It had announced a zero window itself: its receive buffer is full of what its program does not read, and whatever the {to:word} says, pongs included, waits behind that. The {to:word} is not to blame.`,
    },
    gaveUpLoss: {
      title:
        "Packets of the {to:word} get lost for good, pongs wait behind them; the {from:word} gave up {waitedMs:ms} after the first unanswered ping[[, {sincePongMs:ms} after the last pong]]",
      detail: `${interval}{missing:One ping|# pings} stayed without pong, then the {closer:word} ended the connection. TCP hands bytes over in order: after a hole that is never repaired nothing more can be read, although the {to:word}'s program may have answered.`,
    },
    gaveUpPath: {
      title:
        "Packets did not get through for {outageMs:ms}, so pings stayed unanswered; the {from:word} gave up {waitedMs:ms} after the first one[[, {sincePongMs:ms} after the last pong]]",
      detail: `${interval}{missing:One ping|# pings} stayed without pong while packets were sent again {repeats:once|# times} in vain, then the {closer:word} ended the connection. The path was interrupted or very slow; the program at the {to:word} may be fine.`,
    },
    gaveUpSlow: {
      title:
        "The path became too slow for the heartbeat: packets took {slowMs:ms} to be acknowledged; the {from:word} gave up {waitedMs:ms} after the first unanswered ping[[, {sincePongMs:ms} after the last pong]]",
      detail: `${interval}{missing:One ping|# pings} stayed without pong when the {closer:word} ended the connection. Acknowledgments, which the {to:word}'s system sends by itself, were that late too: its program may have answered at once.`,
    },
    gaveUpBehindMessage: {
      title:
        "The {to:word} was still sending a message of {bytes:bytes}, and its pongs had to wait behind it: the {from:word} gave up {waitedMs:ms} after the first unanswered ping[[, {sincePongMs:ms} after the last pong]]",
      detail: `${interval}{missing:One ping|# pings} stayed without pong when the {closer:word} ended the connection. The message came on until then: the path works, and its rate is too low for one message of that size. The {to:word}'s program may have answered at once.`,
    },
    gaveUpWrongPayload: {
      title:
        "The {to:word} answered {missing:the ping|# pings} with another payload; the {from:word} did not take that for an answer and gave up {waitedMs:ms} after the first one",
      detail: `${interval}A pong must carry the payload of its ping (RFC 6455 §5.5.3). Libraries that compare, such as Python websockets, count any other as none; then the {closer:word} ended the connection. The path is open, and the {to:word}'s program runs.`,
    },
    wrongPayload: {
      title:
        "The {to:word} answers pings with another payload: {missing:one ping has|# pings have} no pong of their own",
      detail: `${interval}A pong must carry the payload of its ping (RFC 6455 §5.5.3). The {from:word} does not seem to compare; libraries that do, such as Python websockets, would give such a connection up.`,
    },
    notPassedOn: {
      title:
        "The proxy at {proxy} passed neither pings nor pongs on; the {from:word} gave up {waitedMs:ms} after the first unanswered ping[[, {sincePongMs:ms} after the last pong]]",
      detail: `${interval}{missing:One ping|# pings} reached the proxy and TCP acknowledged them, but they, or the {to:word}'s pongs, do not appear on its other leg: the {to:word} is not to blame.`,
    },
    ongoing: {
      title: "The {to:word} has not answered {missing:a ping|# pings} for {waitedMs:ms}",
      detail: `${interval}[[The last pong came {sincePongMs:ms} ago. ]]The connection is still open, but its heartbeat has stopped.`,
    },
    mayHaveGivenUp: {
      title:
        "The {to:word} left {missing:a ping|# pings} unanswered; {waitedMs:ms} later the {from:word} closed[[ with {code}]]",
      detail: `${interval}A client or server that gives up for a missing pong may close like this, with a code that says nothing of it. Its log tells whether that was the reason.`,
    },
    sealed: {
      title:
        "Most likely a heartbeat inside TLS that was no longer answered: the {from:word} hung up {waitedMs:ms} after its first regular record without an answer, {sinceAnswerMs:ms} after the {to:word}'s last one",
      detail:
        "Small records of the {from:word} come every {intervalMs:ms}; the {to:word} used to answer each at once, and said nothing to the last {missing:one|#}. Pings and pongs look like this; whether they are any cannot be read without keys.",
    },
    sealedOngoing: {
      title:
        "Most likely a heartbeat inside TLS that is no longer answered: the {to:word} has said nothing for {sinceAnswerMs:ms}",
      detail:
        "Small records of the {from:word} come every {intervalMs:ms}; the {to:word} used to answer each at once, and said nothing to the last {missing:one|#}. The connection is still open. Pings and pongs look like this; whether they are any cannot be read without keys.",
    },
    survived: {
      title: "{missing:One ping|# pings} of the {from:word} stayed without pong",
      detail: `${interval}As far as this capture shows, the {from:word} did not end the connection for it.`,
    },
    ...standingStill,
  },
  "ws.pong.late": {
    plain: {
      title: "The {to:word} answers pings late: {slowestMs:ms} at worst, usually {medianMs:ms}",
      detail: `${interval}{late:One pong was|# pongs were} late. A heartbeat with little patience would have ended this connection.`,
    },
    byPath: {
      title:
        "The path lost packets or held them up: {late:a pong|# pongs} of the {to:word} came late, {slowestMs:ms} after the ping at worst, usually {medianMs:ms}",
      detail: `${interval}The {to:word} may well have answered at once. A heartbeat with little patience would have ended this connection.`,
    },
    steady: {
      title: "The {to:word} answers each ping only after {medianMs:ms}, though the path takes {pathMs:ms}",
      detail: `${interval}The soonest pong took {leastMs:ms}. A heartbeat with little patience would have ended this connection.[[ The pings look alike: if each pong belongs to the ping before, they take {olderMs:ms}.]]`,
    },
  },
  "ws.pong.unsolicited": {
    plain: {
      title: "The {from:word} sent {count:a pong that answers|# pongs that answer} no ping",
      detail:
        "Allowed: a one-way heartbeat (RFC 6455 §5.5.3). It keeps timers quiet, but does not show whether the other side lives.",
    },
  },
  "ws.ping.stopped": {
    plain: {
      title:
        "The {from:word}'s pings stay away: nothing from it for {silentMs:ms}, though a ping came every {intervalMs:ms} before",
      detail:
        "Nobody has closed the connection. The {to:word} only listens, so none of its packets can go unacknowledged and it does not notice: the page stays “connected” and shows old data. Either the {from:word} is gone, or its packets no longer get here.",
    },
    paused: {
      title:
        "The {from:word}'s pings stayed away for {silentMs:ms}, though they come every {intervalMs:ms}; then it went on",
      detail:
        "The connection survived it. Nothing was sent again meanwhile, so the path did not hold its packets up: most likely the {from:word}'s program, or its whole machine, stood still. A heartbeat with less patience would have ended the connection.",
    },
    streamPaused: {
      title:
        "The {from:word}'s stream paused: nothing from it for {silentMs:ms}, though a message came about every {intervalMs:ms} before and after",
      detail:
        "The connection survived it, and whoever watched saw old data for that long. Nothing was sent again meanwhile, so the path did not hold its packets up as far as can be seen here: most likely the {from:word}'s program, or its whole machine, stood still. It may also have had nothing to send: only its own log tells.",
    },
    streamLate: {
      title:
        "The {from:word}'s stream was held up: nothing from it for {silentMs:ms}, though a message comes about every {intervalMs:ms}; then the missing ones came at once",
      detail:
        "The connection survived it, and whoever watched saw old data for that long. As many messages came as if there had been no pause, so they were made in time or made up for: the path held them up before this point, or the {from:word}'s program worked off what had piled up. A capture at the {from:word} tells which.",
    },
    bothLate: {
      title:
        "Both directions were held up: nothing from either side for {silentMs:ms}, though a message comes about every {intervalMs:ms}; then the missing ones came at once",
      detail:
        "The connection survived it, and whoever watched saw old data for that long. Both sides stopped and went on together, and as many messages came as if there had been no pause: the path held them up before this point. A heartbeat with less patience would have ended the connection.",
    },
  },
  "ws.ping.absent": {
    plain: {
      title: "No heartbeat: neither side sent a ping in {openMs:ms}",
      detail:
        "A dead connection would go unnoticed, and an idle one may be cut by the next proxy or NAT. Browsers cannot send pings: the server must.",
    },
  },
  "ws.frame.unmasked-client": {
    plain: {
      title: "The client sent {count:an unmasked frame|# unmasked frames}",
      detail: `Each frame from a client must be masked; a server must close on this. ${did}`,
    },
  },
  "ws.frame.masked-server": {
    plain: {
      title: "The server sent {count:a masked frame|# masked frames}",
      detail: `A server must not mask; a client must close on this. ${did}`,
    },
  },
  "ws.frame.reserved-bits": {
    plain: {
      title:
        "The {from:word} sent {count:a frame|# frames} with reserved bits set ({value}) that no extension explains",
      detail: `Often a compressed frame although compression was not agreed, or bytes that are out of step. ${did}`,
    },
  },
  "ws.frame.reserved-opcode": {
    plain: {
      title: "The {from:word} sent {count:a frame|# frames} with the undefined opcode {value}",
      detail: `Usually the bytes are out of step: the frame before was not what its length says. ${did}`,
    },
  },
  "ws.frame.control-fragmented": {
    plain: {
      title: "The {from:word} sent {count:a fragmented control frame|# fragmented control frames}",
      detail: `Close, ping and pong must come in one piece. ${did}`,
    },
  },
  "ws.frame.control-too-long": {
    plain: { title: "The {from:word} sent a control frame of {value} bytes, 125 are allowed", detail: did },
  },
  "ws.frame.length-not-minimal": {
    plain: {
      title: "The {from:word} wrote {count:a frame length|# frame lengths} in more bytes than needed",
      detail: `The length must use its shortest form. ${did}`,
    },
  },
  "ws.frame.length-too-large": {
    plain: {
      title: "The {from:word} sent a frame whose length has its highest bit set",
      detail: `No such length exists: the bytes are out of step, or the sender is broken. ${did}`,
    },
  },
  "ws.frame.unexpected-continuation": {
    plain: { title: "The {from:word} sent a continuation frame with nothing to continue", detail: did },
  },
  "ws.frame.expected-continuation": {
    plain: {
      title: "The {from:word} began a new message inside an unfinished one",
      detail: `Until the last fragment only control frames may come between. ${did}`,
    },
  },
  "ws.frame.not-websocket": {
    plain: {
      title: "After the 101 the {from:word} sent something that is not WebSocket frames",
      detail: `Often an HTTP error text written into the upgraded connection (Engine.IO does this to clients of another version). ${did}`,
    },
  },
  "ws.text.invalid-utf8": {
    plain: {
      title: "The {from:word} sent {count:a text message|# text messages} that {count:is|are} not valid UTF-8",
      detail: `The receiver must fail the connection with 1007. ${did}`,
    },
  },
  "ws.close.malformed": {
    plain: {
      title: "The {from:word} sent a malformed Close frame",
      detail: `Its body must be empty, or a code of two bytes and a reason in UTF-8. ${did}`,
    },
  },
  "ws.data-after-close": {
    plain: {
      title: "The {from:word} sent data after its own Close frame",
      detail: `After Close nothing more may be sent; the peer discards it. ${did}`,
    },
  },
  "ws.deflate.failed": {
    plain: {
      title: "The {from:word} sent {count:a compressed message|# compressed messages} that cannot be inflated",
      detail: `permessage-deflate was agreed, but the data is corrupt or the windows of both sides differ. ${did}`,
    },
  },
  "ws.deflate.undecodable": {
    plain: {
      title:
        "{count:A compressed message|# compressed messages} of the {from:word} cannot be read: earlier bytes are missing from the capture",
      detail: "With context takeover each message needs the ones before it.",
    },
    unknown: {
      title:
        "{count:A compressed message|# compressed messages} of the {from:word} cannot be read: the handshake is not in the capture",
      detail:
        "Without the 101 the compression parameters are unknown, and the earlier messages that the window needs are missing.",
    },
    limit: {
      title: "{count:A message|# messages} of the {from:word} {count:inflates|inflate} beyond the reader's limit",
      detail: "The rest is counted, not shown. A tiny message that inflates hugely is also how attacks look.",
    },
  },
  "ws.message.too-big": {
    refused: {
      title: "The {from:word}'s message was too big: the receiver closed with 1009",
      detail:
        "[[The message that was under way is at least {partBytes:bytes} long. ]][[The largest message seen is {bytes:bytes} long. ]][[Reason given: “{reason}”.]]",
    },
    cut: {
      title: "The {closer:word} hung up in the middle of a large message of the {from:word}",
      detail:
        "{missingBytes:bytes} of the frame were still to come. A receiver that checks the announced length may end it like this.",
    },
    dropped: {
      title: "The {closer:word} dropped the session {afterMs:ms} after a message of {bytes:bytes}",
      detail:
        "It was the largest and the last message of the {from:word}. The {closer:word} closed with {code}, without the packet by which Socket.IO ends a session (DISCONNECT): its code did not call disconnect(). The application sees “transport close”.",
    },
  },
  "tcp.retransmissions": {
    plain: {
      title: "Some packets were sent again: {client:n} by the client, {server:n} by the server ({share} %)",
      detail:
        "TCP sends what is lost until it is acknowledged[[; the round trip is {roundTripMs:ms}]].[[ {damaged:One segment|# segments} arrived damaged.]]",
    },
    many: {
      title:
        "The path loses much: {client:n} packets were sent again by the client, {server:n} by the server ({share} %)",
      detail:
        "Everything is delayed[[; the undisturbed round trip is {roundTripMs:ms}]].[[ {damaged:One segment|# segments} arrived damaged.]] Heartbeats with little patience will fail on such a path.",
    },
  },
  "tcp.zero-window": {
    plain: {
      title: "The {from:word} stopped reading {count:once|# times}, for up to {longestMs:ms} (zero window)",
      detail: "Whatever the other side sends waits meanwhile, pings and pongs included.",
    },
    ended: {
      title: "The {from:word} stopped reading and never went on: zero window for {longestMs:ms} until the end",
      detail: "Whatever the other side sends waits, pings and pongs included.",
    },
    open: {
      title:
        "The {from:word} stopped reading and has not gone on: zero window for {longestMs:ms} until the capture ends",
      detail:
        "Whatever the {to:word} sends waits, pings and pongs included, and even its end: if its heartbeat gave the {from:word} up meanwhile (terminate(), 1006 in its log), its FIN waits behind that data and no packet shows it. Open here need not be open there.",
    },
  },
  "tcp.keepalive.unanswered": {
    gaveUp: {
      title:
        "The {to:word} vanished: {count:a TCP keep-alive probe|# TCP keep-alive probes} of the {from:word} got no answer, then it gave up",
      detail:
        "The connection was idle when the {to:word}'s host or the path to it died; only the system's own probes noticed. A WebSocket heartbeat notices within seconds.",
    },
    plain: {
      title: "{count:A TCP keep-alive probe|# TCP keep-alive probes} of the {from:word} got no answer",
      detail: "The {to:word}'s host or the path to it is gone.",
    },
  },
} as const satisfies SomeFindings;
