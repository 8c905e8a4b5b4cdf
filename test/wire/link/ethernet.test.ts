import { describe, expect, test } from "vitest";
import { concat, hex, packetView, tcpPacket } from "../../support/packet-builder.ts";
import { decodeAll } from "../../support/wire-recorder.ts";

const v4 = { from: "10.0.0.1:1234", to: "10.0.0.2:8080", payload: "hello" } as const;
const ipv4 = tcpPacket({ ...v4, link: "raw" });
const ipv6 = tcpPacket({ from: "[2001:db8::1]:1234", to: "[2001:db8::2]:8080", payload: "hello", link: "raw" });
const MACS = "020000000002 020000000001";
const FRAME = `${MACS} 0800`;

const decode = (header: string, ...rest: Uint8Array[]) => decodeAll(packetView(concat(hex(header), ...rest)));

describe("between Ethernet and IPv4", () => {
  test.each([
    ["802.1Q", `${MACS} 8100 0005 0800`],
    ["802.1ad over 802.1Q", `${MACS} 88a8 0005 8100 0006 0800`],
    ["three tags of old kinds", `${MACS} 9100 0005 9200 0006 8100 0007 0800`],
    ["VN-Tag", `${MACS} 8926 00010002 0800`],
    ["802.1BR", `${MACS} 893f 000000010000 0800`],
    ["Cisco MetaData", `${MACS} 8909 01010001000a 0800`],
    ["802.1ah", `${MACS} 88e7 00000001 ${FRAME}`],
    ["LLC and SNAP", `${MACS} 0035 aaaa03 000000 0800`],
    ["SNAP as 802.1H bridges it", `${MACS} 0035 aaaa03 0000f8 0800`],
    ["LLC for IP", `${MACS} 0030 060603`],
    ["LLC behind a VLAN tag", `${MACS} 8100 0005 0035 aaaa03 000000 0800`],
    ["an MPLS label", `${MACS} 8847 00010140`],
    ["three MPLS labels", `${MACS} 8848 00010040 00020040 00030140`],
    ["MPLS, control word, Ethernet", `${MACS} 8847 00010140 00000000 ${FRAME}`],
    ["MPLS, Ethernet that begins like IPv4", `${MACS} 8847 00010140 460000000002 020000000001 0800`],
    ["MPLS, Ethernet that begins like nothing", `${MACS} 8847 00010140 ${FRAME}`],
    ["PPPoE", `${MACS} 8864 1100 0007 002f 0021`],
    ["PPPoE and MPLS over PPP", `${MACS} 8864 1100 0007 0033 0281 00010140`],
    ["PPP", `${MACS} 880b ff03 0021`],
  ])("%s", (_, header) => {
    const { segments, others, malformed } = decode(header, ipv4, hex("eeee eeee"));
    expect([...others, ...malformed]).toEqual([]);
    expect(segments).toMatchObject([{ ...v4, payloadCutLength: 0 }]);
  });

  test("MPLS with IPv6", () => {
    expect(decode(`${MACS} 8847 00010140`, ipv6).segments).toMatchObject([{ payload: "hello" }]);
  });
});

test("as many VLAN tags as tunnels may be deep, and one more", () => {
  const eight = `${MACS} ${"8100 0001 ".repeat(8)}`;
  expect(decode(`${eight} 0800`, ipv4).segments).toMatchObject([v4]);
  const nine = decode(`${eight} 8100 0001 0800`, ipv4);
  expect(nine).toMatchObject({
    segments: [],
    malformed: [{ code: "wire.ethernet.too-many-tags", limitedBy: "limit" }],
  });
});

test("a lower header that leaves less than IP says is believed", () => {
  // PPPoE: 2 bytes of PPP and 43 of IP, which claims 45; the two bytes behind are padding of Ethernet.
  const { segments, malformed } = decode(`${MACS} 8864 1100 0007 002d 0021`, ipv4);
  expect(segments).toMatchObject([{ payload: "hel", payloadCutLength: 0 }]);
  expect(malformed).toMatchObject([{ code: "wire.ip.longer-than-layer-below", action: "continued" }]);
});

describe("what carries no IP is counted by its kind", () => {
  test.each([
    ["ethertype-0x88cc", `${MACS} 88cc 0207`],
    ["ethertype-0x05ff", `${MACS} 05ff 0207`],
    ["llc-0x42", `${MACS} 0026 424203 0000`],
    ["snap-cisco-0x2000", `${MACS} 0026 aaaa03 00000c 2000`],
    ["snap", `${MACS} 0026 aaaa03 0080c2 0007`],
    ["pppoe-discovery", `${MACS} 8863 1109 0000 0000`],
    ["pppoe-discovery", `${MACS} 8864 1109 0000 0000`],
    ["ppp-0x8021", `${MACS} 8864 1100 0007 0006 8021 0101 0004`],
    ["mpls-associated-channel", `${MACS} 8847 00010140 10000021 0000`],
    ["arp", `${MACS} 0806 0006 0800 06 04 0001`],
  ])("%s", (kind, bytes) => {
    expect(decode(bytes)).toMatchObject({ others: [kind], malformed: [], segments: [] });
  });
});

describe("cut headers", () => {
  test.each([
    ["wire.ethernet.header-cut", MACS],
    ["wire.ethernet.tag-cut", `${MACS} 8100 00`],
    ["wire.llc.header-cut", `${MACS} 0026 aa`],
    ["wire.snap.header-cut", `${MACS} 0026 aaaa03 00`],
    ["wire.mpls.label-cut", `${MACS} 8847 00010040`],
    ["wire.mpls.payload-cut", `${MACS} 8847 00010140 45`],
    ["wire.pppoe.header-cut", `${MACS} 8864 1100`],
    ["wire.ppp.header-cut", `${MACS} 8864 1100 0007 0001 00`],
    ["wire.arp.header-cut", `${MACS} 0806 0001`],
    ["wire.arp.addresses-cut", `${MACS} 0806 0001 0800 06 04 0001 0200`],
  ])("%s", (code, bytes) => {
    expect(decode(bytes)).toMatchObject({ others: [], malformed: [{ code }], segments: [] });
  });
});

test("ARP names who asks for whom", () => {
  const { arps } = decode(`${MACS} 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002`);
  expect(arps).toEqual([{ operation: 1, sender: "10.0.0.1", target: "10.0.0.2" }]);
});
