import type { CauseText } from "../texts.ts";

/** What the open WebSocket itself shows: last words, Close codes, heartbeats, frames. */
export const causesRunning = {
  saidWhy: {
    cause: "The {from:word} said why in its last message, right before the end: “{text}”.",
    fix: "Take it at its word, and look for these words in the {from:word}'s code and log.",
  },
  saidInProtocol: {
    cause: "The {from:word} said why in {name}, right before the end: “{text}”.",
    fix: "Take it at its word, and look for these words in the {from:word}'s code and log.",
  },
  mqttRefused: {
    cause: "The {from:word} said why in MQTT, right before the end: {name} with code {code}, {meaning:word}.",
    fix: "Compare what this client sends in its CONNECT (client id, user name, password, protocol version) with what the broker asks for; the broker's log at this time tells more.",
  },
  mqttClientSilent: {
    cause:
      "MQTT's keep alive ran out: in its CONNECT the client promised a packet at least every {keepAliveMs:ms}, and it had sent none for {silentMs:ms}. A broker ends the connection after one and a half times that (MQTT §3.1.2.10).",
    fix: "First find out why the client was silent: suspended, stuck, a tab in the background, or a path that lost its packets. A longer keep alive helps only where such pauses are normal.",
  },
  mqttPingUnanswered: {
    cause:
      "The client's MQTT PINGREQ got no answer: no PINGRESP and nothing else came from the server for {waitedMs:ms}, and an MQTT client then hangs up by itself (“Keepalive timeout” in mqtt.js).",
    fix: "Look at the broker's load and log at this time: it did not react. Where only the path is slow, a longer keep alive gives it more time.",
  },
  libraryTimer: {
    cause:
      "{library} ended it by itself: it does when it has heard nothing, or no pong, of the {to:word} in time. No code of the application's decided it.",
    fix: "First find out why the {to:word} was silent. If nobody had anything to say, ping more often; if it may be busy for that long, raise the timer: {setting}",
  },
  heartbeatReason: {
    cause: "The reason blames the heartbeat or a timeout.",
    fix: "Which one does it wait for: WebSocket pings and pongs, or messages of the application's own? See who stopped sending or answering them, and whether TCP still acknowledged.",
  },
  serverShutdown: { cause: "The server restarts or shuts down.", fix: "Let clients reconnect with a random delay." },
  framesBroken: {
    cause: "The other side sent a frame that the protocol forbids.",
    fix: "See the violations of this connection; both sides should use maintained libraries.",
  },
  compressionForgotten: {
    cause:
      "A bug of aiohttp 3.14.2 and 3.14.3 at the {from:word}: when a ping or pong is the first frame that it gets, it takes the first compressed message for a violation (“Received frame with non-zero reserved bits”). The {to:word} did nothing wrong.",
    fix: "Use another version of aiohttp (aio-libs/aiohttp issue 13274). Until then, turn compression off: WebSocketResponse(compress=False), or compress=0 in ws_connect.",
  },
  faultNotSeen: {
    cause:
      "The {from:word} reads a frame otherwise than the {to:word} meant it: an extension, such as compression, that both sides understand differently, or a bug in a library.",
    fix: "The {from:word}'s own log says which rule it saw broken. Update the libraries of both sides; try once without compression (permessage-deflate).",
  },
  libraryLimit: {
    cause:
      "The message exceeds the receiver's limit. By its own words it is {product}: {limit:bytes} by default ({setting}).",
    fix: "Raise that setting at the receiver, or let the {from:word} send smaller pieces.",
  },
  messageLimit: {
    cause:
      "The message exceeds the receiver's limit (ws maxPayload 100 MiB by default, Socket.IO maxHttpBufferSize 1 MB, uWebSockets 16 KiB).",
    fix: "Raise the limit at the receiver, or let the {from:word} send smaller pieces.",
  },
  closedItself: {
    cause:
      "The {from:word}'s application closed with {code} itself: it waited for the answer as after any close(), and nothing that it had been sent calls for that code.",
    fix: "Search its code for close({code}): it alone knows what it means by it. Codes from 4000 to 4999 are there for applications.",
  },
  serverOverloaded: {
    cause: "The server is overloaded.",
    fix: "Let clients reconnect with a random delay of 5 to 30 s.",
  },
  badPayload: {
    cause: "Binary data was sent as text, or compressed data got damaged.",
    fix: "Send bytes as a binary message.",
  },
  wrongMessageType: {
    cause: "The receiver takes only text, or only binary.",
    fix: "Send the other type: a string becomes text, an ArrayBuffer or Buffer binary.",
  },
  extensionWanted: {
    cause: "The client insists on an extension.",
    fix: "Offer it at the server (perMessageDeflate), or drop the demand in the client.",
  },
  graphqlInit: {
    cause: "graphql-ws ended it: login, initialisation or a subscription id.",
    fix: "Send connection_init first and in time; check its payload (token).",
  },
  applicationCode: {
    cause: "The application closed on purpose; it alone knows what {code} means.",
    fix: "Search the {from:word}'s code for {code}.",
  },
  replacedElsewhere: {
    cause:
      "The reason says that the same user connected somewhere else: the server keeps one connection a user, and a newer one took the place of this one.",
    fix: "Do not reconnect by itself for this reason, or two pages throw each other out for ever. If several tabs or devices are meant to work, let the server keep several connections a user.",
  },
  evictEachOther: {
    cause:
      "Two clients throw each other out: {count} times a new connection was followed at once by the end of the one before, with the same code. The server keeps one connection a user or device, and whoever is thrown out comes back by itself.",
    fix: "Do not reconnect by itself after {code}: in onclose, if (event.code === {code}) say that it is open somewhere else, and stop. Then look for the second tab, device or process with the same account or id, or let the server keep several connections.",
  },
  evictEachOtherUnsaid: {
    cause:
      "Two clients throw each other out: {count} times a new connection that asked for the same was followed at once by the end of the one before. The server keeps one connection a user or device and drops the older one without a word, and whoever is thrown out comes back by itself.",
    fix: 'Let the server close the older one with a code of its own, close(4409, "replaced"), and the client stay away after that code. Then look for the second tab, device or process with the same account or id, or let the server keep several connections.',
  },
  closeIgnored: {
    cause: "The {to:word}'s code does not answer Close frames.",
    fix: "A WebSocket library answers by itself; code that works on raw sockets must do it.",
  },
  peerBlocked: {
    cause:
      "The {to:word}'s program is stuck and does not react (busy loop, debugger, SIGSTOP, blocked event loop), while its host lives on: TCP's acknowledgments come from the host and say nothing of the program.",
    fix: "Look at the {to:word}'s CPU load at this time. {to:client?In a page: the browser's Performance panel. }Node: --cpu-prof, monitorEventLoopDelay().",
  },
  leftWithoutWaiting: { cause: "The {from:word} did not wait for the answer.", fix: "Usually harmless." },
  brokenLibrary: {
    cause: "The {from:word}'s WebSocket implementation is wrong, or writes past its library into the socket.",
    fix: "Use a maintained library; look for code that writes to the raw socket.",
  },
  pongsBehindLoss: {
    cause:
      "The {to:word}'s packets do not all arrive: {bytes:bytes} of what it sent are missing here and were never repaired, and pongs that come after a hole wait behind it.",
    fix: "Its program may well answer: look at the path. If large packets are lost (path MTU, VPN, mobile link): ping -M do -s 1472 from the {to:word}'s side, and clamp the MSS on the router.",
  },
  peerStoppedReading: {
    cause: "The {to:word} does not read as fast as it is sent to (paused socket, blocked program).",
    fix: "Read and process faster at the {to:word}, or send less: check bufferedAmount before sending, drop stale updates.",
  },
  stoodStill: {
    cause:
      "The {to:word}'s program stood still: it sent nothing at all for {idleMs:ms}, though its host acknowledged what came, and then it went on (frozen, blocked event loop, debugger, SIGSTOP).",
    fix: "Look at the {to:word}'s CPU load and log at this time: what ran there, or what stopped it? Node: --cpu-prof, monitorEventLoopDelay().",
  },
  pongsNotSent: {
    cause: "The {to:word} goes on sending data, but does not answer pings: its code ignores them.",
    fix: "Answer with autoPong (ws), or with a pong of the same payload; a proxy that speaks WebSocket itself may also swallow them.",
  },
  wrongPongs: {
    cause:
      "The {to:word}'s code makes its pongs itself and does not copy the ping's payload: a hand-written client or server, or pong() called without it.",
    fix: "Send back exactly the bytes that the ping carried: pong(data). Better leave it to the library, which answers pings by itself.",
  },
  neverPongs: {
    cause:
      "What answers at the {to:word} knows no pongs: a library that leaves them to the application (autoPong off, a hand-written client), or a proxy that swallows pings.",
    fix: "Let the {to:word} answer each ping with a pong of the same payload; browsers and most libraries do so by themselves. Until then the heartbeat must not end connections of such a {to:word}.",
  },
  pingsPaused: {
    cause:
      "No idle timer: the {to:word}'s own pings should have broken those {idleMs:ms} and did not. Its program stood still for that long, or the clock of the capture jumped and nothing was silent (NTP, a virtual machine that was paused).",
    fix: "chronyc tracking, timedatectl and dmesg of the capturing machine at this time; at the {to:word} the event loop's delay (monitorEventLoopDelay()).",
  },
  programPaused: {
    cause:
      "The {to:word}'s program, or its whole machine, stood still for {idleMs:ms}: its own pings should have broken that silence and did not. The clock of the capture did not jump: the timestamps in the packets (TCP option) say the same time.",
    fix: "Look at the {to:word} at the time of its last ping: CPU, event loop delay (monitorEventLoopDelay()), debugger, SIGSTOP, suspend, out of memory (dmesg).",
  },
  heartbeatStopped: {
    cause:
      "The {from:word}'s own pings, one every {intervalMs:ms}, stopped {idleMs:ms} before the end: its program stood still (frozen, blocked event loop, debugger), or the path to it did. The timer that ended the silent WebSocket is only what followed.",
    fix: "Look at the {from:word}'s program and host at the time of its last ping: CPU, monitorEventLoopDelay(), suspend, out of memory. A longer timer at the proxy would only hide it. If nothing stood still, the clock of the capturing machine jumped: chronyc tracking.",
  },
  dataStopped: {
    cause:
      "The {from:word} had sent messages all the time, one every {intervalMs:ms} on average, and sent none in the last {idleMs:ms}: its program stood still (frozen, blocked event loop, debugger), its source of data dried up, or the path to it did not deliver. A timer that ended the silent WebSocket is only what followed.",
    fix: "Look at the {from:word}'s program and log at the time of its last message. If it has nothing to send at times, let it ping meanwhile.",
  },
  sourceStopped: {
    cause:
      "The {from:word} had sent messages all the time, one every {intervalMs:ms} on average, and sent none in the last {idleMs:ms}; its heartbeat went on for {aliveMs:ms} of that. So its program and the path were alive, and what it sends came no more: its source of data dried up (sensor, bus, subscription), or the code that publishes it failed.",
    fix: "Look at the {from:word}'s log and its source of data at the time of its last message. A timer of the receiver that ends a silent WebSocket does not see pings (a browser shows them to nobody): where there may be nothing to send, let the {from:word} say so by a message of its own.",
  },
  deadlineOverslept: {
    cause:
      "The {to:word}'s own program stood still: {idleMs:ms} lie between its last two pings[[ instead of {intervalMs:ms}]], and no ping was left unanswered. When it went on, its own deadline had passed, and it hung up on a peer that was well.",
    fix: "At the {to:word}: what blocked or froze it (CPU, garbage collection, suspend, SIGSTOP, debugger)? Its peer needs no repair.",
  },
  overslept: {
    cause:
      "When the {to:word} went on, its own heartbeat counted the time that it had slept itself as silence of its clients, and dropped clients that were well.",
    fix: "In the heartbeat's timer look first how late the timer itself comes. After a standstill send a ping and wait once more before terminate().",
  },
  aiohttpNotReading: {
    cause:
      "The {to:word} is aiohttp, and its heartbeat ended it half an interval after its ping although the pong had come: aiohttp notices pongs only while the handler reads.",
    fix: "Read while you send: async for msg in ws: … in the handler, and the sending in a task of its own (asyncio.create_task).",
  },
  patienceTooShort: {
    cause:
      "The {to:word}'s heartbeat hardly waits: it hung up {waitedMs:ms} after its ping, while the pong was still under way (usual round trip here: {roundTripMs:ms}).",
    fix: "Give pongs until the next ping at least, and count several missing ones before terminate(): mobile and VPN paths take a second now and then.",
  },
  heartbeatBlind: {
    cause:
      "The {to:word}'s own heartbeat ended it although every ping had been answered: the end came just when the next ping was due. Its code does not see the pongs (no 'pong' listener, isAlive never set again, or it had stopped reading this connection), or its patience is shorter than its interval.",
    fix: "At the {to:word}: ws.on('pong', () => { ws.isAlive = true; }) for each connection, and a patience of at least two intervals.",
  },
  proxyStuck: {
    cause:
      "The proxy at {proxy} is stuck: its host acknowledges packets, its process moves nothing (overload, stopped process, blocked disk or log).",
    fix: "On the proxy host: top, systemctl status and its error log at this time; does a plain GET through it get an answer? nginx: more worker_processes, and nothing that blocks in a worker.",
  },
  behindProxy: {
    cause:
      "The client of this connection is a proxy ({marks}), which acknowledges by itself: the real client behind it may be frozen, gone, or cut off.",
    fix: "Capture on the proxy host on all interfaces: the other leg shows whether the pings were passed on and acknowledged there.",
  },
  pageFrozen: {
    cause: "The page or device sleeps: background tab, suspended laptop, app in the background.",
    fix: "Reconnect on visibilitychange and online; give the server's pong timeout two or three ping intervals[[, here up to {patienceMs:ms}]].",
  },
  heartbeatHabit: {
    cause: "Interval and patience are those of: {timer:word}.",
    fix: "That timer to change: {setting:word}",
  },
  queuedBehindData: {
    cause: "Pings or pongs waited behind large messages.",
    fix: "Send large messages in pieces and wait between them (bufferedAmount), or by HTTP; give the heartbeat more time than the largest one takes.",
  },
  pongsTooSlow: {
    cause:
      "The path is slow: packets took {afterMs:ms} to be acknowledged, so the pongs reached the {to:word} later than its heartbeat waits.",
    fix: "Look for the queue that fills (uplink, modem, VPN: bufferbloat) and for large transfers of the same time; give the {to:word}'s heartbeat a patience of well over {afterMs:ms}.",
  },
  answersLate: {
    cause:
      "The {to:word}'s program gets to its messages late each time, or holds its answers back: it is overloaded, reads on a timer, or queues what it sends.",
    fix: "Look at the {to:word}'s CPU load and event loop delay, at timers and queues around its reads and writes, and at proxies that collect data (proxy_buffering).",
  },
  pongsUnheard: {
    cause:
      "The path was slow, or lost packets: when the {to:word} hung up, its system had not acknowledged for {afterMs:ms} what the {from:word} had sent, the last pong included. So the pongs came later than the {to:word}'s heartbeat waits, or not at all; the {from:word} did answer.",
    fix: "Look for the queue that fills (uplink, modem, VPN: bufferbloat), at the radio signal and at packet loss; give the {to:word}'s heartbeat a patience of well over {afterMs:ms}.",
  },
  slowPath: {
    cause: "The path is slow or loses packets.",
    fix: "Look at round trip and retransmissions; give the heartbeat more time.",
  },
  oneWayHeartbeat: {
    cause: "A library uses unsolicited pongs as its heartbeat (.NET's KeepAliveInterval does).",
    fix: "Nothing to repair.",
  },
  listenerWithoutTimeout: {
    cause: "The {to:word} has no timeout of its own: it waits for ever for a ping or message that does not come.",
    fix: "With ws: restart a timer on every 'ping' and call terminate() when it runs out (the README's heartbeat()). Browsers show no pings to a page: let the server send a small message in its heartbeat, and reconnect when none came for two intervals.",
  },
  addHeartbeat: {
    cause: "No heartbeat is configured.",
    fix: "Let the server ping every 25 s and end connections that miss two pongs (ws: README “detect broken connections”). That also keeps 60 s proxy timers quiet.",
  },
  proxyInjectsFrames: {
    cause: "A server or proxy writes an HTTP error into the upgraded connection.",
    fix: "Read the text: it names the reason. With Socket.IO, compare the EIO versions of both sides.",
  },
  proxyWroteFrame: {
    cause: "The proxy at {proxy} wrote this frame itself: on its other leg the {from:word} sent none like it.",
    fix: "Look at what the proxy did at this time (Caddy up to 2.6 sends an unmasked Close to the backend when it is reloaded or stopped); update it. The {from:word}'s program is not to blame.",
  },
  proxyClosesUnmasked: {
    cause:
      "The proxy at {proxy} wrote it: as fields of the request tell, it is the client here, and an unmasked Close is what Caddy up to 2.6 sends to its backend when it is reloaded or stopped.",
    fix: "Update Caddy, and compare with the time of its reload. The client's program is not to blame.",
  },
  proxyHidesExtensions: {
    cause:
      "The proxy at {proxy} takes Sec-WebSocket-Extensions out of the 101: on its other leg compression is agreed and the {from:word} compresses, on this one the receiver knows nothing of it.",
    fix: "Let the field pass (nginx: no proxy_hide_header Sec-WebSocket-Extensions;), or take it out of the request as well (proxy_set_header Sec-WebSocket-Extensions '';), so that nobody compresses.",
  },
  mixedDeflate: {
    cause: "One side compresses and the other did not agree to it, or a proxy stripped Sec-WebSocket-Extensions.",
    fix: "Compare the extensions in request and 101; switch perMessageDeflate off to test.",
  },
  binaryAsText: {
    cause: "Bytes that are not text are sent as a text message.",
    fix: "Send them as binary; build strings as UTF-8.",
  },
} as const satisfies Record<string, CauseText>;
