import type { SomeFindings } from "../texts.ts";

/** RSTs, and addresses that changed under a connection. */
export const findingsReset = {
  "tcp.rst": {
    established: {
      title:
        "The {from:word} reset the WebSocket (RST) after [[{atLeast:word} ]]{openMs:ms}, without a Close frame[[, after {idleMs:ms} of silence]]",
      detail:
        "Data on its way is lost, both ends report 1006. An RST is sent on purpose, or by a system that does not know the connection (any more).",
    },
    nearer: {
      title:
        "An RST in the name of the {from:word} ended the WebSocket after [[{atLeast:word} ]]{openMs:ms}: a device on the path sent it, not the {from:word}",
      detail:
        "It answers a packet of the {to:word} and acknowledges nothing. It arrived with hop limit {hops}, the {from:word}'s other packets with {usualHops}: it comes from nearer by.",
    },
    afterOutage: {
      title:
        "The path was interrupted for at least {leastMs:ms}[[ and at most {mostMs:ms}]]; meanwhile the {from:word} gave the WebSocket up or its program ended, and its system reset it when the next packet came",
      detail:
        "Packets were sent again {repeats:once|# times} in vain. When they came through, the {from:word}'s system no longer knew the connection and answered by RST; its own end of it (Close or FIN) never got out. Both ends report 1006.",
    },
    afterAbsence: {
      title:
        "The path was interrupted for at least {leastMs:ms}[[ and at most {mostMs:ms}]]; meanwhile the {from:word} gave the WebSocket up or restarted, and reset it when the next packet came",
      detail:
        "Packets were sent again {repeats:once|# times} in vain. When they came through, the {from:word}'s system no longer knew the connection and answered by RST. It was gone for longer than a client that watches for pings waits; a host that restarted answers alike. Both ends report 1006.",
    },
    afterSilence: {
      title:
        "Nothing arrived for {outageMs:ms}; meanwhile the {from:word} gave the WebSocket up or its program ended, and its system reset it when it was answered again",
      detail:
        "The first packet of the {from:word} after that silence was one that it had sent before: when the {to:word} answered it, the {from:word}'s system no longer knew the connection. Its own end of it (Close or FIN) never got out. Both ends report 1006.",
    },
    halfOpen: {
      title:
        "The {from:word} no longer knew the connection: it dialled anew from the same port {outageMs:ms} after its last packet, and only that ended the old one (RST)",
      detail:
        "The {to:word} still held the connection and answered the SYN with an acknowledgment of its old numbers; the {from:word}'s system answered that with an RST (RFC 9293 §3.5.1). Until then the {to:word} noticed nothing, and what it sent meanwhile was lost.",
    },
    afterStandstill: {
      title: "The {from:word} stood still for {outageMs:ms}, then reset the WebSocket (RST) at once",
      detail:
        "The {from:word} had sent regularly before. Then its program said nothing, while its system went on acknowledging what the {to:word} sent: the path worked, the program stood still. When it went on, a timer of its own (mostly the heartbeat) found the connection too old. It is an RST instead of a FIN where something was still unread. Both ends report 1006.",
    },
    whileStill: {
      title: "The {from:word} had stood still for {outageMs:ms} when its system reset the WebSocket (RST)",
      detail:
        "The {from:word} had sent regularly before. Then its program said nothing any more, while its system went on acknowledging what the {to:word} sent: the path worked, the program stood still. Then its process was ended (a watchdog, an operator), or it woke up and a timer of its own (mostly the heartbeat) gave the connection up first of all. It is an RST instead of a FIN where something was still unread. Both ends report 1006.",
    },
    afterRestart: {
      title:
        "Nothing of the {from:word} came for {outageMs:ms}; back again, it reset a WebSocket that it did not know: most likely it restarted",
      detail:
        "It answered the {to:word}'s next packet by an RST that acknowledges nothing: a system says so of connections that it has never had. Its heartbeat had no time to give up, or it has none.",
    },
    afterGap: {
      title:
        "Nothing of the {from:word} arrived for about {outageMs:ms}, then its system reset the WebSocket: it had given it up meanwhile",
      detail:
        "Its pings came every {intervalMs:ms} and then stayed away for that long. The {to:word}'s answer to the next one was met by an RST that acknowledges nothing: the {from:word}'s system no longer knew the connection.",
    },
    afterBreak: {
      title:
        "Nothing came either way for {outageMs:ms}, though the {of:word} had sent about every {intervalMs:ms}; then the {to:word}'s next packet was answered by an RST",
      detail:
        "The connection was not idle, its traffic broke off: most likely the path was interrupted, or a host slept (a closed laptop, a phone in a pocket). The RST says that the {from:word}'s system no longer knows the connection: it gave the WebSocket up meanwhile, mostly by its heartbeat, and its Close or FIN did not arrive. Both ends report 1006.",
    },
    endMissing: {
      title: "The {from:word} reset the connection (RST) after {openMs:ms}; the capture lacks what came just before",
      detail:
        "Bytes are missing behind the last frame that could be read. A Close frame may have been among them: then the WebSocket was closed in order, and the RST only follows from that.",
    },
    afterFin: {
      title: "RST by the {from:word} {afterMs:ms} after the {finFrom:word}'s FIN: a consequence",
      detail:
        "The {finFrom:word} had closed already; data that still came was answered by RST. The FIN is what to look at.",
    },
    afterClose: {
      title: "RST by the {from:word} after a Close frame: a consequence",
      detail: "The WebSocket was closing; the socket was dropped without waiting for the rest.",
    },
    handshake: {
      title: "The {from:word} reset the connection (RST) during the opening handshake",
      detail: "The WebSocket was not open yet.",
    },
    sealed: {
      title:
        "The {from:word} reset a TLS connection, most likely a WebSocket, after {openMs:ms}[[, after {idleMs:ms} of silence]][[; the path had been interrupted for {outageMs:ms}]]",
      detail:
        "Data on its way is lost; if it is a WebSocket, both ends report 1006. Nothing inside can be read without keys: {clientRecords:one record|# records} of the client and {serverRecords:one|#} of the server came, and no close_notify of either side.",
    },
  },
  "tcp.rst.injected": {
    plain: {
      title: "RST in the name of the {from:word} that it most likely did not send: {oddities:words}",
      detail:
        "It arrived with hop limit {hops}[[, the {from:word}'s other packets with {usualHops}]]. Something else sent it: a device on the path (firewall, IPS, NAT, carrier, censor), or a host that has taken the address.",
    },
    onHello: {
      title:
        "The connection was cut off on its TLS hello for {name}, by an RST in the {from:word}'s name that it most likely did not send",
      detail:
        "What gives it away: {oddities:words}. It arrived with hop limit {hops}[[, the {from:word}'s other packets with {usualHops}]]: a device on the path sent it, right after the hello, in which the name {name} can be read.",
    },
    rejectedBetween: {
      title:
        "A firewall on the path rejects the open connection: it answered the {to:word} by an RST in the {from:word}'s name",
      detail:
        "The RST answers one packet at once and acknowledges nothing, as a rule “reject with tcp reset” does. It arrived with hop limit {hops}, the {from:word}'s other packets with {usualHops}: a device on the way sent it[[, and the {wentOn:word} itself went on sending: it knows nothing of this end]].",
    },
    rejectedAtHost: {
      title:
        "A firewall rejects the open connection: the {to:word} got an RST in the {from:word}'s name, and the {from:word} itself went on sending",
      detail:
        "The RST answers one packet at once and acknowledges nothing, as a rule “reject with tcp reset” does; the {from:word}'s program was not asked. It arrived with hop limit {hops}, like the {from:word}'s other packets: the firewall is on the {from:word}'s own machine, or right before it.",
    },
    provedAnswer: {
      title:
        "A device on the way answered the {to:word} by an RST in the {from:word}'s name, which the {from:word} never sent",
      detail:
        "The capture taken at the {from:word} does not hold it. It answers one packet at once and acknowledges nothing: so does a firewall that rejects, and a router that does not know the connection any more. It arrived with hop limit {hops}[[, the {from:word}'s other packets with {usualHops}]].",
    },
    proved: {
      title: "RST in the name of the {from:word} that the {from:word} never sent",
      detail:
        "The capture taken at the {from:word} does not hold it: it was put in on the way, by a firewall, IPS, carrier or censor. It arrived with hop limit {hops}[[, the {from:word}'s other packets with {usualHops}]].",
    },
  },
  "tcp.nat.rebound": {
    plain: {
      title:
        "A NAT on the way changed its mapping in mid-connection: {before} went on as {after}, which {server} does not know",
      detail:
        "The numbers of TCP go on where the old connection stopped, so it is the same one under another name. The server answers with an RST; what it sends to the old name arrives nowhere, until its heartbeat gives up.",
    },
    unanswered: {
      title:
        "A NAT on the way changed its mapping in mid-connection: {before} went on as {after}, and nothing answers it there",
      detail:
        "The numbers of TCP go on where the old connection stopped, so it is the same one under another name. A server answers by RST what belongs to no connection; here most likely a firewall, its own or one before it, drops it without a word. So neither side learns of it: the client repeats its data ({repeats:once|# times}) in vain, and what the server sends to the old name arrives nowhere, until a heartbeat gives up.",
    },
  },
  "tcp.rst.ignored": {
    plain: {
      title: "{count:A stray RST was|# stray RSTs were} ignored: the connection went on",
      detail: "Its sequence number is not the one that was awaited, so it closed nothing (RFC 5961 §3.2).",
    },
  },
  "tcp.rst.after-idle": {
    plain: {
      title:
        "After {idleMs:ms} of silence the {to:word}'s next packet was answered by an RST: somebody forgot the connection",
      detail:
        "A NAT, load balancer or firewall drops idle connections from its table and resets what comes later; a rebooted host does the same. Both ends thought that the connection was open.",
    },
  },
} as const satisfies SomeFindings;
