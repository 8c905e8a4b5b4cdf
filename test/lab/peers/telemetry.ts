// The application of the first troubleshooting guide in miniature: a vehicle's telemetry server and its dashboard.

import type { WebSocket } from "ws";
import type { Peer } from "../peer-context.ts";
import { type DialOptions, dial, type Listening, type ListenOptions, listen } from "./websocket.ts";

const startedAt = Date.now();

/** A telemetry sample; smooth made-up values, no two alike. */
function sample(sequence: number): string {
  const seconds = (Date.now() - startedAt) / 1000;
  return JSON.stringify({
    type: "telemetry",
    topic: "realtime/overview",
    sequence,
    timestamp: new Date().toISOString(),
    data: {
      speedKmh: round(42 + 8 * Math.sin(seconds / 7)),
      batteryPercent: round(81 - seconds / 40),
      motorTemperatureC: round(56 + 3 * Math.sin(seconds / 11)),
      steeringDegrees: round(12 * Math.sin(seconds / 3)),
    },
  });
}

const round = (value: number) => Math.round(value * 10) / 10;

/** Answers `subscribe` and then publishes a sample every `everyMs`. */
export function serveTelemetry(
  peer: Peer,
  options: ListenOptions & { everyMs?: number },
  onOpen: (ws: WebSocket, count: number) => void = () => {},
): Promise<Listening> {
  const { everyMs = 1000, ...rest } = options;
  let opened = 0;
  return listen(peer, rest, (ws) => {
    ws.on("message", (data) => {
      const text = String(data);
      if (!text.startsWith('{"type":"subscribe"')) return;
      const message = JSON.parse(text) as { topics: string[] };
      ws.send(JSON.stringify({ type: "subscribed", topics: message.topics }));
      let sequence = 0;
      const timer = setInterval(() => ws.send(sample(sequence++)), everyMs);
      ws.on("close", () => clearInterval(timer));
    });
    opened += 1;
    onOpen(ws, opened);
  });
}

/** Dials as the dashboard does and subscribes. */
export async function watchTelemetry(peer: Peer, url: string, options: DialOptions = {}): Promise<WebSocket | null> {
  const ws = await dial(peer, url, options);
  ws?.send(JSON.stringify({ type: "subscribe", topics: ["realtime/overview"] }));
  return ws;
}
