import { describe, expect, test } from "vitest";
import * as limits from "../../src/base/limits.ts";
import { formatTime } from "../../src/base/time.ts";
import {
  block,
  bytesOf,
  COMMENT,
  IF_DESCRIPTION,
  IF_FILTER,
  IF_NAME,
  IF_OS,
  IF_TSOFFSET,
  ISB_IFDROP,
  ISB_IFRECV,
  ISB_OSDROP,
  long,
  SectionBuilder,
  someBytes,
  tsresol,
} from "../support/capture-builder.ts";
import { type Recording, recordCapture } from "../support/capture-recorder.ts";

const le = new SectionBuilder(true);
const be = new SectionBuilder(false);
const SECOND = 1_700_000_000n;
const MICROS = SECOND * 1_000_000n;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const filter = (value: string) => [IF_FILTER, bytesOf(Uint8Array.of(0), text(value))] as const;

const told = ({ packets }: Recording) =>
  packets.map(({ packetNumber, linkType, interfaceIndex, capturedLength, originalLength }) => [
    packetNumber,
    linkType,
    interfaceIndex,
    capturedLength,
    originalLength,
  ]);
const timesOf = ({ originNs, packets }: Recording): string[] =>
  packets.map((packet) => formatTime(originNs ?? 0n, packet.timestampNs));

describe.each([
  ["little-endian", le, true],
  ["big-endian", be, false],
] as const)("pcapng, %s", (_, section, little) => {
  test("interfaces, enhanced packets, their times, lengths and comments", () => {
    const capture = bytesOf(
      section.header([[COMMENT, "the section"]]),
      section.description(1, 65_535, [
        [IF_NAME, "eth0"],
        [IF_DESCRIPTION, "the first"],
        filter("port 8080"),
        [IF_OS, "Linux 6"],
        [COMMENT, "the interface"],
      ]),
      section.enhanced(0, MICROS + 1n, someBytes(61), {
        options: [
          [COMMENT, "one"],
          [COMMENT, "zwei ✓"],
        ],
      }),
      section.description(276, 0, [tsresol(9)]),
      section.enhanced(1, SECOND * 1_000_000_000n + 5n, someBytes(5), { originalLength: 99 }),
    );
    const read = recordCapture(capture);
    expect(told(read)).toEqual([
      [1, 1, 0, 61, 61],
      [2, 276, 1, 5, 99],
    ]);
    expect(read.packets.map(({ data }) => data)).toEqual([someBytes(61), someBytes(5)]);
    expect(timesOf(read)).toEqual(["2023-11-14T22:13:20.000001000Z", "2023-11-14T22:13:20.000000005Z"]);
    expect(read.interfaces).toEqual([
      {
        captureIndex: 0,
        interfaceIndex: 0,
        linkType: 1,
        snapLength: 65_535,
        name: "eth0",
        description: "the first",
        filter: "port 8080",
        operatingSystem: "Linux 6",
        resolutionNs: 1000,
      },
      expect.objectContaining({ interfaceIndex: 1, linkType: 276, snapLength: 0, name: null, resolutionNs: 1 }),
    ]);
    expect(read.comments.map(({ packetNumber, text }) => [packetNumber, text])).toEqual([
      [0, "the section"],
      [0, "the interface"],
      [1, "one"],
      [1, "zwei ✓"],
    ]);
    expect(read.summary).toEqual({
      format: "pcapng",
      bytes: capture.length,
      packets: 2,
      truncatedPackets: 1,
      malformed: 0,
      endedEarly: null,
    });
  });

  test("simple packets are cut at the snapshot length and keep the time before them", () => {
    const read = recordCapture(
      bytesOf(
        section.header(),
        section.description(1, 20),
        section.simple(someBytes(10)),
        section.enhanced(0, MICROS, someBytes(4)),
        section.simple(someBytes(20), 90),
        section.simple(someBytes(24), 24),
      ),
    );
    expect(told(read)).toEqual([
      [1, 1, 0, 10, 10],
      [2, 1, 0, 4, 4],
      [3, 1, 0, 20, 90],
      [4, 1, 0, 20, 24],
    ]);
    expect(read.packets.map(({ timestampNs }) => timestampNs)).toEqual([0, 0, 0, 0]);
    expect(read.packets[0]?.data).toEqual(someBytes(10));
  });

  test("obsolete packet blocks", () => {
    const read = recordCapture(
      bytesOf(
        section.header(),
        section.description(1),
        section.description(101),
        section.obsolete(1, MICROS, someBytes(9), [[COMMENT, "old"]]),
      ),
    );
    expect(told(read)).toEqual([[1, 101, 1, 9, 9]]);
    expect(timesOf(read)).toEqual(["2023-11-14T22:13:20.000000000Z"]);
    expect(read.comments).toEqual([{ captureIndex: 0, packetNumber: 1, text: "old" }]);
  });

  test("statistics, names and secrets", () => {
    const ip4 = bytesOf(Uint8Array.of(10, 0, 0, 1), text("a.example\0b.example\0"));
    const ip6 = bytesOf(Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1), text("six\0"));
    const read = recordCapture(
      bytesOf(
        section.header(),
        section.description(1),
        section.names([
          [1, ip4],
          [7, someBytes(5)],
          [2, ip6],
        ]),
        section.secrets(0x544c534b, text("CLIENT_RANDOM")),
        section.statistics(0, [
          long(little, ISB_IFRECV, 10n),
          long(little, ISB_IFDROP, 2n),
          long(little, ISB_OSDROP, 5_000_000_000n),
        ]),
        section.statistics(0, [[COMMENT, "no counts"]]),
      ),
    );
    expect(read.names.map(({ address, name }) => [address, name])).toEqual([
      ["10.0.0.1", "a.example"],
      ["10.0.0.1", "b.example"],
      ["2001:db8::1:0:0:1", "six"],
    ]);
    expect(read.secrets).toEqual([{ captureIndex: 0, secretsType: 0x544c534b, bytes: text("CLIENT_RANDOM") }]);
    const about = { captureIndex: 0, interfaceIndex: 0 };
    expect(read.statistics).toEqual([
      { ...about, received: 10, droppedByInterface: 2, droppedByKernel: 5_000_000_000, capturedUntilNs: null },
      { ...about, received: null, droppedByInterface: null, droppedByKernel: null, capturedUntilNs: null },
    ]);
    expect(read.summary).toMatchObject({ packets: 0, malformed: 0, endedEarly: null });
  });

  test("unknown blocks are skipped; custom blocks take a number, as in Wireshark", () => {
    const read = recordCapture(
      bytesOf(
        section.header(),
        section.description(1),
        section.other(0x80000001, someBytes(40)),
        section.other(0xbad, someBytes(8)),
        section.other(0x40000bad, someBytes(8)),
        section.enhanced(0, MICROS, someBytes(3)),
        section.other(0x1234, new Uint8Array(0)),
      ),
    );
    expect(told(read)).toEqual([[3, 1, 0, 3, 3]]);
    expect(read.summary).toMatchObject({ packets: 1, malformed: 0, endedEarly: null });
  });

  test("the address text of RFC 5952", () => {
    const address = (...groups: number[]) =>
      bytesOf(Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff])), text("n\0"));
    const read = recordCapture(
      bytesOf(
        section.header(),
        section.names([
          [2, address(0, 0, 0, 0, 0, 0, 0, 1)],
          [2, address(0, 0, 0, 0, 0, 0, 0, 0)],
          [2, address(0x2001, 0xdb8, 0, 1, 1, 1, 1, 1)],
          [2, address(0xfe80, 0, 0, 0, 0, 0, 0, 0)],
          [2, address(1, 0, 0, 2, 0, 0, 0, 3)],
          [2, address(1, 2, 3, 4, 5, 6, 7, 0xabcd)],
        ]),
      ),
    );
    expect(read.names.map(({ address }) => address)).toEqual([
      "::1",
      "::",
      "2001:db8:0:1:1:1:1:1",
      "fe80::",
      "1:0:0:2::3",
      "1:2:3:4:5:6:7:abcd",
    ]);
  });
});

describe("pcapng sections", () => {
  test("each has its own byte order and interfaces; numbers go on", () => {
    const read = recordCapture(
      bytesOf(
        le.header(),
        le.description(1),
        le.enhanced(0, MICROS, someBytes(1)),
        be.header(),
        be.description(113),
        be.description(101, 0, [tsresol(0)]),
        be.enhanced(1, SECOND + 1n, someBytes(2)),
        le.header(),
        le.description(276),
        le.enhanced(0, MICROS + 7n, someBytes(3)),
      ),
    );
    expect(told(read)).toEqual([
      [1, 1, 0, 1, 1],
      [2, 101, 2, 2, 2],
      [3, 276, 3, 3, 3],
    ]);
    expect(read.packets.map(({ timestampNs }) => timestampNs)).toEqual([0, 1e9, 7000]);
  });

  test("a section of an unknown major version is stepped over", () => {
    const read = recordCapture(
      bytesOf(
        le.header(),
        le.description(1),
        le.enhanced(0, MICROS, someBytes(1)),
        be.header([], [2, 0]),
        be.description(1),
        be.enhanced(0, MICROS, someBytes(2)),
        be.simple(someBytes(2)),
        le.header([], [1, 2]),
        le.description(1),
        le.enhanced(0, MICROS, someBytes(3)),
      ),
    );
    expect(read.packets.map(({ data }) => data.length)).toEqual([1, 3]);
    expect(read.malformed).toEqual([expect.objectContaining({ code: "pcap.section.version", action: "skipped-rest" })]);
  });

  test("an unknown minor version is read and reported", () => {
    const read = recordCapture(bytesOf(le.header([], [1, 1]), le.description(1), le.simple(someBytes(2))));
    expect(read.packets).toHaveLength(1);
    expect(read.malformed).toEqual([expect.objectContaining({ code: "pcap.section.version", action: "continued" })]);
  });
});

const start = bytesOf(le.header(), le.description(1));
const packet = le.enhanced(0, MICROS, someBytes(8));
const offset = start.length + packet.length;

describe("damaged pcapng stops where the boundary is lost", () => {
  test.each([
    ["a second length that differs", block(true, 6, someBytes(20), { totalAgain: 36 }), "broken-block"],
    ["a length under 12", block(true, 99, someBytes(4), { total: 8 }), "broken-block"],
    ["zeros", new Uint8Array(64), "broken-block"],
    ["a section header without byte-order magic", block(true, 0x0a0d0d0a, new Uint8Array(16)), "broken-block"],
    ["a length beyond the limit", block(true, 99, someBytes(4), { total: limits.recordBytes + 4 }), "absurd-length"],
    ["2 GiB", block(true, 6, someBytes(4), { total: 0x8000_0000 }), "absurd-length"],
    ["half a block", le.enhanced(0, MICROS, someBytes(30)).slice(0, 40), "cut-in-record"],
    ["some bytes", someBytes(11), "cut-in-record"],
  ] as const)("%s", (_, damaged, code) => {
    const read = recordCapture(bytesOf(start, packet, damaged, ...(code === "cut-in-record" ? [] : [packet])));
    expect(read.packets).toHaveLength(1);
    expect(read.summary.endedEarly).toEqual({ code, offset });
    expect(read.malformed).toEqual([expect.objectContaining({ code: `pcap.${code}`, offset, action: "stopped" })]);
  });
});

describe("damage inside a block is reported and reading goes on", () => {
  const overrun = bytesOf(Uint8Array.of(1, 0, 200, 0), text("abcd"));
  test.each([
    ["packet of an unknown interface", le.enhanced(7, MICROS, someBytes(8)), "pcap.packet-block.unknown-interface"],
    [
      "packet longer than its block",
      le.enhanced(0, 0n, someBytes(8), { capturedLength: 9000 }),
      "pcap.packet-block.data-too-long",
    ],
    ["packet block without its fields", le.other(6, someBytes(8)), "pcap.packet-block.too-short"],
    ["simple packet without its length", le.other(3, new Uint8Array(0)), "pcap.packet-block.too-short"],
    ["interface block without its fields", le.other(1, someBytes(4)), "pcap.interface-block"],
    ["interface option too long", le.other(1, bytesOf(new Uint8Array(8), overrun)), "pcap.option.too-long"],
    ["statistics of an unknown interface", le.statistics(3, []), "pcap.statistics-block"],
    ["statistics without its fields", le.other(5, someBytes(4)), "pcap.statistics-block"],
    ["name longer than its block", le.other(4, Uint8Array.of(1, 0, 99, 0, 1, 2, 3, 4)), "pcap.name-block"],
    ["secrets longer than their block", le.secrets(1, someBytes(4), 5000), "pcap.secrets-block"],
    ["secrets block without its fields", le.other(10, someBytes(4)), "pcap.secrets-block"],
  ] as const)("%s", (_, damaged, code) => {
    const read = recordCapture(bytesOf(start, packet, damaged, packet));
    expect(told(read)).toEqual([
      [1, 1, 0, 8, 8],
      [2, 1, 0, 8, 8],
    ]);
    expect(read.malformed).toEqual([expect.objectContaining({ code, offset })]);
    expect(read.summary).toMatchObject({ malformed: 1, endedEarly: null });
  });

  test("a packet's option longer than the block: the packet counts, earlier comments too", () => {
    const body = bytesOf(le.enhanced(0, MICROS, someBytes(4), { options: [[COMMENT, "good"]] }).slice(8, -8), overrun);
    const read = recordCapture(bytesOf(start, block(true, 6, body), packet));
    expect(read.packets).toHaveLength(2);
    expect(read.comments.map(({ text }) => text)).toEqual(["good"]);
    expect(read.malformed).toEqual([expect.objectContaining({ code: "pcap.option.too-long", offset: start.length })]);
  });
});

test("a block whose length is not counted with its padding", () => {
  const data = someBytes(5);
  const body = le.enhanced(0, MICROS, data).slice(8, -4);
  const total = body.length - 3 + 12;
  const read = recordCapture(bytesOf(start, block(true, 6, body, { total, totalAgain: total }), packet));
  expect(read.packets.map(({ capturedLength }) => capturedLength)).toEqual([5, 8]);
  expect(read.malformed).toEqual([]);
});

test("texts are cut at a NUL byte and at their limit", () => {
  const read = recordCapture(
    bytesOf(le.header([[COMMENT, "told\0not told"]]), le.description(1, 0, [[IF_NAME, "n".repeat(5000)]])),
  );
  expect(read.comments[0]?.text).toBe("told");
  expect(read.interfaces[0]?.name).toBe("n".repeat(limits.interfaceTextBytes));
});

test("interfaces beyond the limit are reported, and their packets", () => {
  const many = Array.from({ length: limits.interfacesPerCapture + 1 }, () => le.description(1));
  const read = recordCapture(
    bytesOf(
      le.header(),
      ...many,
      le.enhanced(limits.interfacesPerCapture, MICROS, someBytes(3)),
      le.simple(someBytes(2)),
    ),
  );
  expect(read.interfaces).toHaveLength(limits.interfacesPerCapture);
  expect(read.packets).toHaveLength(1);
  expect(read.malformed.map(({ code }) => code)).toEqual([
    "pcap.interface-block",
    "pcap.packet-block.unknown-interface",
  ]);
});

test("if_tsoffset moves all times of its interface", () => {
  const offsets = [3_600n, -3_600n, -1_700_000_001n];
  const descriptions = offsets.map((seconds) => le.description(1, 0, [long(true, IF_TSOFFSET, seconds)]));
  const packets = offsets.map((_, index) => le.enhanced(index, MICROS, someBytes(1)));
  expect(timesOf(recordCapture(bytesOf(le.header(), ...descriptions, ...packets)))).toEqual([
    "2023-11-14T23:13:20.000000000Z",
    "2023-11-14T21:13:20.000000000Z",
    "1969-12-31T23:59:59.000000000Z",
  ]);
});
