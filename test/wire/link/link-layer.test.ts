import { describe, expect, test } from "vitest";
import { concat, hex, packetView, tcpPacket } from "../../support/packet-builder.ts";
import { decodeAll } from "../../support/wire-recorder.ts";

const v4 = { from: "10.0.0.1:1234", to: "10.0.0.2:8080", payload: "hello" } as const;
const ipv4 = tcpPacket({ ...v4, link: "raw" });
const ipv6 = tcpPacket({ from: "[2001:db8::1]:1234", to: "[2001:db8::2]:8080", payload: "hello six", link: "raw" });

const decode = (linkType: number, ...parts: Uint8Array[]) => decodeAll(packetView(concat(...parts), { linkType }));

describe("a link header before IPv4", () => {
  test.each<[string, number, string]>([
    ["NULL written on a little-endian machine", 0, "02000000"],
    ["NULL written on a big-endian machine", 0, "00000002"],
    ["NULL that holds Cisco HDLC", 0, "0f000800"],
    ["LOOP", 108, "00000002"],
    ["RAW of BSD", 12, ""],
    ["RAW of OpenBSD", 14, ""],
    ["RAW", 101, ""],
    ["IPV4", 228, ""],
    ["PPP with address and control", 9, "ff03 0021"],
    ["PPP without them", 9, "0021"],
    ["PPP with a compressed protocol", 9, "21"],
    ["PPP on a serial line", 50, "ff03 0021"],
    ["Cisco HDLC on a PPP line", 50, "0f00 0800"],
    ["PPPoE", 51, "1100 0001 002f 0021"],
    ["PPP with a direction", 204, "01 ff03 0021"],
    ["Cisco HDLC", 104, "0f00 0800"],
    ["SLL", 113, "0000 0001 0006 0200000000010000 0800"],
    ["SLL with LLC and SNAP", 113, "0000 0001 0006 0200000000010000 0004 aaaa03 000000 0800"],
    ["SLL with a VLAN tag", 113, "0000 0001 0006 0200000000010000 8100 0005 0800"],
    ["SLL2", 276, "0800 0000 00000003 0001 00 06 0200000000010000"],
    ["NFLOG, little-endian", 239, "02000000 0800 0100 08000301 0500 0a00 61000000 3100 0900"],
    ["NFLOG, big-endian", 239, "02000000 0008 0001 08000301 0005 000a 61000000 0031 0009"],
    ["PKTAP with Ethernet", 258, "10000000 01000000 01000000 00000000 020000000002 020000000001 0800"],
    ["ARCNET", 129, "be50 a8e7 d4 00 0166"],
    ["DSA", 284, "020000000002 020000000001 c00a0000 0800"],
    ["EDSA", 285, "020000000002 020000000001 dada0000 c00a0000 0800"],
  ])("%s", (_, linkType, header) => {
    const { segments, others, malformed } = decode(linkType, hex(header), ipv4);
    expect([...others, ...malformed]).toEqual([]);
    expect(segments).toMatchObject([{ ...v4, payloadCutLength: 0 }]);
  });
});

describe("a link header before IPv6", () => {
  test.each<[string, number, string]>([
    ["NULL of Linux", 0, "0a000000"],
    ["NULL of Windows", 0, "17000000"],
    ["NULL of NetBSD", 0, "18000000"],
    ["NULL of FreeBSD", 0, "1c000000"],
    ["NULL of macOS", 0, "1e000000"],
    ["LOOP of OpenBSD", 108, "00000018"],
    ["RAW", 101, ""],
    ["IPV6", 229, ""],
    ["PPP", 9, "ff03 0057"],
    ["Cisco HDLC", 104, "8f00 86dd"],
    ["SLL", 113, "0000 0001 0006 0200000000010000 86dd"],
  ])("%s", (_, linkType, header) => {
    const { segments, others, malformed } = decode(linkType, hex(header), ipv6);
    expect([...others, ...malformed]).toEqual([]);
    expect(segments).toMatchObject([{ payload: "hello six" }]);
  });
});

describe("what carries no IP is counted by its kind", () => {
  test.each<[string, number, string]>([
    ["link-type-147", 147, "0102"],
    ["link-type-unknown", 258, "0c000000 01000000 ffffff7f"],
    ["address-family-7", 0, "07000000 0000"],
    ["address-family-unknown", 0, "00010000 0000"],
    ["ppp-0xc021", 9, "ff03 c021 0101 0004"],
    ["netlink", 113, "0000 0338 0000 0000000000000000 0000 0000"],
    ["sll-protocol-0x000c", 113, "0000 0118 0000 0000000000000000 000c 0000"],
    ["ethertype-0x8035", 104, "8f00 8035 0000"],
    ["arcnet-213", 129, "be00 ea08 d5 00 0165"],
    ["arcnet-fragment", 129, "be00 ea08 d4 01 0165"],
  ])("%s", (kind, linkType, bytes) => {
    expect(decode(linkType, hex(bytes))).toMatchObject({ others: [kind], malformed: [], segments: [] });
  });
});

describe("broken link headers", () => {
  test.each<[string, number, string]>([
    ["wire.nflog.length-too-small", 239, "02000000 0300 0100 00000000"],
    ["wire.nflog.no-payload", 239, "02000000 0800 0100 00000000"],
    ["wire.pktap.length-too-small", 258, "04000000 01000000 01000000"],
    ["wire.link.header-cut", 258, "ffffffff 01000000 01000000"],
    ["wire.ip.version", 101, "55"],
    ["wire.ip.cut", 101, ""],
    ["wire.sll.header-cut", 113, "0000"],
    ["wire.sll2.header-cut", 276, "0800"],
  ])("%s", (code, linkType, bytes) => {
    expect(decode(linkType, hex(bytes))).toMatchObject({ others: [], malformed: [{ code }], segments: [] });
  });
});
