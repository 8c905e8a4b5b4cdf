import { expect, test } from "vitest";
import { tcpFacts } from "../../src/pipeline/facts/tcp-facts.ts";
import type { TcpConnection } from "../../src/tcp/connection.ts";
import { type Line, OPENING, trackLines } from "../support/tracked-lines.ts";

test("small segments that are sent again as one do not show what the path lets through", () => {
  const { connections } = trackLines(
    ...OPENING,
    ["S", 300, { flags: "PA", seq: 507, ack: 104, payload: "x".repeat(400) }],
    ["S", 500, { flags: "PA", seq: 907, ack: 104, payload: "x".repeat(400) }],
    ["S", 1500, { flags: "PA", seq: 507, ack: 104, payload: "x".repeat(800) }],
  );
  const sizes = connections.flatMap(({ halves }) => halves.map(({ largestSegmentBytes }) => largestSegmentBytes));
  expect(Math.max(...sizes)).toBe(400);
});

test("whether a segment of the largest size has arrived is told by its acknowledgment", () => {
  const data = (atMs: number, seq: number, bytes: number): Line => [
    "S",
    atMs,
    { flags: "PA", seq, ack: 104, payload: "x".repeat(bytes) },
  ];
  const acknowledged = (atMs: number, ack: number): Line => ["C", atMs, { flags: "A", seq: 104, ack }];
  const arrived = (...lines: Line[]) => {
    const { connections } = trackLines(...OPENING, ...lines);
    const connection = connections[0] as TcpConnection;
    return tcpFacts(connection, connection.lastPacketNs).halves[1].largestArrived;
  };
  const first = [data(300, 507, 900), acknowledged(310, 1407)];
  expect(arrived(...first, data(500, 1407, 900))).toBe(true);
  expect(arrived(...first, data(500, 1407, 1200))).toBe(false);
  expect(arrived(...first, data(500, 1407, 1200), acknowledged(510, 2607), data(700, 2607, 1200))).toBe(true);
  // What a network card will cut up (segmentation offload) is no larger on the wire.
  const cutUp = [data(300, 507, 5000), acknowledged(310, 5507)];
  expect(arrived(...cutUp, data(500, 5507, 9000))).toBe(true);
});

/** RFC 2018 §3: kind 5, its length, and the edges of one block. */
const sack = (from: number, to: number): Uint8Array => {
  const option = Buffer.from([5, 10, 0, 0, 0, 0, 0, 0, 0, 0]);
  option.writeUInt32BE(from, 2);
  option.writeUInt32BE(to, 6);
  return option;
};

test("what was sent after a repeated segment, and arrived without it, is told by the newest SACK block", () => {
  const data = (atMs: number, seq: number): Line => [
    "S",
    atMs,
    { flags: "PA", seq, ack: 104, payload: "x".repeat(100) },
  ];
  const keeps = (atMs: number, from: number, to: number): Line => [
    "C",
    atMs,
    { flags: "A", seq: 104, ack: 507, options: sack(from, to) },
  ];
  const later = (...lines: Line[]) => {
    const { connections } = trackLines(...OPENING, ...lines);
    const connection = connections[0] as TcpConnection;
    return tcpFacts(connection, connection.lastPacketNs).halves[1].laterArrived;
  };
  const lost = [data(300, 507), data(301, 607), keeps(350, 607, 707), data(400, 507)];
  // Under way already when the first was sent again.
  expect(later(...lost, keeps(450, 607, 707))).toBe(false);
  expect(later(...lost, data(410, 707), keeps(450, 707, 807))).toBe(true);
  const next: readonly Line[] = [["C", 500, { flags: "A", seq: 104, ack: 807 }], data(600, 807), data(900, 807)];
  expect(later(...lost, data(410, 707), keeps(450, 707, 807), ...next)).toBe(false);
  expect(later(...lost, data(410, 707), keeps(450, 707, 807), ["C", 500, { flags: "A", seq: 104, ack: 807 }])).toBe(
    false,
  );
});
