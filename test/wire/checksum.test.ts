import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasPartialChecksum, hasRightChecksum, hasRightHeader } from "../../src/wire/checksum.ts";
import { PacketDecoder } from "../../src/wire/packet-decoder.ts";
import { packetView, tcpPacket } from "../support/packet-builder.ts";

const nothing = (): void => undefined;
const ENDS = { 4: ["10.0.0.1:40000", "10.0.0.2:8080"], 6: ["[2001:db8::1]:40000", "[2001:db8::2]:8080"] } as const;

/** What the checks say of a packet that lies `lead` bytes behind an aligned address and `start` bytes into its array. */
function checks(packet: Uint8Array, lead: number, start: number) {
  const memory = new ArrayBuffer(lead + start + packet.length);
  const bytes = new Uint8Array(memory, lead);
  bytes.fill(0xa5);
  bytes.set(packet, start);
  const said: { right: boolean; header: boolean; partial: boolean }[] = [];
  const decoder = new PacketDecoder({
    onSegment: (segment, { bytes: whole }) =>
      said.push({
        right: hasRightChecksum(segment),
        header: hasRightHeader(segment, whole),
        partial: hasPartialChecksum(segment),
      }),
    onIcmpError: nothing,
    onDatagram: nothing,
    onArp: nothing,
    onOther: nothing,
    onMalformed: nothing,
  });
  decoder.decode(packetView(bytes, { start, capturedLength: packet.length, originalLength: packet.length }));
  return said[0];
}

const placed = fc.record({
  version: fc.constantFrom(4 as const, 6 as const),
  payload: fc.uint8Array({ maxLength: 300 }),
  lead: fc.nat(7),
  start: fc.nat(7),
});
type Placed = typeof placed extends fc.Arbitrary<infer T> ? T : never;

const packetOf = ({ version, payload }: Placed): Uint8Array => {
  const [from, to] = ENDS[version];
  return tcpPacket({ from, to, ipId: 7, flags: "PA", seq: 1, ack: 2, payload });
};

describe("the checksum of a segment, wherever in memory it lies", () => {
  it("is right as a sender writes it", () => {
    fc.assert(
      fc.property(placed, (one) => {
        expect(checks(packetOf(one), one.lead, one.start)).toMatchObject({ right: true, header: true });
      }),
      { numRuns: 500 },
    );
  });

  it("is wrong with any one bit turned over, and so is an IPv4 header's", () => {
    fc.assert(
      fc.property(placed, fc.nat(), fc.nat(7), (one, at, bit) => {
        const packet = packetOf(one);
        const tcp = 14 + (one.version === 4 ? 20 : 40);
        const inTcp = tcp + 4 + (at % (packet.length - tcp - 4));
        // Its length, offset and flags decide what is read at all.
        if (inTcp === tcp + 12 || inTcp === tcp + 13) return;
        packet[inTcp] = (packet[inTcp] as number) ^ (1 << bit);
        expect(checks(packet, one.lead, one.start)).toMatchObject({ right: false, header: true });
        if (one.version === 6) return;
        const address = 14 + 12 + (at % 8);
        packet[address] = (packet[address] as number) ^ (1 << bit);
        expect(checks(packet, one.lead, one.start)).toMatchObject({ header: false });
      }),
      { numRuns: 500 },
    );
  });

  it("is the sum of the pseudo-header where a network card was to finish it", () => {
    fc.assert(
      fc.property(placed, (one) => {
        const packet = packetOf(one);
        const [tcp, addresses] = one.version === 4 ? [34, 26] : [54, 22];
        let sum = 6 + packet.length - tcp;
        for (let at = addresses; at < tcp; at += 2) sum += ((packet[at] as number) << 8) | (packet[at + 1] as number);
        sum = (sum & 0xffff) + (sum >>> 16);
        packet.set([sum >>> 8, sum & 0xff], tcp + 16);
        expect(checks(packet, one.lead, one.start)).toMatchObject({ partial: true });
      }),
      { numRuns: 200 },
    );
  });
});
