// The same faults over TLS: with the keys that the server logs they are those of ws://; without, what can be said is true.

import { backAddress, frontAddress, wssPort } from "../addresses.ts";
import { startNginx, tlsLines, upgradeLines, upgradeMap } from "../nginx.ts";
import { sleep } from "../peer-context.ts";
import { serveHttp } from "../peers/http.ts";
import { dashboard, leavingDashboard, server, type TelemetryOptions, telemetry } from "../peers/rows.ts";
import type { Expectation, PeerRow, Scenario } from "../types.ts";

const overTls = { url: `wss://${frontAddress}:${wssPort}/`, rejectUnauthorized: false };
const secure: TelemetryOptions = { secure: true, port: wssPort };

type Row = Partial<Expectation["connections"][number]>;

/** Nothing inside can be read. Healthy: that keys would help, and nothing else. */
const closed = (row: Row, more: Partial<Expectation> = {}): Expectation => ({
  connections: [{ dialledBy: "browser", kind: "tls", ...row }],
  must: ["capture.no-websocket"],
  mustNot: ["tls.handshake.failed", "tls.on-plain-port"],
  ...more,
});

/** The same rule as with the keys, from the records' sizes and times alone. */
const told = (rule: string, row: Row, mustNot: readonly string[] = []): Expectation =>
  closed(row, { mustOneOf: [rule], mustNot: ["tls.handshake.failed", ...mustNot] });

const versions = ["TLSv1.2", "TLSv1.3"] as const;
const named = (name: string, version: (typeof versions)[number]): string =>
  version === "TLSv1.3" ? name : `${name}-tls12`;

const behindNginx = { url: `wss://${frontAddress}/ws`, rejectUnauthorized: false, logsKeys: true };

const nginxOverTls = (more: string): string => `${upgradeMap}
  server {
    listen 443 ssl; ${tlsLines}
    location / { try_files $uri $uri/ /index.html; }
    location /ws {
      proxy_pass http://${backAddress}:8080;
      ${upgradeLines}
      ${more}
    }
  }`;

/** A program that asks an API over one kept connection: what no WebSocket is. */
const askingApi = (times: number, everyMs: number, body: string | null): PeerRow => ({
  at: "client",
  role: "client",
  run: async (peer) => {
    const { Agent, request } = await import("node:https");
    const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
    for (let time = 0; time < times; time += 1) {
      await new Promise<void>((resolve, reject) => {
        const method = body === null ? "GET" : "POST";
        const asked = request(`https://${frontAddress}/api/state?at=${time}`, { agent, method }, (response) => {
          response.resume().on("end", resolve);
        });
        asked.on("error", reject);
        if (body !== null) asked.write(body);
        asked.end();
      });
      peer.log("answered", { time });
      await sleep(everyMs);
    }
    agent.destroy();
  },
});

export const secured: readonly Scenario[] = [
  {
    name: "wss-healthy",
    injects: "nothing: a dashboard over wss://, pings answered, closed with 1000",
    peers: { server: telemetry({ ...secure, beat: [1000, 3000] }), browser: leavingDashboard(3500, overTls) },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000, closedBy: "client" }],
      must: [],
    },
    sealed: closed({ ending: "fin" }),
  },
  {
    name: "wss-server-killed",
    injects: "SIGKILL ends a wss:// server: FIN without Close and without close_notify",
    fast: true,
    peers: { server: telemetry(secure), browser: dashboard(() => {}, overTls) },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(1100);
      stage.signal("server", "SIGKILL");
      return undefined;
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, firstCloser: "server", ending: "fin" }],
      must: [],
      mustOneOf: ["ws.close.no-close-frame"],
    },
    sealed: told("ws.close.no-close-frame", { firstCloser: "server", ending: "fin" }),
  },
  {
    name: "wss-frozen-client",
    injects:
      "the client of a wss:// is frozen (SIGSTOP); the server pings every 1 s and terminates after 3 s without pong",
    peers: {
      server: telemetry({ ...secure, beat: [1000, 3000] }),
      browser: dashboard(() => {}, overTls),
    },
    fault: async (stage) => {
      await stage.logged("browser", "ping");
      await sleep(200);
      stage.signal("browser", "SIGSTOP");
      await stage.logged("server", "terminate");
      await sleep(300);
      return "over";
    },
    expect: {
      connections: [{ dialledBy: "browser", serverSees: 1006, firstCloser: "server", ending: "fin" }],
      must: [],
      mustOneOf: ["ws.pong.missing"],
      mustNot: ["tcp.path.blackhole", "ws.idle.timeout"],
    },
    sealed: told("ws.pong.missing", { firstCloser: "server", ending: "fin" }, ["tcp.path.blackhole"]),
  },
  {
    name: "wss-rst-unread-input",
    injects: "a wss:// server that is stuck is killed while input is unread (SIGSTOP, SIGKILL): its kernel sends RST",
    peers: {
      server: telemetry(secure),
      browser: dashboard((ws) => {
        const timer = setInterval(() => ws.send(JSON.stringify({ type: "position", at: Date.now() })), 200);
        ws.on("close", () => clearInterval(timer));
      }, overTls),
    },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(1100);
      stage.signal("server", "SIGSTOP");
      await sleep(700);
      stage.signal("server", "SIGKILL");
      return undefined;
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, firstCloser: "server", ending: "rst" }],
      must: [],
      mustOneOf: ["tcp.rst"],
      mustNot: ["tcp.rst.injected", "tcp.rst.after-idle"],
    },
    sealed: told("tcp.rst", { firstCloser: "server", ending: "rst" }, ["tcp.rst.injected"]),
  },
  {
    name: "wss-healthy-tls12",
    injects: "nothing: a dashboard over wss:// with TLS 1.2, pings answered, closed with 1001 by the server",
    peers: {
      server: telemetry({ ...secure, secure: "TLSv1.2", beat: [1000, 3000] }, (ws) =>
        setTimeout(() => ws.close(1001), 3300),
      ),
      browser: dashboard(() => {}, overTls),
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1001, serverSees: 1001, closedBy: "server" }],
      must: [],
      may: ["ws.close.code"],
    },
    sealed: closed({ ending: "fin" }),
  },
  {
    name: "wss-close-empty",
    injects: "nothing: a quiet wss:// whose server pings with nothing in it and closes without a code",
    peers: {
      server: telemetry({ ...secure, everyMs: 60_000, beat: [1000, 3000] }, (ws) => setTimeout(() => ws.close(), 5400)),
      browser: dashboard(() => {}, overTls),
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1005, serverSees: 1005, closedBy: "server" }],
      must: [],
    },
    sealed: closed({ ending: "fin" }),
  },
  ...versions.map(
    (version): Scenario => ({
      name: named("wss-terminated", version),
      injects: `the server terminates a wss:// WebSocket over ${version}: no Close frame`,
      peers: {
        server: telemetry({ ...secure, secure: version }, (ws) => setTimeout(() => ws.terminate(), 2500)),
        browser: dashboard(() => {}, overTls),
      },
      expect: {
        connections: [{ dialledBy: "browser", clientSees: 1006, firstCloser: "server", ending: "fin" }],
        must: [],
        mustOneOf: ["ws.close.no-close-frame"],
      },
      sealed: told("ws.close.no-close-frame", { firstCloser: "server", ending: "fin" }),
    }),
  ),
  ...versions.map(
    (version): Scenario => ({
      name: named("wss-forged-rst", version),
      injects: `a device on the path forges a RST from a wss:// server (${version}), hop limit 47 against 64`,
      network: "link",
      captures: [{ at: "client", interface: "eth0" }],
      peers: { server: telemetry({ ...secure, secure: version }), browser: dashboard(() => {}, overTls) },
      fault: async (stage) => {
        await stage.logged("browser", "open");
        await sleep(1500);
        stage.link.forgeReset({ from: "server", hopLimit: 47, ipId: 0 });
        stage.note("forged", {});
        await stage.logged("server", "close");
        return undefined;
      },
      expect: {
        connections: [{ dialledBy: "browser", clientSees: 1006, injected: true }],
        must: [],
        mustOneOf: ["tcp.rst.injected"],
      },
      sealed: told("tcp.rst.injected", { injected: true }),
    }),
  ),
  {
    name: "wss-cut-in-traffic",
    injects: "the cable of a wss:// WebSocket is pulled in mid-traffic",
    network: "link",
    captures: [{ at: "server", interface: "eth0" }],
    peers: { server: telemetry(secure), browser: dashboard(() => {}, overTls) },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(1500);
      stage.link.harm("both", { cut: true });
      await sleep(8000);
      return "over";
    },
    expect: {
      connections: [{ dialledBy: "browser", ending: "silent", firstCloser: null }],
      must: [],
      mustOneOf: ["tcp.path.blackhole"],
    },
    sealed: told("tcp.path.blackhole", { ending: "silent", firstCloser: null }, ["ws.close.no-close-frame"]),
  },
  {
    name: "wss-nginx-idle-60s",
    injects:
      "nobody sends anything on a wss:// WebSocket; nginx ends it at its default of 60 s; captured at the client",
    network: "proxied",
    seconds: 90,
    captures: [{ at: "client", interface: "eth0" }],
    peers: { server: telemetry({ everyMs: 600_000 }), browser: dashboard(() => {}, behindNginx) },
    prepare: (stage) => startNginx(stage, nginxOverTls(""), 443),
    // nginx says close_notify and waits: whose FIN comes first is a race.
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006 }],
      must: ["ws.idle.timeout"],
      mustOneOf: ["ws.close.no-close-frame"],
    },
    sealed: {
      ...told("ws.close.no-close-frame", {}),
      must: ["ws.idle.timeout", "capture.no-websocket"],
    },
  },
  {
    name: "wss-nginx-idle-legs",
    injects: "the same with proxy_read_timeout 3s, both legs captured: the client's with keys and without",
    network: "proxied",
    captures: [{ at: "proxy", interface: "any" }],
    peers: { server: telemetry({ everyMs: 600_000 }), browser: dashboard(() => {}, behindNginx) },
    prepare: (stage) => startNginx(stage, nginxOverTls("proxy_read_timeout 3s;"), 443),
    // As above: a race.
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006 }],
      must: [],
      mustOneOf: ["ws.close.no-close-frame"],
      may: ["ws.idle.timeout"],
      blames: "nginx's proxy_read_timeout",
    },
    sealed: {
      connections: [{ dialledBy: "browser", kind: "tls" }],
      must: [],
      mustOneOf: ["ws.close.no-close-frame"],
      blames: "An idle timer of the proxy",
    },
  },
  {
    name: "wss-nginx-killed",
    injects: "nginx is killed (SIGKILL) while a wss:// WebSocket runs through it; captured at the client",
    network: "proxied",
    captures: [{ at: "client", interface: "eth0" }],
    peers: { server: telemetry({ everyMs: 300 }), browser: dashboard(() => {}, behindNginx) },
    prepare: (stage) => startNginx(stage, nginxOverTls(""), 443),
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(2500);
      stage.run("proxy", "sh", "-c", "kill -9 $(ss -Hltnp 'sport = :443' | sed 's/.*pid=//;s/,.*//' | head -1)");
      return undefined;
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, firstCloser: "server", ending: "fin" }],
      must: [],
      mustOneOf: ["ws.close.no-close-frame"],
    },
    sealed: told("ws.close.no-close-frame", { firstCloser: "server", ending: "fin" }),
  },
  {
    name: "wss-nginx-left",
    injects: "nothing: a dashboard over wss:// to nginx closes with 1000; captured at the client",
    network: "proxied",
    captures: [{ at: "client", interface: "eth0" }],
    peers: { server: telemetry({ beat: [1000, 3000] }), browser: leavingDashboard(3500, behindNginx) },
    prepare: (stage) => startNginx(stage, nginxOverTls(""), 443),
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000, closedBy: "client" }],
      must: [],
      may: ["tcp.rst"],
    },
    sealed: closed({}),
  },
  {
    name: "https-kept",
    injects: "nothing: a program asks an API every 300 ms over one kept connection; nginx ends it when it is idle",
    network: "proxied",
    captures: [{ at: "client", interface: "eth0" }],
    peers: { server: server((peer) => serveHttp(peer, null, 8080)), browser: askingApi(8, 300, null) },
    prepare: (stage) => startNginx(stage, `${nginxOverTls("").replace("/ws", "/api")} keepalive_timeout 2s;`, 443),
    fault: async (stage) => {
      await stage.logged("browser", "answered");
      await sleep(6000);
      return "over";
    },
    expect: { connections: [], must: [] },
    sealed: { connections: [], must: ["capture.no-websocket"] },
  },
  {
    name: "https-posts",
    injects: "nothing: a program posts small pieces of JSON every 250 ms over one kept connection and leaves",
    network: "proxied",
    captures: [{ at: "client", interface: "eth0" }],
    peers: { server: server((peer) => serveHttp(peer, null, 8080)), browser: askingApi(10, 250, '{"speed":42}') },
    prepare: (stage) => startNginx(stage, nginxOverTls("").replace("/ws", "/api"), 443),
    expect: { connections: [], must: [] },
    sealed: { connections: [], must: ["capture.no-websocket"] },
  },
];
