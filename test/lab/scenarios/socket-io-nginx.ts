// The second guide's problem and its neighbours: Socket.IO behind nginx.

import { backAddress, frontAddress } from "../addresses.ts";
import { startNginx, upgradeLines, upgradeMap } from "../nginx.ts";
import { type Peer, sleep } from "../peer-context.ts";
import { client, server } from "../peers/rows.ts";
import { chat, connected, dialSocketIo, disconnected, serveSocketIo } from "../peers/socket-io.ts";
import { token } from "../token.ts";
import type { Scenario } from "../types.ts";

const backend = server((peer) => serveSocketIo(peer));
const page = `http://${frontAddress}`;
const site = (location: string) => `${upgradeMap}
  server {
    listen 80;
    ${location}
    location /api/ { proxy_pass http://${backAddress}:7002/; }
    location / { try_files $uri $uri/ /index.html; }
  }`;

const socketIoOnWebSocket = client(async (peer) => {
  const socket = dialSocketIo(peer, `${page}/im`, { transports: ["websocket"], auth: { token: token(3600) } });
  await connected(socket);
  socket.disconnect();
});

const proxied = { network: "proxied", captures: [{ at: "proxy", interface: "any" }] } as const;

async function callApi(peer: Peer): Promise<void> {
  for (let times = 0; times < 3; times += 1) {
    const answer = await fetch(`${page}/api/profile`);
    peer.log("api", { status: answer.status });
    await sleep(250);
  }
}

export const socketIoBehindNginx: readonly Scenario[] = [
  {
    name: "sio-unknown-sid",
    injects: "polling is balanced between two servers without sticky sessions: 400 code 1, Session ID unknown",
    fast: true,
    network: "proxied",
    captures: [{ at: "proxy", interface: "any" }],
    peers: {
      server: backend,
      other: server((peer) => serveSocketIo(peer, {}, undefined, 7003)),
      browser: client(async (peer) => {
        const socket = dialSocketIo(peer, `${page}/im`);
        await connected(socket);
        await sleep(500);
        socket.disconnect();
      }),
    },
    prepare: (stage) =>
      startNginx(
        stage,
        `${upgradeMap}
  upstream servers { server ${backAddress}:7002; server ${backAddress}:7003; }
  server { listen 80; location /socket.io/ { proxy_pass http://servers; ${upgradeLines} } }`,
      ),
    expect: { connections: [], must: ["eio.request.refused"], may: ["eio.upgrade.failed", "http.upgrade.refused"] },
  },
  {
    name: "socketio-nginx",
    injects: "nginx has no location /socket.io/: the upgrade gets the SPA's index.html, /api reaches the backend",
    ...proxied,
    fast: true,
    peers: { server: backend, api: client(callApi), browser: socketIoOnWebSocket },
    prepare: (stage) => startNginx(stage, site("")),
    expect: {
      connections: [],
      must: ["http.upgrade.not-forwarded"],
      may: ["http.upgrade.page-returned"],
    },
  },
  {
    name: "socketio-nginx-polling",
    injects: "as socketio-nginx, with polling first: the polls get the SPA's index.html too",
    ...proxied,
    peers: { server: backend, api: client(callApi), browser: chat(`${page}/im`) },
    prepare: (stage) => startNginx(stage, site("")),
    expect: {
      connections: [],
      must: [],
      mustOneOf: ["http.upgrade.not-forwarded", "http.upgrade.page-returned", "eio.request.refused"],
    },
  },
  {
    name: "socketio-nginx-stripped",
    injects: "nginx passes /socket.io/ on without the upgrade lines: Engine.IO answers 400 code 3 or 0",
    ...proxied,
    fast: true,
    peers: { server: backend, browser: socketIoOnWebSocket },
    prepare: (stage) => startNginx(stage, site(`location /socket.io/ { proxy_pass http://${backAddress}:7002; }`)),
    expect: {
      connections: [],
      must: ["http.upgrade.fields-stripped"],
      may: ["eio.request.refused", "http.upgrade.refused"],
    },
  },
  {
    name: "socketio-nginx-upgrade-fails",
    injects: "nginx without the upgrade lines, polling first: the session works on polling, its upgrade fails",
    ...proxied,
    peers: { server: backend, browser: chat(`${page}/im`, {}, 2500) },
    prepare: (stage) => startNginx(stage, site(`location /socket.io/ { proxy_pass http://${backAddress}:7002; }`)),
    expect: {
      connections: [],
      must: ["http.upgrade.fields-stripped"],
      may: ["eio.upgrade.failed", "eio.request.refused", "http.upgrade.refused"],
    },
  },
  {
    name: "socketio-nginx-slash",
    injects: "proxy_pass with a slash at the end: the backend is asked for /?EIO=4 and lets go after a second",
    ...proxied,
    peers: { server: backend, browser: socketIoOnWebSocket },
    prepare: (stage) =>
      startNginx(stage, site(`location /socket.io/ { proxy_pass http://${backAddress}:7002/; ${upgradeLines} }`)),
    expect: { connections: [], must: ["http.upgrade.unanswered"], may: ["http.upgrade.gateway-error"] },
  },
  {
    name: "socketio-nginx-error-event",
    injects: "the gateway accepts the poll, emits error and disconnects; polls and WebSocket pass nginx",
    ...proxied,
    fast: true,
    peers: {
      server: server((peer) =>
        serveSocketIo(peer, {}, (socket) => {
          socket.emit("error", { message: "无效的认证令牌" });
          socket.disconnect();
        }),
      ),
      browser: client(async (peer) => {
        const socket = dialSocketIo(peer, `${page}/im`, { auth: { token: "revoked" } });
        await disconnected(socket);
        await sleep(300);
      }),
    },
    prepare: (stage) =>
      startNginx(stage, site(`location /socket.io/ { proxy_pass http://${backAddress}:7002; ${upgradeLines} }`)),
    expect: { connections: [], must: ["sio.disconnected"], mustOneOf: ["sio.disconnected"] },
  },
  {
    name: "socketio-nginx-poll-timeout",
    injects: "nginx's proxy_read_timeout is shorter than a poll waits: 504, and the client opens a new session",
    ...proxied,
    peers: {
      server: backend,
      browser: client(async (peer) => {
        const socket = dialSocketIo(peer, `${page}/im`, { transports: ["polling"] });
        await disconnected(socket);
      }),
    },
    prepare: (stage) =>
      startNginx(
        stage,
        site(`location /socket.io/ { proxy_pass http://${backAddress}:7002; proxy_read_timeout 1s; ${upgradeLines} }`),
      ),
    expect: { connections: [], must: ["http.upgrade.gateway-error"] },
  },
  {
    name: "socketio-nginx-auth-request",
    injects: "nothing: nginx asks for the login first (auth_request), then forwards the upgrade",
    ...proxied,
    peers: {
      server: backend,
      browser: chat(`${page}/im`, { transports: ["websocket"], auth: { token: token(3600) } }),
    },
    prepare: (stage) =>
      startNginx(
        stage,
        site(`location = /_auth { internal; proxy_pass http://${backAddress}:7002/login; }
    location /socket.io/ { auth_request /_auth; proxy_pass http://${backAddress}:7002; ${upgradeLines} }`),
      ),
    expect: { connections: [], must: [] },
  },
  {
    name: "socketio-nginx-fixed",
    injects: "nothing: the second guide's corrected nginx configuration",
    ...proxied,
    peers: { server: backend, browser: chat(`${page}/im`, { auth: { token: token(3600) } }) },
    prepare: (stage) =>
      startNginx(stage, site(`location /socket.io/ { proxy_pass http://${backAddress}:7002; ${upgradeLines} }`)),
    expect: { connections: [], must: [] },
  },
];
