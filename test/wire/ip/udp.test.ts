import { describe, expect, test } from "vitest";
import { concat, ethernetFrame, hex, packetView, tcpPacket, udpPacket } from "../../support/packet-builder.ts";
import { decodeAll } from "../../support/wire-recorder.ts";

const ends = { from: "10.0.0.1:1234", to: "10.0.0.2:8080" } as const;
const ipv4 = tcpPacket({ ...ends, payload: "hello", link: "raw" });
const ipv6 = tcpPacket({ from: "[2001:db8::1]:1234", to: "[2001:db8::2]:8080", payload: "hello", link: "raw" });
const inFrame = ethernetFrame(0x0800, ipv4);

const decode = (port: number, payload: Uint8Array) =>
  decodeAll(packetView(udpPacket({ from: "192.0.2.1:40000", to: `192.0.2.2:${port}`, payload })));

describe("name lookups are handed on", () => {
  test.each([
    ["192.0.2.1:40000", "192.0.2.53:53"],
    ["192.0.2.53:53", "192.0.2.1:40000"],
    ["192.0.2.1:5353", "224.0.0.251:5353"],
    ["192.0.2.53:53", "192.0.2.1:4789"],
  ])("%s to %s", (from, to) => {
    const { datagrams, others } = decodeAll(packetView(udpPacket({ from, to, payload: "query" })));
    expect(datagrams).toEqual([{ from, to, payload: "query" }]);
    expect(others).toEqual([]);
  });

  test("over IPv6", () => {
    const packet = udpPacket({ from: "[fe80::1]:5353", to: "[ff02::fb]:5353", payload: "query" });
    expect(decodeAll(packetView(packet)).datagrams).toMatchObject([{ payload: "query" }]);
  });

  test("without what follows the UDP length", () => {
    const packet = udpPacket({ from: "192.0.2.1:40000", to: "192.0.2.53:53", payload: "querytrailer" });
    packet.set([0, 13], 38);
    expect(decodeAll(packetView(packet)).datagrams).toMatchObject([{ payload: "query" }]);
  });
});

describe("tunnels over UDP", () => {
  test.each<[string, number, string, Uint8Array]>([
    ["VXLAN", 4789, "0800000000000100", inFrame],
    ["VXLAN on the port of Linux", 8472, "0800000000000100", inFrame],
    ["VXLAN with a group policy", 4789, "8800000100000100", inFrame],
    ["Geneve with Ethernet", 6081, "0000655800000100", inFrame],
    ["Geneve with IPv4 and options", 6081, "0200080000000100 0001000100000000", ipv4],
    ["GTP-U", 2152, "30ff 002d 00000001", ipv4],
    ["GTP-U with a sequence number", 2152, "32ff 0031 00000001 0001 00 00", ipv4],
    ["GTP-U with two extension headers", 2152, "34ff 003d 00000001 0000 00 85 01 1001 c0 02 00000000 0000 00", ipv4],
    ["Teredo", 3544, "", ipv6],
    ["Teredo with authentication and origin", 3544, "0001 01 02 aa bbbb 0102030405060708 00 0000 1234 01020304", ipv6],
    ["TZSP", 37_008, "0100 0001 00 0a0401020304 01", inFrame],
  ])("%s", (_, port, header, inner) => {
    const { segments, others, malformed } = decode(port, concat(hex(header), inner));
    expect([...others, ...malformed]).toEqual([]);
    expect(segments).toMatchObject([{ payload: "hello" }]);
  });

  test("answers come from the port of the tunnel", () => {
    const packet = udpPacket({
      from: "192.0.2.1:2152",
      to: "192.0.2.2:40000",
      payload: concat(hex("30ff 002d 00000001"), ipv4),
    });
    expect(decodeAll(packetView(packet)).segments).toMatchObject([ends]);
  });
});

describe("what only has the port of a tunnel is counted", () => {
  test.each<[string, number, string]>([
    ["udp", 4789, "0000000000000100"],
    ["udp", 4789, "0800000000000101"],
    ["udp", 6081, "c000655800000100"],
    ["udp", 6081, "0000000000000100"],
    ["udp", 2152, "0000000000000000"],
    ["gtp-signalling", 2152, "3201000400000000 00000000"],
    ["gtp-not-ip", 2152, "30ff000400000001 ff030021"],
    ["udp", 3544, "7fffffff"],
    ["udp", 37_008, "02000001"],
    ["udp", 37_008, "0200000101"],
    ["tzsp", 37_008, "0100006301"],
    ["udp", 4789, ""],
    ["udp", 443, "c000000001"],
  ])("%s", (kind, port, payload) => {
    const { others, malformed, segments } = decode(port, hex(payload));
    expect(segments).toEqual([]);
    if (payload === "02000001") expect(malformed).toMatchObject([{ code: "wire.tzsp.header-cut" }]);
    else expect(others).toEqual([kind]);
  });
});

describe("UDP cut short", () => {
  test.each<[string, number, string]>([
    ["wire.vxlan.header-cut", 4789, "08"],
    ["wire.geneve.header-cut", 6081, "00"],
    ["wire.geneve.options-cut", 6081, "0200655800000100"],
    ["wire.gtp.header-cut", 2152, "30"],
    ["wire.gtp.header-cut", 2152, "32ff000000000001"],
    ["wire.gtp.extension-cut", 2152, "34ff000800000001 00000085 ff000000"],
    ["wire.teredo.header-cut", 3544, "0001"],
    ["wire.teredo.header-cut", 3544, "0000123401020304"],
    ["wire.tzsp.header-cut", 37_008, "0100"],
    ["wire.tzsp.tag-cut", 37_008, "0100000100"],
    ["wire.tzsp.tag-cut", 37_008, "010000010aff"],
  ])("%s", (code, port, payload) => {
    expect(decode(port, hex(payload))).toMatchObject({ others: [], malformed: [{ code }], segments: [] });
  });

  test("a length below that of the header", () => {
    const packet = udpPacket({ from: "192.0.2.1:40000", to: "192.0.2.53:53", payload: "query" });
    packet.set([0, 7], 38);
    expect(decodeAll(packetView(packet)).malformed).toMatchObject([{ code: "wire.udp.length-too-small" }]);
  });

  test("a header cut off", () => {
    const packet = udpPacket({ from: "192.0.2.1:40000", to: "192.0.2.53:53", payload: "query" });
    const { malformed } = decodeAll(packetView(packet, { capturedLength: 40 }));
    expect(malformed).toMatchObject([{ code: "wire.udp.header-cut", limitedBy: "capture-length", availableBytes: 6 }]);
  });
});
