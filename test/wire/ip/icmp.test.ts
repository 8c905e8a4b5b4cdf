import { describe, expect, test } from "vitest";
import {
  address,
  concat,
  hex,
  icmpPacket,
  ipPacket,
  packetView,
  tcpPacket,
  udpPacket,
} from "../../support/packet-builder.ts";
import { decodeAll } from "../../support/wire-recorder.ts";

const ends = { from: "10.0.0.1:1234", to: "10.0.0.2:8080" } as const;
const lost = tcpPacket({ ...ends, seq: 0xfedcba98, payload: "a long payload", link: "raw" });
const lost6 = tcpPacket({ from: "[2001:db8::1]:1234", to: "[2001:db8::2]:8080", seq: 7, payload: "x", link: "raw" });
const ends6 = {
  from: "[2001:0db8:0000:0000:0000:0000:0000:0001]:1234",
  to: "[2001:0db8:0000:0000:0000:0000:0000:0002]:8080",
};
const v4 = { from: "192.0.2.9", to: "10.0.0.1" } as const;
const v6 = { from: "2001:db8::9", to: "2001:db8::1" } as const;

const decode = (packet: Parameters<typeof icmpPacket>[0]) => decodeAll(packetView(icmpPacket(packet)));

describe("an error that quotes a TCP segment", () => {
  test.each([
    ["port unreachable", 3, 3, 0, 0],
    ["fragmentation needed", 3, 4, 1400, 1400],
    ["source quench", 4, 0, 0, 0],
    ["time exceeded", 11, 0, 0, 0],
    ["parameter problem", 12, 0, 0x05000000, 0],
  ])("ICMP: %s, with the 28 bytes that RFC 792 asks for", (_, type, code, rest, mtuBytes) => {
    const { icmpErrors, others, malformed } = decode({ ...v4, type, code, rest, payload: lost.subarray(0, 28) });
    expect([...others, ...malformed]).toEqual([]);
    expect(icmpErrors).toEqual([
      { ...ends, sender: "192.0.2.9", type, code, mtuBytes, quotedSequenceNumber: 0xfedcba98 },
    ]);
  });

  test.each([
    ["destination unreachable", 1, 4, 0, 0],
    ["packet too big", 2, 0, 70_000, 70_000],
    ["time exceeded", 3, 0, 0, 0],
    ["parameter problem", 4, 1, 40, 0],
  ])("ICMPv6: %s", (_, type, code, rest, mtuBytes) => {
    const { icmpErrors, others, malformed } = decode({ ...v6, type, code, rest, payload: lost6 });
    expect([...others, ...malformed]).toEqual([]);
    const sender = "[2001:0db8:0000:0000:0000:0000:0000:0009]";
    expect(icmpErrors).toEqual([{ ...ends6, sender, type, code, mtuBytes, quotedSequenceNumber: 7 }]);
  });

  test("behind IPv4 options", () => {
    const payload = tcpPacket({ ...ends, ipOptions: hex("94040000"), seq: 9, link: "raw" });
    expect(decode({ ...v4, type: 3, code: 1, payload }).icmpErrors).toMatchObject([
      { ...ends, quotedSequenceNumber: 9 },
    ]);
  });

  test("behind IPv6 extension headers", () => {
    const headers = concat(hex("2c00050200000100"), hex("3c00000000000001"), hex("0600010400000000"));
    const payload = ipPacket(
      {},
      address("2001:db8::1"),
      address("2001:db8::2"),
      0,
      concat(headers, lost6.subarray(40)),
    );
    expect(decode({ ...v6, type: 1, code: 0, payload }).icmpErrors).toMatchObject([ends6]);
  });

  test("with the ports only", () => {
    expect(decode({ ...v4, type: 3, code: 3, payload: lost.subarray(0, 27) }).icmpErrors).toMatchObject([
      { ...ends, quotedSequenceNumber: 0 },
    ]);
  });
});

describe("what is counted", () => {
  const udp = udpPacket({ from: "10.0.0.1:1", to: "10.0.0.2:2", link: "raw" });
  const laterFragment = new Uint8Array(lost);
  laterFragment.set([0, 5], 6);
  test.each([
    ["an echo", 8, hex("0001")],
    ["a redirect", 5, lost],
    ["a quoted UDP datagram", 3, udp],
    ["a quoted later fragment", 3, laterFragment],
    ["a quote that is not IPv4", 3, lost6],
    ["a quote of nothing", 3, new Uint8Array(0)],
  ])("%s", (_, type, payload) => {
    expect(decode({ ...v4, type, code: 0, payload })).toMatchObject({
      icmpErrors: [],
      others: ["icmp"],
      malformed: [],
    });
  });

  test.each([
    ["an echo", 128, hex("0001")],
    ["a quoted extension header that is cut off", 1, lost6.subarray(0, 40).with(6, 0)],
    ["a quoted protocol that is not TCP", 1, lost6.with(6, 17)],
  ])("ICMPv6: %s", (_, type, payload) => {
    expect(decode({ ...v6, type, code: 0, payload })).toMatchObject({
      icmpErrors: [],
      others: ["icmpv6"],
      malformed: [],
    });
  });
});

test.each([
  ["wire.icmp.quote-cut", lost.subarray(0, 23)],
  ["wire.icmp.quote-cut", lost.subarray(0, 20)],
])("%s", (code, payload) => {
  expect(decode({ ...v4, type: 3, code: 3, payload })).toMatchObject({ icmpErrors: [], malformed: [{ code }] });
});
