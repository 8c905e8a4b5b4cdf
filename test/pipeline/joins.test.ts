import { describe, expect, test } from "vitest";
import type { PacketNumber, RelativeNs } from "../../src/base/brand.ts";
import type { PacketView } from "../../src/base/packet-view.ts";
import { Pipeline } from "../../src/pipeline/pipeline.ts";
import type { Analysis } from "../../src/store/types.ts";
import { type TcpPacket, tcpPacket } from "../support/packet-builder.ts";
import { captureBytes, readPackets } from "../support/read-capture.ts";

const C = "10.0.0.1:40000";
const S = "10.0.0.2:8080";

type Line = [capture: 0 | 1, atMs: number, packet: TcpPacket];

/** Packets of two captures, in the order of their (different) clocks. */
function analyse(lines: readonly Line[]): Analysis {
  const pipeline = new Pipeline({ ports: [], tap: null, seed: 1, rethrow: true, vantageOf: (index) => index + 1 });
  const ordered = [...lines].sort((a, b) => a[1] - b[1]);
  ordered.forEach(([captureIndex, atMs, packet], index) => {
    const bytes = tcpPacket(packet);
    const view: PacketView = {
      packetNumber: (index + 1) as PacketNumber,
      timestampNs: (atMs * 1e6) as RelativeNs,
      linkType: 1,
      bytes,
      start: 0,
      capturedLength: bytes.length,
      originalLength: bytes.length,
      captureIndex,
      interfaceIndex: 0,
      recordOffset: 0,
    };
    pipeline.onPacket(view);
  });
  pipeline.finish();
  return pipeline.analysis([], 0n, false);
}

const conversation: readonly (readonly [sentMs: number, from: "C" | "S", rest: Partial<TcpPacket>])[] = [
  [0, "C", { flags: "S", seq: 100 }],
  [50, "S", { flags: "SA", seq: 500, ack: 101 }],
  [100, "C", { flags: "A", seq: 101, ack: 501 }],
  [200, "C", { flags: "PA", seq: 101, ack: 501, payload: "hello" }],
  [300, "S", { flags: "PA", seq: 501, ack: 106, payload: "world" }],
];

/** Both ends' captures of the same packets: each way takes 50 ms, the server's clock is ahead by `aheadMs`. */
const atBothEnds = (aheadMs: number): Line[] =>
  conversation.flatMap(([sentMs, from, rest], index): Line[] => {
    const packet: TcpPacket = { from: from === "C" ? C : S, to: from === "C" ? S : C, ipId: index + 1, ...rest };
    const [atClient, atServer] = from === "C" ? [sentMs, sentMs + 50] : [sentMs + 50, sentMs];
    return [
      [0, atClient, packet],
      [1, atServer + aheadMs, packet],
    ];
  });

describe("one connection captured at both its ends", () => {
  test("is told as two views of one, with the offset of the clocks", () => {
    const { connections, joins } = analyse(atBothEnds(7000));
    expect(connections).toHaveLength(2);
    expect(connections.map(({ tcp }) => tcp.halves[0].retransmissions)).toEqual([0, 0]);
    expect(joins).toMatchObject([
      { kind: "two-captures", connections: [0, 1], clockOffsetNs: 7000e6, clockErrorNs: 50e6, foreignResets: [] },
    ]);
  });
  test("the client's capture is named first whichever file came first", () => {
    const swapped = atBothEnds(-9000).map(([capture, at, packet]): Line => [capture === 0 ? 1 : 0, at, packet]);
    const { joins, connections } = analyse(swapped);
    const [nearClient] = joins[0]?.connections ?? [];
    // Where the SYN-ACK takes a round trip to come is the client's side.
    const { syns, synAcks } = connections.find(({ id }) => id === nearClient)?.tcp ?? { syns: [], synAcks: [] };
    expect((synAcks[0]?.timestampNs ?? 0) - (syns[0]?.timestampNs ?? 0)).toBe(100e6);
  });
  test("a RST that only the client got was not sent by the server", () => {
    const forged: Line = [0, 400, { from: S, to: C, flags: "RA", seq: 506, ack: 106 }];
    const { joins } = analyse([...atBothEnds(0), forged]);
    expect(joins[0]?.foreignResets).toMatchObject([{ from: "server" }]);
  });
  test("bytes that left one end and never came to the other", () => {
    const lost: Line = [0, 400, { from: C, to: S, flags: "PA", seq: 106, ack: 506, payload: "into the void" }];
    const { joins } = analyse([...atBothEnds(0), lost]);
    expect(joins[0]?.lostBytes).toEqual([13, 0]);
  });
});

test("the legs of a proxied WebSocket are joined by their key, with what nginx changed", () => {
  // captures/README.md: nginx with proxy_set_header Upgrade, Connection "upgrade", X-Real-IP and X-Forwarded-For.
  const pipeline = new Pipeline({ ports: [], tap: null, seed: 1, rethrow: true });
  readPackets(captureBytes("captures/proxied-any.pcap"), (packet) => pipeline.onPacket(packet));
  pipeline.finish();
  const { joins, connections } = pipeline.analysis([], null, false);
  expect(joins).toHaveLength(1);
  expect(joins[0]).toMatchObject({ kind: "proxied", by: "key" });
  const [front, back] = joins[0]?.connections ?? [];
  expect(connections.find(({ id }) => id === front)?.server.port).toBe(80);
  expect(connections.find(({ id }) => id === back)?.server.port).toBe(8080);
  expect(joins[0]?.changedRequest).toContainEqual({ name: "x-real-ip", before: null, behind: "192.168.50.20" });
});
