// Packet filters and connection tables that change under an open WebSocket.

import { backAddress, clientAddress } from "../addresses.ts";
import { sleep } from "../peer-context.ts";
import { client, dashboard, telemetry } from "../peers/rows.ts";
import { watchTelemetry } from "../peers/telemetry.ts";
import { closed } from "../peers/websocket.ts";
import type { Stage } from "../stage.ts";
import type { CapturePoint, Expectation, PeerRow, Place, Scenario } from "../types.ts";

const backUrl = `ws://${backAddress}:8080/`;

const bothEnds = (atServer?: Expectation): readonly CapturePoint[] => [
  { at: "client", interface: "eth0" },
  { at: "server", interface: "eth0", label: "server", ...(atServer ? { expect: atServer } : {}) },
];

/** A dashboard that sends a command now and then. */
const commanding: PeerRow = dashboard(
  (ws) => {
    const timer = setInterval(() => ws.send(JSON.stringify({ type: "command", name: "lights" })), 700);
    ws.on("close", () => clearInterval(timer));
  },
  { url: backUrl },
);

const beating: PeerRow = telemetry({ everyMs: 500, beat: [1000, 3000] });

/** The path takes what is sent. `firstCloser`: null where nobody may be seen to close. */
const blackhole = (blames: string, firstCloser?: null): Expectation => ({
  connections: [{ dialledBy: "browser", ...(firstCloser === null ? { firstCloser } : {}) }],
  must: ["tcp.path.blackhole"],
  blames,
});

/** A page that is loaded again while its first WebSocket still hangs. */
const reloading: PeerRow = client(async (peer) => {
  void commanding.run(peer);
  await peer.told("reload");
  const ws = await watchTelemetry(peer, backUrl);
  if (ws) await Promise.race([closed(ws), peer.told("leave")]);
  process.exit(0);
});

const chain = (name: string, rules: string) =>
  `table ip lab { chain ${name} { type filter hook ${name} priority 0; ${rules} }; }`;

/** A rule that comes while the WebSocket is in use. */
const ruleComes = (place: Place, name: string, rules: string, thenMs = 5000): Pick<Scenario, "fault"> => ({
  fault: async (stage) => {
    await stage.logged("browser", "open");
    // Between two beats: what is under way when the rule comes is lost with its acknowledgment, and is said again by the other.
    await sleep(3700);
    stage.nft(place, chain(name, rules));
    stage.note("rule", { place, rules });
    await sleep(thenMs);
    return "over";
  },
});

/** A stateful firewall that lets in only what begins with a SYN, and whose table is emptied in mid-traffic. */
const forgets = (thenMs: number, reload: boolean): Pick<Scenario, "prepare" | "fault"> => ({
  prepare: async (stage) => strict(stage),
  fault: async (stage) => {
    await stage.logged("browser", "open");
    await sleep(3500);
    stage.run("router", "conntrack", "-F");
    stage.note("table emptied");
    if (reload) {
      await sleep(3000);
      stage.tell("browser", "reload");
      await stage.logged("browser", "open", 2);
    }
    await sleep(thenMs);
    return "over";
  },
});

function strict(stage: Stage): void {
  stage.nft(
    "router",
    "table inet lab { chain forward { type filter hook forward priority 0; ct state invalid drop; ct state new tcp flags & (syn | ack) != syn drop; }; }",
  );
  stage.run("router", "sysctl", "-qw", "net.netfilter.nf_conntrack_tcp_loose=0");
}

export const filtered: readonly Scenario[] = [
  {
    name: "reject-rule-on-path",
    injects: "a router begins to reject what goes to port 8080 with tcp reset, in mid-traffic",
    network: "routed",
    // At the server nothing arrives any more, and nothing is to be seen of the rule.
    captures: bothEnds(blackhole("The client lost its network")),
    peers: { server: telemetry({ everyMs: 500 }), browser: commanding },
    ...ruleComes("router", "forward", "tcp dport 8080 reject with tcp reset;"),
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, injected: true }],
      must: ["tcp.rst.injected"],
      blames: "A firewall on the path",
    },
  },
  {
    name: "reject-rule-on-path-both-ways",
    injects: "a router begins to reject whatever belongs to port 8080, both ways, with tcp reset",
    network: "routed",
    // At the server the RST has the client's name, and a NAT there would do the same.
    captures: bothEnds({
      connections: [{ dialledBy: "browser", serverSees: 1006, injected: true }],
      must: ["tcp.rst"],
      blames: "A NAT router, VPN gateway",
    }),
    peers: { server: telemetry({ everyMs: 500 }), browser: commanding },
    ...ruleComes("router", "forward", "tcp dport 8080 reject with tcp reset; tcp sport 8080 reject with tcp reset;"),
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, serverSees: 1006, injected: true }],
      must: ["tcp.rst"],
      blames: "A firewall on the path",
    },
  },
  {
    name: "reject-rule-on-host",
    injects: "the server's own firewall begins to reject port 8080 with tcp reset, in mid-traffic",
    network: "routed",
    captures: bothEnds(),
    peers: { server: telemetry({ everyMs: 500 }), browser: commanding },
    ...ruleComes("server", "input", "tcp dport 8080 reject with tcp reset;"),
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, injected: true }],
      must: ["tcp.rst.injected"],
      blames: "A firewall on the server's own machine",
    },
  },
  {
    name: "reject-rule-at-client",
    injects: "the client's own firewall begins to reject what comes from the server with tcp reset",
    network: "routed",
    captures: bothEnds(),
    peers: { server: telemetry({ everyMs: 500 }), browser: commanding },
    ...ruleComes("client", "input", "tcp sport 8080 reject with tcp reset;"),
    expect: {
      connections: [{ dialledBy: "browser", serverSees: 1006, injected: true }],
      must: ["tcp.rst.injected"],
      blames: "A firewall on the client's own machine",
    },
  },
  {
    name: "table-emptied",
    injects: "a strict firewall's table is emptied in mid-traffic: what is open gets nothing through, new ones do",
    network: "routed",
    captures: bothEnds(),
    seconds: 40,
    peers: { server: beating, browser: reloading },
    ...forgets(3000, true),
    expect: { connections: [], must: ["tcp.path.blackhole"], blames: "A stateful device on the path" },
  },
  {
    name: "table-emptied-idle-client",
    injects: "as table-emptied, but only the server sends",
    network: "routed",
    captures: bothEnds({
      connections: [],
      must: ["tcp.path.blackhole"],
      blames: "A stateful device on the path",
    }),
    seconds: 40,
    peers: {
      server: beating,
      browser: client(async (peer) => {
        void dashboard(() => {}, { url: backUrl }).run(peer);
        await peer.told("reload");
        const ws = await watchTelemetry(peer, backUrl);
        if (ws) await Promise.race([closed(ws), peer.told("leave")]);
        process.exit(0);
      }),
    },
    ...forgets(3000, true),
    expect: { connections: [], must: [], warns: ["ws.ping.stopped"] },
  },
  {
    name: "table-emptied-no-reload",
    injects: "as table-emptied, and nobody connects anew",
    network: "routed",
    captures: bothEnds(blackhole("The client lost its network", null)),
    seconds: 40,
    peers: { server: beating, browser: commanding },
    ...forgets(7000, false),
    expect: blackhole("The server lost its network", null),
  },
  {
    name: "answers-dropped",
    injects: "a new rule drops what comes from the server (sport 8080) and nothing else",
    network: "routed",
    captures: bothEnds(blackhole("A firewall or NAT drops the packets to the client")),
    seconds: 40,
    peers: { server: beating, browser: commanding },
    ...ruleComes("router", "forward", "tcp sport 8080 drop;", 8000),
    expect: blackhole("The server lost its network", null),
  },
  {
    name: "answers-dropped-listener",
    injects: "a new rule drops what comes from the server; the client only listens",
    network: "routed",
    captures: bothEnds(blackhole("The client lost its network")),
    seconds: 40,
    peers: { server: beating, browser: dashboard(() => {}, { url: backUrl }) },
    ...ruleComes("router", "forward", "tcp sport 8080 drop;", 8000),
    expect: { connections: [{ dialledBy: "browser", ending: "open" }], must: [] },
  },
  {
    name: "requests-dropped",
    injects: "a new rule drops what goes to the server (dport 8080) and nothing else",
    network: "routed",
    captures: bothEnds(blackhole("The client lost its network")),
    seconds: 40,
    peers: { server: beating, browser: commanding },
    ...ruleComes("router", "forward", "tcp dport 8080 drop;", 8000),
    expect: blackhole("A firewall or NAT drops the packets to the server", null),
  },
  {
    name: "requests-dropped-listener",
    injects: "a new rule drops what goes to the server; the client only listens, its acknowledgments are lost",
    network: "routed",
    captures: bothEnds(blackhole("The client lost its network")),
    seconds: 40,
    peers: { server: beating, browser: dashboard(() => {}, { url: backUrl }) },
    ...ruleComes("router", "forward", "tcp dport 8080 drop;", 8000),
    expect: blackhole("A firewall or NAT drops the packets to the server", null),
  },
  {
    name: "acknowledgments-dropped",
    injects: "a new rule drops what comes from the server, which has nothing to send but acknowledgments",
    network: "routed",
    captures: [{ at: "server", interface: "eth0" }],
    seconds: 40,
    peers: { server: telemetry({ everyMs: 300_000 }), browser: commanding },
    ...ruleComes("router", "forward", "tcp sport 8080 drop;", 8000),
    expect: blackhole("A firewall or NAT drops"),
  },
  {
    name: "client-vanishes-and-other-connects",
    injects: "one client loses its network for good; another address connects: nothing is said of the path's table",
    network: "direct",
    captures: [{ at: "server", interface: "eth0" }],
    seconds: 40,
    peers: {
      server: beating,
      browser: dashboard(() => {}, { localAddress: clientAddress }),
      other: client(async (peer) => {
        await peer.told("dial");
        await Promise.race([dashboard(() => {}, { localAddress: "192.168.50.21" }).run(peer), peer.told("leave")]);
      }),
    },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(3500);
      stage.nft("client", chain("output", `ip saddr ${clientAddress} drop;`));
      await sleep(2000);
      stage.tell("other", "dial");
      await sleep(5000);
      return "over";
    },
    expect: { connections: [], must: ["tcp.path.blackhole"], blames: "The client lost its network" },
  },
];
