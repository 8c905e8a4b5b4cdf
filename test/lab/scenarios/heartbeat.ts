// Pings, pongs, and peers that stop answering.

import { WebSocket } from "ws";
import { type Peer, sleep } from "../peer-context.ts";
import { client, dashboard, dashboardUntilTold, telemetry, url } from "../peers/rows.ts";
import { serveTelemetry, watchTelemetry } from "../peers/telemetry.ts";
import { closed } from "../peers/websocket.ts";
import type { Scenario } from "../types.ts";

/** The client is stopped after its first pong; the server gives up by its own heartbeat. */
function frozen(name: string, interval: number, timeout: number, seconds: number, fast: boolean): Scenario {
  return {
    name,
    injects: `the client is frozen (SIGSTOP); the server pings every ${interval / 1000} s and terminates after ${timeout / 1000} s without pong`,
    seconds,
    fast,
    peers: { server: telemetry({ everyMs: interval / 5, beat: [interval, timeout] }), browser: dashboard() },
    fault: async (stage) => {
      await stage.logged("browser", "ping");
      await sleep(interval / 5);
      stage.signal("browser", "SIGSTOP");
      await stage.logged("server", "terminate");
      await sleep(300);
      return "over";
    },
    expect: {
      connections: [{ dialledBy: "browser", serverSees: 1006, firstCloser: "server", ending: "fin" }],
      must: ["ws.pong.missing"],
      may: ["ws.close.no-close-frame"],
      mustNot: ["tcp.path.blackhole", "ws.idle.timeout"],
    },
  };
}

/** A client that pings by itself and gives up on a server that is silent. */
async function watchful(peer: Peer): Promise<void> {
  const ws = await watchTelemetry(peer, url);
  if (!ws) return;
  let lastPong = Date.now();
  ws.on("pong", () => {
    lastPong = Date.now();
  });
  const timer = setInterval(() => {
    if (Date.now() - lastPong > 3100) {
      peer.log("terminate");
      ws.terminate();
    } else ws.ping(String(Date.now()));
  }, 1000);
  await closed(ws);
  clearInterval(timer);
}

/** A JSON ping each second, answered by the server with a JSON pong until it is told to stop. */
const chatting = (leaveAfterMs: number) =>
  client(async (peer) => {
    const ws = await watchTelemetry(peer, url);
    if (!ws) return;
    let count = 0;
    const timer = setInterval(() => ws.send(JSON.stringify({ type: "ping", id: ++count })), 1000);
    setTimeout(() => ws.close(1000), leaveAfterMs);
    await closed(ws);
    clearInterval(timer);
  });

function answeringServer(answers: number) {
  return {
    at: "server",
    role: "server",
    run: async (peer: Peer) => {
      await serveTelemetry(peer, { everyMs: 700 }, (ws) => {
        let answered = 0;
        ws.on("message", (data) => {
          const message = JSON.parse(String(data)) as { type: string; id?: number };
          if (message.type !== "ping" || answered >= answers) return;
          answered += 1;
          peer.log("app-pong", { id: message.id });
          ws.send(JSON.stringify({ type: "pong", id: message.id }));
        });
      });
    },
  } as const;
}

export const heartbeats: readonly Scenario[] = [
  frozen("frozen-client", 10_000, 30_000, 75, false),
  frozen("frozen-client-fast", 1000, 3000, 20, true),
  {
    name: "frozen-client-wakes",
    injects: "the client is frozen, the server gives up, then the client wakes and writes: RST follows the FIN",
    peers: { server: telemetry({ beat: [1000, 3000] }), browser: dashboard() },
    fault: async (stage) => {
      await stage.logged("browser", "ping");
      await sleep(200);
      stage.signal("browser", "SIGSTOP");
      await stage.logged("server", "terminate");
      await sleep(500);
      stage.signal("browser", "SIGCONT");
      return undefined;
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, serverSees: 1006, firstCloser: "server", ending: "fin" }],
      must: ["ws.pong.missing"],
      may: ["ws.close.no-close-frame"],
      mustNot: ["tcp.rst.injected", "tcp.rst.after-idle"],
    },
  },
  {
    name: "late-pong",
    injects: "the client is frozen for two and a half heartbeats, then goes on: nothing ends",
    peers: { server: telemetry({ beat: [1000, 5000] }), browser: dashboardUntilTold() },
    fault: async (stage) => {
      await stage.logged("browser", "ping", 2);
      await sleep(200);
      stage.signal("browser", "SIGSTOP");
      await sleep(2600);
      stage.signal("browser", "SIGCONT");
      await stage.logged("browser", "ping", 6);
      stage.tell("browser", "leave");
      return undefined;
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000, ending: "fin" }],
      must: ["ws.pong.late"],
      // A pong may answer only the latest ping (RFC 6455 §5.5.3), but ws answers all that it reads.
      mustNot: ["ws.pong.missing", "ws.close.no-close-frame"],
    },
  },
  {
    name: "frozen-server",
    injects: "the server is frozen (SIGSTOP); the client's own pings go unanswered and it gives up",
    fast: true,
    peers: { server: telemetry({ everyMs: 500 }), browser: client(watchful) },
    fault: async (stage) => {
      await stage.logged("browser", "pong", 2);
      await sleep(200);
      stage.signal("server", "SIGSTOP");
      await stage.logged("browser", "exited");
      return "over";
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, firstCloser: "client" }],
      must: ["ws.pong.missing"],
      may: ["ws.close.no-close-frame"],
    },
  },
  {
    name: "healthy-heartbeat",
    injects: "nothing: pings from both ends, all answered, clean close",
    peers: {
      server: telemetry({ beat: [500, 1500] }),
      browser: client(async (peer) => {
        const ws = await watchTelemetry(peer, url);
        if (!ws) return;
        const timer = setInterval(() => ws.readyState === WebSocket.OPEN && ws.ping("c"), 700);
        setTimeout(() => ws.close(1000), 5000);
        await closed(ws);
        clearInterval(timer);
      }),
    },
    expect: { connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000 }], must: [] },
  },
  {
    name: "unsolicited-pong",
    injects: "the client sends pongs nobody asked for, as a keepalive of its own",
    peers: {
      server: telemetry(),
      browser: dashboard((ws) => {
        const timer = setInterval(() => ws.pong(), 500);
        setTimeout(() => ws.close(1000), 2200);
        ws.on("close", () => clearInterval(timer));
      }),
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000 }],
      must: ["ws.pong.unsolicited"],
      mustNot: ["ws.pong.missing"],
    },
  },
  {
    name: "ping-at-close",
    injects: "nothing: the server pings just before it closes; the pong is never due",
    peers: {
      server: telemetry({}, (ws) =>
        setTimeout(() => {
          ws.ping();
          ws.close(1000);
        }, 1500),
      ),
      browser: dashboard(),
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000 }],
      must: [],
      mustNot: ["ws.pong.missing"],
    },
  },
  {
    name: "app-heartbeat-healthy",
    injects: "nothing: a JSON ping each second, each answered by a JSON pong",
    seconds: 25,
    peers: { server: answeringServer(1000), browser: chatting(10_400) },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000 }],
      must: [],
      mustNot: ["app.heartbeat.missing"],
    },
  },
  {
    name: "app-heartbeat-stops",
    injects: "the server stops answering JSON pings after eight, while telemetry goes on",
    seconds: 30,
    peers: { server: answeringServer(8), browser: chatting(14_400) },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000 }],
      must: ["app.heartbeat.missing"],
    },
  },
];
