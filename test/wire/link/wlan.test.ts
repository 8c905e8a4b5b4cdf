import { describe, expect, test } from "vitest";
import { concat, hex, packetView, tcpPacket } from "../../support/packet-builder.ts";
import { decodeAll } from "../../support/wire-recorder.ts";

const v4 = { from: "10.0.0.1:1234", to: "10.0.0.2:8080", payload: "hello" } as const;
const ipv4 = tcpPacket({ ...v4, link: "raw" });
const SNAP = "aaaa03 000000 0800";
const ADDRESSES = "020000000001 020000000002 020000000003";
/** Data to the distribution system, from it, QoS, with a fourth address. */
const DATA = `0801 0000 ${ADDRESSES} 0010`;
const QOS_DATA = `8802 0000 ${ADDRESSES} 0010 0000`;
const WDS = `0803 0000 ${ADDRESSES} 0010 020000000004`;
const WDS_QOS = `8803 0000 ${ADDRESSES} 0010 020000000004 0000`;
const CHECK_SEQUENCE = "deadbeef";

const decode = (linkType: number, ...parts: (string | Uint8Array)[]) =>
  decodeAll(packetView(concat(...parts.map((p) => (typeof p === "string" ? hex(p) : p))), { linkType }));

describe("802.11 data", () => {
  test.each([
    ["to the access point", DATA],
    ["with QoS", QOS_DATA],
    ["with QoS and HT control", `8882 0000 ${ADDRESSES} 0010 0000 00000000`],
    ["between access points", WDS],
    ["between access points, with QoS", WDS_QOS],
  ])("%s", (_, header) => {
    const { segments, others, malformed } = decode(105, header, SNAP, ipv4, CHECK_SEQUENCE);
    expect([...others, ...malformed]).toEqual([]);
    expect(segments).toMatchObject([v4]);
  });

  test("all subframes of an A-MSDU", () => {
    const subframe = (payload: string, isLast = false): Uint8Array => {
      const ip = tcpPacket({ ...v4, payload, link: "raw" });
      const body = concat(
        hex("020000000001 020000000002"),
        hex((8 + ip.length).toString(16).padStart(4, "0")),
        hex(SNAP),
        ip,
      );
      return isLast ? body : concat(body, new Uint8Array((4 - (body.length % 4)) % 4));
    };
    const header = `8802 0000 ${ADDRESSES} 0010 8000`;
    const { segments, malformed } = decode(105, header, subframe("one"), subframe("four"), subframe("seventh", true));
    expect(segments.map((s) => s.payload)).toEqual(["one", "four", "seventh"]);
    expect(malformed).toEqual([]);
  });

  test("a broken subframe ends an A-MSDU, those before it are read", () => {
    const body = concat(hex("020000000001 020000000002 0035"), hex(SNAP), ipv4, hex("00"));
    const { segments, malformed } = decode(
      105,
      `8802 0000 ${ADDRESSES} 0010 8000`,
      body,
      "020000000001 020000000002 7fff",
    );
    expect(segments).toMatchObject([v4]);
    expect(malformed).toMatchObject([{ code: "wire.wlan.subframe-too-long" }]);
  });

  test.each([
    ["wlan-management", "8000 0000"],
    ["wlan-control", "d400 0000"],
    ["wlan-no-data", `4801 0000 ${ADDRESSES} 0010`],
    ["wlan-no-data", `c801 0000 ${ADDRESSES} 0010 0000`],
    ["wlan-protected", `0841 0000 ${ADDRESSES} 0010 00000000`],
    ["wlan-fragment", `0805 0000 ${ADDRESSES} 0010 00`],
    ["wlan-fragment", `0801 0000 ${ADDRESSES} 0110 00`],
    ["llc-0x42", `${DATA} 424203`],
  ])("%s is counted", (kind, bytes) => {
    expect(decode(105, bytes)).toMatchObject({ others: [kind], malformed: [], segments: [] });
  });

  test.each([
    ["wire.wlan.version", "0901"],
    ["wire.wlan.header-cut", "08"],
    ["wire.wlan.header-cut", "0801 0000 0200"],
    ["wire.wlan.subframe-cut", `8802 0000 ${ADDRESSES} 0010 8000 0200`],
  ])("%s", (code, bytes) => {
    expect(decode(105, bytes)).toMatchObject({ others: [], malformed: [{ code }] });
  });
});

describe("radio headers", () => {
  test.each<[string, number, string, string]>([
    ["radiotap without fields", 127, "0000 0800 00000000", DATA],
    [
      "radiotap: time, flags and an extended mask",
      127,
      "0000 1900 030000a0 00000080 00000000 0100000000000000 00",
      DATA,
    ],
    ["radiotap: flags say that the header is padded", 127, "0000 0900 02000000 20", `${QOS_DATA} 0000`],
    ["radiotap: flags say that a check sequence follows", 127, "0000 0900 02000000 10", DATA],
    ["PPI", 192, "0000 0800 69000000", DATA],
    ["PPI with 802.11 fields", 192, `0000 2000 69000000 0200 1400 0000000000000000 0100 ${"0000".repeat(5)}`, DATA],
    ["AVS", 163, "80211001 00000010 0000000000000000", DATA],
    ["AVS where Prism is announced", 119, "80211001 00000010 0000000000000000", DATA],
    ["Prism, little-endian", 119, `44000000 90000000 ${"00".repeat(136)}`, DATA],
    ["Prism, big-endian", 119, `00000044 00000090 ${"00".repeat(136)}`, DATA],
  ])("%s", (_, linkType, radio, header) => {
    const { segments, others, malformed } = decode(linkType, radio, header, SNAP, ipv4, CHECK_SEQUENCE);
    expect([...others, ...malformed]).toEqual([]);
    expect(segments).toMatchObject([v4]);
  });

  test("a check sequence is not taken for a subframe", () => {
    const header = `8802 0000 ${ADDRESSES} 0010 8000`;
    const subframe = concat(hex("020000000001 020000000002 0035"), hex(SNAP), ipv4, hex("00"));
    expect(decode(127, "0000 0900 02000000 10", header, subframe, CHECK_SEQUENCE).malformed).toEqual([]);
    expect(decode(127, "0000 0900 02000000 00", header, subframe, CHECK_SEQUENCE).malformed).toMatchObject([
      { code: "wire.wlan.subframe-cut" },
    ]);
  });

  test.each<[string, number, string]>([
    ["wire.radiotap.length-too-small", 127, "0000 0700 00000000"],
    ["wire.radiotap.header-cut", 127, "0000 0900 00000000"],
    ["wire.ppi.length-too-small", 192, "0000 0700 69000000"],
    ["wire.prism.header-cut", 119, "44000000 90000000"],
    ["wire.avs.header-cut", 163, "80211001 ffffffff"],
  ])("%s", (code, linkType, bytes) => {
    expect(decode(linkType, bytes)).toMatchObject({ malformed: [{ code }], segments: [] });
  });
});
