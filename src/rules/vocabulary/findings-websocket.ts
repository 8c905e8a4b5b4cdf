const missing = "from to missing intervalMs? waitedMs sincePongMs? closer";
const frame = "from count value peerDid";

/** Heartbeat, frames, messages, and how TCP fared. */
export const webSocketFindings = {
  "ws.pong.missing": {
    gaveUp: missing,
    gaveUpUnacknowledged: missing,
    gaveUpBlocked: missing,
    gaveUpLoss: missing,
    gaveUpPath: `${missing} outageMs repeats`,
    gaveUpSlow: `${missing} slowMs`,
    notPassedOn: "proxy from to missing intervalMs? waitedMs sincePongMs?",
    ongoing: "from to missing intervalMs? waitedMs sincePongMs?",
    mayHaveGivenUp: "from to missing intervalMs? waitedMs code?",
    survived: "from to missing intervalMs?",
  },
  "ws.pong.late": { plain: "from to late slowestMs medianMs intervalMs?" },
  "ws.pong.unsolicited": { plain: "from count" },
  "ws.ping.absent": { plain: "openMs idleMs?" },
  "ws.frame.unmasked-client": { plain: frame },
  "ws.frame.masked-server": { plain: frame },
  "ws.frame.reserved-bits": { plain: frame },
  "ws.frame.reserved-opcode": { plain: frame },
  "ws.frame.control-fragmented": { plain: frame },
  "ws.frame.control-too-long": { plain: frame },
  "ws.frame.length-not-minimal": { plain: frame },
  "ws.frame.length-too-large": { plain: frame },
  "ws.frame.unexpected-continuation": { plain: frame },
  "ws.frame.expected-continuation": { plain: frame },
  "ws.frame.not-websocket": { plain: frame },
  "ws.text.invalid-utf8": { plain: frame },
  "ws.close.malformed": { plain: frame },
  "ws.data-after-close": { plain: frame },
  "ws.deflate.failed": { plain: frame },
  "ws.deflate.undecodable": { plain: "from count", unknown: "from count", limit: "from count" },
  "ws.message.too-big": { refused: "from bytes? code reason?", cut: "from bytes missingBytes closer" },
  "tcp.retransmissions": {
    plain: "client server roundTripMs? share damaged?",
    many: "client server roundTripMs? share damaged?",
  },
  "tcp.zero-window": { plain: "from count longestMs", ended: "from count longestMs" },
  "tcp.keepalive.unanswered": { plain: "from to count", gaveUp: "from to count" },
} as const;
