// Ends that are easily told wrongly: crossing Closes, codes that an application chose, users behind one address, heartbeats
// with bugs, settings that almost work.

import type { IncomingMessage } from "node:http";
import { Duplex } from "node:stream";
import { connect as tlsConnect } from "node:tls";
import { backAddress, frontAddress } from "../addresses.ts";
import { both, bothOnLink } from "../capture-points.ts";
import { startNginx, tlsLines, upgradeLines, upgradeMap } from "../nginx.ts";
import { sleep } from "../peer-context.ts";
import { ended, rawDial } from "../peers/raw.ts";
import { client, dashboard, leavingDashboard, server, telemetry } from "../peers/rows.ts";
import { connected, dialSocketIo, disconnected, serveSocketIo } from "../peers/socket-io.ts";
import { serveTelemetry } from "../peers/telemetry.ts";
import { serveTls } from "../peers/tls.ts";
import { token } from "../token.ts";
import type { PeerRow, Scenario } from "../types.ts";

const wsUrl = `ws://${frontAddress}/ws`;
const backend = `http://${backAddress}:8080`;
const site = (location: string, listen = "listen 80;") => `${upgradeMap}
  server { ${listen} ${location} location / { try_files $uri $uri/ /index.html; } }`;
const working = (more = "", pass = backend) => site(`location /ws { proxy_pass ${pass}; ${upgradeLines} ${more} }`);

/** Both sides say Close when told, on a path that takes 150 ms. */
const crossing = (name: string, codes: readonly [number, number]): Scenario => ({
  name,
  injects: `both sides send Close at the same time (client ${codes[0]}, server ${codes[1]})`,
  ...bothOnLink,
  peers: {
    server: telemetry(
      { everyMs: 500 },
      (ws, _count, peer) => void peer.told("close").then(() => ws.close(codes[1], "server says")),
    ),
    browser: dashboard((ws, peer) => void peer.told("close").then(() => ws.close(codes[0], "client says"))),
  },
  prepare: async (stage) => stage.link.harm("both", { delayMs: 150 }),
  fault: async (stage) => {
    await stage.logged("browser", "open");
    await sleep(1500);
    stage.tell("server", "close");
    stage.tell("browser", "close");
    return undefined;
  },
  expect: {
    connections: [{ dialledBy: "browser", clientSees: codes[1], serverSees: codes[0], ending: "fin" }],
    must: [],
    // Which of the two came first depends on where one looks.
    may: ["ws.close.code"],
  },
});

const closesItself = (name: string, code: number, by: "client" | "server"): Scenario => ({
  name,
  injects: `the ${by}'s application itself calls close(${code})`,
  ...bothOnLink,
  peers: {
    server: telemetry({ everyMs: 500 }, (ws) => {
      if (by === "server") setTimeout(() => ws.close(code, "application"), 1500);
    }),
    browser: dashboard((ws) => {
      if (by === "client") setTimeout(() => ws.close(code, "application"), 1500);
    }),
  },
  prepare: async (stage) => stage.link.harm("both", { delayMs: 10 }),
  expect: {
    connections: [{ dialledBy: "browser", clientSees: code, serverSees: code, closedBy: by }],
    must: ["ws.close.code"],
    mustNot: ["ws.message.too-big"],
    blames: `The ${by}'s application closed with ${code} itself`,
  },
});

const tlsServer = server((peer) => serveTls(peer));

/** A TLS client that goes without a word: once it has the certificate, once the handshake is done, or some time later. */
const tlsClient = (when: "hello" | "complete" | "later"): PeerRow =>
  client(async (peer) => {
    const plain = await rawDial(peer);
    if (plain === null) return;
    const between = new Duplex({
      read: () => {},
      write: (chunk, _encoding, done) => void plain.write(chunk, () => done()),
    });
    plain.on("data", (chunk) => (when === "hello" ? plain.destroy() : between.push(chunk)));
    const socket = tlsConnect({ socket: between, rejectUnauthorized: false });
    socket.on("error", (error) => peer.log("error", { message: error.message }));
    socket.on("secureConnect", () => setTimeout(() => plain.destroy(), when === "later" ? 2000 : 0));
    await ended(plain);
    await sleep(300);
  });

const chatServer = (onConnection: Parameters<typeof serveSocketIo>[2], options = {}): PeerRow =>
  server((peer) => serveSocketIo(peer, options, onConnection));

const chatting = (options = {}, target = `http://${frontAddress}:7002/im`): PeerRow =>
  client(async (peer) => {
    const socket = dialSocketIo(peer, target, { transports: ["websocket"], ...options });
    socket.on("exception", (data) => peer.log("exception", { data }));
    if (await connected(socket)) {
      const timer = setInterval(() => socket.emit("message", "你好", () => {}), 400);
      await Promise.race([sleep(3500), disconnected(socket)]);
      clearInterval(timer);
    }
    socket.disconnect();
    await sleep(200);
  });

const withToken = { verifyClient: ({ req }: { req: IncomingMessage }) => req.headers.authorization === "Bearer good" };

export const misled: readonly Scenario[] = [
  crossing("crossing-closes", [1000, 1001]),
  crossing("crossing-closes-private", [4000, 4001]),
  closesItself("closes-1009-server", 1009, "server"),
  closesItself("closes-1009-client", 1009, "client"),
  closesItself("closes-1007-server", 1007, "server"),
  closesItself("closes-1002-client", 1002, "client"),
  {
    name: "too-big-for-client",
    injects: "the server sends 200 kB to a client whose maxPayload is 64 KiB: the client fails the WebSocket with 1009",
    ...bothOnLink,
    peers: {
      server: telemetry({ everyMs: 500 }, (ws) => setTimeout(() => ws.send("x".repeat(200_000)), 1500)),
      browser: dashboard(() => {}, { maxPayload: 65_536 }),
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, serverSees: 1009, closedBy: "client" }],
      must: ["ws.message.too-big"],
    },
  },
  {
    name: "tls-left-after-handshake",
    injects: "a TLS client completes the handshake and drops the connection without alert or request",
    peers: { server: tlsServer, browser: tlsClient("complete") },
    expect: { connections: [{ dialledBy: "browser" }], must: [], warns: ["tcp.open.no-request"] },
  },
  {
    name: "tls-left-later",
    injects: "a TLS client completes the handshake, asks nothing for two seconds and drops the connection",
    peers: { server: tlsServer, browser: tlsClient("later") },
    expect: { connections: [{ dialledBy: "browser" }], must: [], warns: ["tcp.open.no-request"] },
  },
  {
    name: "tls-left-at-hello",
    injects: "a TLS client gets the certificate and drops TCP without an alert",
    peers: {
      server: tlsServer,
      browser: tlsClient("hello"),
    },
    expect: { connections: [{ dialledBy: "browser" }], must: ["tls.handshake.failed"] },
  },
  {
    name: "other-user-gets-in",
    injects:
      "one user behind the address is refused with 401 for good, another one with the same browser gets in meanwhile",
    fast: true,
    peers: {
      server: telemetry(withToken),
      browser: client(async (peer) => {
        for (let n = 0; n < 4; n += 1) {
          await dashboard(() => {}, { headers: { authorization: "Bearer bad" } }).run(peer);
          await sleep(1500);
        }
      }),
      other: client(async (peer) => {
        await sleep(2000);
        await leavingDashboard(5000, { headers: { authorization: "Bearer good" } }).run(peer);
      }),
    },
    expect: {
      connections: [{ dialledBy: "other", clientSees: 1000, serverSees: 1000 }],
      must: [],
      mustOneOf: ["http.upgrade.refused"],
    },
  },
  {
    name: "heartbeat-bug",
    injects: "the server's heartbeat never sees the pongs (handler missing): it terminates a client that answers all",
    fast: true,
    seconds: 30,
    ...both,
    peers: {
      server: server(async (peer) => {
        const { server: webSockets } = await serveTelemetry(peer, { everyMs: 700 });
        const seen = new WeakMap<object, number>();
        setInterval(() => {
          for (const ws of webSockets.clients) {
            const since = seen.get(ws) ?? Date.now();
            seen.set(ws, since);
            if (Date.now() - since >= 2900) ws.terminate();
            else ws.ping();
          }
        }, 1000);
      }),
      browser: dashboard(),
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, serverSees: 1006, firstCloser: "server" }],
      must: ["ws.close.no-close-frame"],
      blames: "The server's own heartbeat",
    },
  },
  {
    name: "token-expires-in-session",
    injects: "the token in the query expires while the WebSocket is open: the server closes with 4401",
    seconds: 30,
    peers: {
      server: telemetry({ everyMs: 500 }, (ws) => setTimeout(() => ws.close(4401, "token expired"), 3000)),
      browser: dashboard(() => {}, { url: `ws://${frontAddress}:8080/?token=${token(2)}` }),
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 4401, serverSees: 4401, closedBy: "server" }],
      must: ["jwt.expired"],
    },
  },
  {
    name: "replaced-by-second-tab",
    injects: "the server allows one WebSocket a user: the second tab's makes it close the first with 4000",
    peers: {
      server: server(async (peer) => {
        let before: { close(code: number, reason: string): void } | null = null;
        await serveTelemetry(peer, { everyMs: 500 }, (ws) => {
          before?.close(4000, "replaced");
          before = ws;
        });
      }),
      browser: dashboard(),
      second: client(async (peer) => {
        await sleep(1500);
        await leavingDashboard(1500).run(peer);
      }),
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 4000, serverSees: 4000, closedBy: "server" }],
      must: ["ws.close.code"],
    },
  },
  {
    name: "sio-exception",
    injects: "a NestJS handler throws WsException: the server emits `exception` and stays connected",
    fast: true,
    peers: {
      server: chatServer((socket) =>
        socket.on("message", () => socket.emit("exception", { status: "error", message: "Forbidden resource" })),
      ),
      browser: chatting(),
    },
    expect: { connections: [], must: ["sio.exception"] },
  },
  {
    name: "sio-token-expires-in-session",
    injects: "the token expires in the session: the gateway emits `exception` and disconnects",
    peers: {
      server: chatServer((socket) =>
        setTimeout(() => {
          socket.emit("exception", { status: "error", message: "Token 已过期" });
          socket.disconnect(true);
        }, 2000),
      ),
      browser: chatting({ auth: { token: token(1) } }),
    },
    expect: { connections: [], must: ["jwt.expired"] },
  },
  {
    name: "sio-server-slow-to-accept",
    injects:
      "the gateway's middleware checks the token against a database that does not answer: CONNECT stays unanswered",
    seconds: 30,
    peers: {
      server: server(async (peer) => {
        const io = await serveSocketIo(peer);
        io.of("/im").use(() => {});
      }),
      browser: client(async (peer) => {
        const socket = dialSocketIo(peer, `http://${frontAddress}:7002/im`, { transports: ["websocket"] });
        await Promise.race([connected(socket), sleep(9000)]);
        socket.disconnect();
        await sleep(200);
      }),
    },
    expect: { connections: [], must: ["sio.connect.unanswered"], blames: "A middleware of /im" },
  },
  {
    name: "sio-payload-too-big",
    injects: "the client emits 2 MB, the server's maxHttpBufferSize is 1 MB: the transport closes",
    peers: {
      server: chatServer(() => {}),
      browser: client(async (peer) => {
        const socket = dialSocketIo(peer, `http://${frontAddress}:7002/im`, { transports: ["websocket"] });
        if (await connected(socket)) {
          const gone = disconnected(socket);
          setTimeout(() => socket.emit("message", "x".repeat(2_000_000)), 1000);
          await Promise.race([gone, sleep(5000)]);
        }
        socket.disconnect();
        await sleep(200);
      }),
    },
    expect: { connections: [], must: ["ws.message.too-big"] },
  },
  {
    name: "nginx-connection-close",
    injects: "nginx passes Upgrade on but Connection: close (no map)",
    network: "proxied",
    captures: [{ at: "proxy", interface: "any" }],
    peers: { server: telemetry(), browser: dashboard(() => {}, { url: wsUrl }) },
    prepare: (stage) =>
      startNginx(
        stage,
        site(`location /ws { proxy_pass ${backend}; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; }`),
      ),
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 426 }],
      must: ["http.upgrade.fields-stripped"],
    },
  },
  {
    name: "nginx-tls-to-plain-backend",
    injects: "proxy_pass https:// towards a backend that speaks plain HTTP: 502",
    network: "proxied",
    captures: [{ at: "proxy", interface: "any" }],
    peers: { server: telemetry(), browser: dashboard(() => {}, { url: wsUrl }) },
    prepare: (stage) => startNginx(stage, working("", `https://${backAddress}:8080`)),
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 502 }],
      must: ["tls.on-plain-port"],
      blames: "The proxy",
    },
  },
  {
    name: "nginx-plain-to-tls-backend",
    injects: "proxy_pass http:// towards a backend that speaks TLS: nginx's request is taken for a broken ClientHello",
    network: "proxied",
    captures: [
      { at: "proxy", interface: "any" },
      {
        at: "client",
        interface: "eth0",
        label: "client",
        expect: { connections: [{ dialledBy: "browser", status: 502 }], must: ["http.upgrade.gateway-error"] },
      },
      {
        at: "server",
        interface: "eth0",
        label: "server",
        // A handler that destroys the socket of a path it does not know leaves the same packets: TLS is one cause of two.
        expect: { connections: [], must: ["http.on-tls-port", "http.upgrade.unanswered"] },
      },
    ],
    peers: { server: telemetry({ secure: true }), browser: dashboard(() => {}, { url: wsUrl }) },
    prepare: (stage) => startNginx(stage, working()),
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 502 }],
      must: ["http.on-tls-port", "http.upgrade.unanswered"],
    },
  },
  {
    name: "nginx-504-connect",
    injects: "the backend's firewall drops nginx's SYNs: 504 after proxy_connect_timeout 3s",
    network: "proxied",
    captures: [{ at: "proxy", interface: "any" }],
    peers: { server: telemetry(), browser: dashboard(() => {}, { url: wsUrl }) },
    prepare: async (stage) => {
      stage.nft("server", "table ip lab { chain input { type filter hook input priority 0; tcp dport 8080 drop; }; }");
      await startNginx(stage, working("proxy_connect_timeout 3s;"));
    },
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 504 }],
      must: ["tcp.open.unanswered"],
    },
  },
  {
    name: "nginx-upgrade-on-polling",
    injects:
      "nginx says Upgrade: websocket on every request (constants, no map): Socket.IO's polls are taken for upgrades",
    fast: true,
    network: "proxied",
    captures: [{ at: "proxy", interface: "any" }],
    peers: {
      server: server((peer) => serveSocketIo(peer)),
      browser: chatting({ transports: ["polling", "websocket"] }, `http://${frontAddress}/im`),
    },
    prepare: (stage) =>
      startNginx(
        stage,
        site(
          `location /socket.io/ { proxy_pass http://${backAddress}:7002; proxy_http_version 1.1; proxy_set_header Upgrade websocket; proxy_set_header Connection "Upgrade"; }`,
        ),
      ),
    expect: { connections: [], must: ["http.upgrade.refused"], blames: "A proxy writes Upgrade" },
  },
  {
    name: "wss-nginx-backend-dies",
    injects: "the backend of a wss:// WebSocket dies; captured at the browser without keys, and at the proxy",
    network: "proxied",
    captures: [{ at: "proxy", interface: "any" }],
    peers: {
      server: telemetry({ everyMs: 300 }),
      browser: dashboard(() => {}, { url: `wss://${frontAddress}/ws`, rejectUnauthorized: false }),
    },
    prepare: (stage) => startNginx(stage, working().replace("listen 80;", `listen 443 ssl; ${tlsLines}`), 443),
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(2000);
      stage.signal("server", "SIGKILL");
      return undefined;
    },
    expect: { connections: [], must: ["ws.close.no-close-frame"] },
  },
];
