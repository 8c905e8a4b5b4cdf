import { expect, test } from "vitest";
import { type TcpPacket, tcpPacket } from "../support/packet-builder.ts";
import { track } from "../support/run-tracker.ts";

const ENDS = { C: "10.0.0.1:40000", S: "10.0.0.2:8080" } as const;
type Line = [from: "C" | "S", atMs: number, packet: Partial<TcpPacket>];

const OPENING: Line[] = [
  ["C", 0, { flags: "S", seq: 100 }],
  ["S", 10, { flags: "SA", seq: 500, ack: 101 }],
  ["C", 20, { flags: "A", seq: 101, ack: 501 }],
  ["C", 30, { flags: "PA", seq: 101, ack: 501, payload: "ask" }],
  ["S", 40, { flags: "PA", seq: 501, ack: 104, payload: "answer" }],
  ["C", 41, { flags: "A", seq: 104, ack: 507 }],
];

/** Packet numbers of what came late, and for how many ms it had been missing. */
const lateOf = (...lines: Line[]) =>
  track(
    [...OPENING, ...lines].map(([from, atMs, packet], i) => ({
      atMs,
      bytes: tcpPacket({ from: ENDS[from], to: ENDS[from === "C" ? "S" : "C"], ipId: i + 1, window: 500, ...packet }),
    })),
  ).connections.flatMap(({ events }) =>
    events
      .filter(({ kind }) => kind === "late")
      .map(({ packetNumber, timestampNs, sentNs = 0 }) => [packetNumber, Math.round((timestampNs - sentNs) / 1e6)]),
  );

test("bytes before a bare segment's number had been lost, and come late", () => {
  const lost: Line[] = [
    ["S", 500, { flags: "PA", seq: 507, ack: 104, payload: "ping" }],
    ["C", 520, { flags: "A", seq: 110, ack: 511 }],
  ];
  expect(lateOf(...lost, ["C", 2120, { flags: "PA", seq: 104, ack: 511, payload: "pong!!" }])).toEqual([[9, 1600]]);
  expect(lateOf(...lost, ["C", 600, { flags: "PA", seq: 104, ack: 511, payload: "pong!!" }])).toEqual([]);
});

test("bytes before others that came already come late", () => {
  const ahead: Line = ["C", 500, { flags: "PA", seq: 110, ack: 507, payload: "next" }];
  expect(lateOf(ahead, ["C", 1500, { flags: "PA", seq: 104, ack: 507, payload: "first!" }])).toEqual([[8, 1000]]);
  // Packets that only overtook each other are no loss.
  expect(lateOf(ahead, ["C", 505, { flags: "PA", seq: 104, ack: 507, payload: "first!" }])).toEqual([]);
});

test("what is sent again although it had come is not late", () => {
  expect(
    lateOf(
      ["C", 500, { flags: "PA", seq: 104, ack: 507, payload: "first!" }],
      ["C", 1500, { flags: "PA", seq: 104, ack: 507, payload: "first!" }],
      ["C", 1600, { flags: "PA", seq: 110, ack: 507, payload: "next" }],
    ),
  ).toEqual([]);
});
