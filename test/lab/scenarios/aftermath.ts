// Faults that do not come alone: back-off that outlives an outage, ports used again, crowds that come back, several at once.

import type { IncomingMessage } from "node:http";
import { createServer as createTlsServer, connect as tlsConnect } from "node:tls";
import type { WebSocket } from "ws";
import { frontAddress, frontAddress6, otherClientAddresses } from "../addresses.ts";
import { both, bothOnLink } from "../capture-points.ts";
import { makeCertificate } from "../certificate.ts";
import { sleep } from "../peer-context.ts";
import { ended, rawDial, readHead, upgradeRequest } from "../peers/raw.ts";
import { client, dashboard, dashboardUntilTold, leavingDashboard, server, telemetry } from "../peers/rows.ts";
import { serveTelemetry } from "../peers/telemetry.ts";
import { heartbeat } from "../peers/websocket.ts";
import { smallBuffers } from "../small-buffers.ts";
import type { Expectation, PeerRow, Scenario } from "../types.ts";

const nothing: Expectation = { connections: [], must: [] };

/** Says who it is, and is told by the application that this will not do. */
const authByMessage = (refuse: (ws: WebSocket) => void): Pick<Scenario, "peers" | "captures"> => ({
  ...both,
  peers: {
    server: telemetry({ everyMs: 60_000 }, (ws) =>
      ws.on("message", (data) => {
        if (!String(data).includes('"auth"')) return;
        ws.send(JSON.stringify({ type: "error", code: "AUTH_FAILED", message: "无效的认证令牌" }));
        refuse(ws);
      }),
    ),
    browser: dashboard((ws) => ws.send(JSON.stringify({ type: "auth", token: "abc" }))),
  },
});

/** Comes back at once when its WebSocket ends, as many times. */
const faithful =
  (times: number): PeerRow["run"] =>
  async (peer) => {
    for (let n = 0; n < times; n += 1) {
      await dashboardUntilTold().run(peer);
      await sleep(1000);
    }
  };

export const aftermath: readonly Scenario[] = [
  {
    name: "auth-message-terminated",
    injects: "the server answers the client's auth message with an error message and terminates: FIN, no Close",
    ...authByMessage((ws) => setTimeout(() => ws.terminate(), 20)),
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, serverSees: 1006, firstCloser: "server", ending: "fin" }],
      must: ["ws.close.no-close-frame"],
    },
  },
  {
    name: "backoff-outlives-outage",
    injects:
      "nothing of the server gets through for 28 s (10 s heartbeat, 30 s patience); the path is back, TCP's back-off waits on, the server gives up",
    network: "link",
    captures: [
      { at: "server", interface: "eth0" },
      { at: "client", interface: "eth0", label: "client", expect: nothing },
    ],
    seconds: 100,
    peers: { server: telemetry({ everyMs: 1000, beat: [10_000, 30_000] }), browser: dashboard() },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(12_500);
      stage.link.harm("down", { cut: true });
      stage.note("cut");
      await sleep(28_000);
      stage.link.harm("down", {});
      stage.note("mended");
      await stage.logged("server", "close");
      await sleep(15_000);
      return "over";
    },
    expect: { connections: [{ dialledBy: "browser", firstCloser: null }], must: ["tcp.path.blackhole"] },
  },
  {
    name: "power-loss-same-port",
    injects: "the client loses power and dials again from the same port while the server holds the old connection open",
    ...both,
    seconds: 40,
    peers: {
      server: telemetry({ everyMs: 60_000, beat: [10_000, 30_000] }),
      browser: dashboard(() => {}, { localPort: 40_000 }),
      again: client(async (peer) => {
        await peer.told("dial");
        await leavingDashboard(2000, { localPort: 40_000 }).run(peer);
      }),
    },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(1500);
      stage.run("client", "sysctl", "-qw", "net.ipv4.tcp_orphan_retries=1");
      stage.nft(
        "client",
        "table inet lab { chain output { type filter hook output priority 0; drop; }; chain input { type filter hook input priority 0; drop; }; }",
      );
      stage.signal("browser", "SIGKILL");
      stage.note("power cut");
      await sleep(4000);
      stage.run("client", "nft", "flush ruleset");
      // The clock that stamps its segments goes on, unlike that of a host that was without power.
      stage.run("client", "sysctl", "-qw", "net.ipv4.tcp_timestamps=0");
      stage.note("power back");
      stage.tell("again", "dial");
      await stage.logged("again", "exited");
      return "over";
    },
    expect: { connections: [], must: ["tcp.rst"], blames: "The other host restarted", partial: true },
  },
  {
    name: "server-stops-reading",
    injects:
      "the server pauses reading (a slow database) while the client sends much: the pongs wait behind it, its own heartbeat terminates",
    ...both,
    seconds: 40,
    peers: {
      server: telemetry({ everyMs: 500, beat: [1000, 3000] }, (ws) => setTimeout(() => ws.pause(), 1500)),
      browser: dashboard((ws) => {
        const timer = setInterval(() => ws.send("u".repeat(50_000)), 20);
        ws.on("close", () => clearInterval(timer));
      }),
    },
    prepare: async (stage) => {
      for (const place of ["client", "server"] as const) smallBuffers(stage, place);
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, serverSees: 1006, firstCloser: "server", ending: "rst" }],
      must: ["ws.pong.missing"],
      may: ["tcp.zero-window"],
      blames: "The server does not read",
    },
  },
  {
    name: "herd-after-restart",
    injects:
      "the server is killed and back two seconds later; twelve dashboards come back all at once, some find it shut",
    ...both,
    seconds: 40,
    peers: {
      server: telemetry({ everyMs: 500 }),
      browser: client(async (peer) => {
        await Promise.all(Array.from({ length: 12 }, () => faithful(12)(peer)));
      }),
    },
    fault: async (stage) => {
      await stage.logged("browser", "open", 12);
      await sleep(1500);
      stage.signal("server", "SIGKILL");
      await sleep(2000);
      stage.startPeer("server");
      await stage.logged("browser", "open", 24);
      await sleep(1500);
      return "over";
    },
    expect: {
      connections: [],
      must: ["ws.close.no-close-frame"],
      blames: "The server process was killed",
      may: ["tcp.open.refused"],
    },
  },
  {
    name: "ipv6-frozen-client",
    injects:
      "the client of a WebSocket over IPv6 is frozen (SIGSTOP); the server pings every 1 s and terminates after 3 s",
    network: "direct6",
    peers: {
      server: telemetry({ host: "::", beat: [1000, 3000] }),
      browser: dashboard(() => {}, { url: `ws://[${frontAddress6}]:8080/` }),
    },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(2500);
      stage.signal("browser", "SIGSTOP");
      await stage.logged("server", "close");
      await sleep(500);
      return "over";
    },
    expect: {
      connections: [{ dialledBy: "browser", serverSees: 1006, firstCloser: "server", ending: "fin" }],
      must: ["ws.pong.missing"],
      blames: "The client's program is stuck",
    },
  },
  {
    name: "ipv6-rejected",
    injects: "a firewall on the server answers the SYN with ICMPv6 administratively prohibited",
    network: "direct6",
    captures: [{ at: "client", interface: "any" }],
    peers: {
      server: telemetry({ host: "::" }),
      browser: dashboard(() => {}, { url: `ws://[${frontAddress6}]:8080/` }),
    },
    prepare: async (stage) =>
      stage.nft(
        "server",
        "table inet lab { chain input { type filter hook input priority 0; tcp dport 8080 reject with icmpv6 type admin-prohibited; }; }",
      ),
    expect: { connections: [], must: ["tcp.open.icmp"], blames: "A firewall rule rejects" },
  },
  {
    name: "server-on-ipv4-only",
    injects: "the server listens on 0.0.0.0 alone, the page dials its IPv6 address: refused",
    network: "direct6",
    peers: { server: telemetry(), browser: dashboard(() => {}, { url: `ws://[${frontAddress6}]:8080/` }) },
    expect: { connections: [], must: ["tcp.open.refused"] },
  },
  {
    name: "several-at-once",
    injects:
      "in one capture: a frozen client, a page of a wrong Origin (403), a wrong port, a message too big (1009), and a dashboard that is well",
    captures: [{ at: "server", interface: "any" }],
    seconds: 30,
    peers: {
      server: telemetry({
        everyMs: 300,
        beat: [1000, 3000],
        maxPayload: 65_536,
        verifyClient: ({ origin: page }: { origin: string }, done: (fits: boolean, status?: number) => void) =>
          done(!page.includes("evil"), 403),
      }),
      browser: leavingDashboard(9000),
      frozen: dashboard(() => {}, { localAddress: otherClientAddresses[0] }),
      foreign: client(async (peer) => {
        await sleep(800);
        await dashboard(() => {}, {
          origin: "http://evil.example",
          localAddress: otherClientAddresses[1],
        }).run(peer);
      }),
      lost: client(async (peer) => {
        await sleep(1300);
        await dashboard(() => {}, {
          url: `ws://${frontAddress}:8081/`,
          localAddress: otherClientAddresses[1],
        }).run(peer);
      }),
      big: dashboard((ws) => setTimeout(() => ws.send("b".repeat(200_000)), 2000), {
        localAddress: otherClientAddresses[2],
      }),
    },
    fault: async (stage) => {
      await stage.logged("frozen", "open");
      await sleep(1700);
      stage.signal("frozen", "SIGSTOP");
      await stage.logged("browser", "exited");
      return "over";
    },
    expect: {
      connections: [
        { dialledBy: "browser", clientSees: 1000, serverSees: 1000 },
        { dialledBy: "frozen", serverSees: 1006, firstCloser: "server" },
        { dialledBy: "foreign", status: 403 },
        { dialledBy: "big", clientSees: 1009, serverSees: 1006 },
      ],
      must: ["ws.pong.missing", "http.upgrade.refused", "tcp.open.refused", "ws.message.too-big"],
    },
  },
  {
    name: "large-segments-lost-down",
    injects:
      "after the upgrade a VPN link begins to lose the server's packets over 1300 bytes (no ICMP); the page's own heartbeat gives up with 4000",
    ...bothOnLink,
    seconds: 40,
    peers: {
      server: server(async (peer) => {
        const { server: webSockets } = await serveTelemetry(peer, { everyMs: 500 }, (ws) => {
          ws.on("message", (data) => {
            if (String(data).includes("app-ping")) ws.send(JSON.stringify({ type: "app-pong" }));
          });
          void peer.told("map").then(() => ws.send(JSON.stringify({ map: "m".repeat(20_000) })));
        });
        heartbeat(peer, webSockets, 10_000, 30_000);
      }),
      browser: dashboard((ws) => {
        let last = Date.now();
        ws.on("message", () => {
          last = Date.now();
        });
        const timer = setInterval(() => {
          if (Date.now() - last > 5000) ws.close(4000, "heartbeat timeout");
          else ws.send(JSON.stringify({ type: "app-ping" }));
        }, 1000);
        ws.on("close", () => clearInterval(timer));
      }),
    },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(3500);
      stage.link.harm("down", { mtuBytes: 1300 });
      stage.note("harm");
      stage.tell("server", "map");
      await sleep(12_000);
      return "over";
    },
    expect: {
      connections: [{ dialledBy: "browser" }],
      must: ["tcp.path.blackhole"],
      blames: "Large packets do not fit",
      partial: true,
    },
  },
  {
    name: "tls-h2-only",
    injects: "the TLS server speaks h2 alone (ALPN), the page needs http/1.1 for its WebSocket",
    peers: {
      server: server(async (peer) => {
        const tls = createTlsServer({ ...makeCertificate(), ALPNProtocols: ["h2"] });
        tls.on("tlsClientError", (error) => peer.log("tls-error", { message: error.message }));
        tls.listen(8443, "0.0.0.0", () => peer.log("listening", { port: 8443 }));
      }),
      browser: client(async (peer) => {
        const plain = await rawDial(peer, 8443);
        if (plain === null) return;
        const socket = tlsConnect({ socket: plain, rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] });
        socket.on("error", (error) => peer.log("error", { message: error.message }));
        socket.on("secureConnect", () => peer.log("secure", { alpn: socket.alpnProtocol }));
        await ended(plain);
        await sleep(300);
      }),
    },
    expect: {
      connections: [{ dialledBy: "browser", kind: "tls" }],
      must: ["tls.handshake.failed"],
      blames: "The server speaks none",
    },
  },
  {
    name: "upgrade-on-used-connection",
    injects: "nothing: a client asks for a page first (426) and upgrades on the same TCP connection later (101)",
    peers: {
      server: server(async (peer) => {
        await serveTelemetry(peer, {
          everyMs: 300,
          verifyClient: ({ req }: { req: IncomingMessage }, done: (fits: boolean) => void) => {
            done(req.headers.authorization !== undefined);
          },
        });
      }),
      browser: client(async (peer) => {
        const socket = await rawDial(peer);
        if (socket === null) return;
        socket.write("GET /status HTTP/1.1\r\nHost: x\r\n\r\n");
        peer.log("first", { head: (await readHead(socket)).split("\r\n")[0] });
        await sleep(300);
        socket.write(upgradeRequest(["Authorization: Bearer good"]));
        peer.log("second", { head: (await readHead(socket)).split("\r\n")[0] });
        await sleep(1500);
        socket.end(Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]));
        await ended(socket);
      }),
    },
    expect: { connections: [{ dialledBy: "browser", kind: "websocket" }], must: [] },
  },
  {
    name: "closes-of-all-kinds",
    injects: "the server closes four dashboards one after another: 1013, 1014, 3000, 4001 with a Chinese reason",
    peers: {
      server: telemetry({ everyMs: 200 }, (ws, count) =>
        setTimeout(
          () =>
            ws.close(
              [1013, 1014, 3000, 4001][(count - 1) % 4],
              ["稍后重试", "", "未授权", "账号在其他设备登录"][(count - 1) % 4],
            ),
          700,
        ),
      ),
      browser: client(async (peer) => {
        for (let n = 0; n < 4; n += 1) await dashboard().run(peer);
      }),
    },
    expect: { connections: [], must: ["ws.close.code"] },
  },
];
