import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LINK } from "../../src/wire/link/link-types.ts";
import {
  address,
  concat,
  ethernetFrame,
  fragmentsOf,
  hex,
  icmpPacket,
  ipPacket,
  packetView,
  tcpPacket,
  udpPacket,
} from "../support/packet-builder.ts";
import { decodeAll, type Recorded } from "../support/wire-recorder.ts";

const ends = { from: "10.0.0.1:1234", to: "10.0.0.2:8080" } as const;
const ends6 = { from: "[2001:db8::1]:1234", to: "[2001:db8::2]:8080" } as const;
const options = hex("0101 080a 00000001 00000002");
const raw4 = tcpPacket({ ...ends, options, payload: "hello", link: "raw" });
const raw6 = tcpPacket({ ...ends6, payload: "hello", link: "raw" });
const frame = ethernetFrame(0x0800, raw4);
const tunnel = (protocol: number, inner: Uint8Array): Uint8Array =>
  ipPacket({}, address("192.0.2.1"), address("192.0.2.2"), protocol, inner);
const udp = (port: number, header: string, inner: Uint8Array): Uint8Array =>
  udpPacket({ from: "192.0.2.1:4000", to: `192.0.2.2:${port}`, payload: concat(hex(header), inner) });
const subframe = concat(hex("020000000001 020000000002 0041 aaaa03 000000 0800"), raw4, hex("00"));

/** At least one packet for each reader. */
const seeds: readonly (readonly [linkType: number, packet: Uint8Array])[] = [
  [LINK.ethernet, frame],
  [LINK.ethernet, tcpPacket({ ...ends, vlan: [1, 2], ipOptions: hex("94040000"), payload: "x" })],
  [LINK.ethernet, tcpPacket({ ...ends6, payload: "x" })],
  [LINK.null, tcpPacket({ ...ends, link: "null" })],
  [LINK.sll, tcpPacket({ ...ends, link: "sll" })],
  [LINK.sll2, tcpPacket({ ...ends6, link: "sll2" })],
  [LINK.raw, raw6],
  [LINK.raw, tunnel(47, concat(hex("b000 6558 00000000 00000001 00000002"), frame))],
  [LINK.raw, tunnel(47, concat(hex("4000 0800 00000000 0800 0004 c0000201 0000 0000"), raw4))],
  [LINK.raw, tunnel(47, concat(hex("3081 880b 0042 0001 00000001 00000002 ff03 0021"), raw4))],
  [LINK.raw, tunnel(47, concat(hex("1000 22eb 00000001 200100010000000000000001 0000000000000000"), frame))],
  [LINK.raw, tunnel(4, tunnel(41, raw6))],
  [LINK.raw, tunnel(51, concat(hex("06040000 00000001 00000001 000000000000000000000000"), raw4.subarray(20)))],
  [
    LINK.raw,
    ipPacket(
      {},
      address("2001:db8::1"),
      address("2001:db8::2"),
      0,
      concat(hex("2b00050200000100 3c00000000000000 2c00010400000000 0600000000000007"), raw4.subarray(20)),
    ),
  ],
  [LINK.ethernet, udp(4789, "0800000000000100", frame)],
  [LINK.ethernet, udp(6081, "0200080000000100 0001000100000000", raw4)],
  [LINK.ethernet, udp(2152, "34ff 0049 00000001 0000 00 85 01 1001 c0 02 00000000 0000 00", raw4)],
  [LINK.ethernet, udp(3544, "0001 01 02 aa bbbb 0102030405060708 00 0000 1234 01020304", raw6)],
  [LINK.ethernet, udp(37_008, "0100 0001 00 0a0401020304 01", frame)],
  [LINK.ethernet, udp(53, "", hex("0001"))],
  [LINK.ethernet, icmpPacket({ from: "192.0.2.9", to: "10.0.0.1", type: 3, code: 4, payload: raw4 })],
  [LINK.ethernet, icmpPacket({ from: "2001:db8::9", to: "2001:db8::1", type: 2, code: 0, payload: raw6 })],
  [LINK.ethernet, ethernetFrame(0x0806, hex("0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002"))],
  [LINK.ethernet, ethernetFrame(0x8847, concat(hex("00010040 00020140 00000000"), frame))],
  [LINK.ethernet, ethernetFrame(0x8864, concat(hex("1100 0007 003b 0021"), raw4))],
  [LINK.ethernet, ethernetFrame(0x0041, concat(hex("aaaa03 000000 0800"), raw4))],
  [LINK.wlan, concat(hex("8802 0000 020000000001 020000000002 020000000003 0010 8000"), subframe, subframe)],
  [
    LINK.radiotap,
    concat(
      hex("0000 1900 030000a0 00000080 00000000 0100000000000000 30"),
      hex("8802 0000 020000000001 020000000002 020000000003 0010 0000 0000 aaaa03 000000 0800"),
      raw4,
      hex("deadbeef"),
    ),
  ],
  [
    LINK.prism,
    concat(
      hex(`44000000 90000000 ${"00".repeat(136)}`),
      hex("0801 0000 020000000001 020000000002 020000000003 0010 aaaa03 000000 0800"),
      raw4,
    ),
  ],
  [
    LINK.ppi,
    concat(
      hex(`0000 2000 69000000 0200 1400 0000000000000000 0100 ${"0000".repeat(5)}`),
      hex("0801 0000 020000000001 020000000002 020000000003 0010 aaaa03 000000 0800"),
      raw4,
      hex("deadbeef"),
    ),
  ],
  [LINK.nflog, concat(hex("02000000 0800 0100 08000301 0500 0a00 61000000 3d00 0900"), raw4)],
  [LINK.pktap, concat(hex("10000000 01000000 01000000 00000000"), frame)],
  [LINK.ppp, concat(hex("ff03 0021"), raw4)],
  [LINK.ciscoHdlc, concat(hex("0f00 0800"), raw4)],
  [LINK.arcnetLinux, concat(hex("be50 a8e7 d4 00 0166"), raw4)],
  [LINK.edsa, concat(hex("020000000002 020000000001 dada0000 c00a0000 0800"), raw4)],
];

/** The packet alone, then amid zeros, then amid ones: what lies around it must not matter. */
function decodeAmid(linkType: number, packet: Uint8Array, originalLength = packet.length): Recorded {
  const said = [0, 0xff].map((filler) => {
    const buffer = new Uint8Array(packet.length + 300).fill(filler);
    buffer.set(packet, 100);
    return decodeAll(packetView(buffer, { linkType, start: 100, capturedLength: packet.length, originalLength }));
  });
  const alone = decodeAll(packetView(packet, { linkType, originalLength }));
  expect(said).toEqual([alone, alone]);
  return alone;
}

const countOf = (said: Recorded): number =>
  said.segments.length +
  said.icmpErrors.length +
  said.datagrams.length +
  said.arps.length +
  said.others.length +
  said.malformed.length;

describe.each(seeds.map(([linkType, packet], index) => ({ index, linkType, packet })))(
  "seed $index, link type $linkType",
  ({ linkType, packet }) => {
    test("is read as it stands", () => {
      expect(decodeAmid(linkType, packet)).toMatchObject({ others: [], malformed: [] });
    });

    test("is never silent, and never throws, however short it was cut", () => {
      for (let length = 0; length < packet.length; length += 1) {
        expect(countOf(decodeAmid(linkType, packet.subarray(0, length)))).toBeGreaterThan(0);
        expect(countOf(decodeAmid(linkType, packet.subarray(0, length), packet.length))).toBeGreaterThan(0);
      }
    });

    test("nor with any single bit flipped", () => {
      for (let bit = 0; bit < packet.length * 8; bit += 1) {
        const flipped = new Uint8Array(packet);
        flipped[bit >> 3] = (packet[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(countOf(decodeAmid(linkType, flipped))).toBeGreaterThan(0);
      }
    });
  },
);

const linkTypes = fc.constantFrom(...Object.values(LINK), 147, 70_000, -1);

test("random bytes never throw, and something is said of each packet", () => {
  fc.assert(
    fc.property(linkTypes, fc.uint8Array({ maxLength: 200 }), (linkType, packet) => {
      expect(countOf(decodeAmid(linkType, packet))).toBeGreaterThan(0);
    }),
    { numRuns: 3000 },
  );
});

test("several bytes changed at random never throw", () => {
  const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(
      fc.constantFrom(...seeds),
      fc.array(change, { minLength: 1, maxLength: 6 }),
      ([linkType, seed], changes) => {
        const packet = new Uint8Array(seed);
        for (const [at, value] of changes) packet[at % packet.length] = value;
        expect(countOf(decodeAmid(linkType, packet))).toBeGreaterThan(0);
      },
    ),
    { numRuns: 3000 },
  );
});

test("random fragments never throw and hold no more than one can count", () => {
  const [first, second] = fragmentsOf(raw4, [24]) as [Uint8Array, Uint8Array];
  const piece = fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 0x3fff }), fc.integer({ min: 0, max: 3 }));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const packets = pieces.map(([isFirst, field, id]) => {
        const packet = new Uint8Array(isFirst ? first : second);
        packet.set([0, id, field >> 8, field & 255], 4);
        return packetView(packet, { linkType: LINK.raw });
      });
      expect(countOf(decodeAll(...packets))).toBeGreaterThanOrEqual(packets.length);
    }),
    { numRuns: 1000 },
  );
});

test("the straight line and the walk through the layers agree on every IPv4 packet", () => {
  const change = fc.tuple(fc.nat({ max: 51 }), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 3 }), fc.nat({ max: 60 }), (changes, length) => {
      const packet = new Uint8Array(raw4);
      for (const [at, value] of changes) packet[at] = value;
      const cut = packet.subarray(0, Math.min(length, packet.length));
      const straight = decodeAll(packetView(cut, { linkType: LINK.raw, originalLength: packet.length }));
      const behindPpp = concat(hex("0021"), cut);
      const walked = decodeAll(packetView(behindPpp, { linkType: LINK.ppp, originalLength: packet.length + 2 }));
      expect(straight.segments).toEqual(walked.segments);
    }),
    { numRuns: 2000 },
  );
});
