// Socket.IO: healthy, refused, on the wrong path, behind a proxy that does not help.

import { WebSocket } from "ws";
import { frontAddress } from "../addresses.ts";
import { sleep } from "../peer-context.ts";
import { client, server } from "../peers/rows.ts";
import { chat, connected, dialSocketIo, serveSocketIo } from "../peers/socket-io.ts";
import { closed } from "../peers/websocket.ts";
import { token } from "../token.ts";
import type { Scenario } from "../types.ts";

const origin = `http://${frontAddress}:7002`;
const backend = server((peer) => serveSocketIo(peer));

/** The second guide's gateway: it reads the token and refuses with the guide's own words. */
const guarded = server((peer) =>
  serveSocketIo(peer, {}).then((io) => {
    io.of("/im").use((socket, next) => {
      const sent = socket.handshake.auth["token"] as string | undefined;
      if (!sent) return next(new Error("缺少 token"));
      const payload = sent.split(".")[1];
      if (!payload) return next(new Error("Invalid auth token"));
      const { exp } = JSON.parse(Buffer.from(payload, "base64url").toString()) as { exp: number };
      return next(exp * 1000 < Date.now() ? new Error("Token 已过期") : undefined);
    });
  }),
);

function auth(name: string, injects: string, makeAuth: () => object, may: readonly string[] = []): Scenario {
  return {
    name,
    injects,
    fast: true,
    peers: {
      server: guarded,
      browser: client(async (peer) => {
        const socket = dialSocketIo(peer, `${origin}/im`, { transports: ["websocket"], auth: makeAuth() });
        await connected(socket);
        await sleep(300);
        socket.disconnect();
        await sleep(200);
      }),
    },
    expect: { connections: [], must: ["sio.connect.refused"], may },
  };
}

export const socketIo: readonly Scenario[] = [
  {
    name: "sio-upgrade",
    injects: "nothing: polling first, then upgraded to WebSocket, as Socket.IO does by default",
    fast: true,
    peers: { server: backend, browser: chat(`${origin}/im`) },
    expect: { connections: [], must: [] },
  },
  {
    name: "sio-websocket",
    injects: "nothing: WebSocket only, with heartbeats",
    peers: {
      server: server((peer) => serveSocketIo(peer, { pingInterval: 700, pingTimeout: 500 })),
      browser: chat(`${origin}/im`, { transports: ["websocket"] }, 3200),
    },
    expect: { connections: [], must: [] },
  },
  {
    name: "sio-polling-only",
    injects: "nothing: the client is configured for polling alone",
    peers: { server: backend, browser: chat(`${origin}/im`, { transports: ["polling"] }) },
    expect: { connections: [], must: ["capture.no-websocket"], may: [] },
  },
  {
    name: "sio-wrong-namespace",
    injects: "the client connects to a namespace that the server does not have",
    fast: true,
    peers: { server: backend, browser: chat(`${origin}/imm`, { transports: ["websocket"] }) },
    expect: { connections: [], must: ["sio.connect.refused"] },
  },
  auth("sio-token-missing", "the gateway refuses a client without token", () => ({})),
  auth("sio-token-invalid", "the gateway refuses a token that is none", () => ({ token: "undefined" })),
  auth("sio-token-expired", "the gateway refuses an expired token", () => ({ token: token(-600) }), ["jwt.expired"]),
  {
    name: "sio-wrong-path",
    injects: "the namespace /im is used as path: Engine.IO destroys the unknown upgrade after one second",
    fast: true,
    peers: { server: backend, browser: chat(origin, { path: "/im", transports: ["websocket"] }) },
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-unanswered", firstCloser: "server", ending: "fin" }],
      must: ["http.upgrade.unanswered"],
    },
  },
  {
    name: "sio-raw-client",
    injects: "a plain WebSocket client on a Socket.IO server never sends CONNECT (connectTimeout shortened to 3 s)",
    fast: true,
    peers: {
      server: server((peer) => serveSocketIo(peer, { connectTimeout: 3000 })),
      browser: client(async (peer) => {
        const ws = new WebSocket(`ws://${frontAddress}:7002/socket.io/?EIO=4&transport=websocket`);
        ws.on("open", () => ws.send(JSON.stringify({ type: "subscribe", topics: ["realtime/*"] })));
        ws.addEventListener("close", ({ code, reason }) => peer.log("close", { code, reason }));
        await closed(ws);
      }),
    },
    expect: { connections: [], must: ["sio.connect.missing"], may: ["ws.close.no-close-frame"] },
  },
  {
    name: "sio-raw-client-silent",
    injects: "a plain WebSocket client opens a Socket.IO session and says nothing (connectTimeout shortened to 3 s)",
    peers: {
      server: server((peer) => serveSocketIo(peer, { connectTimeout: 3000 })),
      browser: client(async (peer) => {
        const ws = new WebSocket(`ws://${frontAddress}:7002/socket.io/?EIO=4&transport=websocket`);
        ws.addEventListener("close", ({ code, reason }) => peer.log("close", { code, reason }));
        await closed(ws);
      }),
    },
    expect: { connections: [], must: ["sio.connect.missing"], may: ["ws.close.no-close-frame"] },
  },
  {
    name: "sio-server-disconnect",
    injects: "the gateway disconnects the socket in its connection handler",
    fast: true,
    peers: {
      server: server((peer) => serveSocketIo(peer, {}, (socket) => setTimeout(() => socket.disconnect(), 400))),
      browser: chat(`${origin}/im`, { transports: ["websocket"] }, 2500),
    },
    expect: { connections: [], must: ["sio.disconnected"] },
  },
  {
    name: "sio-ping-timeout",
    injects: "the client is frozen; the server's Engine.IO heartbeat (1 s, 2 s) times out",
    fast: true,
    peers: {
      server: server((peer) => serveSocketIo(peer, { pingInterval: 1000, pingTimeout: 2000 })),
      browser: chat(`${origin}/im`, { transports: ["websocket"] }, 20_000),
    },
    fault: async (stage) => {
      await stage.logged("browser", "connect");
      await sleep(2300);
      stage.signal("browser", "SIGSTOP");
      await stage.logged("server", "engine-close");
      await sleep(600);
      return "over";
    },
    expect: { connections: [], must: ["eio.pong.missing"], may: ["ws.close.no-close-frame", "ws.close.unanswered"] },
  },
  {
    name: "sio-server-frozen",
    injects: "the server is frozen; the client misses the server's pings and closes after interval and timeout",
    peers: {
      server: server((peer) => serveSocketIo(peer, { pingInterval: 1000, pingTimeout: 1000 })),
      browser: chat(`${origin}/im`, { transports: ["websocket"] }, 20_000),
    },
    fault: async (stage) => {
      await stage.logged("browser", "connect");
      await sleep(1500);
      stage.signal("server", "SIGSTOP");
      await stage.logged("browser", "disconnect");
      await sleep(500);
      return "over";
    },
    expect: {
      connections: [],
      must: ["eio.pong.missing"],
      may: ["ws.close.unanswered", "ws.close.no-close-frame"],
    },
  },
  {
    name: "sio-server-polling-only",
    injects: "the server allows polling alone (transports), the page websocket alone: 400 code 0, Transport unknown",
    peers: {
      server: server((peer) => serveSocketIo(peer, { transports: ["polling"] })),
      browser: chat(`${origin}/im`, { transports: ["websocket"] }),
    },
    expect: { connections: [], must: ["eio.request.refused"], blames: "The server does not offer" },
  },
  {
    name: "sio-server-websocket-only",
    injects: "the server allows websocket alone (transports), the page polls first: 400 code 0, Transport unknown",
    peers: {
      server: server((peer) => serveSocketIo(peer, { transports: ["websocket"] })),
      browser: chat(`${origin}/im`),
    },
    expect: { connections: [], must: ["eio.request.refused"], blames: "The server does not offer" },
  },
  {
    name: "sio-kicked-by-second-login",
    injects: "the same user logs in again: the gateway emits `kicked` to the first socket and disconnects it",
    peers: {
      server: server((peer) => {
        let before: { emit(name: string, data: object): unknown; disconnect(close: boolean): unknown } | null = null;
        return serveSocketIo(peer, {}, (socket) => {
          before?.emit("kicked", { reason: "账号在其他设备登录" });
          before?.disconnect(true);
          before = socket;
        });
      }),
      browser: chat(`${origin}/im`, { transports: ["websocket"] }, 3500),
      second: client(async (peer) => {
        await sleep(1500);
        await chat(`${origin}/im`, { transports: ["websocket"] }, 1500).run(peer);
      }),
    },
    expect: { connections: [], must: ["sio.disconnected"], blames: "The reason says" },
  },
  {
    name: "sio-old-client",
    injects: "an EIO=3 client polls a v4 server: 400 code 5, Unsupported protocol version",
    peers: {
      server: backend,
      browser: client(async (peer) => {
        const answer = await fetch(`${origin}/socket.io/?EIO=3&transport=polling`);
        peer.log("answer", { status: answer.status, body: await answer.text() });
      }),
    },
    expect: { connections: [], must: ["eio.request.refused"], mustNot: ["capture.no-websocket"] },
  },
  {
    name: "sio-old-client-websocket",
    injects: "an EIO=3 client over WebSocket: 101, then HTTP 400 text in the frame stream",
    peers: {
      server: backend,
      browser: client(async (peer) => {
        const ws = new WebSocket(`ws://${frontAddress}:7002/socket.io/?EIO=3&transport=websocket`);
        ws.on("error", (error) => peer.log("error", { message: error.message }));
        ws.addEventListener("close", ({ code, reason }) => peer.log("close", { code, reason }));
        await closed(ws);
      }),
    },
    expect: {
      connections: [],
      must: ["ws.frame.not-websocket"],
      may: ["eio.request.refused", "ws.close.no-close-frame"],
    },
  },
  {
    name: "sio-eio3-healthy",
    injects: "nothing: an EIO=3 client (written by hand) on a server with allowEIO3; the client pings",
    peers: {
      server: server((peer) => serveSocketIo(peer, { allowEIO3: true, pingInterval: 1000, pingTimeout: 1000 })),
      browser: client(async (peer) => {
        const ws = new WebSocket(`ws://${frontAddress}:7002/socket.io/?EIO=3&transport=websocket`);
        ws.on("message", (data) => peer.log("message", { text: String(data).slice(0, 80) }));
        ws.addEventListener("close", ({ code, reason }) => peer.log("close", { code, reason }));
        ws.on("open", () => {
          const timer = setInterval(() => ws.send("2"), 900);
          setTimeout(() => ws.send('42["message","hello"]'), 500);
          setTimeout(() => {
            clearInterval(timer);
            ws.close(1000);
          }, 3000);
        });
        await closed(ws);
      }),
    },
    expect: { connections: [], must: [], mustNot: ["eio.pong.missing", "sio.connect.missing"] },
  },
  {
    name: "sio-cors",
    injects: "polling from a page whose Origin the server does not allow (the browser would block the answer)",
    fast: true,
    peers: {
      server: server((peer) => serveSocketIo(peer, { cors: { origin: "http://app.example", credentials: true } })),
      browser: client(async (peer) => {
        for (const method of ["OPTIONS", "GET"]) {
          const answer = await fetch(`${origin}/socket.io/?EIO=4&transport=polling`, {
            method,
            headers: { Origin: "http://47.94.128.0", "Access-Control-Request-Method": "GET" },
          });
          peer.log("answer", { status: answer.status, allow: answer.headers.get("access-control-allow-origin") });
          await answer.text();
        }
      }),
    },
    expect: { connections: [], must: ["http.cors.refused"], may: [] },
  },
];
