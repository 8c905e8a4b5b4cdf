/** From the SYN to the request. */
export const networkFindings = {
  "dns.failed": {
    noSuchName: "name client server code",
    serverFailed: "name client server code",
    unanswered: "name client server repeats",
  },
  "arp.unanswered": { plain: "sender target requests" },
  "tcp.open.refused": {
    host: "server port client attempts answerMs?",
    ofProxy: "server port client attempts answerMs?",
    middlebox: "server port client attempts answerMs? hops usualHops",
    loopback: "server port client attempts answerMs?",
    otherFamily: "server port client attempts other",
    otherBackend: "server port client attempts other",
  },
  "tcp.open.unanswered": {
    silent: "server port client attempts waitedMs",
    portOnly: "server port client attempts waitedMs",
    sometimes: "server port client attempts waitedMs",
    pathDead: "server port client attempts waitedMs other",
    many: "server port client count",
    otherFamily: "server port client attempts waitedMs other",
    otherBackend: "server port client attempts waitedMs other",
  },
  "tcp.open.icmp": {
    port: "server port sender",
    host: "server port sender",
    net: "server port sender",
    prohibited: "server port sender",
    other: "server port sender type code",
  },
  "tcp.open.synack-unacknowledged": { plain: "server client repeats waitedMs" },
  "tcp.open.no-request": {
    ended: "server client openMs closer",
    waiting: "server client openMs",
    spare: "server client openMs",
    tls: "server client openMs",
  },
  "tls.on-plain-port": { httpAnswer: "server status", otherAnswer: "server", closed: "server closer?" },
  "http.on-tls-port": { alert: "server target", told: "server target status", hungUp: "server target afterMs" },
  "tls.handshake.failed": {
    alert: "server name? from alert",
    closed: "server name? closer afterMs",
    refused: "server name?",
  },
  "http.proxy.connect-refused": {
    forbidden: "server target status reason?",
    authentication: "server target status reason?",
    unreachable: "server target status reason?",
    other: "server target status reason?",
  },
  "port.other-protocol": {
    http2: "server target",
    known: "server protocol target?",
    unknown: "server target?",
  },
} as const;
