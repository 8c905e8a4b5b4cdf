import fc from "fast-check";
import { expect, test } from "vitest";
import { tcpPacket } from "../support/packet-builder.ts";
import { type Timed, track } from "../support/run-tracker.ts";

const CLIENT = "10.0.0.1:40000";
const SERVER = "10.0.0.2:8080";

/** A client's stream cut into segments, with the handshake before it; no acknowledgment of data, so nothing is given up. */
function conversation(text: string, cuts: readonly number[], isn: number): { opening: Timed[]; data: Timed[] } {
  const opening = [
    tcpPacket({ from: CLIENT, to: SERVER, flags: "S", seq: isn }),
    tcpPacket({ from: SERVER, to: CLIENT, flags: "SA", seq: 900, ack: (isn + 1) >>> 0 }),
    tcpPacket({ from: CLIENT, to: SERVER, flags: "A", seq: (isn + 1) >>> 0, ack: 901 }),
  ].map((bytes, at) => ({ bytes, atMs: at }));
  const edges = [...new Set([0, ...cuts.map((cut) => cut % text.length), text.length])].sort((a, b) => a - b);
  const data = edges.slice(0, -1).map((start, at) => ({
    bytes: tcpPacket({
      from: CLIENT,
      to: SERVER,
      flags: "PA",
      seq: (isn + 1 + start) >>> 0,
      ack: 901,
      payload: text.slice(start, edges[at + 1]),
      ipId: at + 10,
    }),
    atMs: 10 + at,
  }));
  return { opening, data };
}

const arbitrary = fc.record({
  text: fc.string({ minLength: 1, maxLength: 400 }).map((text) => text.replace(/[^\x20-\x7e]/g, "?")),
  cuts: fc.array(fc.nat(1000), { maxLength: 20 }),
  // Around the wrap of the sequence number too (RFC 9293 §3.4).
  isn: fc.oneof(fc.nat(0xffffffff), fc.integer({ min: 0xffffff00, max: 0xffffffff })),
});

test("reordering segments does not change the byte stream", () => {
  fc.assert(
    fc.property(arbitrary, fc.infiniteStream(fc.nat()), ({ text, cuts, isn }, order) => {
      const { opening, data } = conversation(text, cuts, isn);
      const shuffled = data
        .map((packet) => ({ packet, rank: order.next().value as number }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ packet }, at) => ({ ...packet, atMs: 10 + at }));
      expect(track([...opening, ...shuffled]).text(0, 0)).toBe(text);
    }),
    { numRuns: 300 },
  );
});

test("sending segments again, whole or in other pieces, does not change the byte stream", () => {
  fc.assert(
    fc.property(
      arbitrary,
      fc.array(fc.nat(1000), { maxLength: 20 }),
      fc.nat(100),
      ({ text, cuts, isn }, otherCuts, seed) => {
        const first = conversation(text, cuts, isn);
        const again = conversation(text, otherCuts, isn);
        const mixed: Timed[] = [];
        first.data.forEach((packet, at) => {
          mixed.push(packet);
          const repeat = again.data[(at * 7 + seed) % again.data.length];
          if (repeat !== undefined) mixed.push({ ...repeat, atMs: packet.atMs + 300 });
        });
        const told = track([...first.opening, ...mixed]);
        expect(told.text(0, 0)).toBe(text);
      },
    ),
    { numRuns: 300 },
  );
});

test("a packet captured twice is folded, not counted as a retransmission", () => {
  fc.assert(
    fc.property(arbitrary, ({ text, cuts, isn }) => {
      const { opening, data } = conversation(text, cuts, isn);
      const twice = [...opening, ...data].flatMap((packet) => [packet, { ...packet, atMs: packet.atMs + 0.02 }]);
      const told = track(twice);
      expect(told.text(0, 0)).toBe(text);
      for (const half of told.connections[0]?.halves ?? []) {
        expect(half.retransmissions).toBe(0);
        expect(half.duplicatePackets).toBe(half.packets);
      }
    }),
    { numRuns: 100 },
  );
});
