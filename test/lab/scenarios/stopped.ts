// Servers and proxies that are stopped, restarted, overloaded or blocked while WebSockets are open.

import { backAddress, frontAddress } from "../addresses.ts";
import { both } from "../capture-points.ts";
import { startNginx, upgradeLines, upgradeMap } from "../nginx.ts";
import { sleep } from "../peer-context.ts";
import { client, dashboard, server, telemetry } from "../peers/rows.ts";
import { dialSocketIo, serveSocketIo } from "../peers/socket-io.ts";
import { serveTelemetry } from "../peers/telemetry.ts";
import { heartbeat } from "../peers/websocket.ts";
import type { Stage } from "../stage.ts";
import type { PeerRow, Scenario } from "../types.ts";

const wsUrl = `ws://${frontAddress}/ws`;
const working = (more = "") => `${upgradeMap}
  server {
    listen 80;
    location /ws { proxy_pass http://${backAddress}:8080; ${upgradeLines} ${more} }
    location /socket.io/ { proxy_pass http://${backAddress}:7002; ${upgradeLines} ${more} }
  }`;

const again = (dial: PeerRow, times: number, pauseMs = 500): PeerRow =>
  client(async (peer) => {
    for (let n = 0; n < times; n += 1) {
      await dial.run(peer);
      await sleep(pauseMs);
    }
  });

const nginxId = (stage: Stage): number =>
  Number(/pid=(\d+)/.exec(stage.run("proxy", "ss", "-Hltnp", "sport = :80"))?.[1]);

/** A page of the second guide: Socket.IO that reconnects as it does by default. */
const chatPage = (target: string, options = {}): PeerRow =>
  client(async (peer) => {
    const socket = dialSocketIo(peer, target, { reconnection: true, ...options });
    socket.on("exception", (data) => peer.log("exception", { data }));
    const timer = setInterval(() => socket.emit("message", "你好", () => {}), 700);
    await peer.told("leave");
    clearInterval(timer);
    socket.disconnect();
    await sleep(200);
  });

/** Blocks the event loop. */
const block = (ms: number) => {
  const until = Date.now() + ms;
  while (Date.now() < until);
};

const nestIsKilled: Pick<Scenario, "fault" | "expect"> = {
  fault: async (stage) => {
    await stage.logged("browser", "engine-upgraded");
    await sleep(2500);
    stage.signal("server", "SIGKILL");
    await sleep(9000);
    stage.tell("browser", "leave");
    await stage.logged("browser", "exited");
    return "over";
  },
  expect: { connections: [], must: ["ws.close.no-close-frame"], blames: "The server process was killed" },
};

export const stopped: readonly Scenario[] = [
  {
    name: "nginx-stopped",
    injects: "nginx -s stop: both legs end, the dashboard's attempts are refused",
    network: "proxied",
    captures: [{ at: "client", interface: "eth0" }],
    peers: {
      server: telemetry({ everyMs: 300, beat: [1000, 3000] }),
      browser: again(
        dashboard(() => {}, { url: wsUrl }),
        5,
      ),
    },
    prepare: (stage) => startNginx(stage, working()),
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(2500);
      process.kill(nginxId(stage), "SIGTERM");
      stage.note("nginx -s stop");
      return undefined;
    },
    expect: { connections: [], must: ["ws.close.no-close-frame"], blames: "The proxy was restarted" },
  },
  {
    name: "nestjs-killed",
    injects: "the NestJS process behind nginx is killed; Socket.IO tries again by itself and gets 502",
    network: "proxied",
    captures: [{ at: "client", interface: "eth0" }],
    peers: { server: server((peer) => serveSocketIo(peer)), browser: chatPage(`http://${frontAddress}/im`) },
    prepare: (stage) => startNginx(stage, working()),
    ...nestIsKilled,
    // At the client a firewall between the two looks the same.
    expect: { ...nestIsKilled.expect, blames: "the backend's process was killed" },
  },
  {
    name: "nestjs-killed-direct",
    injects: "a NestJS process without nginx is killed; Socket.IO tries again by itself and is refused",
    captures: [{ at: "client", interface: "eth0" }],
    peers: { server: server((peer) => serveSocketIo(peer)), browser: chatPage(`http://${frontAddress}:7002/im`) },
    ...nestIsKilled,
  },
  {
    name: "nestjs-redeployed",
    injects: "the NestJS process behind nginx is killed and back three seconds later; Socket.IO reconnects by itself",
    network: "proxied",
    captures: [{ at: "client", interface: "eth0" }],
    seconds: 30,
    peers: { server: server((peer) => serveSocketIo(peer)), browser: chatPage(`http://${frontAddress}/im`) },
    prepare: (stage) => startNginx(stage, working()),
    fault: async (stage) => {
      await stage.logged("browser", "engine-upgraded");
      await sleep(2500);
      stage.signal("server", "SIGKILL");
      await sleep(3000);
      stage.startPeer("server");
      await stage.logged("browser", "connect", 2);
      await sleep(2000);
      stage.tell("browser", "leave");
      await stage.logged("browser", "exited");
      return "over";
    },
    expect: { connections: [], must: ["ws.close.no-close-frame"], blames: "the backend's process was killed" },
  },
  {
    name: "event-loop-blocked-40s",
    injects:
      "the server's event loop is blocked for 40 s (10 s heartbeat, 30 s timeout) and goes on; the client answers all",
    seconds: 90,
    captures: [{ at: "server", interface: "eth0" }],
    peers: {
      server: server(async (peer) => {
        const { server: webSockets } = await serveTelemetry(peer, { everyMs: 1000 });
        heartbeat(peer, webSockets, 10_000, 30_000);
        setTimeout(() => {
          peer.log("blocked");
          block(40_000);
          peer.log("unblocked");
        }, 13_000);
      }),
      browser: dashboard(),
    },
    fault: async (stage) => {
      await Promise.race([stage.logged("browser", "close"), sleep(75_000)]);
      return "over";
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, serverSees: 1006, firstCloser: "server" }],
      must: ["ws.close.no-close-frame"],
      blames: "The server's program is stuck",
    },
  },
  {
    name: "laptop-sleeps",
    injects: "the laptop sleeps (SIGSTOP) for longer than the server waits, then wakes (SIGCONT) and dials again",
    seconds: 60,
    captures: [{ at: "server", interface: "eth0" }],
    peers: {
      server: telemetry({ everyMs: 1000, beat: [2000, 6000] }),
      browser: again(
        dashboard((ws) => setTimeout(() => ws.close(1000), 16_000)),
        2,
      ),
    },
    fault: async (stage) => {
      await stage.logged("browser", "ping", 2);
      await sleep(300);
      stage.signal("browser", "SIGSTOP");
      await sleep(13_000);
      stage.signal("browser", "SIGCONT");
      await stage.logged("browser", "open", 2);
      await sleep(5000);
      return "over";
    },
    expect: { connections: [], must: ["ws.pong.missing"] },
  },
  {
    name: "pong-just-too-late",
    injects: "the client's program stands still and answers half a second after the server has given up",
    seconds: 40,
    ...both,
    peers: { server: telemetry({ everyMs: 100_000, beat: [1000, 3000] }), browser: dashboard() },
    fault: async (stage) => {
      await stage.logged("browser", "ping", 3);
      await sleep(100);
      stage.signal("browser", "SIGSTOP");
      await stage.logged("server", "terminate");
      await sleep(500);
      stage.signal("browser", "SIGCONT");
      await sleep(1500);
      return "over";
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, serverSees: 1006, firstCloser: "server" }],
      must: ["ws.pong.missing"],
    },
  },
  {
    name: "never-answers-pings",
    injects: "a client library that answers no ping at all (autoPong off): the server terminates after its patience",
    fast: true,
    seconds: 30,
    captures: [{ at: "server", interface: "eth0" }],
    peers: {
      server: telemetry({ everyMs: 500, beat: [1000, 3000] }),
      browser: dashboard(() => {}, { autoPong: false }),
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, serverSees: 1006, firstCloser: "server" }],
      must: ["ws.pong.missing"],
      blames: "What answers at the client knows no pongs",
    },
  },
  {
    name: "backlog-full",
    injects: "the server's event loop is blocked and its backlog of 2 is full: SYNs are dropped",
    seconds: 40,
    captures: [{ at: "server", interface: "eth0" }],
    peers: {
      server: server(async (peer) => {
        await serveTelemetry(peer, { everyMs: 500 });
        await peer.told("block");
        block(15_000);
      }),
      browser: client(async (peer) => {
        await peer.told("go");
        for (let n = 0; n < 8; n += 1) {
          void dashboard(() => {}, { handshakeTimeout: 6000 }).run(peer);
          await sleep(100);
        }
        await peer.told("leave");
      }),
    },
    prepare: async (stage) => {
      stage.run("server", "sysctl", "-qw", "net.core.somaxconn=2");
    },
    fault: async (stage) => {
      stage.tell("server", "block");
      await sleep(500);
      stage.tell("browser", "go");
      await sleep(9000);
      return "over";
    },
    expect: { connections: [], must: ["http.upgrade.unanswered"] },
  },
  {
    name: "proxy-timeout-before-ping",
    injects:
      "the server pings every 8 s, nginx's proxy_read_timeout is 6s: it ends the WebSocket before the first ping",
    network: "proxied",
    captures: [{ at: "client", interface: "eth0" }],
    seconds: 30,
    peers: {
      server: telemetry({ everyMs: 100_000, beat: [8000, 30_000] }),
      browser: dashboard(() => {}, { url: wsUrl }),
    },
    prepare: (stage) => startNginx(stage, working("proxy_read_timeout 6s;")),
    expect: {
      connections: [{ dialledBy: "browser" }],
      must: ["ws.close.no-close-frame"],
    },
  },
  {
    name: "server-sigterm-1001",
    injects:
      "the server is stopped by SIGTERM and sends Close 1001 to everybody; attempts are refused until it is back",
    captures: [{ at: "client", interface: "eth0" }],
    seconds: 30,
    peers: {
      server: server(async (peer) => {
        const { server: webSockets, http } = await serveTelemetry(peer, { everyMs: 500 });
        process.on("SIGTERM", () => {
          http.close();
          for (const ws of webSockets.clients) ws.close(1001, "shutting down");
          setTimeout(() => process.exit(0), 500);
        });
      }),
      browser: again(
        dashboard((ws) => setTimeout(() => ws.close(1000), 6000)),
        30,
      ),
    },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(2500);
      stage.signal("server", "SIGTERM");
      await sleep(3000);
      stage.startPeer("server");
      await stage.logged("browser", "open", 2);
      await sleep(2000);
      return "over";
    },
    expect: { connections: [], must: ["ws.close.code"], warns: ["tcp.open.refused"] },
  },
  {
    name: "ws-message-handler-throws",
    injects: "the server's message handler throws: the process dies with an uncaught exception",
    captures: [{ at: "client", interface: "eth0" }],
    peers: {
      server: server(async (peer) => {
        await serveTelemetry(peer, { everyMs: 500 }, (ws) =>
          ws.on("message", (data) => {
            if (String(data) === "bad") process.exit(1);
          }),
        );
      }),
      browser: again(
        dashboard((ws) => setTimeout(() => ws.send("bad"), 2000)),
        3,
      ),
    },
    expect: {
      connections: [],
      must: ["ws.close.no-close-frame"],
    },
  },
];
