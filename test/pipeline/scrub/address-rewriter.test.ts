import fc from "fast-check";
import { expect, test } from "vitest";
import { parseAddress } from "../../../src/base/address.ts";
import { AddressRewriter } from "../../../src/pipeline/scrub/address-rewriter.ts";
import { certificateSpans, serverNames } from "../../../src/pipeline/scrub/tls-certificates.ts";
import { address, ethernetFrame, ipPacket, tcpPacket } from "../../support/packet-builder.ts";

const rewriter = () =>
  new AddressRewriter(
    (one) => (one.includes(":") ? "2001:db8::1" : "198.18.1.1"),
    (labels) => labels.map((label) => "x".repeat(label.length)),
  );

test("any bytes, behind any link header, are rewritten in place without harm", () => {
  const tcp = tcpPacket({ from: "10.0.0.1:1", to: "10.0.0.2:2", flags: "PA", seq: 1, payload: "hello" });
  const starts = [
    [],
    [...tcp],
    [...ethernetFrame(0x86dd, ipPacket({}, address("fe80::1"), address("ff02::1"), 58, tcp))],
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...starts),
      fc.array(fc.nat(255), { maxLength: 120 }),
      fc.array(fc.tuple(fc.nat(80), fc.nat(255)), { maxLength: 6 }),
      fc.constantFrom(0, 1, 12, 101, 105, 113, 119, 127, 163, 228, 276, 9999),
      fc.nat(200),
      (start, more, changes, linkType, length) => {
        const bytes = Uint8Array.from([...start, ...more]).subarray(0, length);
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        const before = bytes.length;
        rewriter().rewrite(bytes, linkType);
        certificateSpans(bytes);
        serverNames(bytes);
        expect(bytes).toHaveLength(before);
      },
    ),
    { numRuns: 2000 },
  );
});

test("addresses are read as they are written", () => {
  const bytes = (text: string) => Buffer.from(parseAddress(text) ?? []).toString("hex");
  expect(bytes("198.18.1.255")).toBe("c61201ff");
  expect(bytes("2001:db8:0:1::5")).toBe("20010db8000000010000000000000005");
  expect(bytes("::")).toBe("0".repeat(32));
  expect(bytes("::ffff:1.2.3.4")).toBe("00000000000000000000ffff01020304");
  for (const wrong of ["", "1.2.3", "1.2.3.256", "1::2::3", "1:2:3:4:5:6:7:8:9", "12345::", "::1.2.3"])
    expect(parseAddress(wrong)).toBeNull();
});

test("certificates of a TLS stream in the clear, over record borders, and nothing behind the change of keys", () => {
  const record = (type: number, ...body: number[]) => [type, 3, 3, body.length >> 8, body.length & 255, ...body];
  const stream = Uint8Array.from([
    ...record(22, 2, 0, 0, 1, 9),
    ...record(22, 11, 0, 0, 4, 1, 2),
    ...record(22, 3, 4, 14, 0, 0, 0),
    ...record(20, 1),
    ...record(22, 11, 0, 0, 1, 7),
  ]);
  expect(certificateSpans(stream).map(({ start, end }) => [...stream.subarray(start, end)])).toEqual([
    [1, 2],
    [3, 4],
  ]);
});
