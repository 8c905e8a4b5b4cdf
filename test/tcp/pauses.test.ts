import { expect, test } from "vitest";
import { tcpFacts } from "../../src/pipeline/facts/tcp-facts.ts";
import { tcpPacket } from "../support/packet-builder.ts";
import { type Timed, track } from "../support/run-tracker.ts";

const C = "10.0.0.1:40000";
const S = "10.0.0.2:8080";

/** Ten bytes of one end at each moment. */
const pausesOf = (...sent: readonly (readonly [from: "C" | "S", atMs: number])[]) => {
  const next = { C: 101, S: 501 };
  const opening: Timed[] = [
    { atMs: -20, bytes: tcpPacket({ from: C, to: S, flags: "S", seq: 100 }) },
    { atMs: -10, bytes: tcpPacket({ from: S, to: C, flags: "SA", seq: 500, ack: 101 }) },
  ];
  const timed = sent.map(([from, atMs], ipId): Timed => {
    const [seq, ack] = [next[from], next[from === "C" ? "S" : "C"]];
    next[from] += 10;
    const [source, target] = from === "C" ? [C, S] : [S, C];
    const payload = Buffer.alloc(10);
    return { atMs, bytes: tcpPacket({ from: source, to: target, flags: "PA", seq, ack, ipId, window: 500, payload }) };
  });
  const connection = track([...opening, ...timed]).connections[0];
  if (connection === undefined) throw new Error("no connection");
  return tcpFacts(connection, connection.lastPacketNs).halves[1].longestPause;
};

test("the longest time without news of one side, and the longest of all others", () => {
  const calls = [0, 500, 1000, 1500, 2000, 2500].map((at) => ["C", at] as const);
  expect(pausesOf(...calls, ["S", 100], ["S", 600])).toBeNull();
  expect(pausesOf(["S", 0], ["S", 1500], ["S", 2000], ["S", 9000], ["S", 9500])).toMatchObject({
    ms: 7000,
    nextMs: 1500,
    segmentsBefore: 3,
    peerSpokeMs: 0,
  });
});

test("also while the other side talks all the time", () => {
  const talk = Array.from({ length: 40 }, (_, at) => ["C", 5 + at * 250] as const);
  const said = [...talk, ["S", 0] as const, ["S", 200] as const, ["S", 9000] as const];
  said.sort(([, a], [, b]) => a - b);
  expect(pausesOf(...said)).toMatchObject({ ms: 8800, nextMs: 0, segmentsBefore: 2, peerSpokeMs: 8555 });
});
