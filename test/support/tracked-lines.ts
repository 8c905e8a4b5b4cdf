import { type TcpPacket, tcpPacket } from "./packet-builder.ts";
import { track } from "./run-tracker.ts";

const ENDS = { C: "10.0.0.1:40000", S: "10.0.0.2:8080" } as const;

/** One segment of a conversation: who sends it, when, and what is not usual of it. */
export type Line = [from: "C" | "S", atMs: number, packet: Partial<TcpPacket>];

/** A handshake, a question and its answer: the client goes on at 104, the server at 507. */
export const OPENING: readonly Line[] = [
  ["C", 0, { flags: "S", seq: 100 }],
  ["S", 10, { flags: "SA", seq: 500, ack: 101 }],
  ["C", 20, { flags: "A", seq: 101, ack: 501 }],
  ["C", 30, { flags: "PA", seq: 101, ack: 501, payload: "ask" }],
  ["S", 40, { flags: "PA", seq: 501, ack: 104, payload: "answer" }],
  ["C", 41, { flags: "A", seq: 104, ack: 507 }],
];

export const trackLines = (...lines: Line[]) =>
  track(
    lines.map(([from, atMs, packet], i) => ({
      atMs,
      bytes: tcpPacket({ from: ENDS[from], to: ENDS[from === "C" ? "S" : "C"], ipId: i + 1, window: 500, ...packet }),
    })),
  );
