// nginx between browser and server: right, wrong, and with the server gone.

import { backAddress, frontAddress } from "../addresses.ts";
import { startNginx, tlsLines, upgradeLines, upgradeMap } from "../nginx.ts";
import { sleep } from "../peer-context.ts";
import { refuseWith, serveHttp } from "../peers/http.ts";
import { client, dashboard, leavingDashboard, server, telemetry } from "../peers/rows.ts";
import { watchTelemetry } from "../peers/telemetry.ts";
import type { CapturePoint, Scenario } from "../types.ts";

const wsUrl = `ws://${frontAddress}/ws`;
const any: readonly CapturePoint[] = [{ at: "proxy", interface: "any" }];
const proxied = { network: "proxied", captures: any } as const;
const backend = `http://${backAddress}:8080`;

/** One server block; `location` holds what the proxy does with /ws. */
const site = (location: string): string => `${upgradeMap}
  server {
    listen 80;
    location / { try_files $uri $uri/ /index.html; }
    ${location}
  }`;

const working = (more = "") =>
  site(`location /ws {
      proxy_pass ${backend};
      ${upgradeLines}
      ${more}
    }`);

const wssUrl = `wss://${frontAddress}/ws`;
const overTls = (more: string) => working(more).replace("listen 80;", `listen 443 ssl; ${tlsLines}`);

const nothing = server(async (peer) => {
  peer.log("listening", { port: null });
  setInterval(() => {}, 1000);
});

export const proxies: readonly Scenario[] = [
  {
    name: "proxied-any",
    injects: "nothing: a dashboard behind nginx, both legs captured on the proxy's `any`",
    ...proxied,
    fast: true,
    peers: {
      server: telemetry({ everyMs: 500, beat: [1000, 3000] }),
      browser: leavingDashboard(3700, { url: wsUrl }),
    },
    prepare: (stage) => startNginx(stage, working("proxy_read_timeout 1h;")),
    expect: {
      connections: [{ dialledBy: "browser", kind: "websocket", status: 101, clientSees: 1000, ending: "fin" }],
      must: [],
      mustNot: ["http.upgrade.not-forwarded"],
    },
  },
  {
    name: "proxy-frozen",
    injects: "nginx is frozen (SIGSTOP): the server's pings reach its host, are acknowledged and go no further",
    ...proxied,
    fast: true,
    peers: { server: telemetry({ beat: [1000, 3000] }), browser: dashboard(() => {}, { url: wsUrl }) },
    prepare: (stage) => startNginx(stage, working("proxy_read_timeout 1h;")),
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(2500);
      const [, id = ""] = /pid=(\d+)/.exec(stage.run("proxy", "ss", "-Hltnp", "sport = :80")) ?? [];
      process.kill(Number(id), "SIGSTOP");
      stage.note("nginx frozen");
      await stage.logged("server", "close");
      return "over";
    },
    expect: {
      connections: [{ dialledBy: "browser", kind: "websocket", status: 101, ending: "open", firstCloser: null }],
      must: ["ws.pong.missing"],
      mustNot: ["tcp.path.blackhole"],
    },
  },
  {
    name: "proxy-limit-conn",
    injects: "nginx allows one connection of an address (limit_conn): the second dashboard gets nginx's own 503",
    ...proxied,
    peers: {
      server: telemetry(),
      browser: leavingDashboard(3000, { url: wsUrl }),
      second: client(async (peer) => {
        await sleep(1000);
        await watchTelemetry(peer, wsUrl);
      }),
    },
    prepare: (stage) =>
      startNginx(stage, `limit_conn_zone $binary_remote_addr zone=one:1m; ${working("limit_conn one 1;")}`),
    expect: {
      connections: [
        { dialledBy: "browser", clientSees: 1000, ending: "fin" },
        { dialledBy: "second", kind: "upgrade-refused", status: 503 },
      ],
      must: ["http.upgrade.gateway-error"],
      mustNot: ["http.upgrade.not-forwarded", "tcp.open.refused"],
    },
  },
  {
    name: "proxy-next-upstream",
    injects: "the first of nginx's two backends is down; nginx goes on to the second, the dashboard notices nothing",
    ...proxied,
    peers: { server: telemetry(), browser: leavingDashboard(2000, { url: wsUrl }) },
    prepare: (stage) =>
      startNginx(
        stage,
        `upstream both { server ${backAddress}:9999; server ${backAddress}:8080; } ${working().replace(backend, "http://both")}`,
      ),
    expect: {
      connections: [{ dialledBy: "browser", kind: "websocket", status: 101, clientSees: 1000, ending: "fin" }],
      must: ["tcp.open.refused"],
      mustNot: ["http.upgrade.gateway-error"],
    },
  },
  {
    name: "proxy-fields-stripped",
    injects: "nginx without the upgrade lines: HTTP/1.0 and no Upgrade towards the backend",
    ...proxied,
    fast: true,
    peers: { server: server((peer) => serveHttp(peer, () => {})), browser: dashboard(() => {}, { url: wsUrl }) },
    prepare: (stage) => startNginx(stage, site(`location /ws { proxy_pass ${backend}; }`)),
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 200 }],
      must: ["http.upgrade.fields-stripped"],
      // The page on the client's leg is what follows.
      may: ["http.upgrade.page-returned"],
    },
  },
  {
    name: "proxy-fields-stripped-ws",
    injects: "nginx without the upgrade lines before a `ws` server, which answers 426",
    ...proxied,
    peers: { server: telemetry(), browser: dashboard(() => {}, { url: wsUrl }) },
    prepare: (stage) => startNginx(stage, site(`location /ws { proxy_pass ${backend}; }`)),
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 426 }],
      must: ["http.upgrade.fields-stripped"],
      may: ["http.upgrade.refused"],
    },
  },
  {
    name: "proxy-fields-stripped-1.1",
    injects: "nginx with proxy_http_version 1.1 but without Upgrade and Connection",
    ...proxied,
    peers: { server: telemetry(), browser: dashboard(() => {}, { url: wsUrl }) },
    prepare: (stage) =>
      startNginx(
        stage,
        site(`location /ws { proxy_pass ${backend}; proxy_http_version 1.1; proxy_set_header Connection ""; }`),
      ),
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 426 }],
      must: ["http.upgrade.fields-stripped"],
      may: ["http.upgrade.refused"],
    },
  },
  {
    name: "proxy-not-forwarded",
    injects: "no location for /ws: nginx serves the SPA's index.html itself, while /api goes to the backend",
    ...proxied,
    fast: true,
    peers: {
      server: server((peer) => serveHttp(peer, () => {})),
      api: {
        at: "client",
        role: "client",
        run: async (peer) => {
          for (let times = 0; times < 3; times += 1) {
            const answer = await fetch(`http://${frontAddress}/api/health`);
            peer.log("api", { status: answer.status });
            await sleep(200);
          }
        },
      },
      browser: dashboard(() => {}, { url: wsUrl }),
    },
    prepare: (stage) => startNginx(stage, site(`location /api/ { proxy_pass ${backend}; }`)),
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 200 }],
      must: ["http.upgrade.not-forwarded"],
      may: ["http.upgrade.page-returned"],
    },
  },
  {
    name: "proxy-502",
    injects: "the backend is down: its host answers nginx with RST, nginx answers 502",
    ...proxied,
    fast: true,
    peers: { server: nothing, browser: dashboard(() => {}, { url: wsUrl }) },
    prepare: (stage) => startNginx(stage, working()),
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 502 }],
      must: ["http.upgrade.gateway-error"],
      may: ["tcp.open.refused"],
    },
  },
  {
    name: "proxy-502-client-side",
    injects: "the backend is down; captured at the browser, which sees the 502 only",
    network: "proxied",
    captures: [{ at: "client", interface: "eth0" }],
    peers: { server: nothing, browser: dashboard(() => {}, { url: wsUrl }) },
    prepare: (stage) => startNginx(stage, working()),
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 502 }],
      must: ["http.upgrade.gateway-error"],
      mustNot: ["tcp.open.refused"],
    },
  },
  {
    name: "proxy-504",
    injects: "the backend accepts and ignores the upgrade; nginx answers 504 at its read timeout of three seconds",
    ...proxied,
    fast: true,
    peers: { server: server((peer) => serveHttp(peer, () => {})), browser: dashboard(() => {}, { url: wsUrl }) },
    prepare: (stage) => startNginx(stage, working("proxy_read_timeout 3s;")),
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 504 }],
      must: ["http.upgrade.gateway-error"],
      may: ["http.upgrade.unanswered"],
    },
  },
  {
    name: "proxy-403",
    injects: "the backend answers 403 through nginx",
    ...proxied,
    peers: {
      server: server((peer) => serveHttp(peer, refuseWith("403 Forbidden", "no"))),
      browser: dashboard(() => {}, { url: wsUrl }),
    },
    prepare: (stage) => startNginx(stage, working()),
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 403 }],
      must: ["http.upgrade.refused"],
      mustNot: ["http.upgrade.not-forwarded", "http.upgrade.fields-stripped"],
    },
  },
  {
    name: "http-on-tls-port-nginx",
    injects: "ws:// dialled on nginx's TLS port: 400 The plain HTTP request was sent to HTTPS port",
    ...proxied,
    fast: true,
    peers: { server: nothing, browser: dashboard(() => {}, { url: `ws://${frontAddress}:443/ws` }) },
    prepare: (stage) => startNginx(stage, `server { listen 443 ssl; ${tlsLines} location / { return 404; } }`, 443),
    expect: { connections: [{ dialledBy: "browser", status: 400 }], must: ["http.on-tls-port"] },
  },
  {
    name: "proxied-tls",
    injects: "nothing: wss:// to nginx, ws:// behind it",
    ...proxied,
    peers: {
      server: telemetry({ beat: [1000, 3000] }),
      browser: leavingDashboard(3500, { url: wssUrl, rejectUnauthorized: false }),
    },
    prepare: (stage) => startNginx(stage, overTls("proxy_read_timeout 1h;"), 443),
    expect: {
      // nginx resets when the client's close_notify came before its own end: a race.
      connections: [{ dialledBy: "browser", kind: "tls" }],
      must: [],
      mustNot: ["tls.handshake.failed"],
    },
  },
  {
    name: "proxied-tls-idle",
    injects: "nobody sends anything on a wss:// WebSocket; nginx ends it at proxy_read_timeout 3s (close_notify)",
    ...proxied,
    peers: {
      server: telemetry({ everyMs: 60_000 }),
      browser: dashboard(() => {}, { url: wssUrl, rejectUnauthorized: false }),
    },
    prepare: (stage) => startNginx(stage, overTls("proxy_read_timeout 3s;"), 443),
    expect: {
      connections: [{ dialledBy: "browser", kind: "tls", firstCloser: "server" }],
      must: ["ws.close.no-close-frame"],
      may: ["ws.idle.timeout", "tcp.rst"],
      mustNot: ["tls.handshake.failed"],
    },
  },
  {
    name: "proxy-idle-3s",
    injects: "nobody sends anything; nginx ends both legs at proxy_read_timeout 3s",
    ...proxied,
    fast: true,
    peers: { server: telemetry({ everyMs: 60_000 }), browser: dashboard(() => {}, { url: wsUrl }) },
    prepare: (stage) => startNginx(stage, working("proxy_read_timeout 3s;")),
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, firstCloser: "server", ending: "fin" }],
      must: ["ws.close.no-close-frame"],
      may: ["ws.idle.timeout"],
    },
  },
  {
    name: "proxy-idle-60s",
    injects: "nobody sends anything; nginx ends both legs at its default proxy_read_timeout, 60 s",
    ...proxied,
    seconds: 80,
    peers: { server: telemetry({ everyMs: 200_000 }), browser: dashboard(() => {}, { url: wsUrl }) },
    prepare: (stage) => startNginx(stage, working()),
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, firstCloser: "server", ending: "fin" }],
      must: ["ws.close.no-close-frame", "ws.idle.timeout"],
    },
  },
  {
    name: "proxy-idle-60s-client-side",
    injects: "as proxy-idle-60s, captured at the browser",
    network: "proxied",
    captures: [{ at: "client", interface: "eth0" }],
    seconds: 80,
    peers: { server: telemetry({ everyMs: 200_000 }), browser: dashboard(() => {}, { url: wsUrl }) },
    prepare: (stage) => startNginx(stage, working()),
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, firstCloser: "server", ending: "fin" }],
      must: ["ws.close.no-close-frame", "ws.idle.timeout"],
    },
  },
  {
    name: "proxy-backend-killed",
    injects: "the backend is killed while a WebSocket is open through nginx",
    ...proxied,
    fast: true,
    peers: { server: telemetry(), browser: dashboard(() => {}, { url: wsUrl }) },
    prepare: (stage) => startNginx(stage, working()),
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(1000);
      stage.signal("server", "SIGKILL");
      return undefined;
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, firstCloser: "server", ending: "fin" }],
      must: ["ws.close.no-close-frame"],
    },
  },
];
