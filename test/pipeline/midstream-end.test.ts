import { expect, test } from "vitest";
import { Pipeline } from "../../src/pipeline/pipeline.ts";
import { type TcpPacket, tcpPacket } from "../support/packet-builder.ts";
import { packetOf } from "../support/packet-of.ts";

const C = "10.0.0.1:40000";
const S = "10.0.0.2:8080";
const ping = (seq: number): TcpPacket => ({
  from: S,
  to: C,
  flags: "PA",
  seq,
  ack: 101,
  payload: Buffer.from([0x89, 0]),
});

test("a pong that wakes up after the pinger's FIN answers nobody, also where it is the first that is heard of the client", () => {
  const packets: readonly (readonly [atSeconds: number, packet: TcpPacket])[] = [
    [0, ping(501)],
    [10, ping(503)],
    [20, ping(505)],
    [30, { from: S, to: C, flags: "FA", seq: 507, ack: 101 }],
    [34, { from: C, to: S, flags: "PA", seq: 101, ack: 508, payload: Buffer.from([0x8a, 0x80, 1, 2, 3, 4]) }],
  ];
  const pipeline = new Pipeline({ ports: [8080], tap: null, seed: 1, rethrow: true });
  for (const [index, [atSeconds, packet]] of packets.entries())
    pipeline.onPacket(packetOf(tcpPacket(packet), index + 1, atSeconds * 1e9));
  pipeline.finish();
  const webSocket = pipeline.analysis([], 0n, false).connections[0]?.webSocket;
  expect(webSocket?.heartbeat[1]).toMatchObject({ pings: 3, answered: 0, missing: 3 });
});
