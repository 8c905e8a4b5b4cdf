import { standingStill } from "./standing-still.ts";

const beat = "from to missing intervalMs? timeoutMs? waitedMs";
const refused = "namespace message server";

/** What runs inside the WebSocket: Engine.IO, Socket.IO, heartbeats of applications, tokens. */
export const applicationFindings = {
  "eio.pong.missing": {
    gaveUp: beat,
    neverPongs: beat,
    gaveUpPath: `${beat} outageMs`,
    waiting: beat,
    noPing: "from to waitedMs intervalMs timeoutMs",
    noPingPath: "from to waitedMs intervalMs timeoutMs outageMs",
    pingsLost: "from to waitedMs intervalMs timeoutMs",
    pollsStopped: "from to waitedMs intervalMs timeoutMs",
    pongNotPosted: "from to waitedMs intervalMs timeoutMs",
    ...standingStill,
  },
  "eio.upgrade.failed": { refused: "server client status?", probe: "server client status?" },
  "sio.connect.missing": {
    silent: "server waitedMs timeoutMs?",
    onlyPongs: "server waitedMs timeoutMs?",
    other: "server waitedMs timeoutMs?",
    polled: "server waitedMs timeoutMs",
    unused: "server client count spanMs",
  },
  "sio.connect.refused": {
    namespace: refused,
    auth: `${refused} details?`,
    noAuth: `${refused} details?`,
    unseen: `${refused} details?`,
  },
  "sio.connect.unanswered": {
    plain: "namespace server waitedMs timeoutMs?",
    noGreeting: "server target waitedMs",
    otherServer: "server target",
  },
  "sio.exception": {
    plain: "namespace event message others?",
    refused: "namespace message count",
    failing: "namespace message count",
  },
  "sio.disconnected": {
    plain: "namespace afterMs?",
    atOnce: "namespace afterMs",
    told: "namespace event message afterMs?",
    parseError: "server afterMs text",
    closedBeneath: "namespace afterMs",
    closedUnasked: "namespace afterMs",
  },
  "app.heartbeat.missing": {
    gaveUp: "from to missing intervalMs waitedMs sample code?",
    gaveUpPath: "from to missing intervalMs waitedMs sample code?",
    neverAnswered: "from to missing intervalMs waitedMs sample code?",
    notAsked: "from to intervalMs waitedMs sample code?",
    alive: "from to missing intervalMs waitedMs sample",
    silent: "from to missing intervalMs waitedMs sample",
    late: "from to missing intervalMs waitedMs sample",
  },
  "app.standstill": standingStill,
  "app.silent": {
    plain: "messages silentMs",
    noAckNothing: "namespace missing event? waitedMs",
    noAck: "namespace missing event? waitedMs",
    someAcks: "namespace missing event? waitedMs answered",
  },
  "app.vite-hmr": { plain: "server" },
  "jwt.expired": {
    expired: "where agoMs",
    refused: "where agoMs status",
    refusedNamespace: "where agoMs namespace message",
    disconnected: "where agoMs namespace",
    refusedRequests: "where agoMs namespace message",
    notYetValid: "where inMs",
    during: "where openMs",
    duringSession: "where namespace openMs?",
  },
  "clock.skew": { ahead: "server offMs", behind: "server offMs" },
} as const;
