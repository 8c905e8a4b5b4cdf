// How an established WebSocket ends when nobody touches the network: closes, resets, deaths.

import { both } from "../capture-points.ts";
import { sleep } from "../peer-context.ts";
import { ended, frame, keyOf, rawDial, rawListen, readHead, switchingProtocols, upgradeRequest } from "../peers/raw.ts";
import { client, dashboard, leavingDashboard, server, telemetry, url } from "../peers/rows.ts";
import { closed, type DialOptions, dial, socketOf } from "../peers/websocket.ts";
import type { Scenario } from "../types.ts";

// Whose FIN is first after an answered Close is a matter of microseconds: both ends of `ws` end TCP at once.
const leftByClient = { closedBy: "client", ending: "fin" } as const;
const leftByServer = { closedBy: "server", ending: "fin" } as const;

/** A server that closes with this code one second in; both ends learn it. */
function closedWith(code: number, reason: string, severity: "error" | "warning" | "note"): Scenario {
  const label = code === 1001 ? "leave-1001-by-server" : `close-${code}`;
  return {
    name: label,
    injects: `the server closes with ${code} "${reason}"`,
    peers: {
      server: telemetry({}, (ws) => setTimeout(() => ws.close(code, reason), 1000)),
      browser: dashboard(),
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: code, serverSees: code, ...leftByServer }],
      must: code === 1001 ? [] : ["ws.close.code"],
      mustNot: ["ws.close.no-close-frame", "ws.close.unanswered", "tcp.rst"],
      ...(severity === "note" ? {} : { may: [] }),
    },
  };
}

export const closing: readonly Scenario[] = [
  {
    name: "clean-close",
    injects: "nothing: a dashboard watches for some seconds and closes with 1000",
    fast: true,
    peers: {
      server: telemetry({ everyMs: 500, beat: [1000, 3000] }),
      browser: leavingDashboard(4600),
    },
    expect: { connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000, ...leftByClient }], must: [] },
  },
  {
    name: "clean-close-by-server",
    injects: "nothing: the server closes with 1000",
    peers: { server: telemetry({}, (ws) => setTimeout(() => ws.close(1000, "bye"), 1000)), browser: dashboard() },
    expect: { connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000, ...leftByServer }], must: [] },
  },
  {
    name: "leave-1001",
    injects: "nothing: the page is left, the browser closes with 1001",
    peers: {
      server: telemetry(),
      // ws refuses 1001 to applications on the client only by convention of browsers; its API allows it.
      browser: dashboard((ws) => setTimeout(() => ws.close(1001), 1000)),
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1001, serverSees: 1001, ...leftByClient }],
      must: [],
      mustNot: ["ws.close.no-close-frame", "ws.close.unanswered"],
    },
  },
  {
    name: "close-empty",
    injects: "nothing: the client closes without a code",
    peers: { server: telemetry(), browser: dashboard((ws) => setTimeout(() => ws.close(), 1000)) },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1005, serverSees: 1005, ...leftByClient }],
      must: [],
      mustNot: ["ws.close.no-close-frame", "ws.close.reserved-code"],
    },
  },
  closedWith(1001, "server shutting down", "note"),
  closedWith(1008, "policy", "error"),
  closedWith(1011, "unexpected condition", "error"),
  closedWith(1012, "service restart", "warning"),
  closedWith(4401, "Unauthorized", "error"),
  {
    name: "rst-by-server",
    injects: "the server resets the connection (resetAndDestroy)",
    fast: true,
    peers: {
      server: telemetry({}, (ws) => setTimeout(() => socketOf(ws).resetAndDestroy(), 2000)),
      browser: dashboard(),
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, serverSees: 1006, firstCloser: "server", ending: "rst" }],
      must: ["tcp.rst"],
      may: ["ws.close.no-close-frame"],
      mustNot: ["tcp.rst.injected", "tcp.rst.after-idle"],
    },
  },
  {
    name: "rst-on-message",
    injects: "the server resets the connection in its message handler, while it sends telemetry",
    ...both,
    peers: {
      server: telemetry({ everyMs: 500 }, (ws) =>
        ws.on("message", (data) => {
          if (String(data) === "bad") socketOf(ws).resetAndDestroy();
        }),
      ),
      browser: dashboard((ws) => setTimeout(() => ws.send("bad"), 2200)),
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, serverSees: 1006, firstCloser: "server", ending: "rst" }],
      must: ["tcp.rst"],
      may: ["ws.close.no-close-frame"],
      blames: "The server's program failed on the message",
    },
  },
  {
    name: "rst-unread-input",
    injects: "the server stops reading and closes its socket with unread input: the kernel answers with RST, not FIN",
    peers: {
      server: telemetry({}, (ws) => {
        setTimeout(() => socketOf(ws).pause(), 500);
        setTimeout(() => socketOf(ws).destroy(), 1500);
      }),
      browser: dashboard((ws) => {
        const timer = setInterval(() => ws.send(JSON.stringify({ type: "log", lines: "x".repeat(32_768) })), 50);
        ws.on("close", () => clearInterval(timer));
      }),
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, serverSees: 1006, firstCloser: "server", ending: "rst" }],
      must: ["tcp.rst"],
      may: ["ws.close.no-close-frame"],
      mustNot: ["tcp.rst.injected", "tcp.rst.after-idle"],
    },
  },
  {
    name: "fin-1006",
    injects: "the server terminates the WebSocket: FIN, no Close frame, 1006 at both ends",
    fast: true,
    peers: { server: telemetry({}, (ws) => setTimeout(() => ws.terminate(), 2000)), browser: dashboard() },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, serverSees: 1006, firstCloser: "server", ending: "fin" }],
      must: ["ws.close.no-close-frame"],
      mustNot: ["tcp.rst"],
    },
  },
  {
    name: "fin-1006-by-client",
    injects: "the client terminates its WebSocket",
    peers: { server: telemetry(), browser: dashboard((ws) => setTimeout(() => ws.terminate(), 1050)) },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, serverSees: 1006, firstCloser: "client" }],
      must: ["ws.close.no-close-frame"],
      may: ["tcp.rst"],
    },
  },
  {
    name: "server-killed",
    injects: "SIGKILL ends the server; its kernel sends FIN",
    fast: true,
    peers: { server: telemetry(), browser: dashboard() },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(1100);
      stage.signal("server", "SIGKILL");
      return undefined;
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, firstCloser: "server", ending: "fin" }],
      must: ["ws.close.no-close-frame"],
    },
  },
  {
    name: "client-killed",
    injects: "SIGKILL ends the client; its kernel sends FIN, and RST to what the server still writes",
    peers: { server: telemetry(), browser: dashboard() },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(1100);
      stage.signal("browser", "SIGKILL");
      return undefined;
    },
    expect: {
      connections: [{ dialledBy: "browser", serverSees: 1006, firstCloser: "client" }],
      must: ["ws.close.no-close-frame"],
    },
  },
  {
    name: "fin-then-write-rst",
    injects: "the server terminates; a client that does not read goes on writing: FIN, then RST to what came after",
    fast: true,
    peers: {
      server: telemetry({}, (ws) => {
        let received = 0;
        // Between two of the client's messages, so that nothing is unread and the kernel sends FIN.
        ws.on("message", () => {
          received += 1;
          if (received === 6) setTimeout(() => ws.terminate(), 60);
        });
      }),
      browser: dashboard((ws) => {
        const timer = setInterval(() => ws.send(JSON.stringify({ type: "position", at: Date.now() })), 200);
        ws.on("close", () => clearInterval(timer));
        setTimeout(() => socketOf(ws).pause(), 300);
        setTimeout(() => socketOf(ws).resume(), 3000);
      }),
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, serverSees: 1006, firstCloser: "server", ending: "fin" }],
      must: ["ws.close.no-close-frame"],
      mustNot: ["tcp.rst.injected"],
    },
  },
  {
    name: "close-unanswered",
    injects: "the server never answers the client's Close; the client gives up after its own timeout",
    seconds: 15,
    peers: {
      server: server((peer) =>
        rawListen(peer, async (socket) => {
          socket.write(switchingProtocols(keyOf(await readHead(socket))));
          socket.resume();
        }),
      ),
      browser: dashboard((ws) => setTimeout(() => ws.close(1000, "done"), 500), { closeTimeout: 3000 } as DialOptions),
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, serverSees: 1000, firstCloser: "client" }],
      must: ["ws.close.unanswered"],
      mustNot: ["ws.close.no-close-frame"],
    },
  },
  {
    name: "closed-at-once",
    injects: "the server accepts the upgrade and drops the socket in its connection handler",
    fast: true,
    peers: {
      server: telemetry({}, (ws) => ws.terminate()),
      // It says nothing first: a message that arrives unread would turn the server's FIN into a RST.
      browser: client(async (peer) => {
        const ws = await dial(peer, url);
        if (ws) await closed(ws);
      }),
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, serverSees: 1006, firstCloser: "server", ending: "fin" }],
      must: ["http.upgrade.closed-at-once"],
      may: ["ws.close.no-close-frame"],
    },
  },
  {
    name: "closed-at-once-by-reset",
    injects: "the server accepts the upgrade and resets in its connection handler, while the client subscribes",
    peers: { server: telemetry({}, (ws) => socketOf(ws).resetAndDestroy()), browser: dashboard() },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, serverSees: 1006, firstCloser: "server", ending: "rst" }],
      must: ["tcp.rst"],
      may: ["ws.close.no-close-frame", "http.upgrade.closed-at-once"],
    },
  },
  {
    name: "message-cut-off",
    injects: "the server dies in the middle of a large message",
    fast: true,
    peers: {
      server: server((peer) =>
        rawListen(peer, async (socket) => {
          socket.write(switchingProtocols(keyOf(await readHead(socket))));
          await sleep(300);
          socket.write(frame({ opcode: 1, masked: false, payload: '{"type":"hello"}' }));
          await sleep(300);
          const part = Buffer.alloc(30_000, "x");
          socket.write(frame({ opcode: 1, masked: false, payload: part, claimedLength: 200_000 }));
          await sleep(500);
          socket.destroy();
        }),
      ),
      browser: dashboard(),
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, firstCloser: "server" }],
      must: ["ws.close.no-close-frame"],
      may: ["ws.message.too-big"],
    },
  },
  {
    name: "too-big-1009",
    injects: "the client sends 200 kB to a server whose maxPayload is 64 KiB",
    fast: true,
    peers: {
      server: telemetry({ maxPayload: 65_536 }),
      browser: dashboard((ws) =>
        setTimeout(() => ws.send(JSON.stringify({ type: "upload", data: "x".repeat(200_000) })), 500),
      ),
    },
    expect: {
      connections: [
        {
          dialledBy: "browser",
          clientSees: 1009,
          // Who fails the connection (RFC 6455 §7.1.7) says 1006 to its own application, whatever is answered.
          serverSees: 1006,
          closedBy: "server",
        },
      ],
      must: ["ws.message.too-big"],
      may: ["ws.close.code", "tcp.rst"],
    },
  },
  {
    name: "port-reuse",
    injects: "nothing: three WebSockets one after another from the same client port",
    fast: true,
    peers: {
      server: telemetry(),
      browser: client(async (peer) => {
        for (let times = 0; times < 3; times += 1) {
          const socket = await rawDial(peer, 8080, undefined, 45_454);
          if (!socket) continue;
          socket.write(upgradeRequest());
          await readHead(socket);
          socket.resume();
          socket.write(frame({ opcode: 1, masked: true, payload: '{"type":"subscribe","topics":["a"]}' }));
          await sleep(600);
          socket.write(frame({ opcode: 8, masked: true, payload: Buffer.from([3, 232]) }));
          await ended(socket);
        }
      }),
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000, ...leftByClient }],
      must: [],
    },
  },
];
