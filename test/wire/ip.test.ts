import { describe, expect, test } from "vitest";
import { address, concat, ethernetFrame, hex, ipPacket, packetView, tcpPacket } from "../support/packet-builder.ts";
import { decodeAll } from "../support/wire-recorder.ts";

const ends = { from: "10.0.0.1:1234", to: "10.0.0.2:8080" } as const;
const ipv4 = tcpPacket({ ...ends, payload: "hello", link: "raw" });
const ipv6 = tcpPacket({ from: "[2001:db8::1]:1234", to: "[2001:db8::2]:8080", payload: "hello six", link: "raw" });
const segment4 = ipv4.subarray(20);
const [a4, b4] = [address("192.0.2.1"), address("192.0.2.2")];
const [a6, b6] = [address("2001:db8::a"), address("2001:db8::b")];

const over4 = (protocol: number, ...parts: Uint8Array[]) =>
  packetView(ethernetFrame(0x0800, ipPacket({}, a4, b4, protocol, concat(...parts))));
const over6 = (protocol: number, ...parts: Uint8Array[]) =>
  packetView(ethernetFrame(0x86dd, ipPacket({}, a6, b6, protocol, concat(...parts))));

describe("between IPv6 and TCP", () => {
  test.each<[string, number, string]>([
    ["hop-by-hop options", 0, "06 00 0502 0000 0100"],
    ["a routing header of 24 bytes", 43, `06 02 0401 00000000 ${"00".repeat(16)}`],
    ["destination options", 60, "06 00 0104 00000000"],
    ["an authentication header", 51, "06 04 0000 00000001 00000001 000000000000000000000000"],
    ["mobility, host identity, shim6", 135, "8b00000000000000 8c00000000000000 0600000000000000"],
    ["an atomic fragment", 44, "06 00 0000 00000007"],
    ["several in a row", 0, "2c000502 00000100 3c000000 00000007 06000104 00000000"],
  ])("%s", (_, first, headers) => {
    const { segments, others, malformed } = decodeAll(over6(first, hex(headers), segment4));
    expect([...others, ...malformed]).toEqual([]);
    expect(segments).toMatchObject([{ payload: "hello", ipIdentification: -1, hopLimit: 64 }]);
  });

  test.each<[string, number, string]>([
    ["an extension of no bytes", 0, "06"],
    ["an extension longer than the packet", 0, `06 ff ${"00".repeat(30)}`],
    ["a fragment header cut off", 44, "06 00"],
    ["an authentication header cut off", 51, "06 04 0000 00000001 00000001"],
  ])("%s is malformed", (_, first, headers) => {
    const { segments, malformed } = decodeAll(over6(first, hex(headers)));
    expect(segments).toEqual([]);
    expect(malformed).toMatchObject([{ limitedBy: "ip-total-length", action: "skipped-packet" }]);
  });
});

describe("inside IPv4", () => {
  test.each<[string, number, Uint8Array, string]>([
    ["IPv4", 4, ipv4, "hello"],
    ["IPv6", 41, ipv6, "hello six"],
    ["Ethernet", 97, concat(hex("3000"), ethernetFrame(0x0800, ipv4)), "hello"],
    ["MPLS", 137, concat(hex("00010140"), ipv4), "hello"],
    [
      "an authentication header",
      51,
      concat(hex("06040000 00000001 00000001 000000000000000000000000"), segment4),
      "hello",
    ],
    ["IPv6 inside IPv4", 4, ipPacket({}, a4, b4, 41, ipv6), "hello six"],
  ])("%s", (_, protocol, inner, payload) => {
    const { segments, others, malformed } = decodeAll(over4(protocol, inner));
    expect([...others, ...malformed]).toEqual([]);
    expect(segments).toMatchObject([{ payload }]);
  });

  test("the connection is that of the inner addresses", () => {
    expect(decodeAll(over4(4, ipv4)).segments).toMatchObject([ends]);
    expect(decodeAll(over6(4, ipv4)).segments).toMatchObject([ends]);
  });

  test("eight IP headers are read, nine are too deep", () => {
    let packet = ipv4;
    for (let depth = 1; depth < 8; depth += 1) packet = ipPacket({}, a4, b4, 4, packet);
    expect(decodeAll(packetView(packet, { linkType: 101 })).segments).toMatchObject([ends]);
    packet = ipPacket({}, a4, b4, 4, packet);
    const { segments, malformed } = decodeAll(packetView(packet, { linkType: 101 }));
    expect(segments).toEqual([]);
    expect(malformed).toMatchObject([{ code: "wire.tunnel.too-deep", limitedBy: "limit" }]);
  });
});

test.each([
  [2, "ip-protocol-2"],
  [50, "ip-protocol-50"],
  [60, "ip-protocol-60"],
  [132, "ip-protocol-132"],
])("IPv4 protocol %i is counted", (protocol, kind) => {
  expect(decodeAll(over4(protocol, hex("00000000")))).toMatchObject({ others: [kind], malformed: [] });
});

test("IPv6 without a next header is counted", () => {
  expect(decodeAll(over6(59))).toMatchObject({ others: ["ip-protocol-59"], malformed: [] });
});
