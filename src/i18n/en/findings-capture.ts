import type { SomeFindings } from "../texts.ts";

/** What the capture itself does not hold. */
export const findingsCapture = {
  "capture.empty": {
    noPackets: {
      title: "The capture holds no packet",
      detail: "Nothing matched its filter while it ran, or nothing was sent.",
    },
    cutOff: {
      title: "{name} breaks off before its first packet ends: nothing in it can be read",
      detail: "Whether anything was captured cannot be known from this file.",
    },
    otherPorts: {
      title: "The capture holds no TCP packet of the port asked for[[ ({port})]]",
      detail:
        "{leftOut:One TCP packet|# TCP packets} of other ports {leftOut:was|were} left out, because -p asks for that port alone.",
    },
    noTcp: {
      title: "The capture holds {packets:one packet|# packets}, but no TCP connection",
      detail: "What is there instead: {reasons}.",
    },
  },
  "capture.no-websocket": {
    tcp: {
      title: "No WebSocket in {connections:the only TCP connection|# TCP connections}",
      detail:
        "Nobody asked for an upgrade. There {http:is one HTTP connection|are # HTTP connections} and {other:one other|# others}.",
    },
    polling: {
      title: "No WebSocket: Socket.IO at {server} runs on HTTP polling, and nobody asked for an upgrade",
      detail:
        "{connections:One TCP connection carries|# TCP connections carry} its polls. That works, with more delay and more load than a WebSocket.",
    },
    pollingTroubled: {
      title:
        "No WebSocket: Socket.IO at {server} runs on HTTP polling, which did not always go through; nobody asked for an upgrade",
      detail:
        "{connections:One TCP connection carries|# TCP connections carry} its polls.[[ {unused:One session was|# sessions were} opened and never used: the client did not get the answer, was not given it by its browser (CORS), or its next request did not get here.]][[ {failed:One poll of a running session|# polls of running sessions} ended without an answer or with an error: a proxy's timeout, a server that hung, or a client that left.]]",
    },
    vite: {
      title: "Only Vite's own WebSocket (hot reload) is in this capture: the application's never came here",
      detail:
        "The page was loaded from {server}, and its own WebSocket went somewhere else, or nowhere. The server's log stays empty then. The browser's console names the address that it tried.",
    },
    tls: {
      title: "No readable WebSocket: {tls:one connection is|# connections are} encrypted (TLS)",
      detail:
        "TLS: not decrypted. With its keys (--keylog) wss:// is read like ws://[[ (server names: {names})]]. How TCP opened and ended is shown all the same.",
    },
  },
  "tls.not-decrypted": {
    noSecret: {
      title:
        "TLS: not decrypted, the keys given hold no secret for {connections:one connection|# connections}[[ ({names})]]",
      detail:
        "A key log has lines for each connection, found by the random number of its ClientHello; for these there is none.",
    },
    incomplete: {
      title:
        "TLS: not decrypted, the key log is incomplete for {connections:one connection|# connections}[[ ({names})]]: no {labels}",
      detail:
        "Other lines of the same connection are there. What the missing ones would have opened stays closed, and nothing is concluded from half of a conversation.",
    },
    damaged: {
      title:
        "TLS: not decrypted, {labels} in the key log does not open its direction of {connections:one connection|# connections}[[ ({names})]]",
      detail:
        "The line is there, and its secret is another one. What it should have opened stays closed, and nothing is concluded from half of a conversation.",
    },
    notCaptured: {
      title: "TLS: not decrypted, the handshake of {connections:one connection|# connections} is not in the capture",
      detail:
        "Keys are found by the random number of the ClientHello, and records are numbered from the handshake on. Without it no key helps.",
    },
    doesNotFit: {
      title:
        "TLS: not decrypted, the secrets given do not open {connections:one connection|# connections}[[ ({names})]]",
      detail: "There is a line for the ClientHello, but no record opens with it.",
    },
    notSupported: {
      title:
        "TLS: not decrypted, {connections:one connection uses|# connections use} what wscap cannot open[[: {version}]][[, {suite}]]",
      detail: "TLS 1.2 and 1.3 are read, with AES (GCM, CCM, CBC) and ChaCha20-Poly1305.",
    },
  },
  "http2.not-decoded": {
    clear: {
      title: "The connection to {server} speaks HTTP/2, which is not decoded",
      detail: "A WebSocket inside HTTP/2 (RFC 8441) stays invisible here.",
    },
    tls: {
      title: "The connection to {server} agreed on HTTP/2 inside TLS, which is not decoded",
      detail: "A WebSocket inside HTTP/2 (RFC 8441) stays invisible here.",
    },
  },
  "capture.packets-dropped": {
    plain: {
      title: "The capture lost {dropped:a packet|# packets}: the recorder could not keep up",
      detail: "They were on the wire but are not in the file; what depends on them cannot be known.",
    },
  },
  "capture.gap": {
    plain: {
      title: "Bytes are missing from the capture: {client:bytes} of the client, {server:bytes} of the server",
      detail:
        "The receiver acknowledged them, so the network delivered them; only the recorder missed them. Frames in the hole are unknown.",
    },
  },
  "capture.truncated": {
    plain: {
      title: "{packets:One packet was|# packets were} cut short by the snapshot length ({share} %)",
      detail: "Their ends are not in the file; frames that lie there are unknown.",
    },
    requests: {
      title:
        "The snapshot length cut {packets:one packet|# packets} short ({share} %): whether {requests:a request asks|# requests ask} for a WebSocket is not in the file",
      detail:
        "Of the requests only the first line is there[[; they were answered with {statuses}]]. If one of them is the WebSocket's, that answer is why it did not open.",
    },
  },
  "capture.midstream": {
    plain: {
      title: "The WebSocket to {server} was already open when the capture began",
      detail: "Its handshake is not here: path, subprotocol and compression are unknown.",
    },
  },
  "capture.one-way": {
    plain: {
      title: "Only what the {from:word} sent was captured; the {to:word}'s packets are missing",
      detail: "Answers, pongs and Close frames of the {to:word} cannot be seen: their absence proves nothing.",
    },
  },
  "capture.duplicates": {
    plain: {
      title: "{packets:One packet was|# packets were} captured twice and counted once",
      detail: "Normal for tcpdump -i any: the same packet is seen on several interfaces.",
    },
    oneInterface: {
      title: "{packets:One packet was|# packets were} seen twice and counted once",
      detail: "The copies came within a moment on one interface.",
    },
    late: {
      title:
        "{packets:One packet is|# packets are} in the file twice and counted once; the copies come up to {lateMs:ms} later",
      detail:
        "Number, timestamp and content are the same, so they were not sent again. Whatever depends on which packet came first at which end cannot be told for certain from such a file.",
    },
  },
  "capture.clock-stepped": {
    plain: {
      title:
        "The capture's clock was set forward by {stepMs:ms} in the middle of this connection: there was no such silence",
      detail:
        "Both ends stamp their segments by clocks of their own that nobody sets (TCP timestamps), and neither of them lived through that time. Idle times before the end are counted without it, and no timer is matched by it; other times in this report are the capture's.",
    },
    forward: {
      title: "The capture's clock was set forward by {stepMs:ms} in {name}: there was no such silence",
      detail:
        "Both ends of a connection stamp their segments by clocks of their own that nobody sets (TCP timestamps), and neither of them lived through that time. Durations and timers are counted here without it; times of day are those in the file.",
    },
    wrongOrder: {
      title: "The pieces of {name} are in the wrong order: nothing is concluded from it",
      detail:
        "From this packet on, times lie {stepMs:ms} before those of earlier packets, and so do the clocks by which the hosts themselves stamp their segments (TCP timestamps): these packets were captured before those that stand in front of them. What looks like a silence, an end or a missing answer is only the place where pieces meet. Sort the file by time and read it again.",
    },
    backwards: {
      title: "Time runs backwards by {stepMs:ms} in {name}",
      detail:
        "From this packet on, the times lie before those of earlier packets. They are counted on here from the time before the step: the pause at this place is not known, and times after it differ from those in the file. If pieces were put together in the wrong order, what is said about this capture is not to be relied on.",
    },
    backwardsKept: {
      title: "Time runs backwards by {stepMs:ms} in {name}",
      detail:
        "From this packet on, times lie before those of earlier packets. They are taken as they are: durations across this place, and what is concluded from them, are not to be relied on.",
    },
    odd: {
      title: "{count:One packet|# packets} in {name} with a time that cannot be right",
      detail:
        "The packets around go on as if there were no such time: a damaged file, or a slip of what recorded it. Here it counts at the time of the packet before; nothing else is concluded from it.",
    },
  },
  "capture.both-ends": {
    agree: {
      title: "Captured at both ends and joined; both clocks agree (± {errorMs:ms})",
      detail: "Connection #{other} is this one as the other end saw it: same addresses, ports and sequence numbers.",
    },
    ahead: {
      title:
        "Captured at both ends and joined; the clock at the server's end is {offMs:ms} ahead of the client's (± {errorMs:ms})",
      detail:
        "Connection #{other} is this one as the other end saw it: same addresses, ports and sequence numbers. Times are shown as each capture has them.",
    },
    behind: {
      title:
        "Captured at both ends and joined; the clock at the server's end is {offMs:ms} behind the client's (± {errorMs:ms})",
      detail:
        "Connection #{other} is this one as the other end saw it: same addresses, ports and sequence numbers. Times are shown as each capture has them.",
    },
    translated: {
      title:
        "Captured before and behind a NAT: connection #{other}, {client} → {server}, is this one with other addresses",
      detail:
        "Both have the same initial sequence numbers. A NAT changes addresses and ports and passes everything on; it is no end of the connection.",
    },
    untimed: {
      title: "Captured at both ends and joined; how far both clocks differ cannot be told",
      detail:
        "Connection #{other} is this one as the other end saw it: same addresses, ports and sequence numbers. No packets of both directions are in both captures, by which their clocks could be compared: what happened at one end is not held against the other.",
    },
  },
  "capture.ended-early": {
    plain: {
      title: "{name} breaks off at byte {offset} ({reason:word})",
      detail: "Everything before that was read. How connections ended may be in the missing part.",
    },
    live: {
      title: "The capture on {name} ended before it was asked to ({reason:word})",
      detail: "What came until then was read and judged. How connections went on nobody has seen.",
    },
  },
  "capture.left-out": {
    plain: {
      title: "{connections} of {all} connections are counted and not told one by one",
      detail:
        "More connections than a report can hold: other traffic and good ones were left out first, {webSockets:one WebSocket|# WebSockets} among them[[, and {troubled:one connection that failed or was refused|# connections that failed or were refused}]]. Findings that name many connections count only those that are told.",
    },
    open: {
      title: "{openOnes:One connection was|# connections were} let go while still open",
      detail: "More were open at once than can be followed. What came on them later counts as another connection.",
    },
  },
} as const satisfies SomeFindings;
