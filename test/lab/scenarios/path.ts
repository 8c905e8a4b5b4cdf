// What the path does: loses, delays, cuts, and forgets.

import { backAddress } from "../addresses.ts";
import { sleep } from "../peer-context.ts";
import { dashboard, dashboardUntilTold, leavingDashboard, telemetry } from "../peers/rows.ts";
import { flood, socketOf } from "../peers/websocket.ts";
import type { Stage } from "../stage.ts";
import type { Expectation, PeerRow, Scenario } from "../types.ts";

/** Both ends of the link are captured; where the client's end shows something else, `seen` says what. */
const onLink = (seen?: Expectation): Pick<Scenario, "network" | "captures"> => ({
  network: "link",
  captures: [
    { at: "server", interface: "eth0" },
    { at: "client", interface: "eth0", label: "client", ...(seen ? { expect: seen } : {}) },
  ],
});
/** The end that has nothing to send cannot know that the path is dead. */
const nothingToSee: Expectation = {
  connections: [{ dialledBy: "browser", ending: "open", firstCloser: null }],
  must: [],
  mustNot: ["tcp.path.blackhole", "ws.close.no-close-frame"],
};
const healthy: Expectation = {
  connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000, ending: "fin" }],
  must: [],
  mustNot: ["tcp.path.blackhole", "ws.pong.missing", "capture.gap", "ws.deflate.undecodable"],
};

/** A path that is bad but that TCP copes with: nothing above a note may be said. */
function coping(name: string, injects: string, prepare: (stage: Stage) => void, fast = false): Scenario {
  return {
    name,
    injects,
    ...onLink(),
    fast,
    peers: {
      server: telemetry({ everyMs: 40, beat: [1000, 3000], perMessageDeflate: { threshold: 0 } }),
      browser: leavingDashboard(6000),
    },
    prepare: async (stage) => prepare(stage),
    expect: healthy,
  };
}

/** The link's harm begins once the WebSocket has been open for a while. */
const afterOpen =
  (openMs: number, harm: (stage: Stage) => void, thenMs: number) =>
  async (stage: Stage): Promise<"over"> => {
    await stage.logged("browser", "open");
    await sleep(openMs);
    harm(stage);
    stage.note("harm");
    await sleep(thenMs);
    return "over";
  };

const cut = (way: "up" | "down" | "both") => (stage: Stage) => stage.link.harm(way, { cut: true });

/** A stateful firewall that forgets connections after some idle seconds; `verdict` is what it does with strangers. */
const forgetful = (idleSeconds: number, verdict: string) => async (stage: Stage) => {
  stage.nft(
    "router",
    `table inet lab { chain forward { type filter hook forward priority 0; ct state invalid ${verdict}; ct state new tcp flags & (syn | ack) != syn ${verdict}; }; }`,
  );
  stage.run("router", "sysctl", "-qw", `net.netfilter.nf_conntrack_tcp_timeout_established=${idleSeconds}`);
  stage.run("router", "sysctl", "-qw", "net.netfilter.nf_conntrack_tcp_loose=0");
};

const backUrl = `ws://${backAddress}:8080/`;

/** A dashboard that subscribes, is silent for a while, and then sends a command. */
const commanding = (silentMs: number) =>
  dashboard(
    (ws) => {
      const timer = setInterval(() => ws.send(JSON.stringify({ type: "command", name: "lights" })), silentMs);
      ws.on("close", () => clearInterval(timer));
    },
    { url: backUrl },
  );

/** The server's heartbeat gives up while the cable is out: neither a frozen client nor a server that stood still. */
const gaveUpMeanwhile = (name: string, then: string, browser: PeerRow): Scenario => ({
  name,
  injects: `the cable is out for six seconds; the server's heartbeat gives up meanwhile; ${then}`,
  ...onLink(),
  fast: true,
  peers: { server: telemetry({ everyMs: 60_000, beat: [1000, 3000] }), browser },
  fault: async (stage) => {
    await stage.logged("browser", "open");
    await sleep(3500);
    stage.link.harm("both", { cut: true });
    await sleep(6000);
    stage.link.harm("both", {});
    return undefined;
  },
  // What gets through first afterwards is a matter of milliseconds, and so whether it ends by FIN or RST, or the outage leads.
  expect: {
    connections: [{ dialledBy: "browser", clientSees: 1006, serverSees: 1006, firstCloser: "server" }],
    must: [],
    mustOneOf: ["tcp.rst", "ws.close.no-close-frame", "ws.pong.missing", "tcp.path.blackhole"],
    mustNot: ["tcp.rst.injected", "tcp.rst.after-idle"],
    blames: "The path between both ends was interrupted",
  },
});

export const paths: readonly Scenario[] = [
  coping("lossy-path", "3 % loss both ways: TCP repairs it", (stage) => stage.link.harm("both", { loss: 0.03 }), true),
  coping("slow-path", "300 ms each way and jitter of 100 ms", (stage) =>
    stage.link.harm("both", { delayMs: 300, jitterMs: 100 }),
  ),
  coping("reordering-path", "20 % of frames arrive behind later ones", (stage) =>
    stage.link.harm("both", { delayMs: 20, reorder: 0.2, reorderMs: 60 }),
  ),
  coping("duplicating-path", "30 % of frames arrive twice", (stage) => stage.link.harm("both", { duplicate: 0.3 })),
  coping("corrupting-path", "5 % of segments arrive with a flipped bit and a checksum that says so", (stage) =>
    stage.link.harm("both", { corrupt: 0.05 }),
  ),
  {
    name: "outage-repaired",
    injects: "the cable is out for two seconds, then back: TCP repairs it",
    ...onLink(),
    peers: { server: telemetry({ everyMs: 100 }), browser: dashboardUntilTold() },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(1500);
      stage.link.harm("both", { cut: true });
      await sleep(2000);
      stage.link.harm("both", {});
      await sleep(5000);
      stage.tell("browser", "leave");
      return undefined;
    },
    expect: { ...healthy, may: ["tcp.retransmissions"] },
  },
  gaveUpMeanwhile("outage-heartbeat-gives-up", "as a rule the next pong meets an RST", dashboard()),
  gaveUpMeanwhile(
    "outage-ack-before-pong",
    "the client's ACK overtakes its pong, so that the server's FIN comes first",
    dashboard((ws) => ws.on("ping", (data) => setTimeout(() => ws.pong(data), 60)), { autoPong: false }),
  ),
  {
    name: "cut-in-traffic",
    injects: "the cable is pulled in mid-traffic; the server retransmits until the capture ends",
    ...onLink(nothingToSee),
    fast: true,
    peers: { server: telemetry(), browser: dashboard() },
    fault: afterOpen(1500, cut("both"), 8000),
    expect: {
      connections: [{ dialledBy: "browser", ending: "silent", firstCloser: null }],
      must: ["tcp.path.blackhole"],
      mustNot: ["ws.close.no-close-frame"],
    },
  },
  {
    name: "cut-heartbeat-gives-up",
    // The FIN waits behind data that nobody acknowledges: the wire never shows that the server has given up.
    injects: "the cable is pulled; the server's heartbeat terminates the WebSocket, its FIN never gets out",
    ...onLink(nothingToSee),
    fast: true,
    peers: { server: telemetry({ beat: [1000, 3000] }), browser: dashboard() },
    fault: afterOpen(1500, cut("both"), 7000),
    expect: {
      connections: [{ dialledBy: "browser", ending: "silent", firstCloser: null }],
      must: ["tcp.path.blackhole"],
      may: ["ws.pong.missing"],
    },
  },
  {
    name: "cut-while-idle",
    injects: "the cable of a silent WebSocket is pulled: nothing on the wire shows it",
    ...onLink(),
    peers: { server: telemetry({ everyMs: 60_000 }), browser: dashboard() },
    fault: afterOpen(1500, cut("both"), 4000),
    expect: {
      connections: [{ dialledBy: "browser", ending: "open", firstCloser: null }],
      must: [],
      mustNot: ["tcp.path.blackhole"],
    },
  },
  {
    name: "one-way-loss",
    injects: "nothing from the server reaches the client any more; the other way works",
    ...onLink(nothingToSee),
    fast: true,
    peers: { server: telemetry(), browser: dashboard() },
    fault: afterOpen(1500, cut("down"), 6000),
    expect: { connections: [{ dialledBy: "browser", ending: "silent" }], must: ["tcp.path.blackhole"] },
  },
  {
    name: "large-segments-lost",
    injects:
      "packets over 1400 bytes vanish without ICMP (path MTU): small messages pass, the first large one stalls all",
    ...onLink(nothingToSee),
    fast: true,
    peers: {
      server: telemetry({}, (ws) => setTimeout(() => ws.send(JSON.stringify({ map: "m".repeat(20_000) })), 1500)),
      browser: dashboard(),
    },
    prepare: async (stage) => stage.link.harm("both", { mtuBytes: 1400 }),
    fault: afterOpen(0, () => {}, 7000),
    expect: { connections: [{ dialledBy: "browser", ending: "silent" }], must: ["tcp.path.blackhole"] },
  },
  {
    name: "large-segments-lost-pongs-behind",
    injects: "the client's large message is lost to the path MTU, its pongs queue behind it, the server gives up",
    ...onLink({
      connections: [{ dialledBy: "browser" }],
      must: ["tcp.path.blackhole"],
      may: ["ws.pong.missing", "ws.close.no-close-frame", "tcp.rst"],
    }),
    peers: {
      server: telemetry({ beat: [1000, 3000] }),
      browser: dashboard((ws) => setTimeout(() => ws.send(JSON.stringify({ log: "l".repeat(8000) })), 1500)),
    },
    prepare: async (stage) => stage.link.harm("both", { mtuBytes: 1400 }),
    fault: async (stage) => {
      await stage.logged("server", "terminate");
      await sleep(500);
      return "over";
    },
    expect: {
      connections: [{ dialledBy: "browser", serverSees: 1006, firstCloser: "server" }],
      // The server's end cannot see the segments that never came, only that nothing whole comes any more.
      must: ["ws.pong.missing"],
      may: ["tcp.path.blackhole", "ws.close.no-close-frame", "tcp.rst"],
    },
  },
  {
    name: "zero-window",
    injects: "the client stops reading for four seconds while the server sends much, then goes on",
    fast: true,
    peers: {
      server: telemetry({}, (ws) => {
        const timer = setInterval(() => ws.send("w".repeat(200_000)), 20);
        setTimeout(() => clearInterval(timer), 1500);
      }),
      browser: dashboard((ws) => {
        setTimeout(() => socketOf(ws).pause(), 300);
        setTimeout(() => socketOf(ws).resume(), 4300);
        setTimeout(() => ws.close(1000), 6500);
      }),
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000 }],
      must: ["tcp.zero-window"],
      mustNot: ["tcp.path.blackhole", "ws.pong.missing"],
    },
  },
  {
    name: "zero-window-gives-up",
    injects: "the client stops reading for good; pings queue behind data that it does not take; the server terminates",
    peers: {
      // As much as no socket buffers hold, however slow the machine is.
      server: telemetry({ beat: [1000, 3000] }, (ws) => flood(ws, 8_000_000, 200_000)),
      browser: dashboard((ws) => ws.once("message", () => socketOf(ws).pause())),
    },
    fault: async (stage) => {
      await stage.logged("server", "terminate");
      await sleep(1200);
      return "over";
    },
    expect: {
      // The server's FIN waits behind the closed window.
      connections: [{ dialledBy: "browser", firstCloser: null }],
      must: ["tcp.zero-window"],
      may: ["ws.pong.missing", "ws.close.no-close-frame", "tcp.rst"],
      mustNot: ["tcp.path.blackhole"],
    },
  },
  {
    name: "middlebox-forgets-rst",
    injects: "a router forgets the idle connection after 35 s and answers the next data with RST",
    network: "routed",
    captures: [{ at: "client", interface: "eth0" }],
    seconds: 60,
    peers: { server: telemetry({ everyMs: 300_000 }), browser: commanding(40_000) },
    prepare: forgetful(35, "reject with tcp reset"),
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, firstCloser: "server", ending: "rst" }],
      must: ["tcp.rst.after-idle"],
      may: ["tcp.rst", "tcp.rst.injected", "ws.close.no-close-frame", "ws.idle.timeout"],
    },
  },
  {
    name: "middlebox-forgets-silently",
    injects: "a router forgets the idle connection after 35 s and drops what comes later",
    network: "routed",
    captures: [{ at: "client", interface: "eth0" }],
    seconds: 70,
    peers: { server: telemetry({ everyMs: 300_000 }), browser: commanding(40_000) },
    prepare: forgetful(35, "drop"),
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(50_000);
      return "over";
    },
    expect: {
      connections: [{ dialledBy: "browser", ending: "silent", firstCloser: null }],
      must: ["tcp.path.blackhole"],
    },
  },
  {
    name: "host-rebooted",
    injects: "the server's host loses power and comes back: the next data draws a RST from a kernel that knows nothing",
    seconds: 60,
    captures: [{ at: "client", interface: "eth0" }],
    peers: {
      server: telemetry({ everyMs: 300_000 }),
      browser: dashboard((ws) => {
        const timer = setInterval(() => ws.send(JSON.stringify({ type: "command", name: "lights" })), 40_000);
        ws.on("close", () => clearInterval(timer));
      }),
    },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(1000);
      stage.nft("server", "table inet lab { chain output { type filter hook output priority 0; drop; }; }");
      stage.signal("server", "SIGKILL");
      // The orphaned socket's FIN is never acknowledged; without retries it is gone like RAM.
      await sleep(25_000);
      stage.run("server", "nft", "flush ruleset");
      return undefined;
    },
    prepare: async (stage) => {
      stage.run("server", "sysctl", "-qw", "net.ipv4.tcp_orphan_retries=1");
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, firstCloser: "server", ending: "rst" }],
      must: ["tcp.rst.after-idle"],
      may: ["tcp.rst", "ws.close.no-close-frame"],
    },
  },
  {
    name: "keepalive-unanswered",
    injects: "the cable of an idle WebSocket is pulled; TCP keepalive probes go unanswered and the kernel gives up",
    ...onLink(nothingToSee),
    peers: {
      server: telemetry({ everyMs: 300_000 }, (ws) => socketOf(ws).setKeepAlive(true, 1000)),
      browser: dashboard(),
    },
    prepare: async (stage) => {
      stage.run("server", "sysctl", "-qw", "net.ipv4.tcp_keepalive_intvl=1", "net.ipv4.tcp_keepalive_probes=4");
    },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(3500);
      stage.link.harm("both", { cut: true });
      await stage.logged("server", "close");
      await sleep(300);
      return "over";
    },
    expect: {
      connections: [{ dialledBy: "browser", serverSees: 1006 }],
      must: ["tcp.keepalive.unanswered"],
      may: ["tcp.path.blackhole", "tcp.rst", "ws.close.no-close-frame"],
    },
  },
];
