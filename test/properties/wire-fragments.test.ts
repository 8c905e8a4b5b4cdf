import fc from "fast-check";
import { expect, test } from "vitest";
import { fragmentsOf, packetView, tcpPacket } from "../support/packet-builder.ts";
import { decodeAll } from "../support/wire-recorder.ts";

const v4 = { from: "10.0.0.1:1234", to: "10.0.0.2:8080", ipId: 7 } as const;
const v6 = { from: "[2001:db8::1]:1234", to: "[2001:db8::2]:8080" } as const;

const datagram = fc
  .record({ isV4: fc.boolean(), payload: fc.uint8Array({ minLength: 1, maxLength: 400 }) })
  .map(({ isV4, payload }) => ({
    packet: tcpPacket({ ...(isV4 ? v4 : v6), payload, link: "raw" }),
    payload: Buffer.from(payload).toString("latin1"),
    eighths: Math.ceil((20 + payload.length) / 8) - 1,
  }));

test("fragments in any order, any number of times and cut anywhere give the datagram", () => {
  fc.assert(
    fc.property(
      datagram.chain((given) =>
        fc.record({
          given: fc.constant(given),
          cuts: fc.uniqueArray(fc.integer({ min: 1, max: Math.max(1, given.eighths) }), {
            minLength: 1,
            maxLength: 12,
          }),
          otherCuts: fc.uniqueArray(fc.integer({ min: 1, max: Math.max(1, given.eighths) }), { maxLength: 5 }),
          order: fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
        }),
      ),
      ({ given, cuts, otherCuts, order }) => {
        const at = (eighths: readonly number[]): number[] => eighths.toSorted((a, b) => a - b).map((n) => n * 8);
        const pieces = fragmentsOf(given.packet, at(cuts));
        // The same bytes in other pieces overlap those of the first, and agree with them.
        const overlapping = otherCuts.length > 0 ? fragmentsOf(given.packet, at(otherCuts)) : [];
        const all = [...pieces, ...overlapping, ...pieces];
        const shuffled = all
          .map((piece, index) => ({ piece, rank: order[index % order.length] ?? 0 }))
          .sort((a, b) => a.rank - b.rank);
        const { segments, malformed } = decodeAll(...shuffled.map((s) => packetView(s.piece, { linkType: 101 })));
        expect(malformed).toEqual([]);
        expect(segments.length).toBeGreaterThanOrEqual(1);
        for (const segment of segments) expect(segment).toMatchObject({ payload: given.payload, payloadCutLength: 0 });
      },
    ),
    { numRuns: 500 },
  );
});
