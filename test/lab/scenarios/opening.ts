// Connections that never get as far as HTTP.

import { Resolver } from "node:dns/promises";
import { frontAddress, routerAddress, unownedAddress } from "../addresses.ts";
import { type Peer, sleep } from "../peer-context.ts";
import { rawDial, rawListen } from "../peers/raw.ts";
import { client, dashboard, server, telemetry, url } from "../peers/rows.ts";
import { serveTls } from "../peers/tls.ts";
import { dial } from "../peers/websocket.ts";
import type { Scenario } from "../types.ts";

const browser = dashboard();
const impatient = (seconds: number) => dashboard(() => {}, { handshakeTimeout: seconds * 1000 });
const refusedRow = { dialledBy: "browser", kind: "tcp-refused", firstCloser: "server", ending: "rst" } as const;

/** A place with nothing but a kernel, so that there is a namespace to dial. */
const idle = server(async (peer: Peer) => {
  peer.log("listening", { port: null });
  setInterval(() => {}, 1000);
});

const inputRule = (rule: string) => `table inet lab { chain input { type filter hook input priority 0; ${rule}; }; }`;

/** Asks a name server for the telemetry host before dialling, as a browser would. */
const askName = (waitMs: number) =>
  client(async (peer) => {
    const resolver = new Resolver({ timeout: waitMs, tries: 2 });
    resolver.setServers([frontAddress]);
    try {
      peer.log("resolved", { addresses: await resolver.resolve4("orin.telemetry.lan") });
    } catch (error) {
      peer.log("error", { code: (error as NodeJS.ErrnoException).code });
    }
  });

export const opening: readonly Scenario[] = [
  {
    name: "refused",
    injects: "nothing listens on the port",
    fast: true,
    peers: { server: idle, browser },
    expect: { connections: [refusedRow], must: ["tcp.open.refused"], mustNot: ["tcp.rst"] },
  },
  {
    name: "refused-40-times",
    injects: "nothing listens; the client reconnects forty times",
    peers: {
      server: idle,
      browser: client(async (peer) => {
        for (let times = 0; times < 40; times += 1) {
          await dial(peer, url);
          await sleep(100);
        }
      }),
    },
    expect: { connections: [refusedRow], must: ["tcp.open.refused"], mustNot: ["tcp.rst"] },
  },
  {
    name: "refused-then-open",
    injects: "nothing listens at first; the client's third attempt succeeds",
    peers: {
      server: server(async (peer) => {
        peer.log("listening", { port: null });
        await peer.told("listen");
        await telemetry({}).run(peer);
      }),
      browser: client(async (peer) => {
        await dial(peer, url);
        await dial(peer, url);
        peer.log("refused-twice");
        await peer.told("listening");
        const ws = await dial(peer, url);
        await sleep(600);
        ws?.close(1000);
        await sleep(200);
      }),
    },
    fault: async (stage) => {
      await stage.logged("browser", "refused-twice");
      stage.tell("server", "listen");
      await stage.logged("server", "listening", 2);
      stage.tell("browser", "listening");
      return undefined;
    },
    expect: { connections: [], must: ["tcp.open.refused"], mustNot: ["tcp.rst"] },
  },
  {
    name: "reject-tcp-reset",
    injects: "a firewall on the server answers the SYN with RST while the server listens",
    fast: true,
    peers: { server: telemetry(), browser },
    prepare: async (stage) => stage.nft("server", inputRule("tcp dport 8080 reject with tcp reset")),
    expect: { connections: [refusedRow], must: ["tcp.open.refused"], mustNot: ["tcp.rst"] },
  },
  {
    name: "reject-icmp",
    injects: "a firewall on the server answers the SYN with ICMP port unreachable (ufw reject)",
    fast: true,
    peers: { server: telemetry(), browser },
    prepare: async (stage) => stage.nft("server", inputRule("tcp dport 8080 reject")),
    expect: {
      connections: [{ dialledBy: "browser", ending: "icmp" }],
      must: ["tcp.open.icmp"],
      mustNot: ["tcp.open.unanswered"],
    },
  },
  {
    name: "reject-icmp-prohibited",
    injects: "a router between answers the SYN with ICMP administratively prohibited",
    network: "routed",
    captures: [{ at: "client", interface: "eth0" }],
    peers: { server: telemetry(), browser: dashboard(() => {}, { url: "ws://192.168.60.10:8080/" }) },
    prepare: async (stage) =>
      stage.nft(
        "router",
        "table inet lab { chain forward { type filter hook forward priority 0; tcp dport 8080 reject with icmp type admin-prohibited; }; }",
      ),
    expect: {
      connections: [{ dialledBy: "browser", ending: "icmp" }],
      must: ["tcp.open.icmp"],
      mustNot: ["tcp.open.unanswered"],
      blames: `A firewall rule at ${routerAddress}`,
    },
  },
  {
    name: "dropped-syn",
    injects: "a firewall on the server drops SYNs silently (ufw deny); the client gives up after six seconds",
    fast: true,
    peers: { server: telemetry(), browser: impatient(6) },
    prepare: async (stage) => stage.nft("server", inputRule("tcp dport 8080 drop")),
    expect: {
      connections: [{ dialledBy: "browser", kind: "tcp-unanswered", firstCloser: null }],
      must: ["tcp.open.unanswered"],
    },
  },
  {
    name: "synack-lost",
    injects: "the server's SYN-ACKs never reach the client (return path); captured at the server",
    network: "link",
    captures: [
      { at: "server", interface: "eth0" },
      {
        at: "client",
        interface: "eth0",
        label: "client",
        expect: {
          connections: [{ dialledBy: "browser", kind: "tcp-unanswered", firstCloser: null }],
          must: ["tcp.open.unanswered"],
        },
      },
    ],
    peers: { server: telemetry(), browser: impatient(5) },
    prepare: async (stage) => stage.link.harm("down", { dropFlags: { mask: 0x17, equals: 0x12 } }),
    expect: {
      connections: [{ dialledBy: "browser" }],
      must: ["tcp.open.synack-unacknowledged"],
      mustNot: ["tcp.open.unanswered", "tcp.open.refused"],
    },
  },
  {
    name: "no-such-host",
    injects: "the client dials an address of its own subnet that nobody has: ARP unanswered",
    fast: true,
    captures: [{ at: "client", interface: "eth0" }],
    peers: {
      server: idle,
      browser: dashboard(() => {}, { url: `ws://${unownedAddress}:8080/`, handshakeTimeout: 4000 }),
    },
    expect: { connections: [], must: ["arp.unanswered"], mustNot: ["capture.empty"] },
  },
  {
    name: "dns-unanswered",
    injects: "the name server does not answer (DROP)",
    captures: [{ at: "client", interface: "eth0" }],
    peers: { server: idle, browser: askName(1000) },
    prepare: async (stage) => stage.nft("server", inputRule("udp dport 53 drop")),
    expect: { connections: [], must: ["dns.failed"], mustNot: ["capture.empty"] },
  },
  {
    name: "dns-no-such-name",
    injects: "the name server answers NXDOMAIN",
    captures: [{ at: "client", interface: "eth0" }],
    peers: { server: server(refuseNames), browser: askName(1000) },
    expect: { connections: [], must: ["dns.failed"], mustNot: ["capture.empty"] },
  },
  {
    name: "dns-port-closed",
    injects: "nothing listens on the name server's port: ICMP port unreachable",
    captures: [{ at: "client", interface: "eth0" }],
    peers: { server: idle, browser: askName(1000) },
    expect: { connections: [], must: ["dns.failed"], mustNot: ["capture.empty"] },
  },
  {
    name: "no-request",
    injects: "the client opens a connection, says nothing and leaves",
    peers: {
      server: telemetry(),
      browser: client(async (peer) => {
        const socket = await rawDial(peer);
        await sleep(2500);
        socket?.end();
        await sleep(200);
      }),
    },
    expect: {
      connections: [{ dialledBy: "browser", kind: "tcp", firstCloser: "client", ending: "fin" }],
      must: ["tcp.open.no-request"],
    },
  },
  {
    name: "tls-on-plain-port",
    injects: "wss:// dialled on a port that speaks ws://",
    fast: true,
    peers: { server: telemetry(), browser: dashboard(() => {}, { url: url.replace("ws:", "wss:") }) },
    expect: { connections: [{ dialledBy: "browser" }], must: ["tls.on-plain-port"], mustNot: ["capture.no-websocket"] },
  },
  {
    name: "http-on-tls-port",
    injects: "ws:// dialled on a port that speaks TLS",
    fast: true,
    peers: { server: server((peer) => serveTls(peer)), browser },
    // Node's TLS server hangs up without a byte: that TLS was meant cannot be seen.
    expect: { connections: [{ dialledBy: "browser" }], must: ["http.upgrade.unanswered"], may: ["http.on-tls-port"] },
  },
  {
    name: "certificate-not-trusted",
    injects: "wss:// with a certificate that the client does not trust: it ends the handshake with an alert or a FIN",
    fast: true,
    peers: {
      server: server((peer) => serveTls(peer)),
      browser: dashboard(() => {}, { url: url.replace("ws:", "wss:") }),
    },
    expect: {
      connections: [{ dialledBy: "browser", kind: "tls" }],
      must: ["tls.handshake.failed"],
      mustNot: ["capture.no-websocket"],
    },
  },
  {
    name: "other-protocol",
    injects: "an SSH server answers on the port",
    fast: true,
    peers: {
      server: server((peer) =>
        rawListen(peer, (socket) => {
          socket.write("SSH-2.0-OpenSSH_8.2p1 Ubuntu-4ubuntu0.11\r\n");
          socket.once("data", () => socket.end("Invalid SSH identification string.\r\n"));
        }),
      ),
      browser,
    },
    expect: { connections: [{ dialledBy: "browser" }], must: ["port.other-protocol"] },
  },
  {
    name: "redis-on-port",
    injects: "a Redis server answers on the port",
    peers: {
      server: server((peer) =>
        rawListen(peer, (socket) => {
          // What Redis does with an HTTP request ("POST" and "Host:" make it close at once).
          socket.once("data", () => socket.end("-ERR wrong number of arguments for 'get' command\r\n"));
        }),
      ),
      browser,
    },
    expect: { connections: [{ dialledBy: "browser" }], must: ["port.other-protocol"] },
  },
];

/** A name server that knows no name: every answer is NXDOMAIN. */
async function refuseNames(peer: Peer): Promise<void> {
  const { createSocket } = await import("node:dgram");
  const socket = createSocket("udp4");
  socket.on("message", (question, from) => {
    const answer = Buffer.from(question);
    answer.writeUInt16BE(0x8183, 2); // response, recursion, RCODE 3 (RFC 1035 §4.1.1)
    socket.send(answer, from.port, from.address);
  });
  socket.bind(53, "0.0.0.0", () => peer.log("listening", { port: 53 }));
}
