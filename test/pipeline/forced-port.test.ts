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

test("both sides of what began before the capture are read in the order of their packets", () => {
  const text = (payload: string): Uint8Array =>
    Buffer.concat([Buffer.from([0x81, payload.length]), Buffer.from(payload)]);
  const open = text('0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000}');
  // Masked with zeros; the CONNECT answers the opening of the session.
  const connect = Buffer.concat([Buffer.from([0x81, 0x82, 0, 0, 0, 0]), Buffer.from("40")]);
  const connection = connectionOf([
    { from: S, to: C, flags: "PA", seq: 501, ack: 101, payload: open },
    { from: C, to: S, flags: "PA", seq: 101, ack: 501 + open.length, payload: connect },
  ]);
  expect(connection?.session?.engineIo?.open).toMatchObject({ packet: 1 });
  expect(connection?.session?.socketIo).toMatchObject([{ name: "/", connectRequested: { packet: 2 } }]);
});

test("frames without a handshake on the port are frames", () => {
  const ping = new Uint8Array([0x89, 0x80, 1, 2, 3, 4]);
  const pong = new Uint8Array([0x8a, 0x00]);
  expect(connectionOf([...opening, ...talk(ping, pong)])?.webSocket?.by).toBe("port");
});

test("the port that was asked for is the server's, though it spoke first and said nothing", () => {
  const bare: readonly TcpPacket[] = [
    { from: S, to: C, flags: "A", seq: 501, ack: 101 },
    { from: C, to: S, flags: "A", seq: 101, ack: 501 },
  ];
  expect(connectionOf(bare)).toMatchObject({ client: { port: 40_000 }, server: { port: 8080 } });
});
