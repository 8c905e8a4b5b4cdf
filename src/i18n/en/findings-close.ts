import type { SomeFindings } from "../texts.ts";

const ends =
  "[[The client's onclose says {clientCode}. ]][[The server's says {serverCode}. ]]It was open for [[{atLeast:word} ]]{openMs:ms}[[; the last ping was sent {sincePingMs:ms} before the end]][[, the last pong {sincePongMs:ms} before it]][[. A frame was cut off: {cutBytes:bytes} of it never came]].";
const belief =
  "Without keys nothing inside TLS can be read; it looks like a WebSocket: in {openMs:ms} {clientRecords:one record|# records} of the client and {serverRecords:one|#} of the server came, small ones and unasked for.[[ Regular small records of the {beatFrom:word}, every {intervalMs:ms}, look like a heartbeat.]]";
const said =
  "It was open for [[{atLeast:word} ]]{openMs:ms}[[. Reason given: “{reason}”]][[. The other side sent Close {crossedCode} of its own at the same moment: the two crossed, and each end reports the code that it received]].";

/** How an established WebSocket ended. */
export const findingsClose = {
  "ws.close.no-close-frame": {
    fin: {
      title:
        "1006: the {closer:word} ended the connection with a plain FIN and no Close frame[[, {sincePongMs:ms} after the last pong]]",
      detail: `[[Nothing had been sent for {idleMs:ms}. ]][[Data was flowing until {busyMs:ms} before the end. ]]${ends}`,
    },
    notified: {
      title:
        "1006: the {closer:word} ended the connection in order as far as TLS goes (close_notify), but with no Close frame[[, {sincePongMs:ms} after the last pong]]",
      detail: `[[Nothing had been sent for {idleMs:ms}. ]][[Data was flowing until {busyMs:ms} before the end. ]]${ends}`,
    },
    rst: {
      title:
        "1006: the {closer:word} tore the connection down with an RST and no Close frame[[, {sincePongMs:ms} after the last pong]]",
      detail: `[[Nothing had been sent for {idleMs:ms}. ]][[Data was flowing until {busyMs:ms} before the end. ]]${ends}`,
    },
    icmp: {
      title: "1006: the network ended the connection: ICMP unreachable, no Close frame",
      detail: `[[Nothing had been sent for {idleMs:ms}. ]][[Data was flowing until {busyMs:ms} before the end. ]]${ends}`,
    },
    silent: {
      title: "1006: the connection between {client} and {server} just fell silent: no Close frame, no FIN, no RST",
      detail: ends,
    },
    oneSide: {
      title: "1006: what the {from:word} sent ends with a FIN and no Close frame",
      detail:
        "[[The {to:word}'s onclose says {code}. ]]Who hung up first is not known: the capture holds nothing of the {to:word}.",
    },
    afterOutage: {
      title:
        "1006: the path was interrupted for at least {leastMs:ms}[[ and at most {mostMs:ms}]]; meanwhile the {closer:word} gave the WebSocket up: its FIN came right after",
      detail:
        "Packets were sent again and again in vain. When they came through, the {closer:word} had hung up already, without a Close frame.[[ The client's onclose says {clientCode}.]][[ The server's says {serverCode}.]]",
    },
    afterDeafness: {
      title:
        "1006: for at least {leastMs:ms}[[ and at most {mostMs:ms}]] nothing of the {to:word} got through to the {from:word}; meanwhile the {closer:word} gave the WebSocket up",
      detail:
        "The path was interrupted in that one direction: what the {from:word} sent arrived and was acknowledged at once, yet it sent the same again {repeats:once|# times}, so the acknowledgments did not reach it. The {closer:word} had hung up by the time they did, without a Close frame.[[ The client's onclose says {clientCode}.]][[ The server's says {serverCode}.]]",
    },
    afterSilence: {
      title:
        "1006: nothing arrived for {outageMs:ms}, then what the {closer:word} had sent meanwhile and its FIN at once: the path was interrupted",
      detail:
        "The {closer:word} had sent regularly before. Either nothing of it got through, and it gave the WebSocket up meanwhile, or its program stood still for that long.[[ The client's onclose says {clientCode}.]][[ The server's says {serverCode}.]]",
    },
    afterPause: {
      title: "1006: the {closer:word} stood still for {outageMs:ms}, then hung up at once",
      detail:
        "The {closer:word} had sent regularly before, and what came after the silence is far less than that: it did not send during it, so its program stood still rather than the path. Its own heartbeat then found the connection too old.[[ The client's onclose says {clientCode}.]][[ The server's says {serverCode}.]]",
    },
    afterStandstill: {
      title: "1006: the {closer:word} stood still for {outageMs:ms}, then hung up at once",
      detail:
        "The {closer:word} had sent regularly before. Then its program said nothing, while its system went on acknowledging what the {to:word} sent: the path worked, the program stood still. When it went on, a timer of its own (mostly the heartbeat) found the connection too old.[[ The client's onclose says {clientCode}.]][[ The server's says {serverCode}.]]",
    },
    unread: {
      title: "1006: the {to:word} read nothing for {outageMs:ms} (zero window), and the {closer:word} gave it up",
      detail:
        "The {to:word}'s window was closed: whatever was sent to it had to wait, the end too. The one who waited did not stand still; it is the reader that did.[[ The client's onclose says {clientCode}.]][[ The server's says {serverCode}.]]",
    },
    proxyIdle: {
      title: "1006: the proxy at {proxy}[[ ({name})]] ended both legs after {idleMs:ms} of silence",
      detail:
        "Neither the client nor the backend {backend} hung up: the proxy between them closed both connections at the same moment, without a Close frame. [[The client's onclose says {clientCode}. ]][[The backend's says {serverCode}. ]]It was open for [[{atLeast:word} ]]{openMs:ms}.",
    },
    proxyAsClient: {
      title:
        "1006: the proxy {proxy} ended its connection to {server}[[ after {idleMs:ms} of silence]], without a Close frame",
      detail:
        "The client of this connection is a proxy ({marks} in its request). Either one of its timers ended it, or the real client behind it left; its own connection to the proxy is not readable in this capture. [[The server's code says {serverCode}. ]]It was open for [[{atLeast:word} ]]{openMs:ms}.",
    },
    proxyBusy: {
      title: "1006: the proxy at {proxy}[[ ({name})]] ended both legs while they were in use",
      detail:
        "Neither the client nor the backend {backend} hung up: the proxy between them closed both connections at the same moment, without a Close frame. [[The client's onclose says {clientCode}. ]][[The backend's says {serverCode}. ]]It was open for [[{atLeast:word} ]]{openMs:ms}.",
    },
    closeLost: {
      title:
        "1006: the {closer:word}'s Close[[ {code}]] was lost: an RST of the {closer:word} got to the {to:word} before it could be read",
      detail:
        "The {closer:word} was gone when the {to:word}'s next data came. Its system answers such data with an RST, and an RST throws away what is still on its way, the Close too.[[ The client's onclose says {clientCode}.]][[ The server's says {serverCode}.]]",
    },
    forgedFin: {
      title:
        "1006: a FIN in the name of the {from:word} that it most likely did not send: its data went on in that place",
      detail:
        "Who has sent a FIN sends nothing behind it. The {from:word} went on as if there had been none, so somebody between both ended the connection in its name; the other end believed it.[[ The client's onclose says {clientCode}.]][[ The server's says {serverCode}.]]",
    },
    unstampedFin: {
      title: "1006: a FIN in the name of the {from:word} that it most likely did not send: it bears no timestamp",
      detail:
        "A system that stamps its packets (RFC 7323) stamps its FIN, too. The {from:word}'s packets bear timestamps and this FIN none: somebody between both made it, to this end or to both, and ended the connection so.[[ The client's onclose says {clientCode}.]][[ The server's says {serverCode}.]]",
    },
    answeredForgedFin: {
      title:
        "1006: the {closer:word} hung up; most likely it was sent a FIN in the name of the {from:word} that the {from:word} never sent",
      detail:
        "The {closer:word} acknowledged one byte more than the {from:word} had sent, as one does for a FIN, and hung up. The {from:word} sent no FIN: its data went on in that place. Somebody between this point of capture and the {closer:word} ended the connection in its name.[[ The client's onclose says {clientCode}.]][[ The server's says {serverCode}.]]",
    },
    sealedCut: {
      title:
        "Most likely a 1006, inside TLS: the {closer:word} ended the connection with a plain FIN, without TLS's close_notify[[, after {idleMs:ms} of silence]]",
      detail: `A program that ends TLS in order says close_notify first; one that destroys its socket, or was killed, does not. ${belief} If it is one, both ends' onclose say 1006.`,
    },
    sealedNotified: {
      title:
        "Most likely a 1006, inside TLS: the {closer:word} hung up (close_notify)[[ after {idleMs:ms} of silence]]; nothing before it looks like Close frames",
      detail: `A Close frame and its answer would be one more small record each way, right before the end. ${belief} If it is one, both ends' onclose say 1006.`,
    },
  },
  "ws.close.code": {
    oneSide: {
      title: "The {from:word} sent Close {code}[[: “{reason}”]]; whether it began or answered is not in the capture",
      detail:
        "What the other side sent then is not in the capture. Both sides repeat the code of the Close that came first.",
    },
    byItself: {
      title: "The {from:word} closed with {code}[[: “{reason}”]], most likely its application itself",
      detail: `The code stands for a frame that breaks the rules (1002), data that is not valid (1007) or a message that is too big (1009); nothing that it had been sent fits. ${said}`,
    },
    goingAway: {
      title: "The {from:word} closed with 1001, going away",
      detail: `Normal: a page was left or reloaded, or the server shuts down. ${said}`,
    },
    turnedAway: {
      title:
        "The {from:word} closed with {code}[[: “{reason}”]][[, right after the server's words “{text}”]]: the server turned this client away",
      detail: `The code stands for a normal end; only the words tell why. Clients that reconnect go round in circles. ${said}`,
    },
    protocolError: {
      title: "The {from:word} closed with 1002, protocol error: it received a frame that breaks the rules",
      detail: `Look at what the other side sent right before. ${said}`,
    },
    faultNotSeen: {
      title:
        "The {from:word} closed with 1002, protocol error, though no frame that it had been sent breaks a rule here",
      detail: `Its library found fault with a frame; as captured, every frame that came before the Close is in order. ${said}`,
    },
    unsupportedData: {
      title: "The {from:word} closed with 1003, unsupported data: it got a message of a type it does not take",
      detail: `Text where binary is wanted, or the reverse. ${said}`,
    },
    invalidPayload: {
      title:
        "The {from:word} closed with 1007, invalid payload: it received text that is not UTF-8, or data it could not inflate",
      detail: said,
    },
    policy: {
      title: "The {from:word} closed with 1008, policy violation[[: “{reason}”]]",
      detail: `It refuses what it was sent, or who sent it; servers use it for failed logins and missed heartbeats. ${said}`,
    },
    tooBig: {
      title: "The {from:word} closed with 1009, message too big",
      detail: `A message was larger than its limit. ${said}`,
    },
    extension: {
      title: "The {from:word} closed with 1010: it needs an extension that was not agreed on",
      detail: said,
    },
    internal: {
      title: "The {from:word} closed with 1011, internal error[[: “{reason}”]]",
      detail: `Its code failed, or a heartbeat went unanswered (some libraries use 1011 for that). ${said}`,
    },
    restart: {
      title: "The {from:word} closed with 1012, service restart[[: “{reason}”]]",
      detail: `Clients should reconnect after a random delay. ${said}`,
    },
    tryLater: {
      title: "The {from:word} closed with 1013, try again later[[: “{reason}”]]",
      detail: `It is overloaded. ${said}`,
    },
    badGateway: {
      title: "The {from:word} closed with 1014, bad gateway",
      detail: `A gateway got an invalid answer from its backend. ${said}`,
    },
    unauthorized: {
      title: "The {from:word} closed with 3000, unauthorized[[: “{reason}”]]",
      detail: `The login was missing or not accepted. ${said}`,
    },
    forbidden: {
      title: "The {from:word} closed with 3003, forbidden[[: “{reason}”]]",
      detail: `The login was accepted, what it asked for was not. ${said}`,
    },
    timeout: { title: "The {from:word} closed with 3008, timeout", detail: said },
    timedOut: {
      title: "The {from:word} closed with {code}, and its reason is a timeout[[: “{reason}”]]",
      detail: `The code says that all is well, the reason does not: what it had waited for did not come. ${said}`,
    },
    evicted: {
      title:
        "The {from:word} closed with {code}[[: “{reason}”]], again and again right after another client had connected",
      detail: `The code says that all is well (1005 stands for none at all); that one client's coming is the other one's end does not. ${said}`,
    },
    graphql: {
      title: "The {from:word} closed with {code}: {meaning:word} (graphql-transport-ws)[[: “{reason}”]]",
      detail: said,
    },
    saidInProtocol: {
      title: "The {from:word} ended the session in {name}: “{text}”; the WebSocket then closed with {code}",
      detail:
        "The code says that all is well (1005 stands for none at all): the reason stands in that message of {name}, right before the Close, and nowhere else. It was open for [[{atLeast:word} ]]{openMs:ms}.",
    },
    saidInMqtt: {
      title:
        "The {from:word} ended the MQTT session: {name} {number}, {meaning:word}; the WebSocket then closed with {code}",
      detail:
        "The code says that all is well (1005 stands for none at all): the reason stands in that MQTT packet, right before the Close, and nowhere else. It was open for [[{atLeast:word} ]]{openMs:ms}.",
    },
    registered: {
      title: "The {from:word} closed with {code}, a code registered by a library or framework[[: “{reason}”]]",
      detail: said,
    },
    private: {
      title: "The {from:word} closed with {code}, a code of the application's own[[: “{reason}”]]",
      detail: `Codes from 4000 to 4999 mean what the application says they mean. ${said}`,
    },
  },
  "ws.close.unanswered": {
    fin: {
      title:
        "The {from:word} sent Close[[ {code}]], the {to:word} never answered; the {closer:word} ended TCP {waitedMs:ms} later",
      detail:
        "The closing handshake is not complete. The side that got the Close reports its code once its program has read it; the one that sent it reports 1006 or its own code, with wasClean = false.",
    },
    rst: {
      title:
        "The {from:word} sent Close[[ {code}]], the {to:word} never answered; the {closer:word} reset TCP {waitedMs:ms} later",
      detail:
        "The closing handshake is not complete. The side that got the Close reports its code once its program has read it; the one that sent it reports 1006 or its own code, with wasClean = false.",
    },
    leftAtOnce: {
      title:
        "The {from:word} sent Close[[ {code}]] and ended TCP {waitedMs:ms} later, before the {to:word} had answered",
      detail:
        "Libraries do so when they fail a WebSocket (RFC 6455 §7.1.7), and programs that exit. The side that got the Close reports its code once its program has read it; the one that sent it reports 1006 or its own code, with wasClean = false.",
    },
    late: {
      title:
        "The {from:word} sent Close[[ {code}]] and hung up {waitedMs:ms} later; the {to:word} answered only {lateMs:ms} after that",
      detail:
        "The answer came when the {from:word} had given the closing handshake up: the {to:word} reports the code, the {from:word} reports 1006 or its own code, with wasClean = false.",
    },
    open: {
      title: "The {from:word} sent Close[[ {code}]], and the {to:word} has not answered for {waitedMs:ms}",
      detail: "The closing handshake hangs. Browsers wait 20 to 60 s before they cut the connection.",
    },
  },
  "ws.close.reserved-code": {
    plain: {
      title: "The {from:word} sent close code {code}, which must never be on the wire",
      detail:
        "1005, 1006 and 1015 are for an API to report, other values are not assigned. The peer must treat this as a protocol error.",
    },
  },
  "ws.idle.timeout": {
    idle: {
      title:
        "The end fits an idle timer of {seconds} s: the {closer:word} closed after just that much silence[[ ({timer})]]",
      detail:
        "{candidates:One known timer has|# known timers have} this value. No byte was sent in either direction for that time, then the connection was ended without a Close frame.",
    },
    lifetime: {
      title:
        "The end fits a maximum lifetime of {seconds} s: closed that long after the 101 although it was busy[[ ({timer})]]",
      detail: "{candidates:One known timer has|# known timers have} this value. Pings do not help against a lifetime.",
    },
    sealed: {
      title:
        "The end fits an idle timer of {seconds} s: the {closer:word} ended the TLS connection after just that much silence[[ ({timer})]]",
      detail:
        "{candidates:One known timer has|# known timers have} this value. What runs inside cannot be read without keys ({clientRecords:one record|# records} of the client, {serverRecords:one|#} of the server): a WebSocket, or an HTTPS connection that was kept for the next request; for the latter it would be normal.",
    },
  },
} as const satisfies SomeFindings;
