import { expect, test } from "vitest";
import { Pipeline } from "../../src/pipeline/pipeline.ts";
import type { ConnectionFacts } from "../../src/store/types.ts";
import { type TcpPacket, tcpPacket } from "../support/packet-builder.ts";
import { packetOf } from "../support/packet-of.ts";

const C = "10.0.0.1:40000";
const S = "10.0.0.2:8080";

/** What `--port 8080` makes of these packets. */
function connectionOf(packets: readonly TcpPacket[]): ConnectionFacts | undefined {
  const pipeline = new Pipeline({ ports: [8080], tap: null, seed: 1, rethrow: true });
  for (const [index, packet] of packets.entries())
    pipeline.onPacket(packetOf(tcpPacket(packet), index + 1, index * 1e6));
  pipeline.finish();
  return pipeline.analysis([], 0n, false).connections[0];
}

const opening: readonly TcpPacket[] = [
  { from: C, to: S, flags: "S", seq: 100 },
  { from: S, to: C, flags: "SA", seq: 500, ack: 101 },
  { from: C, to: S, flags: "A", seq: 101, ack: 501 },
];
const talk = (client: string | Uint8Array, server: string | Uint8Array): readonly TcpPacket[] => [
  { from: C, to: S, flags: "PA", seq: 101, ack: 501, payload: client },
  { from: S, to: C, flags: "PA", seq: 501, ack: 101 + client.length, payload: server },
  { from: C, to: S, flags: "FA", seq: 101 + client.length, ack: 501 + server.length },
];
// As frames these would have RSV bits set and an undefined opcode.
const raw = talk("xxxxxxxxxxxxxxxx", "yyyyyyyyyyyyyyyy");

test("another protocol whose opening is in the capture is no WebSocket, whatever its port", () => {
  expect(connectionOf([...opening, ...raw])?.webSocket).toBeNull();
});

test("what began before the capture is decoded by decree", () => {
  expect(connectionOf(raw)?.webSocket?.by).toBe("port");
});

test("frames without a handshake on the port are frames", () => {
  const ping = new Uint8Array([0x89, 0x80, 1, 2, 3, 4]);
  const pong = new Uint8Array([0x8a, 0x00]);
  expect(connectionOf([...opening, ...talk(ping, pong)])?.webSocket?.by).toBe("port");
});
