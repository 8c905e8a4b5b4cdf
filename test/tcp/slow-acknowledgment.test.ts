import { describe, expect, test } from "vitest";
import { tcpFacts } from "../../src/pipeline/facts/tcp-facts.ts";
import { type TcpPacket, tcpPacket } from "../support/packet-builder.ts";
import { track } from "../support/run-tracker.ts";

const C = "10.0.0.1:40000";
const S = "10.0.0.2:8080";

type Line = [from: "C" | "S", atMs: number, packet: Partial<TcpPacket>];

/** What the server's data shows of its acknowledgments, after an opening with a round trip of 20 ms. */
const slowOf = (...lines: Line[]) => {
  const opening: Line[] = [
    ["C", 0, { flags: "S", seq: 100 }],
    ["S", 10, { flags: "SA", seq: 500, ack: 101 }],
    ["C", 20, { flags: "A", seq: 101, ack: 501 }],
  ];
  const timed = [...opening, ...lines].map(([from, atMs, packet], ipId) => ({
    atMs,
    bytes: tcpPacket({ from: from === "C" ? C : S, to: from === "C" ? S : C, ipId, window: 500, ...packet }),
  }));
  const connection = track(timed).connections[0];
  if (connection === undefined) throw new Error("no connection");
  return tcpFacts(connection, connection.lastPacketNs).halves[1].slowAcknowledgment;
};

const data = (atMs: number, at: number): Line => [
  "S",
  atMs,
  { flags: "PA", seq: 501 + at, ack: 101, payload: Buffer.alloc(10) },
];
const acknowledgment = (atMs: number, upTo: number): Line => ["C", atMs, { flags: "A", seq: 101, ack: 501 + upTo }];

describe("an acknowledgment that the capture missed makes the next one look late", () => {
  test("the next one covers newer bytes, and comes at once after them", () => {
    expect(slowOf(data(1000, 0), data(2000, 10), acknowledgment(2020, 20))).toBeNull();
  });
  test("or bytes that the capture missed as well", () => {
    expect(slowOf(data(1000, 0), acknowledgment(2020, 20))).toBeNull();
  });
  test("or only the FIN", () => {
    expect(
      slowOf(data(1000, 0), ["S", 9000, { flags: "FA", seq: 511, ack: 101 }], acknowledgment(9020, 11)),
    ).toBeNull();
  });
});

describe("a slow path", () => {
  test("is shown by what was sent again", () => {
    expect(slowOf(data(1000, 0), data(1300, 0), data(1900, 0), acknowledgment(3000, 10))).toMatchObject({
      ms: 2000,
      isRepeated: true,
    });
  });
  test("or by slow acknowledgments in succession", () => {
    const one = [data(1000, 0), acknowledgment(2000, 10)];
    const two = [data(3000, 10), acknowledgment(4500, 20)];
    const quick = [data(2500, 10), acknowledgment(2520, 20)];
    expect(slowOf(...one)).toMatchObject({ ms: 1000, inRow: 1, isRepeated: false });
    expect(slowOf(...one, ...two)).toMatchObject({ ms: 1500, inRow: 2, isRepeated: false });
    expect(slowOf(...one, ...quick, data(3000, 20), acknowledgment(4500, 30))).toMatchObject({ ms: 1500, inRow: 1 });
  });
});
