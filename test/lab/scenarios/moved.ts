// Addresses, mappings, routes and hosts that change under an open connection.

import { backAddress, clientAddress, otherClientAddresses } from "../addresses.ts";
import { sleep } from "../peer-context.ts";
import { client, dashboard, telemetry } from "../peers/rows.ts";
import type { Stage } from "../stage.ts";
import type { PeerRow, Scenario } from "../types.ts";

const backUrl = `ws://${backAddress}:8080/`;

/** A dashboard that sends a command now and then. */
const commanding = (everyMs: number, options: Parameters<typeof dashboard>[1] = {}) =>
  dashboard((ws) => {
    const timer = setInterval(() => ws.send(JSON.stringify({ type: "command", name: "lights" })), everyMs);
    ws.on("close", () => clearInterval(timer));
  }, options);

const again = (dial: PeerRow, times: number, pauseMs = 500): PeerRow =>
  client(async (peer) => {
    for (let n = 0; n < times; n += 1) {
      await dial.run(peer);
      await sleep(pauseMs);
    }
  });

const masquerade = (stage: Stage, ports = "") =>
  stage.nft(
    "router",
    `table ip lab { chain post { type nat hook postrouting priority 100; oifname "wan" meta l4proto tcp ${ports === "" ? "masquerade" : `snat to 192.168.60.1:${ports}`}; }; }`,
  );

/** The router's NAT forgets its table and maps the client to another port. */
const rebind = (stage: Stage, answers: boolean) => {
  stage.run("router", "nft", "flush ruleset");
  masquerade(stage, "20000-20100");
  if (!answers)
    stage.nft("router", `table ip quiet { chain input { type filter hook input priority 0; iifname "wan" drop; }; }`);
  stage.run("router", "conntrack", "-F");
  stage.note("rebound");
};

/** The client's NAT loses its table after a while; `answers`: its own host answers what comes for the old port. */
const natRebinds = (afterMs: number, answers: boolean): Pick<Scenario, "prepare" | "fault"> => ({
  prepare: async (stage) => masquerade(stage),
  fault: async (stage) => {
    await stage.logged("browser", "open");
    await sleep(afterMs);
    rebind(stage, answers);
    await stage.logged("server", "close");
    await sleep(1500);
    return "over";
  },
});

/** The server's host loses power after a while and is back six seconds later; its program starts, the client dials again. */
const serverHostRestarts = (afterMs: number): Pick<Scenario, "prepare" | "fault" | "expect"> => ({
  prepare: async (stage) => {
    stage.run("server", "sysctl", "-qw", "net.ipv4.tcp_orphan_retries=1");
  },
  fault: async (stage) => {
    await stage.logged("browser", "open");
    await sleep(afterMs);
    powerCut(stage, "server");
    await sleep(6000);
    powerBack(stage, "server");
    await sleep(1500);
    stage.startPeer("server");
    await stage.logged("browser", "open", 2);
    await sleep(2000);
    return "over";
  },
  expect: { connections: [], must: ["tcp.path.blackhole"], blames: "The other host restarted" },
});

export const moved: readonly Scenario[] = [
  {
    name: "nat-rebound",
    injects: "the client's NAT loses its table: its packets come from a new port, the old port answers nothing",
    network: "routed",
    captures: [
      { at: "server", interface: "eth0" },
      {
        at: "client",
        interface: "eth0",
        label: "client",
        expect: { connections: [{ dialledBy: "browser" }], must: ["tcp.rst"], blames: "A NAT on the client's way" },
      },
    ],
    seconds: 40,
    peers: { server: telemetry({ everyMs: 500, beat: [1000, 3000] }), browser: commanding(700, { url: backUrl }) },
    ...natRebinds(3500, false),
    expect: { connections: [], must: ["tcp.nat.rebound"], blames: "A NAT on the client's way" },
  },
  {
    name: "nat-rebound-answers",
    injects:
      "the client's NAT loses its table: its packets come from a new port, the NAT's own host answers the old one by RST",
    network: "routed",
    captures: [{ at: "server", interface: "eth0" }],
    seconds: 40,
    peers: { server: telemetry({ everyMs: 2500, beat: [1000, 3000] }), browser: commanding(700, { url: backUrl }) },
    ...natRebinds(3300, true),
    expect: { connections: [], must: ["tcp.nat.rebound"], blames: "A NAT on the client's way" },
  },
  {
    name: "nat-rebound-listener",
    injects:
      "the client's NAT loses its table; the client only listens and answers pings, its own host answers what comes for the old port by RST",
    network: "routed",
    captures: [{ at: "server", interface: "eth0" }],
    seconds: 60,
    peers: { server: telemetry({ everyMs: 500, beat: [2000, 6000] }), browser: dashboard(() => {}, { url: backUrl }) },
    ...natRebinds(5000, true),
    expect: { connections: [], must: ["tcp.rst"], blames: "A NAT router, VPN gateway" },
  },
  {
    name: "handover",
    injects: "the phone changes from Wi-Fi to mobile: its address is gone, it dials again from another one",
    network: "direct",
    captures: [{ at: "server", interface: "eth0" }],
    seconds: 40,
    peers: {
      server: telemetry({ everyMs: 500, beat: [1000, 3000] }),
      browser: client(async (peer) => {
        void dashboard(() => {}, { localAddress: clientAddress }).run(peer);
        await peer.told("move");
        await Promise.race([
          dashboard(() => {}, { localAddress: otherClientAddresses[0] }).run(peer),
          peer.told("leave"),
        ]);
      }),
    },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(3500);
      stage.run("client", "ip", "addr", "del", `${clientAddress}/24`, "dev", "eth0");
      for (const address of otherClientAddresses)
        if (!stage.run("client", "ip", "addr", "show", "dev", "eth0").includes(address))
          stage.run("client", "ip", "addr", "add", `${address}/24`, "dev", "eth0");
      stage.tell("browser", "move");
      await stage.logged("server", "terminate");
      await sleep(1500);
      return "over";
    },
    expect: { connections: [], must: ["tcp.path.blackhole"], blames: "The client lost its network" },
  },
  {
    name: "vpn-down",
    injects: "the VPN's route is withdrawn at the client: its program gets ENETUNREACH, nothing tells the server",
    network: "routed",
    captures: [{ at: "server", interface: "eth0" }],
    seconds: 40,
    peers: { server: telemetry({ everyMs: 500, beat: [1000, 3000] }), browser: commanding(700, { url: backUrl }) },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(3500);
      stage.run("client", "ip", "route", "del", "default");
      stage.note("route gone");
      await stage.logged("server", "terminate");
      await sleep(3000);
      return "over";
    },
    expect: {
      connections: [{ dialledBy: "browser" }],
      must: ["tcp.path.blackhole"],
      blames: "The client lost its network",
    },
  },
  {
    name: "server-host-restarted",
    injects:
      "the server's host loses power in the middle of traffic and is back six seconds later; the client sends all the while and dials again",
    captures: [{ at: "client", interface: "eth0" }],
    seconds: 40,
    peers: { server: telemetry({ everyMs: 500 }), browser: again(commanding(700), 30) },
    ...serverHostRestarts(3500),
  },
  {
    name: "server-host-restarted-beat",
    injects: "as server-host-restarted, and the server has a heartbeat of 10 s and 30 s",
    captures: [{ at: "client", interface: "eth0" }],
    seconds: 60,
    peers: { server: telemetry({ everyMs: 500, beat: [10_000, 30_000] }), browser: again(commanding(700), 30) },
    ...serverHostRestarts(13_500),
  },
  {
    name: "client-host-restarted",
    injects: "the client's host loses power and is back six seconds later; the server publishes all the while",
    captures: [{ at: "server", interface: "eth0" }],
    seconds: 40,
    peers: {
      server: telemetry({ everyMs: 500 }),
      browser: dashboard(),
      second: client(async (peer) => {
        await peer.told("dial");
        await Promise.race([dashboard().run(peer), peer.told("leave")]);
      }),
    },
    prepare: async (stage) => {
      stage.run("client", "sysctl", "-qw", "net.ipv4.tcp_orphan_retries=1");
    },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(3500);
      powerCut(stage, "client", "browser");
      await sleep(6000);
      powerBack(stage, "client");
      await stage.logged("server", "close");
      await sleep(1500);
      stage.tell("second", "dial");
      await sleep(2000);
      return "over";
    },
    expect: {
      connections: [{ dialledBy: "browser" }],
      must: ["tcp.path.blackhole"],
      blames: "The other host restarted",
    },
  },
];

/** Nothing gets in or out, and what ran is gone; the orphaned socket goes like RAM. */
function powerCut(stage: Stage, place: "server" | "client", peer: string = place): void {
  stage.nft(
    place,
    "table inet lab { chain output { type filter hook output priority 0; drop; }; chain input { type filter hook input priority 0; drop; }; }",
  );
  stage.note("power cut", { place });
  stage.signal(peer, "SIGKILL");
}

function powerBack(stage: Stage, place: "server" | "client"): void {
  stage.run(place, "ip", "neigh", "flush", "all");
  stage.run(place, "nft", "flush ruleset");
  stage.note("power back", { place });
}
