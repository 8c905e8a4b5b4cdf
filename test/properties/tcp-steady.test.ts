import fc from "fast-check";
import { expect, test } from "vitest";
import { tcpPacket } from "../support/packet-builder.ts";
import { type Timed, track } from "../support/run-tracker.ts";

const ENDS = ["10.0.0.1:40000", "10.0.0.2:8080"] as const;

/** What a side sends next: so many bytes, from so far behind or ahead, acknowledging all or less of the peer, and when. */
const step = fc.record({
  from: fc.constantFrom(0 as const, 1 as const),
  bytes: fc.constantFrom(0, 0, 1, 5, 40),
  offset: fc.oneof({ weight: 30, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(-1, -5, 5) }),
  unacknowledged: fc.constantFrom(0, 0, 0, 0, 1, 40, -3),
  window: fc.oneof({ weight: 60, arbitrary: fc.constant(500) }, { weight: 1, arbitrary: fc.constantFrom(501, 0) }),
  flags: fc.oneof(
    { weight: 90, arbitrary: fc.constant("PA") },
    { weight: 8, arbitrary: fc.constant("A") },
    { weight: 2, arbitrary: fc.constantFrom("FA", "RA", "UA") },
  ),
  laterMs: fc.constantFrom(0, 1, 1, 30, 900),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function conversation(steps: readonly Step[]): Timed[] {
  const next: [number, number] = [101, 501];
  let atMs = 20;
  let ipId = 1;
  const packet = (from: 0 | 1, flags: string, seq: number, ack: number, length: number, window: number): Timed => ({
    atMs,
    bytes: tcpPacket({
      from: ENDS[from],
      to: ENDS[from === 0 ? 1 : 0],
      ipId: ipId++,
      flags,
      seq,
      ack,
      window,
      payload: "x".repeat(length),
    }),
  });
  const opening = [packet(0, "S", 100, 0, 0, 500), packet(1, "SA", 500, 101, 0, 500), packet(0, "A", 101, 501, 0, 500)];
  return [
    ...opening,
    ...steps.map(({ from, bytes, offset, unacknowledged, window, flags, laterMs }) => {
      atMs += laterMs;
      const seq = next[from] + offset;
      const made = packet(from, flags, seq, next[from === 0 ? 1 : 0] - unacknowledged, bytes, window);
      next[from] = Math.max(next[from], seq + bytes);
      return made;
    }),
  ];
}

test("the short way of steady connections says what the whole way says", () => {
  let shortWays = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
      const packets = conversation(steps);
      const [short, whole] = [track(packets), track(packets, true, true)];
      expect(short.lines).toEqual(whole.lines);
      for (const direction of [0, 1] as const) expect(short.text(0, direction)).toBe(whole.text(0, direction));
      for (const [index, connection] of short.connections.entries()) {
        const other = whole.connections[index];
        expect(connection.events).toEqual(other?.events);
        expect(connection.lastPacketNumber).toBe(other?.lastPacketNumber);
        expect(connection.lastActivityNs).toBe(other?.lastActivityNs);
        expect([...connection.activity]).toEqual([...(other?.activity ?? [])]);
        for (const side of [0, 1] as const) {
          expect(connection.halves[side]).toEqual(other?.halves[side]);
        }
      }
      expect(whole.shortWays).toBe(0);
      if (short.shortWays > 3) shortWays++;
    }),
    { numRuns: 600 },
  );
  expect(shortWays).toBeGreaterThan(10);
});
