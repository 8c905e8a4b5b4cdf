// Healthy or not, seen through captures that do not show everything, or show it twice.

import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { backAddress, frontAddress, frontAddress6 } from "../addresses.ts";
import { startNginx, upgradeLines, upgradeMap } from "../nginx.ts";
import { type Peer, sleep } from "../peer-context.ts";
import { dashboard, dashboardUntilTold, leavingDashboard, server, telemetry } from "../peers/rows.ts";
import type { CapturePoint, ConnectionTruth, Expectation, PeerRow, Scenario } from "../types.ts";

const healthy: Expectation = {
  connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000, ending: "fin" }],
  must: [],
};
const deflate = { perMessageDeflate: { threshold: 0 } };
const peers = (): Record<string, PeerRow> => ({
  server: telemetry({ beat: [1000, 3000] }),
  browser: leavingDashboard(3500),
});
const onLoopback = (url: string): PeerRow => ({ ...leavingDashboard(2500, { url }), at: "server" });

/** tcpdump starts when the WebSocket has been open for a second and a half. */
const late = (name: string, injects: string, options: object, must: readonly string[]): Scenario => ({
  name,
  injects,
  fast: true,
  captures: [{ at: "server", interface: "eth0", late: true }],
  peers: { server: telemetry({ beat: [1000, 3000], ...options }), browser: dashboardUntilTold(options) },
  fault: async (stage) => {
    await stage.logged("browser", "open");
    await sleep(1500);
    await stage.startCaptures(true);
    await sleep(2500);
    stage.tell("browser", "leave");
    return undefined;
  },
  expect: { ...healthy, partial: true, must: ["capture.midstream", ...must] },
});

const seen = (
  name: string,
  injects: string,
  captures: readonly CapturePoint[],
  must: readonly string[] = [],
  connection?: ConnectionTruth,
): Scenario => ({
  name,
  injects,
  captures,
  peers: peers(),
  expect: connection ? { connections: [connection], must, partial: true } : { ...healthy, must },
});

/** The backend of nginx dies, and NTP sets the clock of the machine that captures forward by 60 s, nginx's own timeout. */
const clockSetForward = (name: string, place: CapturePoint["at"], beat?: readonly [number, number]): Scenario => ({
  name,
  injects: `the clock is set forward by 60 s just before the backend of nginx dies; captured at the ${place}`,
  network: "proxied",
  captures: [{ at: place, interface: "eth0", setForwardSeconds: 60 }],
  peers: {
    server: telemetry({ everyMs: 500, ...(beat ? { beat } : {}) }),
    browser: dashboard(() => {}, { url: `ws://${frontAddress}/ws` }),
  },
  prepare: (stage) =>
    startNginx(
      stage,
      `${upgradeMap} server { listen 80; location /ws { proxy_pass http://${backAddress}:8080; ${upgradeLines} } }`,
    ),
  fault: async (stage) => {
    await stage.logged("browser", "open");
    await sleep(3800);
    stage.signal("server", "SIGKILL");
    return undefined;
  },
  expect: {
    connections: [{ dialledBy: place === "client" ? "browser" : "nobody", firstCloser: "server", ending: "fin" }],
    must: ["ws.close.no-close-frame", "capture.clock-stepped"],
    mustNot: ["ws.idle.timeout"],
    blames: place === "client" ? "nginx" : "The server",
  },
});

export const viewpoints: readonly Scenario[] = [
  clockSetForward("clock-set-forward", "client"),
  clockSetForward("clock-set-forward-behind", "server"),
  clockSetForward("clock-set-forward-beat", "client", [1000, 3000]),
  late("midstream", "tcpdump starts in the middle of a healthy WebSocket", {}, []),
  late("midstream-deflate", "tcpdump starts in the middle of a compressed WebSocket", deflate, [
    "ws.deflate.undecodable",
  ]),
  seen(
    "short-snaplen",
    "tcpdump -s 96 cuts every packet short",
    [{ at: "server", interface: "eth0", snapLength: 96 }],
    ["capture.truncated"],
    { dialledBy: "browser", ending: "fin" },
  ),
  seen(
    "one-way-capture",
    "a mirror port shows the client's packets only",
    [{ at: "server", interface: "eth0", direction: "in" }],
    ["capture.one-way"],
    // Whether the server answered the Close is not to be seen.
    { dialledBy: "browser", clientSees: null, apiDiffers: "the server's Close is not in the capture" },
  ),
  {
    ...seen("bridge-any", "tcpdump -i any on a host whose bridge carries the WebSocket: every packet several times", [
      { at: "router", interface: "any" },
    ]),
    network: "bridged",
    fast: true,
  },
  {
    ...seen("routed-any", "tcpdump -i any on a router: every packet twice, with two hop limits", [
      { at: "router", interface: "any" },
    ]),
    network: "routed",
    peers: {
      server: telemetry({ beat: [1000, 3000] }),
      browser: leavingDashboard(3500, { url: "ws://192.168.60.10:8080/" }),
    },
  },
  {
    ...seen("loopback-any", "client and server on one machine, tcpdump -i any", [{ at: "server", interface: "any" }]),
    peers: { server: telemetry({ beat: [1000, 3000] }), browser: onLoopback("ws://127.0.0.1:8080/") },
  },
  {
    ...seen("loopback-lo", "client and server on one machine, tcpdump -i lo", [{ at: "server", interface: "lo" }]),
    peers: { server: telemetry(), browser: onLoopback("ws://localhost:8080/") },
  },
  {
    ...seen("ipv6", "a healthy WebSocket over IPv6", [{ at: "server", interface: "eth0" }]),
    network: "direct6",
    fast: true,
    peers: {
      server: telemetry({ host: "::", beat: [1000, 3000] }),
      browser: leavingDashboard(2500, { url: `ws://[${frontAddress6}]:8080/` }),
    },
  },
  ...[[100], [200, 100]].map(
    (vlans): Scenario => ({
      ...seen(
        vlans.length > 1 ? "mirror-port-qinq" : "mirror-port-vlan",
        `a switch's mirror port with VLAN tags ${vlans.join(" and ")}`,
        [{ at: "router", interface: "mirror" }],
      ),
      network: "mirrored",
      prepare: async (stage) => stage.link.tagMirror(...vlans),
    }),
  ),
  {
    name: "ends-early",
    injects: "the capture is stopped while a healthy WebSocket is still open",
    fast: true,
    peers: { server: telemetry({ beat: [1000, 3000] }), browser: dashboard() },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(2500);
      return "over";
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: null, serverSees: null, firstCloser: null, ending: "open" }],
      must: [],
      mustNot: ["ws.close.no-close-frame", "ws.pong.missing"],
    },
  },
  {
    name: "http2-only",
    injects: "nothing but HTTP/2 without TLS: no WebSocket to judge",
    peers: { server: server(serveHttp2), browser: { at: "client", role: "client", run: askHttp2 } },
    expect: { connections: [], must: ["http2.not-decoded"] },
  },
  {
    name: "nothing",
    injects: "no packet at all",
    peers: {
      server: server(async (peer) => {
        peer.log("listening");
        setInterval(() => {}, 1000);
      }),
    },
    expect: { connections: [], must: ["capture.empty"] },
  },
];

function serveHttp2(peer: Peer): Promise<void> {
  const http2 = createHttp2Server();
  http2.on("stream", (stream) => {
    stream.respond({ ":status": 200 });
    stream.end("ok");
  });
  return new Promise((resolve) => {
    http2.listen(8080, "0.0.0.0", () => {
      peer.log("listening", { port: 8080 });
      resolve();
    });
  });
}

async function askHttp2(): Promise<void> {
  const session = connectHttp2("http://192.168.50.10:8080");
  for (let times = 0; times < 3; times += 1) {
    const stream = session.request({ ":path": "/health" });
    stream.resume();
    await new Promise((resolve) => stream.once("end", resolve));
  }
  await new Promise<void>((resolve) => session.close(resolve));
  await sleep(200);
}
