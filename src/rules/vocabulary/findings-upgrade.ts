const refusal = "status reason? ask target server afterMs? proxy? body?";
const request = "target server client";

/** From the request to the 101. */
export const upgradeFindings = {
  "http.upgrade.refused": {
    badRequest: refusal,
    unauthorized: refusal,
    forbidden: refusal,
    notFound: refusal,
    method: refusal,
    upgradeRequired: refusal,
    tooMany: refusal,
    fieldsTooLarge: refusal,
    bodyTooLarge: refusal,
    unavailable: refusal,
    serverError: refusal,
    other: refusal,
  },
  "eio.request.refused": {
    transport: refusal,
    noTransport: refusal,
    session: refusal,
    handshakeMethod: refusal,
    badRequest: refusal,
    forbidden: `${refusal} said?`,
    protocolVersion: refusal,
    inFrames: "server target version?",
    oldServer: "server target",
    sessionEnded: refusal,
  },
  "http.cors.refused": {
    plain: "server origin allowed?",
    twice: "server origin allowed",
    credentials: "server origin",
    preflight: "server origin fields",
    preflightStatus: "server origin status reason?",
    unheeded: "server origin",
  },
  "http.upgrade.redirected": {
    plain: "status ask target server location?",
    poll: "status ask target server location?",
    followed: "status ask target server location?",
  },
  "http.upgrade.page-returned": {
    page: "status ask target server contentType?",
    other: "status ask target server contentType?",
  },
  "http.upgrade.gateway-error": {
    plain: "status reason? ask target server proxy? afterMs?",
    unavailable: "status reason? ask target server proxy? afterMs?",
  },
  "http.upgrade.unanswered": {
    serverClosed: `${request} afterMs`,
    closedUnread: `${request} afterMs`,
    clientGaveUp: `${request} afterMs`,
    proxyGaveUp: `${request} afterMs status?`,
    late: `${request} afterMs lateMs`,
    silent: `${request} afterMs`,
    poll: `${request} afterMs`,
  },
  "http.upgrade.dropped": { unacknowledged: `${request} repeats waitedMs`, reset: `${request} from afterMs` },
  "http.upgrade.fields-stripped": {
    http10: "target server client proxy?",
    http11: "target server client proxy?",
    connection: "target server client proxy?",
  },
  "http.upgrade.not-forwarded": { plain: "ask target server status?" },
  "http.upgrade.accept-invalid": {
    wrong: "server accept expected",
    missing: "server expected",
    upgradeField: "server value?",
    connectionField: "server value?",
  },
  "http.upgrade.not-negotiated": {
    extension: "server value offered?",
    protocol: "server value offered?",
    protocolAbsent: "server offered closer",
  },
  "http.upgrade.version": { plain: "version? supported? server status?" },
  "http.upgrade.closed-at-once": {
    close: "server target code reason? afterMs",
    told: "server text code reason? afterMs",
    fin: "server target closer afterMs",
    rst: "server target closer afterMs",
    proxyDropped: "server target proxy afterMs",
  },
} as const;
