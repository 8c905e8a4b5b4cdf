// The capture that `npm start` shows: one server, four dashboards, three ways to lose a WebSocket.

import { frontAddress, otherClientAddresses } from "../addresses.ts";
import { type Peer, sleep } from "../peer-context.ts";
import { serveTelemetry, watchTelemetry } from "../peers/telemetry.ts";
import { closed, heartbeat, socketOf } from "../peers/websocket.ts";
import type { PeerRow, Scenario } from "../types.ts";

const url = `ws://${frontAddress}:8080/`;
const [resetAddress, terminatedAddress, frozenAddress] = otherClientAddresses;

function dashboard(localAddress: string | undefined, stayMs: number): PeerRow {
  return {
    at: "client",
    role: "client",
    run: async (peer: Peer) => {
      const ws = await watchTelemetry(peer, url, localAddress === undefined ? {} : { localAddress });
      if (!ws) return;
      setTimeout(() => ws.close(1000, "dashboard closed"), stayMs);
      await closed(ws);
    },
  };
}

export const trouble: readonly Scenario[] = [
  {
    name: "trouble",
    injects:
      "one dashboard's socket is reset, one is terminated without a Close, one freezes and stops answering pings",
    seconds: 90,
    peers: {
      server: {
        at: "server",
        role: "server",
        run: async (peer) => {
          const { server } = await serveTelemetry(peer, { everyMs: 1000 }, (ws) => {
            const { remoteAddress } = socketOf(ws);
            if (remoteAddress === resetAddress) setTimeout(() => socketOf(ws).resetAndDestroy(), 12_300);
            if (remoteAddress === terminatedAddress) setTimeout(() => ws.terminate(), 17_600);
          });
          heartbeat(peer, server, 10_000, 30_000);
        },
      },
      healthy: dashboard(undefined, 61_000),
      reset: dashboard(resetAddress, 70_000),
      terminated: dashboard(terminatedAddress, 70_000),
      frozen: dashboard(frozenAddress, 70_000),
    },
    fault: async (stage) => {
      await stage.logged("frozen", "ping");
      await sleep(1500);
      stage.signal("frozen", "SIGSTOP");
      await stage.logged("server", "terminate");
      await stage.logged("healthy", "exited");
      return "over";
    },
    expect: {
      connections: [
        { dialledBy: "healthy", clientSees: 1000, serverSees: 1000, closedBy: "client", ending: "fin" },
        { dialledBy: "reset", clientSees: 1006, serverSees: 1006, firstCloser: "server", ending: "rst" },
        { dialledBy: "terminated", clientSees: 1006, serverSees: 1006, firstCloser: "server", ending: "fin" },
        { dialledBy: "frozen", serverSees: 1006, firstCloser: "server", ending: "fin" },
      ],
      must: ["tcp.rst", "ws.close.no-close-frame", "ws.pong.missing"],
    },
  },
];
