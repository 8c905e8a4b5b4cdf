// Outages and refusals in the middle of a connection, seen at both ends.

import { backAddress, routerAddress } from "../addresses.ts";
import { bothOnLink } from "../capture-points.ts";
import type { Way } from "../link.ts";
import { sleep } from "../peer-context.ts";
import { dashboard, telemetry } from "../peers/rows.ts";
import type { Scenario } from "../types.ts";

const backUrl = `ws://${backAddress}:8080/`;

/** The link lets nothing through for a while; meanwhile the server's heartbeat gives up. */
const outage = (name: string, injects: string, way: Way, talks: boolean): Scenario => ({
  name,
  injects,
  ...bothOnLink,
  seconds: 30,
  peers: {
    server: telemetry({ everyMs: 250, beat: [1000, 3000] }),
    browser: dashboard((ws) => {
      if (!talks) return;
      const timer = setInterval(() => ws.send(JSON.stringify({ type: "position" })), 400);
      ws.on("close", () => clearInterval(timer));
    }),
  },
  fault: async (stage) => {
    await stage.logged("browser", "open");
    await sleep(3500);
    stage.link.harm(way, { cut: true });
    await stage.logged("server", "terminate");
    await sleep(2500);
    stage.link.harm(way, {});
    return undefined;
  },
  // Whatever it is called: neither a program that was stuck, nor terminate() as the cause.
  expect: {
    connections: [{ dialledBy: "browser", clientSees: 1006, serverSees: 1006, firstCloser: "server" }],
    must: [],
    mustOneOf: ["ws.close.no-close-frame", "tcp.rst", "tcp.path.blackhole", "ws.pong.missing"],
    blames: "The path between both ends was interrupted",
  },
});

export const outages: readonly Scenario[] = [
  outage("outage-telemetry", "the path is out for five seconds, the client only listens", "both", false),
  outage("outage-telemetry-both", "the path is out for five seconds, both ends send", "both", true),
  outage("outage-uplink", "nothing of the client gets through for five seconds", "up", true),
  outage("outage-downlink", "nothing of the server gets through for five seconds", "down", true),
  {
    name: "rejected-in-traffic",
    injects: "a firewall on the way begins to reject the connection with ICMP administratively prohibited",
    network: "routed",
    captures: [{ at: "client", interface: "eth0" }],
    peers: {
      server: telemetry(),
      browser: dashboard((ws) => setInterval(() => ws.send("{}"), 300), { url: backUrl }),
    },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(1500);
      const rule = "tcp dport 8080 reject with icmp type admin-prohibited";
      stage.nft("router", `table ip lab { chain forward { type filter hook forward priority 0; ${rule}; }; }`);
      await sleep(6000);
      return "over";
    },
    expect: {
      connections: [{ dialledBy: "browser" }],
      must: [],
      mustOneOf: ["tcp.path.blackhole"],
      blames: `A firewall rule at ${routerAddress}`,
    },
  },
  {
    name: "large-segments-lost-offloaded",
    injects:
      "the router's way on takes 1300 bytes and says nothing; the capture at the server holds offloaded segments",
    network: "routed",
    captures: [
      { at: "server", interface: "eth0" },
      // Nothing comes here any more, so nothing tells how long the capture went on.
      { at: "client", interface: "eth0", label: "client", expect: { connections: [], must: [] } },
    ],
    peers: {
      server: telemetry({}, (ws) => setTimeout(() => ws.send("m".repeat(6000)), 1500)),
      browser: dashboard(() => {}, { url: backUrl }),
    },
    prepare: async (stage) => {
      stage.run("router", "ip", "link", "set", "lan", "mtu", "1300");
      const rule = "meta l4proto icmp drop";
      stage.nft("router", `table ip lab { chain output { type filter hook output priority 0; ${rule}; }; }`);
    },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(8000);
      return "over";
    },
    expect: {
      connections: [{ dialledBy: "browser" }],
      must: [],
      mustOneOf: ["tcp.path.blackhole"],
      blames: "Large packets do not fit the path",
    },
  },
];
