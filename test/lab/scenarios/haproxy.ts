// HAProxy between browser and server: its timers end a WebSocket differently from nginx's.

import { backAddress, frontAddress } from "../addresses.ts";
import { startHaproxy } from "../haproxy.ts";
import { serveHttp } from "../peers/http.ts";
import { dashboard, leavingDashboard, server, telemetry } from "../peers/rows.ts";
import type { PeerRow, Scenario } from "../types.ts";

const url = `ws://${frontAddress}/ws`;
const backend = `${backAddress}:8080`;
const onProxy = { network: "proxied", captures: [{ at: "proxy", interface: "any" }] } as const;
const silentServer = telemetry({ everyMs: 60_000 });

function ending(name: string, injects: string, timeouts: readonly string[], fast: boolean): Scenario {
  return {
    name,
    injects,
    ...onProxy,
    fast,
    peers: { server: silentServer, browser: dashboard(() => {}, { url }) },
    prepare: (stage) => startHaproxy(stage, backend, timeouts),
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, firstCloser: "server", ending: "fin" }],
      must: ["ws.close.no-close-frame"],
      // Towards the server HAProxy may reset: one cause, seen on two legs.
      may: ["ws.idle.timeout", "tcp.rst"],
    },
  };
}

function answered(
  name: string,
  injects: string,
  status: number,
  serverRow: PeerRow,
  may: readonly string[] = [],
): Scenario {
  return {
    name,
    injects,
    ...onProxy,
    peers: { server: serverRow, browser: dashboard(() => {}, { url }) },
    prepare: (stage) => startHaproxy(stage, backend, ["client 30s", "server 3s", "queue 2s"]),
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-refused", status }],
      must: ["http.upgrade.gateway-error"],
      may,
    },
  };
}

export const haproxies: readonly Scenario[] = [
  {
    name: "haproxy-healthy",
    injects: "nothing: a dashboard behind HAProxy",
    ...onProxy,
    peers: { server: telemetry({ beat: [1000, 3000] }), browser: leavingDashboard(3500, { url }) },
    prepare: (stage) => startHaproxy(stage, backend, ["client 30s", "server 30s", "tunnel 1h"]),
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1000, ending: "fin" }],
      must: [],
      mustNot: ["http.upgrade.not-forwarded"],
    },
  },
  ending(
    "haproxy-tunnel-3s",
    "nobody sends anything; HAProxy ends the tunnel at `timeout tunnel 3s`",
    ["client 30s", "server 30s", "tunnel 3s"],
    true,
  ),
  ending(
    "haproxy-client-3s",
    "nobody sends anything; without `timeout tunnel` HAProxy's client and server timeouts of 3 s hold",
    ["client 3s", "server 3s"],
    false,
  ),
  answered(
    "haproxy-503",
    "the backend is down; HAProxy answers 503",
    503,
    server(async (peer) => {
      peer.log("listening", { port: null });
      setInterval(() => {}, 1000);
    }),
    ["tcp.open.refused"],
  ),
  answered(
    "haproxy-504",
    "the backend accepts and ignores the upgrade; HAProxy answers 504 at `timeout server 3s`",
    504,
    server((peer) => serveHttp(peer, () => {})),
    ["http.upgrade.unanswered"],
  ),
];
