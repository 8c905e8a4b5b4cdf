import { describe, expect, test } from "vitest";
import { address, concat, ethernetFrame, hex, ipPacket, packetView, tcpPacket } from "../../support/packet-builder.ts";
import { decodeAll } from "../../support/wire-recorder.ts";

const ends = { from: "10.0.0.1:1234", to: "10.0.0.2:8080" } as const;
const ipv4 = tcpPacket({ ...ends, payload: "hello", link: "raw" });
const inFrame = ethernetFrame(0x0800, ipv4);
const ppp = concat(hex("ff03 0021"), ipv4);

function decode(header: string, ...parts: Uint8Array[]) {
  const packet = ipPacket({}, address("192.0.2.1"), address("192.0.2.2"), 47, concat(hex(header), ...parts));
  return decodeAll(packetView(packet, { linkType: 101 }));
}

describe("GRE carries", () => {
  test.each<[string, string, Uint8Array]>([
    ["IPv4", "0000 0800", ipv4],
    ["IPv4 behind checksum, key and sequence number", "b000 0800 00000000 00000001 00000002", ipv4],
    ["IPv4 behind source routes", "4000 0800 00000000 0800 0004 c0000201 0000 0000", ipv4],
    ["MPLS", "0000 8847 00010140", ipv4],
    ["Ethernet", "2000 6558 00000001", inFrame],
    ["Ethernet of ERSPAN type I", "0000 88be", inFrame],
    ["Ethernet of ERSPAN type II", "1000 88be 00000001 1001000100000000", inFrame],
    ["Ethernet of ERSPAN type III", "1000 22eb 00000001 200100010000000000000000", inFrame],
    ["ERSPAN type III with a subheader", "1000 22eb 00000001 200100010000000000000001 0000000000000000", inFrame],
    ["WCCP version 1", "0000 883e", ipv4],
    ["WCCP version 2", "0000 883e 00000000", ipv4],
    ["PPP of PPTP", "3081 880b 0036 0001 00000001 00000002", ppp],
    ["PPP of PPTP without acknowledgment", "3001 880b 0036 0001 00000001", ppp],
  ])("%s", (_, header, inner) => {
    const { segments, others, malformed } = decode(header, inner);
    expect([...others, ...malformed]).toEqual([]);
    expect(segments).toMatchObject([{ ...ends, payload: "hello" }]);
  });
});

describe("GRE that carries no IP is counted", () => {
  test.each([
    ["gre-version-2", "0002 0800"],
    ["gre-acknowledgment", "2081 880b 0000 0001 00000002"],
    ["gre-protocol-0x0000", "0000 0000"],
    ["ethertype-0x8300", "0000 8300 8842"],
  ])("%s", (kind, bytes) => {
    expect(decode(bytes)).toMatchObject({ others: [kind], malformed: [], segments: [] });
  });
});

describe("GRE cut short", () => {
  test.each([
    ["wire.gre.header-cut", "0000"],
    ["wire.gre.header-cut", "b000 0800 00000000"],
    ["wire.gre.source-route-cut", "4000 0800 00000000 0800 00ff"],
    ["wire.erspan.header-cut", "1000 88be 00000001 1001"],
    ["wire.erspan.header-cut", "1000 22eb 00000001 200100010000000000000001"],
  ])("%s", (code, bytes) => {
    expect(decode(bytes)).toMatchObject({ others: [], malformed: [{ code, limitedBy: "ip-total-length" }] });
  });
});
