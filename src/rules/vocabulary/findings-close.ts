const ended = "closer client server clientCode? serverCode? idleMs? busyMs? sincePongMs? sincePingMs? openMs cutBytes?";
const code = "code from reason? openMs answered";

/** How an established WebSocket ended. */
export const closeFindings = {
  "ws.close.no-close-frame": {
    fin: ended,
    rst: ended,
    icmp: ended,
    silent: "client server clientCode? serverCode? idleMs? busyMs? sincePongMs? sincePingMs? openMs cutBytes?",
    proxyIdle: "proxy name? backend clientCode? serverCode? idleMs openMs",
    proxyAsClient: "proxy server marks idleMs? serverCode? openMs",
    proxyBusy: "proxy name? backend clientCode? serverCode? openMs",
  },
  "ws.close.code": {
    goingAway: code,
    protocolError: code,
    unsupportedData: code,
    invalidPayload: code,
    policy: code,
    tooBig: code,
    extension: code,
    internal: code,
    restart: code,
    tryLater: code,
    badGateway: code,
    unauthorized: code,
    forbidden: code,
    timeout: code,
    graphql: `${code} meaning`,
    registered: code,
    private: code,
  },
  "ws.close.unanswered": {
    fin: "from to code? waitedMs closer",
    rst: "from to code? waitedMs closer",
    open: "from to code? waitedMs",
  },
  "ws.close.reserved-code": { plain: "code from" },
  "tcp.rst": {
    established: "from openMs idleMs? answered?",
    afterOutage: "from to outageMs repeats",
    afterGap: "from to outageMs intervalMs",
    afterFin: "from finFrom afterMs",
    afterClose: "from",
    handshake: "from",
  },
  "tcp.rst.injected": { plain: "from oddities hops usualHops?", proved: "from hops usualHops?" },
  "tcp.rst.ignored": { plain: "from count" },
  "tcp.rst.after-idle": { plain: "from idleMs to" },
  "tcp.path.blackhole": {
    midTraffic: "from to bytes repeats waitedMs",
    afterIdle: "from to bytes repeats waitedMs idleMs",
    fullSize: "from to bytes repeats waitedMs segmentBytes mtu?",
  },
  "ws.idle.timeout": {
    idle: "closer seconds timer candidates",
    lifetime: "closer seconds timer candidates",
  },
} as const;
