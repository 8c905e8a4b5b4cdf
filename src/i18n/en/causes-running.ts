import type { CauseText } from "../texts.ts";

/** Causes while the WebSocket is open. */
export const causesRunning = {
  timerFits: {
    cause: "{timer}: ends connections that are idle for {seconds} s.",
    fix: "Send a ping every {pingSeconds} s or more often, or raise the timer: {setting}",
  },
  lifetimeFits: {
    cause: "{timer}: ends connections after {seconds} s, busy or not.",
    fix: "Raise it ({setting}), and let clients reconnect: a lifetime ends every connection some day.",
  },
  failedOnMessage: {
    cause:
      "The {to:word}'s program failed on the message that it had just got: the end came {afterMs:ms} after it (an exception in its message handler, or a crash).",
    fix: "Look at the {to:word}'s log at this time and at the last message of the {from:word}. Catch errors in the handler, and close with 1011 and a reason, so that the {from:word} learns why.",
  },
  halfClosed: {
    cause:
      "The {from:word} closed only its sending direction (end(), shutdown(SHUT_WR)): it went on reading and acknowledged what came after its FIN, so its program is alive.",
    fix: "WebSocket knows no half-close: send a Close frame when done, and close the socket after the {to:word}'s Close. Many servers and proxies take such a FIN for the end.",
  },
  serverTerminated: {
    cause:
      "The server's code dropped the connection without closing the WebSocket (ws.terminate(), socket.destroy(), or a proxy's timer).",
    fix: "Search the server for terminate() and destroy(); use close(code, reason), so that the client learns why. Its log at this time tells more.",
  },
  serverDied: {
    cause: "The server process was killed, crashed or was redeployed: the system then sends the FIN.",
    fix: "journalctl, pm2 logs or dmesg (out of memory) at this time. On SIGTERM send Close 1001 or 1012 to all clients first.",
  },
  clientKilled: {
    cause: "The client's process was killed or crashed, or its tab was discarded: the system then sends the FIN.",
    fix: "Look at the client: crash report, memory, tab discarding, app sent to the background.",
  },
  clientTerminated: {
    cause: "The client's code dropped the connection without closing the WebSocket (terminate(), destroy()).",
    fix: "Use close(code, reason), so that the server learns why.",
  },
  clientLifetimeTimer: {
    cause:
      "A timer of the client's own of {timerMs:ms}: it ended {count} connections to this server, one after the other, all so long after they had opened, and came back each time (a watchdog, a timeout of its library, or a proxy at its address).",
    fix: "Look for that number in the client's code and settings: what should have stopped the timer, and did not come? Let it end with close(code, reason), so that the server learns why.",
  },
  clientSilenceTimer: {
    cause:
      "A timer of the client's own of {timerMs:ms}: it ended {count} connections to this server, one after the other, all so long after it had last heard from the server, and came back each time (a watchdog, a receive timeout, or a proxy at its address).",
    fix: "Let the server say something more often than that, or give the client's timer more time: look for that number in the client's code and settings.",
  },
  backpressure: {
    cause: "Its send buffer was full: the other side had stopped reading.",
    fix: "Look at bufferedAmount and at the zero windows; limit what is sent to slow clients.",
  },
  writeTimer: {
    cause: "A timer for writing ran out: nothing could be sent to the {to:word} for that long.",
    fix: "nginx: send_timeout (towards clients), proxy_send_timeout (towards backends); HAProxy: timeout client, timeout server. Raise it only if such pauses are to be survived.",
  },
  unknownIdleTimer: {
    cause: "Some timer of {idleMs:ms} that is not in the list of known ones.",
    fix: "Look through proxies, load balancers and the server for that number; give it to wscap as --timer name=seconds.",
  },
  pathDied: {
    cause: "The path between both ends is gone, or one end lost power.",
    fix: "Capture at both ends; a heartbeat with a pong timeout notices it within seconds.",
  },
  programEnded: {
    cause:
      "The {from:word}'s program was ended (killed, crashed, updated) and started again. Its host ran on: the TCP timestamps of the new connection continue those of the old one exactly.",
    fix: "Look at the program's own log, its supervisor (systemd, pm2, an app store's update) and dmesg (out of memory) at that time.",
  },
  pathInterrupted: {
    cause:
      "The path between both ends was interrupted or stood still[[ for {idleMs:ms}]] (mobile link, Wi-Fi roaming, VPN, cable).",
    fix: "Look at signal, roaming and modem log of that time. Let clients reconnect at once and resume; a heartbeat whose patience is longer than such pauses would have kept the connection.",
  },
  sourcePaused: {
    cause:
      "The {from:word} had nothing to send: what feeds its stream (queue, database, sensor, another service) paused.",
    fix: "Compare the {from:word}'s log of that time with its source's. Where an empty time is normal, nothing is wrong here.",
  },
  nginxReadTimeout: {
    cause: "nginx's proxy_read_timeout, here {idleMs:ms}: it ends a WebSocket on which nothing came for that long.",
    fix: "Send a ping every {pingSeconds} s or more often; or write proxy_read_timeout 3600s; proxy_send_timeout 3600s; in the location, then sudo nginx -t && sudo nginx -s reload.",
  },
  haproxyTunnelTimeout: {
    cause:
      "HAProxy's timeout tunnel (without it, timeout client or timeout server), here {idleMs:ms}: FIN to the client and RST to the backend is its way.",
    fix: "Send a ping every {pingSeconds} s or more often; or in the defaults or backend section: timeout tunnel 1h, then sudo systemctl reload haproxy.",
  },
  proxyIdleTimer: {
    cause: "An idle timer of the proxy, here {idleMs:ms}.",
    fix: "Send a ping every {pingSeconds} s or more often; or raise the proxy's timer: nginx proxy_read_timeout, HAProxy timeout tunnel, Apache ProxyTimeout, Envoy idle_timeout, Traefik idleTimeout.",
  },
  clientBehindLeft: {
    cause: "The real client behind the proxy left without a Close frame, and the proxy passed its end on.",
    fix: "Capture on the client's side of the proxy at the same time, or look at the proxy's access log: it tells how long the connection lived and who ended it.",
  },
  proxyRestarted: {
    cause: "The proxy was restarted, reloaded or killed: its connections go with it.",
    fix: "Its log and journalctl at this time. nginx: worker_shutdown_timeout decides how long old workers may live after a reload; clients must reconnect, with a random delay.",
  },
  proxyLifetime: {
    cause: "The proxy limits how long a connection may live, busy or not.",
    fix: "Compare with how long other connections lived: a round number tells. Raise the limit, and let clients reconnect.",
  },
  proxyOrBehind: {
    cause:
      "{proxy} stands before the server: either it ended the connection (reload, restart, a timer), or the backend behind it did and the proxy passed that on.",
    fix: "On the proxy host: sudo tcpdump -i any, both legs in one capture. The leg whose FIN comes first shows who it was; the proxy's error log names a backend that closed.",
  },
  backendMarkedDown: {
    cause:
      "The proxy took the backend for dead: {count:an attempt to reach it had|# attempts to reach it had} just failed. Then it may end what runs there (HAProxy on-marked-down shutdown-sessions).",
    fix: "Find out why the backend does not answer new connections (firewall, full backlog, restart); its open ones still worked.",
  },
  answeredBetween: {
    cause: "Not the server refused: a firewall between both capture points did, and the SYN never came to the server.",
    fix: "Look at the REJECT rules of the router, VPN gateway or access point in between; nft list ruleset (or iptables -S) on each.",
  },
  lostBetween: {
    cause: "The path between both capture points lost it: one capture shows it leave, the other never shows it arrive.",
    fix: "Capture at the hops in between (router, VPN, access point, hypervisor) to find the one that drops it; neither program is to blame.",
  },
  lostOneWay: {
    cause:
      "The path between both capture points lost what the {from:word} sent: it left there and never came to the {to:word}. Of the other way nothing is missing.",
    fix: "Capture at the hops in between (router, VPN, access point, hypervisor), looking at that direction, to find the one that drops it; neither program is to blame.",
  },
  connectionUnknown: {
    cause:
      "The {from:word}'s system no longer knew this connection when the {to:word}'s packet came: it had ended there unnoticed. Its process was gone, its host restarted, or an RST that is not in this capture had reached it.",
    fix: "Capture at the {from:word} at the same time: an RST that arrives there and never left the {to:word} was forged on the way. Otherwise look at what ended its process.",
  },
  closedWithUnread: {
    cause: "The {from:word} closed its socket while data was still unread: the system then sends RST instead of FIN.",
    fix: "Typical of a process that stops reading and exits or destroys the socket. Read to the end, or close the WebSocket first.",
  },
  abortiveClose: {
    cause:
      "The {from:word}'s code reset on purpose (resetAndDestroy(), SO_LINGER 0), or an administrator ended it (ss -K).",
    fix: "Search the {from:word}'s code for resetAndDestroy() and SO_LINGER; end with close(code, reason) instead.",
  },
  processCrashed: {
    cause:
      "The {from:word}'s process was killed, crashed, or restarted (deploy): where data is unread, its system sends an RST.",
    fix: "Look at its log and at dmesg at this time; on SIGTERM it should send a Close first.",
  },
  middleboxReset: {
    cause: "A firewall or proxy on the path reset the connection.",
    fix: "Capture at both ends: an RST that one end got and the other never sent comes from between.",
  },
  closedSocketWritten: {
    cause: "A packet arrived at a socket that was closed already.",
    fix: "Nothing to repair here: look at who closed first, and why.",
  },
  rejectsBetween: {
    cause:
      "A firewall on the path (router, VPN gateway, security appliance) rejects port {port} since then: a rule was added or reloaded, or it lost its table and rejects what it does not know.",
    fix: "On the devices in between: nft list ruleset or iptables -S (reject with tcp reset; does “ct state established accept” stand before it?), and their log at this time. Captures on both sides of a device show whether the RST begins there.",
  },
  rejectsAtHost: {
    cause: "A firewall on the {from:word}'s own machine rejects port {port} since then: a rule was added or reloaded.",
    fix: "At the {from:word}: sudo nft list ruleset or sudo iptables -S (reject with tcp reset; ufw and firewalld write such rules), and who changed them at this time. What is open already is spared by “ct state established,related accept” before it.",
  },
  natForgot: {
    cause:
      "A NAT router, VPN gateway or load balancer lost its table (restart, flush, overflow): the packet for the {from:word} ended at the device itself, and its system answered it by RST.",
    fix: "Look at that device's log and uptime at this time; conntrack -C against nf_conntrack_max. Clients must reconnect.",
  },
  natRebound: {
    cause:
      "A NAT on the client's way (router, VPN gateway, mobile operator, CGNAT) lost or changed its mapping: it gave the open connection another port or address, and to the server those packets belong to nothing.",
    fix: "Look at that device's log, uptime, change of line (new public address, failover between links) and its timeout for TCP. It cannot be mended at the server: clients must reconnect, and a ping every 20 to 30 s keeps mappings that expire.",
  },
  addressTaken: {
    cause:
      "Another host has the {from:word}'s address: a duplicate address, or a virtual address that moved (keepalived, VRRP, failover). It knows nothing of the connection.",
    fix: "arp -n or ip neigh before and after; Wireshark's eth.src of the RST against the other packets. Two hosts with one address: arping -D -I eth0 <address>. After a failover clients must reconnect.",
  },
  boxBetween: {
    cause: "A device between both capture points forged it: a firewall, IPS, operator or censor.",
    fix: "[[Use wss:// on 443 instead of ws:// on {port}. ]]Ask who runs the path: a device whose packets reach you with hop limit {hops} is the one.",
  },
  injectingBox: {
    cause: "A firewall, IPS, operator or censor on the path forged it.",
    fix: "[[Use wss:// on 443 instead of ws:// on {port}. ]]Compare with another network, and capture at both ends to prove it.",
  },
  nameFilter: {
    cause:
      "A device on the path (firewall, company or provider filter, censor) reads the name {name} in the TLS hello (SNI), which travels in clear, and cuts off what it does not allow.",
    fix: "From the same network: openssl s_client -connect {server} -servername {name}, then the same with another name. If only {name} is cut off, ask whoever runs the network to allow it, and compare with another network (a phone's).",
  },
  proxyInPath: {
    cause: "A transparent proxy or VPN answers for that host.",
    fix: "Compare the hop limits of SYN-ACK and data packets.",
  },
  strayReset: { cause: "A late or forged RST.", fix: "Nothing to repair while the connection goes on." },
  pathStateLost: {
    cause:
      "A stateful device on the path (firewall, NAT, VPN gateway, load balancer) lost its table or reloaded its rules, and drops what it does not know; new connections get a new entry.",
    fix: "Look at its log and uptime at this time (failover, restart, conntrack -F, reload that flushes), and conntrack -C against nf_conntrack_max. “reject with tcp reset” instead of drop lets both ends notice at once; otherwise a heartbeat with a timeout and a client that reconnects are what helps.",
  },
  rebootedSilently: {
    cause:
      "The {to:word} restarted or lost its sockets and answers nothing to what it does not know: its own firewall swallows the RST (the stealth mode of Windows does).",
    fix: "Compare the {to:word}'s uptime with this time. A heartbeat with a timeout ends such connections.",
  },
  stateForgotten: {
    cause: "A NAT, load balancer or firewall forgot the idle connection.",
    fix: "Send a ping at least every {pingSeconds} s, so that it never looks idle; or raise the device's idle timeout.",
  },
  hostRebooted: {
    cause: "The other host restarted (power, watchdog, update, crash) and knows nothing of the connection.",
    fix: "uptime and last reboot on it; journalctl -b -1 tells how the time before ended. Clients must reconnect by themselves.",
  },
  portReused: {
    cause:
      "A NAT on the way forgot the old connection and gave its port to a new one: the host behind it may be another one.",
    fix: "A heartbeat keeps the NAT's entry: every 30 s suits most.",
  },
  peerVanished: {
    cause: "The {to:word} lost its network, power, or went to sleep.",
    fix: "Look at the {to:word}: Wi-Fi or mobile signal, suspend, cable. A heartbeat with a pong timeout notices it within seconds; let the client reconnect.",
  },
  clientMoved: {
    cause:
      "The client changed its address and went on from {client} (Wi-Fi to mobile, VPN on or off, a new lease): a TCP connection ends with the address that it was opened from, and neither side is told.",
    fix: "Nothing keeps such a connection. Let the client notice it soon (a heartbeat with a timeout, the browser's online event), reconnect and take up its session again; let the server end the old one by its own heartbeat.",
  },
  otherDirection: {
    cause: "Why it ended is in the packets that this capture lacks.",
    fix: "Capture both directions (both ports on the mirror port, no filter on one address), or at the {to:word} itself.",
  },
  dropsOneWay: {
    cause:
      "A firewall or NAT drops the packets to the {to:word} and lets the others pass; it may be on the {to:word}'s own machine.",
    fix: "At the {to:word}: sudo nft list ruleset or iptables -S (a rule for port {port} without “ct state established accept”?), then conntrack -L on the way. Captures on both sides of a device show whether they stay there.",
  },
  firewallState: {
    cause: "A firewall on the path began to drop the connection.",
    fix: "Capture at both ends; conntrack -L on the firewalls.",
  },
  saidWhy: {
    cause: "The {from:word} said why in its last message, right before it ended the connection: “{text}”.",
    fix: "Take it at its word, and look for these words in the {from:word}'s code and log.",
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
  closeIgnored: {
    cause: "The {to:word}'s code does not answer Close frames.",
    fix: "A WebSocket library answers by itself; code that works on raw sockets must do it.",
  },
  peerBlocked: {
    cause:
      "The {to:word}'s program is stuck and does not react (busy loop, debugger, SIGSTOP, blocked event loop), while its host lives on: TCP's acknowledgments come from the host and say nothing of the program.",
    fix: "Look at the {to:word}'s CPU load at this time. Browser: Performance panel; Node: --cpu-prof, monitorEventLoopDelay().",
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
  deadlineOverslept: {
    cause:
      "The {to:word}'s own program stood still: {idleMs:ms} lie between its last two pings[[ instead of {intervalMs:ms}]], and no ping was left unanswered. When it went on, its own deadline had passed, and it hung up on a peer that was well.",
    fix: "At the {to:word}: what blocked or froze it (CPU, garbage collection, suspend, SIGSTOP, debugger)? Its peer needs no repair.",
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
      "The {to:word}'s own heartbeat ended it although every ping had been answered: the end came just when the next ping was due. Its code does not see the pongs (no 'pong' listener, isAlive never set again), or its patience is shorter than its interval.",
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
  heartbeatHabit: { cause: "Interval and patience are those of: {timer}.", fix: "That timer to change: {setting}" },
  queuedBehindData: {
    cause: "The pong waited behind large messages.",
    fix: "Send large messages in pieces; look at the throughput.",
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
