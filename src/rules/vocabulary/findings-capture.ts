/** What the capture itself does not hold. */
export const captureFindings = {
  "capture.empty": { noPackets: "", cutOff: "name", otherPorts: "port? leftOut", noTcp: "packets reasons" },
  "capture.no-websocket": {
    tcp: "connections http tls other",
    tls: "connections tls names?",
    vite: "server",
    polling: "server connections",
    pollingTroubled: "server connections unused? failed?",
  },
  "tls.not-decrypted": {
    noSecret: "connections names?",
    notCaptured: "connections",
    doesNotFit: "connections names?",
    notSupported: "connections version? suite?",
  },
  "http2.not-decoded": { clear: "server", tls: "server name?" },
  "capture.packets-dropped": { plain: "dropped packets" },
  "capture.gap": { plain: "client server" },
  "capture.truncated": { plain: "packets share", requests: "packets share requests statuses?" },
  "capture.midstream": { plain: "server" },
  "capture.one-way": { plain: "from to" },
  "capture.duplicates": { plain: "packets", oneInterface: "packets" },
  "capture.clock-stepped": { plain: "stepMs" },
  "capture.both-ends": {
    agree: "other errorMs",
    ahead: "other offMs errorMs",
    behind: "other offMs errorMs",
    untimed: "other",
    translated: "other client server",
  },
  "capture.ended-early": { plain: "name reason offset" },
  "capture.left-out": { plain: "connections all webSockets troubled?", open: "openOnes" },
} as const;
