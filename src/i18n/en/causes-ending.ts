import type { CauseText } from "../texts.ts";

/** Why an open connection ended, or lets nothing through any more: timers, FIN, RST, the path. */
export const causesEnding = {
  timerFits: {
    cause: "{timer}: ends connections that are idle for {seconds} s.",
    fix: "Send a ping every {pingSeconds} s or more often, or raise the timer: {setting}",
  },
  lifetimeFits: {
    cause: "{timer}: ends connections after {seconds} s, busy or not.",
    fix: "Raise it ({setting}), and let clients reconnect: a lifetime ends every connection some day.",
  },
  connectHandlerThrew: {
    cause:
      "The server's process ended {afterMs:ms} after it had let the client into {namespace}, and its port refuses since: an exception in its connection handler that nobody catches ends the whole process (NestJS: a WsException thrown in handleConnection, too).",
    fix: "The server's log at this time shows the exception. Catch everything in handleConnection and call client.disconnect() there; better refuse in a middleware (server.use((socket, next) => next(new Error(…))), in NestJS from afterInit): the client then gets connect_error with the reason.",
  },
  connectCrashed: {
    cause:
      "The server's process ended {afterMs:ms} after the client had asked to be let into {namespace}, and its port refuses since: an exception in a middleware or connection handler that nobody catches ends the whole process (NestJS: whatever handleConnection throws).",
    fix: "The server's log at this time shows the exception. Catch everything in handleConnection and call client.disconnect() there; better refuse in a middleware (server.use((socket, next) => next(new Error(…))), in NestJS from afterInit): the client then gets connect_error with the reason.",
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
  readDeadline: {
    cause:
      "A deadline of the {to:word} for reading, {timerMs:ms}: nothing had come from the {from:word} for so long, and what the {to:word} sends itself does not put such a deadline off (Go: SetReadDeadline; a receive timeout or watchdog of its code).",
    fix: "Let the {from:word} send something every {pingSeconds} s or more often; or let the {to:word} ping, and set the deadline anew for each pong (gorilla/websocket: SetPongHandler).",
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
    fix: "Look for that number in both programs and in what is between them (proxies, load balancers); give it to wscap as --timer name=seconds.",
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
    fix: "Send a ping every {pingSeconds} s or more often; or raise the proxy's timer: {front:timer}.",
  },
  clientBehindLeft: {
    cause: "The real client behind the proxy left without a Close frame, and the proxy passed its end on.",
    fix: "Capture on the client's side of the proxy at the same time, or look at the proxy's access log: it tells how long the connection lived and who ended it.",
  },
  clientBehindSilent: {
    cause:
      "The client of this connection is a proxy, which only passes Close frames on: the real client behind it did not answer, because it was gone or the path to it was dead.",
    fix: "Nothing to repair in the server or the proxy for that. Capture on the client's side of the proxy at the same time to see what became of the client; a heartbeat notices it within seconds.",
  },
  proxyRestarted: {
    cause: "The proxy was restarted, reloaded or killed: its connections go with it.",
    fix: "Its log and journalctl at this time. {front:reload} Clients must reconnect, with a random delay.",
  },
  proxyLifetime: {
    cause: "The proxy limits how long a connection may live, busy or not.",
    fix: "Compare with how long other connections lived: a round number tells. Raise the limit, and let clients reconnect.",
  },
  backendLost: {
    cause:
      "{proxy}, which stands before the server, lost its connection to the backend and did not get a new one: the backend's process was killed, crashed or was redeployed, or something between the two (a firewall, their network) cuts them off.",
    fix: "First see whether the backend still runs: journalctl, pm2 logs or dmesg (out of memory) at this time. If it does, look at the firewall between the two: nc -vz <backend> <port> on the proxy host.",
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
} as const satisfies Record<string, CauseText>;
