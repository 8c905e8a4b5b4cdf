import { expect, test } from "vitest";
import { tcpFacts } from "../../src/pipeline/facts/tcp-facts.ts";
import { tcpPacket } from "../support/packet-builder.ts";
import { type Timed, track } from "../support/run-tracker.ts";

const C = "10.0.0.1:40000";
const S = "10.0.0.2:8080";

/** Two NOPs and timestamps (RFC 7323 appendix A). */
const stamped = (value: number): Uint8Array => {
  const options = Buffer.from("0101080a0000000000000001", "hex");
  options.writeUInt32BE(value, 4);
  return options;
};

const OPENING: Timed[] = [
  { atMs: 0, bytes: tcpPacket({ from: C, to: S, flags: "S", seq: 100, ipId: 7, options: stamped(1000) }) },
  { atMs: 1, bytes: tcpPacket({ from: S, to: C, flags: "SA", seq: 500, ack: 101, options: stamped(9000) }) },
];

const data = (atMs: number, ipId: number, stamp: number): Timed => ({
  atMs,
  bytes: tcpPacket({
    from: C,
    to: S,
    flags: "PA",
    seq: 101,
    ack: 501,
    ipId,
    options: stamped(stamp),
    payload: Buffer.alloc(10, 1),
  }),
});

/** An end that has no socket any more: no timestamps, no identification. */
const reset = (atMs: number): Timed => ({ atMs, bytes: tcpPacket({ from: S, to: C, flags: "R", seq: 501 }) });

const later = (packets: readonly Timed[], byMs: number): Timed[] =>
  packets.map(({ atMs, ...rest }) => ({ ...rest, atMs: atMs + byMs }));

const factsOf = (packets: Timed[]) => {
  const connection = track(packets.sort((a, b) => a.atMs - b.atMs)).connections[0];
  if (connection === undefined) throw new Error("no connection");
  return tcpFacts(connection, connection.lastPacketNs);
};

test.each([100, 2000])("both ends' captures in one file, %d ms apart: each packet counts once", (offsetMs) => {
  const packets = [...OPENING, data(2, 8, 1002), reset(3)];
  const { halves, resets, lateCopies, syns } = factsOf([...packets, ...later(packets, offsetMs)]);
  expect(halves.map(({ retransmissions }) => retransmissions)).toEqual([0, 0]);
  expect([syns.length, resets.length]).toEqual([1, 1]);
  expect(lateCopies).toEqual({ packets: 4, mostMs: offsetMs });
});

test("what is sent again has a timestamp and an identification of its own", () => {
  for (const again of [data(302, 9, 1302), data(302, 8, 1302), data(302, 9, 1002)]) {
    const { halves, lateCopies } = factsOf([...OPENING, data(2, 8, 1002), again]);
    expect(halves[0].retransmissions).toBe(1);
    expect(lateCopies).toBeNull();
  }
});

test("after a minute nothing is a copy any more", () => {
  const { halves, lateCopies } = factsOf([...OPENING, data(2, 8, 1002), data(61_002, 8, 1002)]);
  expect([halves[0].retransmissions, lateCopies]).toEqual([1, null]);
});

test("the same RST for each of several packets is an answer to each, and no packet that was captured twice", () => {
  const { halves, resets } = factsOf([...OPENING, data(2, 8, 1002), reset(3), reset(3.4)]);
  expect(resets).toHaveLength(1);
  expect(halves[1].duplicatePackets).toBe(0);
});

test("where copies come late, more packets are remembered, also when the first ones had been forgotten already", () => {
  const said = (index: number, atMs: number): Timed => ({
    atMs,
    bytes: tcpPacket({
      from: C,
      to: S,
      flags: "PA",
      seq: 101 + 10 * index,
      ack: 501,
      ipId: 10 + index,
      options: stamped(1002 + index),
      payload: Buffer.alloc(10, index),
    }),
  });
  // So many lie between a packet and its copy: first 20 of them, then 50.
  const slow = Array.from({ length: 80 }, (_, index) => said(index, 10 + 10 * index));
  const fast = Array.from({ length: 150 }, (_, index) => said(80 + index, 810 + 4 * index));
  const copied = later([...slow.slice(40), ...fast], 200);
  const { halves, lateCopies } = factsOf([...OPENING, ...slow, ...fast, ...copied]);
  expect(halves[0].retransmissions).toBe(0);
  expect(lateCopies?.packets).toBe(copied.length);
});
