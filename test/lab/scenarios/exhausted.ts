// Resources and patience that run out: file descriptors, connections half open, heartbeats that wait too little.

import { execFileSync } from "node:child_process";
import { openSync, readdirSync } from "node:fs";
import { clientAddress, frontAddress } from "../addresses.ts";
import { sleep } from "../peer-context.ts";
import { client, dashboard, server, url } from "../peers/rows.ts";
import { serveTelemetry, watchTelemetry } from "../peers/telemetry.ts";
import type { Scenario } from "../types.ts";

/** Sends SYNs from ports that nobody answers for, as a flood does. */
const flood = `
import socket, struct, sys
def checksum(data):
    if len(data) % 2: data += b"\\0"
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16: total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff
source, target, port, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
pair = socket.inet_aton(source) + socket.inet_aton(target)
for n in range(count):
    head = struct.pack(">HHIIBBHHH", 20000 + n, port, 1000 * n, 0, 0x50, 2, 64240, 0, 0)
    total = checksum(pair + struct.pack(">BBH", 0, 6, len(head)) + head)
    raw.sendto(head[:16] + struct.pack(">H", total) + head[18:], (target, 0))
`;

/** A server that pings so often and gives up so soon. */
const impatient = (everyMs: number, patienceMs: number) =>
  server(async (peer) => {
    await serveTelemetry(peer, { everyMs: 700 }, (ws) => {
      const beat = setInterval(() => {
        ws.ping();
        const timer = setTimeout(() => ws.terminate(), patienceMs);
        ws.once("pong", () => clearTimeout(timer));
      }, everyMs);
      ws.on("close", () => clearInterval(beat));
    });
  });

const synFlood = (
  name: string,
  injects: string,
  port: number,
  rules: string,
  expect: Scenario["expect"],
): Scenario => ({
  name,
  injects,
  captures: [{ at: "server", interface: "eth0" }],
  peers: {
    server: server((peer) => serveTelemetry(peer, { everyMs: 500 })),
    browser: client((peer) => peer.told("over")),
  },
  prepare: async (stage) => {
    stage.nft(
      "client",
      "table ip lab { chain output { type filter hook output priority 0; tcp flags & rst == rst drop; }; }",
    );
    if (rules !== "") stage.nft("server", rules);
  },
  fault: async (stage) => {
    stage.run("client", "python3", "-c", flood, clientAddress, frontAddress, String(port), "300");
    await sleep(6000);
    return "over";
  },
  expect,
});

export const exhausted: readonly Scenario[] = [
  {
    name: "descriptors-exhausted",
    injects: "the server has no file descriptors left: it takes each new connection and closes it at once",
    seconds: 30,
    peers: {
      server: server(async (peer) => {
        await serveTelemetry(peer, { everyMs: 500 });
        await peer.told("limit");
        const limit = 8 + Math.max(...readdirSync("/proc/self/fd").map(Number));
        execFileSync("prlimit", ["--pid", String(process.pid), `--nofile=${limit}:${limit}`]);
        for (let opened = 0; opened < limit; opened += 1)
          try {
            openSync("/dev/null", "r");
          } catch (error) {
            peer.log("limited", { limit, code: (error as NodeJS.ErrnoException).code });
            break;
          }
        await sleep(60_000);
      }),
      first: client(async (peer) => {
        const ws = await watchTelemetry(peer, url);
        await peer.told("leave");
        ws?.close(1000);
      }),
      browser: client(async (peer) => {
        await peer.told("dial");
        for (let n = 0; n < 3; n += 1) {
          await dashboard(() => {}, { handshakeTimeout: 3000 }).run(peer);
          await sleep(500);
        }
      }),
    },
    fault: async (stage) => {
      await stage.logged("first", "open");
      stage.tell("server", "limit");
      await stage.logged("server", "limited");
      stage.tell("browser", "dial");
      await stage.logged("browser", "exited");
      stage.tell("first", "leave");
      await stage.logged("first", "exited");
      return "over";
    },
    expect: {
      connections: [
        { dialledBy: "first", clientSees: 1000, serverSees: 1000 },
        { dialledBy: "browser", kind: "upgrade-unanswered", firstCloser: "server" },
      ],
      must: ["http.upgrade.unanswered"],
      blames: "The server process has no free file descriptors",
    },
  },
  {
    name: "patience-below-round-trip",
    injects: "the server pings every 2 s and waits 400 ms for the pong; the path's round trip is 600 ms",
    network: "link",
    captures: [{ at: "server", interface: "eth0" }],
    seconds: 30,
    peers: {
      server: impatient(2000, 400),
      browser: dashboard(),
    },
    prepare: async (stage) => stage.link.harm("both", { delayMs: 300 }),
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, serverSees: 1006, firstCloser: "server" }],
      must: ["ws.close.no-close-frame"],
      blames: "The server's heartbeat hardly waits",
    },
  },
  {
    name: "patience-too-short",
    injects: "the server pings every 3 s and waits 150 ms for the pong; the client is busy for a second",
    seconds: 30,
    peers: {
      server: impatient(3000, 150),
      browser: dashboard((ws) => {
        setTimeout(() => {
          const until = Date.now() + 1000;
          while (Date.now() < until);
        }, 8600);
        ws.on("error", () => {});
      }),
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, serverSees: 1006, firstCloser: "server" }],
      must: ["ws.close.no-close-frame"],
      blames: "The server's heartbeat hardly waits",
    },
  },
  synFlood(
    "syn-flood",
    "300 SYNs from ports that nobody answers for; the server's SYN-ACKs stay unacknowledged",
    8080,
    "",
    {
      connections: [],
      must: ["tcp.open.synack-unacknowledged"],
      blames: "A SYN flood",
    },
  ),
  synFlood(
    "syn-flood-dropped",
    "300 SYNs to a port that a firewall drops, each sent once",
    9000,
    "table ip lab { chain input { type filter hook input priority 0; tcp dport 9000 drop; }; }",
    { connections: [], must: ["tcp.open.unanswered"], blames: "A SYN flood" },
  ),
];
