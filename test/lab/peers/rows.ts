// The peers that most scenarios use, as rows.

import type { WebSocket } from "ws";
import { frontAddress } from "../addresses.ts";
import type { Peer } from "../peer-context.ts";
import type { PeerRow } from "../types.ts";
import { serveTelemetry, watchTelemetry } from "./telemetry.ts";
import { closed, type DialOptions, heartbeat, type ListenOptions } from "./websocket.ts";

export const url = `ws://${frontAddress}:8080/`;

export const server = (run: PeerRow["run"]): PeerRow => ({ at: "server", role: "server", run });
export const client = (run: PeerRow["run"]): PeerRow => ({ at: "client", role: "client", run });

export interface TelemetryOptions extends ListenOptions {
  readonly everyMs?: number;
  /** Server pings: interval and timeout in milliseconds. */
  readonly beat?: readonly [number, number];
}

/** The telemetry server; `onOpen` does to a WebSocket what the scenario is about. */
export function telemetry(
  options: TelemetryOptions = {},
  onOpen: (ws: WebSocket, count: number, peer: Peer) => void = () => {},
): PeerRow {
  const { beat, ...rest } = options;
  return server(async (peer) => {
    const { server: webSockets } = await serveTelemetry(peer, { everyMs: 200, ...rest }, (ws, count) =>
      onOpen(ws, count, peer),
    );
    if (beat) heartbeat(peer, webSockets, ...beat);
  });
}

/** A dashboard that watches until its WebSocket is closed; `onOpen` does what the scenario is about. */
export function dashboard(
  onOpen: (ws: WebSocket, peer: Peer) => unknown = () => {},
  options: DialOptions & { url?: string } = {},
): PeerRow {
  const { url: target = url, ...rest } = options;
  return client(async (peer) => {
    const ws = await watchTelemetry(peer, target, rest);
    if (!ws) return;
    onOpen(ws, peer);
    await closed(ws);
  });
}

/** A dashboard that leaves when the lab says "leave", for faults that have to be over first. */
export const dashboardUntilTold = (options: DialOptions & { url?: string } = {}): PeerRow =>
  dashboard(async (ws, peer) => {
    await peer.told("leave");
    ws.close(1000);
  }, options);

/** A dashboard that leaves after a while, as a page does that has seen enough. */
export const leavingDashboard = (afterMs: number, options: DialOptions & { url?: string } = {}): PeerRow =>
  dashboard((ws) => setTimeout(() => ws.close(1000), afterMs), options);
