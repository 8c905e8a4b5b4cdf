import { expect, test } from "vitest";
import { type Line, OPENING, trackLines } from "../support/tracked-lines.ts";

/** Packet numbers of what came late, and for how many ms it had been missing. */
const lateOf = (...lines: Line[]) =>
  trackLines(...OPENING, ...lines).connections.flatMap(({ events }) =>
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

test("they had been lost since the bare segment, though what came after them came just now", () => {
  expect(
    lateOf(
      ["S", 500, { flags: "PA", seq: 507, ack: 104, payload: "ping" }],
      ["C", 520, { flags: "A", seq: 110, ack: 511 }],
      ["C", 1500, { flags: "PA", seq: 110, ack: 511, payload: "next" }],
      ["C", 1501, { flags: "PA", seq: 104, ack: 511, payload: "pong!!" }],
    ),
  ).toEqual([[10, 981]]);
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
