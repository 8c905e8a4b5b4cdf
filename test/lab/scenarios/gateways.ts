// What a gateway decides by its own settings: whom it redirects, what it drops, whom it takes for dead.

import { createServer } from "node:net";
import { backAddress, frontAddress } from "../addresses.ts";
import { startHaproxy } from "../haproxy.ts";
import { startNginx, upgradeLines, upgradeMap } from "../nginx.ts";
import { sleep } from "../peer-context.ts";
import { client, dashboard, leavingDashboard, server, telemetry } from "../peers/rows.ts";
import { chat, connected, dialSocketIo, disconnected, serveSocketIo } from "../peers/socket-io.ts";
import { serveTelemetry } from "../peers/telemetry.ts";
import { flood } from "../peers/websocket.ts";
import { smallBuffers } from "../small-buffers.ts";
import type { CapturePoint, Expectation, PeerRow, Scenario } from "../types.ts";

const wsUrl = `ws://${frontAddress}/ws`;
const backend = `http://${backAddress}:8080`;
const site = (locations: string, before = "") => `${upgradeMap} ${before}
  server { listen 80; ${locations} location / { try_files $uri $uri/ /index.html; } }`;
const toBackend = (more = "", pass = backend) => `proxy_pass ${pass}; ${upgradeLines} ${more}`;
const working = (more = "", pass = backend) => site(`location /ws { ${toBackend(more, pass)} }`);

/** Captured with both legs at the proxy, and at the browser, where less may be known. */
const seenTwice = (atClient?: Expectation): readonly CapturePoint[] => [
  { at: "proxy", interface: "any" },
  { at: "client", interface: "eth0", label: "client", ...(atClient ? { expect: atClient } : {}) },
];

/** A dashboard behind nginx, captured with both legs and at the browser. */
function behindNginx(
  name: string,
  injects: string,
  http: string,
  more: Partial<Scenario> & Pick<Scenario, "expect">,
): Scenario {
  const { peers, captures, ...rest } = more;
  return {
    name,
    injects,
    network: "proxied",
    captures: captures ?? seenTwice(),
    peers: { server: telemetry(), browser: dashboard(() => {}, { url: wsUrl }), ...peers },
    prepare: (stage) => startNginx(stage, http),
    ...rest,
  };
}

const nothing: Expectation = { connections: [], must: [] };
const wrongPath: Expectation = {
  connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 400 }],
  must: ["http.upgrade.refused"],
};
const unread: Expectation = {
  connections: [{ dialledBy: "browser", clientSees: 1006, serverSees: 1002, closedBy: "client" }],
  must: ["ws.frame.reserved-bits"],
};
const halfServed: Expectation["connections"] = [
  { dialledBy: "browser", clientSees: 1000, ending: "fin" },
  { dialledBy: "admin", kind: "upgrade-refused", status: 426 },
];

const times = (count: number, pauseMs: number, row: PeerRow): PeerRow =>
  client(async (peer) => {
    for (let n = 0; n < count; n += 1) {
      await row.run(peer);
      await sleep(pauseMs);
    }
  });

export const gateways: readonly Scenario[] = [
  behindNginx(
    "nginx-cookie-too-large",
    "the page's cookie has grown to 12 kB: nginx answers 400 Request Header Or Cookie Too Large by itself",
    working(),
    {
      peers: { browser: dashboard(() => {}, { url: wsUrl, headers: { Cookie: `session=${"c".repeat(12_000)}` } }) },
      expect: {
        connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 400 }],
        must: ["http.upgrade.refused"],
        blames: "The request's header is larger",
      },
    },
  ),
  {
    name: "cookie-too-large-431",
    injects: "the page's cookie has grown to 20 kB: Node answers 431 before anybody sees the request",
    peers: {
      server: telemetry(),
      browser: dashboard(() => {}, { headers: { Cookie: `session=${"c".repeat(20_000)}` } }),
    },
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 431 }],
      must: ["http.upgrade.refused"],
      blames: "The request's header is larger",
    },
  },
  behindNginx(
    "nginx-slash-redirect",
    "nginx has `location /ws/` with the slash: /ws is answered 301 to /ws/",
    site(`location /ws/ { ${toBackend()} }`),
    {
      expect: {
        connections: [{ dialledBy: "browser", status: 301 }],
        must: ["http.upgrade.redirected"],
        blames: "Only the slash",
      },
    },
  ),
  behindNginx(
    "nginx-prefix-cut-off",
    "proxy_pass ends with a slash: the backend's WebSocket server on /ws is asked for / and answers 400",
    site(`location /ws { ${toBackend("", `${backend}/`)} }`),
    {
      captures: seenTwice({ ...wrongPath, blames: "The path /ws" }),
      peers: { server: telemetry({ path: "/ws" }) },
      expect: { ...wrongPath, blames: "The proxy passes /ws on as /" },
    },
  ),
  behindNginx(
    "nginx-basic-auth",
    "nginx asks for a password (auth_basic) that a WebSocket cannot send: 401 with WWW-Authenticate",
    working('auth_basic "staging"; auth_basic_user_file /etc/hosts;'),
    {
      expect: {
        connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 401 }],
        must: ["http.upgrade.refused"],
        blames: "nginx itself asks",
      },
    },
  ),
  behindNginx(
    "nginx-limit-req",
    "the page reconnects faster than limit_req allows: 429 from nginx, in between it gets in",
    working("limit_req zone=one burst=1 nodelay; limit_req_status 429;").replace(
      upgradeMap,
      `limit_req_zone $binary_remote_addr zone=one:1m rate=20r/m; ${upgradeMap}`,
    ),
    {
      peers: { browser: times(6, 300, leavingDashboard(200, { url: wsUrl })) },
      expect: { connections: [], must: ["http.upgrade.refused"], blames: "A rate limit of nginx" },
    },
  ),
  behindNginx(
    "nginx-no-live-upstreams",
    "both backends of an upstream are down: 502, and no attempt at all while nginx holds them for dead",
    site(
      `location /ws { ${toBackend("", "http://both")} }`,
      `upstream both { server ${backAddress}:9998; server ${backAddress}:9999; }`,
    ),
    {
      peers: {
        browser: times(
          3,
          300,
          dashboard(() => {}, { url: wsUrl }),
        ),
      },
      expect: {
        connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 502 }],
        must: ["http.upgrade.gateway-error"],
        may: ["tcp.open.refused"],
      },
    },
  ),
  behindNginx(
    "nginx-444",
    "the request's Host fits no server_name: nginx's default server returns 444, which is no answer at all",
    `${working().replace("listen 80;", "listen 80; server_name app.example;")} server { listen 80 default_server; return 444; }`,
    {
      expect: {
        connections: [{ dialledBy: "browser", kind: "upgrade-unanswered", firstCloser: "server", ending: "fin" }],
        must: ["http.upgrade.unanswered"],
      },
    },
  ),
  behindNginx(
    "nginx-extensions-hidden",
    "nginx hides Sec-WebSocket-Extensions of the 101: the server compresses, the browser has not agreed",
    working("proxy_hide_header Sec-WebSocket-Extensions;"),
    {
      captures: seenTwice({ ...unread, blames: "One side compresses" }),
      peers: {
        server: telemetry({ perMessageDeflate: { threshold: 0 } }),
      },
      expect: { ...unread, blames: "The proxy at" },
    },
  ),
  behindNginx(
    "nginx-one-location-forgotten",
    "/ws has the upgrade lines, /admin/ws has not: one dashboard works, the other gets 426",
    site(`location /ws { ${toBackend()} } location /admin/ws { proxy_pass ${backend}; }`),
    {
      captures: seenTwice({ connections: halfServed, must: ["http.upgrade.refused"] }),
      peers: {
        browser: leavingDashboard(2500, { url: wsUrl }),
        admin: dashboard(() => {}, { url: `ws://${frontAddress}/admin/ws` }),
      },
      expect: { connections: halfServed, must: ["http.upgrade.fields-stripped"] },
    },
  ),
  behindNginx(
    "nginx-idle-server-frozen",
    "the server is frozen: its 2 s heartbeat stops, and nginx's proxy_read_timeout of 8 s ends what is only a symptom",
    working("proxy_read_timeout 8s;"),
    {
      seconds: 40,
      peers: { server: telemetry({ everyMs: 500, beat: [2000, 6000] }) },
      fault: async (stage) => {
        await stage.logged("browser", "open");
        await sleep(7000);
        stage.signal("server", "SIGSTOP");
        return undefined;
      },
      expect: {
        connections: [{ dialledBy: "browser", clientSees: 1006, firstCloser: "server", ending: "fin" }],
        must: ["ws.close.no-close-frame"],
        may: ["ws.idle.timeout"],
        blames: "The server's own pings",
      },
    },
  ),
  behindNginx(
    "nginx-slow-browser",
    "the browser stops reading: nginx's buffers fill, then nginx stops reading the backend, whose heartbeat gives up",
    working("proxy_read_timeout 1h;"),
    {
      seconds: 40,
      peers: {
        server: telemetry({ beat: [1000, 3000] }, (ws) => flood(ws, 1_000_000, 20_000)),
        browser: dashboard((ws) => ws.once("message", () => ws.pause()), { url: wsUrl }),
      },
      prepare: async (stage) => {
        for (const place of ["client", "proxy", "server"] as const) smallBuffers(stage, place);
        await startNginx(stage, working("proxy_read_timeout 1h;"));
      },
      fault: async (stage) => {
        await stage.logged("server", "terminate");
        await sleep(1200);
        return "over";
      },
      expect: {
        connections: [{ dialledBy: "browser", firstCloser: null }],
        must: [],
        warns: ["tcp.zero-window"],
        may: ["ws.pong.missing"],
        partial: true,
      },
    },
  ),
  {
    name: "haproxy-send-proxy",
    injects:
      "HAProxy sends the PROXY protocol (send-proxy) to a Node backend, which takes it for a broken request: 400",
    network: "proxied",
    captures: [{ at: "proxy", interface: "any" }],
    peers: { server: telemetry(), browser: dashboard(() => {}, { url: wsUrl }) },
    prepare: (stage) => startHaproxy(stage, `${backAddress}:8080 send-proxy`, ["client 5s", "server 5s"]),
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 400 }],
      must: ["http.upgrade.refused"],
      blames: "192.168.60.1 begins",
    },
  },
  {
    name: "haproxy-send-proxy-read",
    injects: "nothing: HAProxy sends the PROXY protocol to a backend that reads it",
    network: "proxied",
    captures: [{ at: "proxy", interface: "any" }],
    peers: {
      server: server(async (peer) => {
        const { http } = await serveTelemetry(peer, { everyMs: 300, port: 8081, host: "127.0.0.1" });
        const reader = createServer((socket) =>
          socket.once("readable", () => {
            const first = socket.read() as Buffer;
            socket.unshift(first.subarray(first.indexOf("\n") + 1));
            http.emit("connection", socket);
          }),
        );
        reader.listen(8080, "0.0.0.0");
      }),
      browser: leavingDashboard(2000, { url: wsUrl }),
    },
    prepare: (stage) => startHaproxy(stage, `${backAddress}:8080 send-proxy`, ["client 5s", "server 5s"]),
    expect: { connections: [{ dialledBy: "browser", kind: "websocket", status: 101, clientSees: 1000 }], must: [] },
  },
  {
    name: "haproxy-health-check-426",
    injects:
      "HAProxy's health check asks the WebSocket server for / and gets 426: it holds the server for dead, 503 to all",
    network: "proxied",
    captures: [
      { at: "proxy", interface: "any" },
      {
        at: "client",
        interface: "eth0",
        label: "client",
        expect: {
          connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 503 }],
          must: ["http.upgrade.gateway-error"],
          blames: "The load balancer",
        },
      },
      { at: "server", interface: "eth0", label: "server", expect: { connections: [], must: ["capture.no-websocket"] } },
    ],
    peers: {
      server: telemetry(),
      browser: times(
        3,
        800,
        dashboard(() => {}, { url: wsUrl }),
      ),
    },
    prepare: async (stage) => {
      await startHaproxy(stage, `${backAddress}:8080 check inter 300ms fall 2\n  option httpchk GET /`, [
        "client 5s",
        "server 5s",
      ]);
    },
    fault: async (stage) => {
      await stage.logged("browser", "exited");
      return "over";
    },
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 503 }],
      must: ["http.upgrade.gateway-error"],
      blames: "A health check takes",
    },
  },
  {
    name: "haproxy-maxconn-queue",
    injects:
      "HAProxy allows one connection to the server (maxconn 1): the second dashboard waits in its queue, then 503",
    network: "proxied",
    captures: [{ at: "proxy", interface: "any" }],
    peers: {
      server: telemetry(),
      browser: leavingDashboard(5000, { url: wsUrl }),
      second: client(async (peer) => {
        await sleep(1000);
        await dashboard(() => {}, { url: wsUrl }).run(peer);
      }),
    },
    prepare: (stage) => startHaproxy(stage, `${backAddress}:8080 maxconn 1`, ["client 30s", "server 30s", "queue 2s"]),
    expect: {
      connections: [
        { dialledBy: "browser", clientSees: 1000 },
        { dialledBy: "second", kind: "upgrade-refused", status: 503 },
      ],
      must: ["http.upgrade.gateway-error"],
      blames: "A limit on connections",
    },
  },
  behindNginx(
    "sio-two-backends-websocket",
    "nothing: two backends without sticky sessions, but the client uses websocket alone",
    site(
      `location /socket.io/ { ${toBackend("", "http://both")} }`,
      `upstream both { server ${backAddress}:7002; server ${backAddress}:7003; }`,
    ),
    {
      peers: {
        server: server((peer) => serveSocketIo(peer)),
        other: server((peer) => serveSocketIo(peer, {}, undefined, 7003)),
        browser: chat(`http://${frontAddress}/im`, { transports: ["websocket"] }),
      },
      expect: nothing,
    },
  ),
  behindNginx(
    "sio-poll-body-too-large",
    "a polling client emits 300 kB, nginx's client_max_body_size is 100k: 413",
    site(`client_max_body_size 100k; location /socket.io/ { ${toBackend("", `http://${backAddress}:7002`)} }`),
    {
      peers: {
        server: server((peer) => serveSocketIo(peer)),
        browser: client(async (peer) => {
          const socket = dialSocketIo(peer, `http://${frontAddress}/im`, { transports: ["polling"] });
          if (!(await connected(socket))) return;
          setTimeout(() => socket.emit("message", "x".repeat(300_000)), 500);
          await disconnected(socket);
        }),
      },
      expect: { connections: [], must: ["http.upgrade.refused"], blames: "The POST of a poll" },
    },
  ),
  behindNginx(
    "sio-proxy-timeout-below-ping",
    "Socket.IO pings every 25 s, nginx's proxy_read_timeout is 6s: it ends the WebSocket before the first ping",
    site(`location /socket.io/ { ${toBackend("proxy_read_timeout 6s;", `http://${backAddress}:7002`)} }`),
    {
      captures: seenTwice({ connections: [], must: ["ws.close.no-close-frame"], blames: "nginx's proxy_read_timeout" }),
      peers: {
        server: server((peer) => serveSocketIo(peer)),
        browser: client(async (peer) => {
          const socket = dialSocketIo(peer, `http://${frontAddress}/im`, { transports: ["websocket"] });
          if (await connected(socket)) await disconnected(socket);
          await sleep(300);
        }),
      },
      expect: { connections: [], must: ["ws.close.no-close-frame"], blames: "nginx's proxy_read_timeout" },
    },
  ),
];
