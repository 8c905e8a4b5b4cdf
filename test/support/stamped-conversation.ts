import { tcpPacket } from "./packet-builder.ts";
import type { Timed } from "./run-tracker.ts";

export interface Situation {
  /** When the capture's clock is set forward, and by how much. */
  readonly step?: readonly [atMs: number, byMs: number];
  /** Ticks a second of both ends' stamps. */
  readonly rate?: number;
  /** The client's host is suspended for this long: so are its stamps. */
  readonly asleep?: readonly [fromMs: number, forMs: number];
  /** What of the conversation the capture missed. */
  readonly missed?: (atMs: number, from: "C" | "S") => boolean;
  /** The pause before the server's FIN, truly. */
  readonly pauseMs?: number;
  readonly stamps?: boolean;
}

const CLIENT = "10.0.0.1:40000";
const SERVER = "10.0.0.2:8080";
/** What the clocks of both ends show when it begins. */
export const STAMPS_AT_START = { C: 0xffffe000, S: 77_000 };

const stampOption = (value: number, echo: number): Uint8Array => {
  const view = new DataView(new ArrayBuffer(12));
  view.setUint32(0, 0x0101080a);
  view.setUint32(4, value >>> 0);
  view.setUint32(8, echo >>> 0);
  return new Uint8Array(view.buffer);
};

/** One more segment of it: `value` is what its sender's clock shows, `echo` what it had heard of the other's. */
export const stampedAt = (from: "C" | "S", atMs: number, value: number, echo: number): Timed => ({
  atMs,
  bytes: tcpPacket({
    from: from === "C" ? CLIENT : SERVER,
    to: from === "C" ? SERVER : CLIENT,
    flags: "A",
    seq: from === "C" ? 106 : 861,
    ack: from === "C" ? 861 : 106,
    window: 500,
    options: stampOption(value, echo),
  }),
});

/** A message of the server every 500 ms for 20 s, then a pause, then its FIN; each end stamps by a clock of its own. */
export function conversation({ step, rate = 1000, asleep, missed, pauseMs = 500, stamps = true }: Situation): Timed[] {
  const packets: Timed[] = [];
  const last = { C: 0, S: 0 };
  const clockOf = STAMPS_AT_START;
  let ipId = 1;
  const say = (from: "C" | "S", atMs: number, packet: object) => {
    const sleptMs = from === "C" && asleep && atMs > asleep[0] ? Math.min(asleep[1], atMs - asleep[0]) : 0;
    const value = (clockOf[from] + Math.floor(((atMs - sleptMs) * rate) / 1000)) >>> 0;
    const options = stamps ? { options: stampOption(value, last[from === "C" ? "S" : "C"]) } : {};
    last[from] = value;
    if (missed?.(atMs, from) === true) return;
    packets.push({
      atMs: atMs + (step !== undefined && atMs >= step[0] ? step[1] : 0),
      bytes: tcpPacket({
        from: from === "C" ? CLIENT : SERVER,
        to: from === "C" ? SERVER : CLIENT,
        window: 500,
        ipId: ipId++,
        ...options,
        ...packet,
      }),
    });
  };
  say("C", 0, { flags: "S", seq: 100 });
  say("S", 1, { flags: "SA", seq: 500, ack: 101 });
  say("C", 2, { flags: "A", seq: 101, ack: 501 });
  let seq = 501;
  say("C", 3, { flags: "PA", seq: 101, ack: seq, payload: "GET /" });
  for (let atMs = 500; atMs <= 20_000; atMs += 500) {
    say("S", atMs, { flags: "PA", seq, ack: 106, payload: "telemetry" });
    seq += 9;
    say("C", atMs + 1, { flags: "A", seq: 106, ack: seq });
  }
  const endMs = 20_001 + pauseMs;
  say("S", endMs, { flags: "FA", seq, ack: 106 });
  say("C", endMs + 1, { flags: "FA", seq: 106, ack: seq + 1 });
  say("S", endMs + 2, { flags: "A", seq: seq + 1, ack: 107 });
  return packets;
}
