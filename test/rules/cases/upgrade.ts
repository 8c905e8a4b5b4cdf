import type { TlsRhythm } from "../../../src/store/tls-types.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import {
  abnormal,
  analysisOf,
  BACKEND_LEG,
  close,
  connectionFacts,
  type ExchangeOverrides,
  exchange,
  half,
  joined,
  KEY,
  mark,
  refusedUpgrade,
  reset,
  sealedConnection,
  tcp,
  UPGRADE_FIELDS,
  upgrade,
  webSocket,
} from "../../support/facts-builder.ts";
import { sessionFacts } from "../../support/session-facts.ts";
import { one, running, type SomeCases, several } from "./case.ts";

const answer = (status: number, more: ExchangeOverrides = {}) => one(refusedUpgrade({ status, ...more }));
const POLL = "/socket.io/?EIO=4&transport=polling&sid=abc";

/** An answer to a Socket.IO request that asked for no upgrade. */
const poll = (more: ExchangeOverrides): ConnectionFacts =>
  connectionFacts({
    kind: "http",
    upgrade: null,
    webSocket: null,
    exchanges: [exchange({ target: POLL, request: { Host: "10.0.0.2:8080" }, ...more })],
    close: { verdict: "none", clientSees: null, serverSees: null },
  });

/** Several polls of one session on one connection. */
const polls = (all: readonly ExchangeOverrides[]): ConnectionFacts => ({
  ...poll({}),
  exchanges: all.map((more) => exchange({ target: POLL, request: { Host: "10.0.0.2:8080" }, ...more })),
});

/** Access-Control-Allow-Origin as often as there are values. */
function twice(values: readonly string[]): ConnectionFacts {
  const connection = poll({
    status: 200,
    request: { Host: "10.0.0.2:8080", Connection: "keep-alive", Origin: "http://10.0.0.2:5173" },
  });
  const fields = values.map((value) => ({ name: "Access-Control-Allow-Origin", value }));
  return {
    ...connection,
    exchanges: connection.exchanges.map((one) => ({ ...one, response: one.response && { ...one.response, fields } })),
  };
}

const eio = (code: number, status = 400) =>
  one(poll({ status, body: `{"code":${code},"message":"…"}`, response: { "Content-Type": "application/json" } }));

const cors = (origin: string, allowed: string | null) =>
  one(
    poll({
      status: 200,
      request: { Host: "10.0.0.2:8080", Connection: "keep-alive", Origin: origin },
      response: allowed === null ? {} : { "Access-Control-Allow-Origin": allowed },
    }),
  );

/** A page's first poll at another origin. */
const FROM_PAGE = {
  target: "/socket.io/?EIO=4&transport=polling",
  request: { Host: "10.0.0.2:8080", Connection: "keep-alive", Origin: "http://10.0.0.2:5173" },
} as const;

const STAR_SESSION: ExchangeOverrides = {
  ...FROM_PAGE,
  status: 200,
  body: '0{"sid":"abc","upgrades":["websocket"]}',
  response: { "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "true" },
};

/** The question of a browser whether a page may send this field. */
const preflight = (answered: ExchangeOverrides) =>
  one(
    poll({
      method: "OPTIONS",
      target: "/socket.io/?EIO=4&transport=polling",
      request: {
        Host: "10.0.0.2:8080",
        Connection: "keep-alive",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
        Origin: "http://10.0.0.2",
      },
      status: 204,
      ...answered,
    }),
  );

const mayBeSent = (fields: string): ExchangeOverrides => ({
  response: { "Access-Control-Allow-Origin": "http://10.0.0.2", "Access-Control-Allow-Headers": fields },
});

const STRIPPED = { Host: "backend", Connection: "close", "Sec-WebSocket-Key": KEY, "Sec-WebSocket-Version": "13" };

const switching = (response: Readonly<Record<string, string>>, acceptValid: boolean | null = true) =>
  one(connectionFacts({ upgrade: upgrade({ response }, { acceptValid }) }));

const FINE = { Upgrade: "websocket", Connection: "Upgrade", "Sec-WebSocket-Accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" };

const leftAtOnce = (
  more: ExchangeOverrides,
  after = 0.01,
  eventCounts: Readonly<Record<string, number>> = {},
): ConnectionFacts =>
  abnormal("client", 0.005 + after, {
    upgrade: upgrade(more),
    webSocketFacts: { firstFrame: [null, null], lastFrame: [null, null], eventCounts },
  });

/** A page of the same client through the same proxy, and the request that the proxy made of it. */
const outer = connectionFacts({
  kind: "http",
  upgrade: null,
  webSocket: null,
  exchanges: [exchange({ status: 200, target: "/api/me", request: {}, requestAt: 0.1, responseAt: 0.4 })],
});
const inner = connectionFacts({
  kind: "http",
  client: { address: "172.16.0.1", port: 40_000 },
  server: { address: "172.16.0.2", port: 7002 },
  upgrade: null,
  webSocket: null,
  exchanges: [exchange({ status: 200, target: "/me", request: {}, requestAt: 0.2, responseAt: 0.3 })],
});
const otherLeg = connectionFacts({
  client: { address: "172.16.0.1", port: 40_001 },
  server: { address: "172.16.0.2", port: 7002 },
});

const unanswered = (closer: "client" | "server" | null, seconds: number): ConnectionFacts =>
  refusedUpgrade(
    { status: null },
    {
      tcp: tcp({
        firstCloser: closer,
        ending: closer === null ? "open" : "fin",
        closedAt: closer === null ? null : mark(seconds),
        server: { dataSegments: 0, streamBytes: 0, firstData: null, lastData: null, fin: null },
      }),
      last: mark(seconds),
    },
  );

/** Socket.IO's first poll, given up by its client at `seconds`. */
const unansweredPoll = (
  seconds: number,
  target = "/socket.io/?EIO=4&transport=polling",
  more: Partial<ConnectionFacts> = {},
): ConnectionFacts => ({
  ...poll({ target, status: null }),
  tcp: tcp({ closedAt: mark(seconds) }),
  last: mark(seconds),
  ...more,
});

const dropped = (retransmissions: number): ConnectionFacts =>
  refusedUpgrade(
    { status: null },
    {
      tcp: tcp({
        ending: "silent",
        firstCloser: null,
        closedAt: null,
        client: {
          unacknowledged: { bytes: 400, since: mark(0.003), retransmissions, last: mark(6), fullSize: true },
        },
        server: { dataSegments: 0, firstData: null, lastData: null },
      }),
    },
  );

/** Close 1000 by the server 20 ms after the 101. */
const closedPolitely = (messages: number) =>
  webSocket({
    closeFrames: [close(0.026, 1000), close(0.025, 1000)],
    messages: [
      { text: 1, binary: 0, bytes: 40 },
      { text: messages, binary: 0, bytes: 40 * messages },
    ],
  });

/** The server says one thing before its Close 1000. */
const refusedByMessage = (text: string) =>
  connectionFacts({
    webSocket: { ...closedPolitely(1), lastMessage: [mark(0.01), mark(0.024)] },
    session: sessionFacts({ lastTexts: [null, { ...mark(0.024), text }] }),
  });

/** Asked inside TLS at 0.1 s, answered by nothing, given up by the client after so many seconds. */
const unansweredInTls = (seconds: number, rhythm: Partial<TlsRhythm> = {}) =>
  sealedConnection(
    { firstCloser: "client", closedAt: mark(0.1 + seconds) },
    { records: [1, 2], last: [mark(0.1), mark(0.11)], smallTurns: 0, unasked: [0, 0], answerBytes: null, ...rhythm },
  );

const POLL_THAT_WAITS = { target: "/socket.io/?EIO=4&transport=polling&sid=abc", request: {}, status: null };

export const upgradeCases = {
  "http.upgrade.refused": {
    severity: "error",
    fires: {
      badRequest: answer(400, { body: "Bad Request" }),
      unauthorized: answer(401),
      forbidden: answer(403, { request: { ...UPGRADE_FIELDS, Origin: "http://evil.example" } }),
      notFound: answer(404),
      method: answer(405),
      upgradeRequired: answer(426),
      tooMany: answer(429),
      fieldsTooLarge: answer(400, { body: "<title>400 Request Header Or Cookie Too Large</title>" }),
      bodyTooLarge: one(poll({ status: 413, body: "<hr><center>nginx/1.22.1</center>" })),
      unavailable: answer(503, { body: "starting" }),
      serverError: answer(500),
      other: answer(418),
    },
    near: { accepted: one(connectionFacts()), "a health check": one(poll({ target: "/", status: 426 })) },
  },
  "eio.request.refused": {
    severity: "error",
    fires: {
      transport: eio(0),
      noTransport: one(poll({ target: "/socket.io/", status: 400, body: "Transport unknown" })),
      session: eio(1),
      handshakeMethod: eio(2),
      badRequest: eio(3),
      forbidden: eio(4, 403),
      protocolVersion: eio(5),
      oldServer: one(
        poll({ target: "/socket.io/?EIO=4&transport=polling", status: 200, body: '96:0{"sid":"a","upgrades":[]}2:40' }),
      ),
      sessionEnded: one(
        polls([
          { status: 504, requestAt: 1, responseAt: 4 },
          { status: 400, body: '{"code":1,"message":"Session ID unknown"}', requestAt: 4.1, responseAt: 4.2 },
        ]),
      ),
      inFrames: one(
        connectionFacts({
          upgrade: upgrade({ target: "/socket.io/?EIO=3&transport=websocket" }),
          webSocket: webSocket({
            events: [{ ...mark(1), code: "not-websocket", from: "server", section: "RFC 6455 §5.2", value: 0 }],
            eventCounts: { "not-websocket": 1 },
          }),
        }),
      ),
    },
    severities: { sessionEnded: "note" },
    near: {
      "a server of version 4": one(poll({ status: 200, body: '0{"sid":"a","upgrades":[]}' })),
      "the same body from another API": one(poll({ target: "/api", status: 400, body: '{"code":1}' })),
      "a code of its own": one(poll({ status: 400, body: '{"code":7}' })),
    },
  },
  "http.cors.refused": {
    severity: "error",
    fires: {
      plain: cors("http://10.0.0.2:5173", null),
      twice: one(twice(["*", "http://10.0.0.2:5173"])),
      credentials: one(
        poll({
          status: 200,
          request: { Host: "10.0.0.2:8080", Connection: "keep-alive", Origin: "http://10.0.0.2:5173", Cookie: "a=b" },
          response: { "Access-Control-Allow-Origin": "*" },
        }),
      ),
      starUnused: one(polls([STAR_SESSION])),
      failure: one(
        polls([{ ...FROM_PAGE, status: 502, response: { Server: "nginx" }, body: "<h1>502 Bad Gateway</h1>" }]),
      ),
      preflight: preflight(mayBeSent("X-Foo, *")),
      preflightStatus: preflight({ ...mayBeSent("Authorization"), status: 401 }),
      unheeded: one(
        polls([
          {
            target: "/socket.io/?EIO=4&transport=polling",
            status: 200,
            body: '0{"sid":"abc","upgrades":[]}',
            request: { Host: "10.0.0.2:8080", Connection: "keep-alive", Origin: "http://10.0.0.2:5173" },
          },
          { status: 200, requestAt: 1 },
        ]),
      ),
    },
    severities: { unheeded: "note", failure: "note" },
    near: {
      "a session that goes on": one(polls([STAR_SESSION, { status: 200, requestAt: 1 }])),
      "a page that was loaded anew": one(
        polls([STAR_SESSION, { ...STAR_SESSION, body: '0{"sid":"b"}' }, { status: 200, requestAt: 1 }]),
      ),
      "a page that was left": one({
        ...polls([STAR_SESSION]),
        tcp: tcp({ closedAt: mark(1) }),
      }),
      "a field that may be sent": preflight(mayBeSent("X-Foo, Authorization")),
      allowed: cors("http://10.0.0.2:5173", "http://10.0.0.2:5173"),
      everybody: cors("http://10.0.0.2:5173", "*"),
      "the same origin": cors("http://10.0.0.2:8080", null),
    },
  },
  "http.upgrade.redirected": {
    severity: "error",
    severities: { followed: "note" },
    fires: {
      plain: answer(301, { response: { Location: "https://10.0.0.2/chat" } }),
      poll: one(poll({ status: 301, response: { Location: "https://10.0.0.2/socket.io/" } })),
      followed: several(
        refusedUpgrade({ status: 301, target: "/chat", response: { Location: "/chat/" } }),
        connectionFacts({ upgrade: upgrade({ target: "/chat/", requestAt: 1 }) }),
      ),
    },
    near: { refused: answer(400) },
  },
  "http.upgrade.page-returned": {
    severity: "error",
    fires: {
      page: answer(200, { response: { "Content-Type": "text/html", Server: "nginx" } }),
      other: answer(200, { response: { "Content-Type": "application/json" } }),
      standIn: answer(200, { response: { "Content-Type": "text/html" }, body: "<h1>We will be back soon</h1>" }),
    },
    near: { "a page that was asked for": one(poll({ target: "/", status: 200 })) },
  },
  "http.upgrade.gateway-error": {
    severity: "error",
    fires: {
      plain: answer(502, { response: { Server: "nginx/1.22.1" } }),
      unavailable: answer(503, { body: "<h1>503</h1>\nNo server is available to handle this request.\n" }),
    },
    near: {
      "a server that is closing": answer(503),
      "503 of a proxy is one": answer(500, { response: { Server: "nginx" } }),
    },
  },
  "http.upgrade.unanswered": {
    severity: "error",
    fires: {
      serverClosed: one(unanswered("server", 1.003)),
      closedUnread: one(unanswered("server", 0.0025)),
      clientGaveUp: one(unanswered("client", 5)),
      proxyGaveUp: analysisOf(
        [refusedUpgrade({ status: 504, responseAt: 5.01 }), { ...unanswered("client", 5), ...BACKEND_LEG }],
        {
          joins: [joined("proxied")],
        },
      ),
      silent: one(unanswered(null, 60)),
      sealed: one(unansweredInTls(6), 10),
      pending: one(unanswered(null, 1), 1),
      poll: one(unansweredPoll(5)),
      pollHungUp: one(
        connectionFacts({
          kind: "http",
          upgrade: null,
          webSocket: null,
          exchanges: [exchange({ ...POLL_THAT_WAITS, requestAt: 20 })],
          tcp: tcp({ firstCloser: "server", closedAt: mark(30) }),
        }),
      ),
      late: one(
        connectionFacts({
          upgrade: upgrade({ responseAt: 4 }),
          tcp: tcp({ firstCloser: "client", closedAt: mark(2) }),
        }),
      ),
    },
    severities: { pending: "note", sealed: "warning" },
    near: {
      "asked just now, while the capture runs": running([unanswered(null, 1)], 1),
      "asked just now, where others are served": analysisOf([unanswered(null, 1), connectionFacts()], {
        clockSeconds: 1,
      }),
      "a page that was left": one(unansweredPoll(1)),
      "a poll of a session, which waits": one(unansweredPoll(25, POLL)),
      "a page that was left, inside TLS": one(unansweredInTls(1)),
      "inside TLS it was answered": one(unansweredInTls(6, { answerBytes: 300 })),
      "inside TLS the client went on talking": one(
        unansweredInTls(6, { records: [3, 2], last: [mark(4), mark(0.11)] }),
      ),
    },
  },
  "http.upgrade.dropped": {
    severity: "error",
    fires: {
      unacknowledged: one(dropped(4)),
      reset: one(
        refusedUpgrade(
          { status: null },
          { tcp: tcp({ ending: "rst", firstCloser: "server", closedAt: mark(0.01), resets: [reset({ at: 0.01 })] }) },
        ),
      ),
    },
    near: { "a server that is silent": one(unanswered("client", 5)) },
  },
  "http.upgrade.fields-stripped": {
    severity: "error",
    fires: {
      http10: answer(400, { request: STRIPPED, version: "1.0" }),
      http11: answer(404, { request: { ...STRIPPED, "X-Forwarded-For": "10.0.0.1" } }),
      connection: answer(200, { request: { ...STRIPPED, Upgrade: "websocket" } }),
    },
    near: { "HTTP/1.0 that carries them": one(connectionFacts({ upgrade: upgrade({ version: "1.0" }) })) },
  },
  "http.upgrade.not-forwarded": {
    severity: "error",
    fires: {
      plain: several(refusedUpgrade({ status: 200, response: { Server: "nginx" } }), outer, inner),
      unanswered: several(unanswered("client", 5), outer, inner),
    },
    near: {
      "its backend leg is here": several(refusedUpgrade({ status: 403 }), outer, inner, otherLeg),
      "no other traffic of the proxy": one(refusedUpgrade({ status: 200 })),
      // The backend was asked for this path by somebody else.
      "one that waits behind the proxy": several(
        refusedUpgrade(
          { status: null, target: "/me" },
          { tcp: tcp({ firstCloser: null, ending: "open", closedAt: null }) },
        ),
        outer,
        inner,
      ),
      "a limit of the proxy": several(refusedUpgrade({ status: 429, response: { Server: "nginx" } }), outer, inner),
    },
  },
  "http.upgrade.accept-invalid": {
    severity: "error",
    fires: {
      wrong: switching({ ...FINE, "Sec-WebSocket-Accept": "nonsense=" }, false),
      missing: switching({ Upgrade: "websocket", Connection: "Upgrade" }, false),
      upgradeField: switching({ ...FINE, Upgrade: "other" }),
      connectionField: switching({ ...FINE, Connection: "keep-alive" }),
    },
    near: { fine: switching(FINE), "request not captured": switching(FINE, null) },
  },
  "http.upgrade.not-negotiated": {
    severity: "error",
    fires: {
      extension: switching({ ...FINE, "Sec-WebSocket-Extensions": "permessage-deflate" }),
      protocol: switching({ ...FINE, "Sec-WebSocket-Protocol": "mqtt" }),
      protocolAbsent: one(leftAtOnce({ request: { ...UPGRADE_FIELDS, "Sec-WebSocket-Protocol": "chat" } })),
    },
    near: {
      offered: one(
        connectionFacts({
          upgrade: upgrade({
            request: { ...UPGRADE_FIELDS, "Sec-WebSocket-Protocol": "chat, mqtt" },
            response: { ...FINE, "Sec-WebSocket-Protocol": "mqtt" },
          }),
        }),
      ),
      "absent, and the client does not mind": one(
        connectionFacts({ upgrade: upgrade({ request: { ...UPGRADE_FIELDS, "Sec-WebSocket-Protocol": "chat" } }) }),
      ),
    },
  },
  "http.upgrade.version": {
    severity: "error",
    fires: {
      plain: answer(426, {
        request: { ...UPGRADE_FIELDS, "Sec-WebSocket-Version": "12" },
        response: { "Sec-WebSocket-Version": "13, 8" },
      }),
    },
    near: {
      "version 8 that is accepted": one(
        connectionFacts({ upgrade: upgrade({ request: { ...UPGRADE_FIELDS, "Sec-WebSocket-Version": "8" } }) }),
      ),
      "426 for another reason": answer(426),
    },
  },
  "http.upgrade.closed-at-once": {
    severity: "error",
    severities: { close: "warning", told: "warning" },
    fires: {
      told: one(refusedByMessage("无效的认证令牌")),
      close: one(connectionFacts({ webSocket: closedPolitely(0) })),
      fin: one(leftAtOnce({})),
      rst: one({
        ...leftAtOnce({}),
        tcp: tcp({ ending: "rst", firstCloser: "server", closedAt: mark(0.02), resets: [reset({ at: 0.02 })] }),
      }),
      proxyDropped: analysisOf([unanswered("client", 8), { ...leftAtOnce({}), ...BACKEND_LEG }], {
        joins: [joined("proxied")],
      }),
    },
    near: {
      "its only message complains of nothing": one(refusedByMessage("welcome")),
      "it had said something": one(connectionFacts({ webSocket: closedPolitely(1) })),
      "a second and a half later": one(leftAtOnce({}, 1.5)),
      "after a frame of the closer": one(
        abnormal("client", 0.5, { webSocketFacts: { firstFrame: [mark(0.1), null] } }),
      ),
      "what came from the closer was no WebSocket": one(leftAtOnce({}, 0.01, { "not-websocket": 1 })),
      "bytes are missing": one({
        ...leftAtOnce({}),
        tcp: { ...leftAtOnce({}).tcp, halves: [half({ missingBytes: 10 }), half()] },
      }),
    },
  },
} satisfies SomeCases;
