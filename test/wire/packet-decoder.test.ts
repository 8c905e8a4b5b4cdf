import { describe, expect, test } from "vitest";
import { hex, type Link, linkTypeOf, packetView, tcpPacket } from "../support/packet-builder.ts";
import { decodeAll } from "../support/wire-recorder.ts";

const links = Object.keys(linkTypeOf) as Link[];
const common = { flags: "PA", seq: 0xfffffff0, ack: 7, window: 501, hopLimit: 57, payload: "GET /" } as const;
const expected = {
  packet: 1,
  sequenceNumber: 0xfffffff0,
  acknowledgmentNumber: 7,
  flags: 0x18,
  window: 501,
  urgentPointer: 0,
  hopLimit: 57,
  options: "",
  payload: "GET /",
  payloadCutLength: 0,
};
const v4 = { from: "10.0.0.1:1234", to: "10.0.0.2:8080" } as const;
const v6 = { from: "[2001:db8::1]:1234", to: "[2001:db8::2]:8080" } as const;
const v6Text = {
  from: "[2001:0db8:0000:0000:0000:0000:0000:0001]:1234",
  to: "[2001:0db8:0000:0000:0000:0000:0000:0002]:8080",
};

describe("a plain TCP segment", () => {
  test.each(links)("over IPv4 on %s", (link) => {
    const packet = tcpPacket({ ...common, ...v4, link, ipId: 4711 });
    const { segments, others, malformed } = decodeAll(packetView(packet, { linkType: linkTypeOf[link] }));
    expect(segments).toEqual([{ ...expected, ...v4, ipIdentification: 4711, dontFragment: true }]);
    expect([...others, ...malformed]).toEqual([]);
  });

  test.each(links)("over IPv6 on %s", (link) => {
    const packet = tcpPacket({ ...common, ...v6, link });
    const { segments, others, malformed } = decodeAll(packetView(packet, { linkType: linkTypeOf[link] }));
    expect(segments).toEqual([{ ...expected, ...v6Text, ipIdentification: -1, dontFragment: true }]);
    expect([...others, ...malformed]).toEqual([]);
  });

  test("anywhere in a larger buffer", () => {
    const packet = tcpPacket({ ...common, ...v4 });
    const buffer = new Uint8Array(packet.length + 30).fill(0xee);
    buffer.set(packet, 13);
    const view = packetView(buffer, { start: 13, capturedLength: packet.length, originalLength: packet.length });
    expect(decodeAll(view).segments).toMatchObject([{ ...v4, payload: "GET /", payloadCutLength: 0 }]);
  });

  test("with TCP options, IPv4 options and VLAN tags", () => {
    const options = hex("0204 05b4 0101 0402");
    const packet = tcpPacket({ ...common, ...v4, options, ipOptions: hex("9404 0000"), vlan: [5, 6, 7] });
    expect(decodeAll(packetView(packet)).segments).toMatchObject([{ options: "020405b401010402", payload: "GET /" }]);
  });

  test("without the padding of a short Ethernet frame", () => {
    const packet = new Uint8Array(60);
    packet.set(tcpPacket({ ...common, ...v4, payload: "x" }));
    expect(decodeAll(packetView(packet)).segments).toMatchObject([{ payload: "x", payloadCutLength: 0 }]);
  });
});

describe("lengths", () => {
  test.each([
    ["IPv4", v4, 54],
    ["IPv6", v6, 74],
  ])("a capture that cut %s payload off says how much", (_, ends, headers) => {
    const packet = tcpPacket({ ...ends, payload: "0123456789" });
    const view = packetView(packet, { capturedLength: headers + 4 });
    expect(decodeAll(view).segments).toMatchObject([{ payload: "0123", payloadCutLength: 6 }]);
  });

  test.each([
    ["IPv4 total length", v4, 16],
    ["IPv6 payload length", v6, 18],
  ])("%s 0 reaches to the end of the packet", (_, ends, lengthAt) => {
    const packet = tcpPacket({ ...ends, payload: "0123456789" });
    packet.set([0, 0], lengthAt);
    expect(decodeAll(packetView(packet)).segments).toMatchObject([{ payload: "0123456789", payloadCutLength: 0 }]);
    const cut = packetView(packet, { capturedLength: packet.length - 3 });
    expect(decodeAll(cut).segments).toMatchObject([{ payload: "0123456", payloadCutLength: 3 }]);
  });

  test("options cut off by the capture are missing, the payload behind them is counted", () => {
    const packet = tcpPacket({ ...v4, options: hex("0101 080a 0000 0001 0000 0002"), payload: "0123456789" });
    const view = packetView(packet, { capturedLength: 54 + 4 });
    expect(decodeAll(view).segments).toMatchObject([{ options: "0101080a", payload: "", payloadCutLength: 10 }]);
  });

  test("an IP length beyond the packet is not believed", () => {
    const packet = tcpPacket({ ...v4, payload: "0123456789" });
    packet.set([0, 60], 16);
    const { segments, malformed } = decodeAll(packetView(packet));
    expect(segments).toMatchObject([{ payload: "0123456789", payloadCutLength: 0 }]);
    expect(malformed).toMatchObject([{ code: "wire.ip.longer-than-layer-below", action: "continued" }]);
  });
});

describe("what cannot be read is said", () => {
  test.each([
    ["wire.ipv4.version", 14, [0x55]],
    ["wire.ipv4.header-length-too-small", 14, [0x44]],
    ["wire.ipv4.total-length-too-small", 16, [0, 19]],
    ["wire.tcp.data-offset-too-small", 46, [0x40]],
    ["wire.tcp.data-offset-too-large", 46, [0xf0]],
    ["wire.tcp.header-cut", 16, [0, 39]],
  ])("%s", (code, at, values) => {
    const packet = tcpPacket({ ...v4, payload: "abc" });
    packet.set(values, at);
    const { segments, malformed } = decodeAll(packetView(packet));
    expect(segments).toEqual([]);
    expect(malformed).toMatchObject([{ code, packetNumber: 1, offsetIn: "packet", action: "skipped-packet" }]);
  });

  test.each([
    [1, "wire.ethernet.header-cut"],
    [14, "wire.ipv4.header-cut"],
    [34, "wire.tcp.header-cut"],
  ])("a packet cut to %i bytes", (capturedLength, code) => {
    const packet = tcpPacket({ ...v4, payload: "abc" });
    const { malformed } = decodeAll(packetView(packet, { capturedLength }));
    expect(malformed).toMatchObject([{ code, limitedBy: "capture-length" }]);
  });

  test("an unknown link type", () => {
    expect(decodeAll(packetView(hex("00 11 22"), { linkType: 147 })).others).toEqual(["link-type-147"]);
  });
});
